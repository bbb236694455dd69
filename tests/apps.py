"""A whole server inside a test: the real scenes, storage and transport, with engines that follow a script."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.listening import open_listening
from kotoserver.bootstrap.server import open_services
from kotoserver.domain.learner import Role
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock, SystemClock
from kotoserver.ports.providers import Evaluator, Recognizer
from kotoserver.services.bundle import Services
from kotoserver.services.play import PlayService
from kotoserver.settings import Settings
from kotoserver.storage import open_storage
from kotoserver.transport.app import make_app

Frame = dict[str, Any]


def settings_for_tests(data_dir: Path, **environ: str) -> Settings:
    """Scripted engines, in development unless `environ` lets others connect, and nothing of the caller's own."""
    ours = {"KOTO_DATA_DIR": str(data_dir), "TTS_PROVIDER": "scripted", "EVAL_PROVIDER": "scripted"}
    if environ.keys() & {"KOTO_PUBLIC_URL", "KOTO_HOST"}:
        ours["KOTO_SECRET"] = "a secret for tests that is long enough"
    else:
        ours["KOTO_DEVELOPMENT"] = "1"
    return Settings.from_environ({**ours, **environ})


@asynccontextmanager
async def serving(data_dir: Path, **environ: str) -> AsyncIterator["Koto"]:
    """The server with scripted engines, unless `environ` says otherwise."""
    settings = settings_for_tests(data_dir, **environ)
    async with (
        open_services(settings) as services,
        TestClient(TestServer(make_app(services, settings))) as client,
    ):
        yield Koto(client, services)


@asynccontextmanager
async def judging(data_dir: Path, judge: Evaluator, bus: Bus | None = None) -> AsyncIterator["Koto"]:
    """The server with a judge, and if told a bus between its connections, of the test's own."""
    settings = settings_for_tests(data_dir)
    async with open_services(settings) as opened, playing(opened, data_dir, judge) as play:
        services = replace(opened, play=play, bus=bus or opened.bus)
        async with TestClient(TestServer(make_app(services, settings))) as client:
            yield Koto(client, services)


@asynccontextmanager
async def playing(
    services: Services, data_dir: Path, judge: Evaluator, bus: Bus | None = None, clock: Clock | None = None
) -> AsyncIterator[PlayService]:
    """Another service over the same database, such as another process has."""
    storage = open_storage("", data_dir=data_dir)
    play = PlayService(
        storage=storage,
        bus=bus or services.bus,
        catalog=services.catalog,
        evaluator=judge,
        speech=services.speech,
        clock=clock or SystemClock(),
    )
    yield play
    await play.settle()
    await storage.close()


@asynccontextmanager
async def hearing(data_dir: Path, ears: Recognizer, **environ: str) -> AsyncIterator["Koto"]:
    """The server with ears, and for its recordings a clock, of the test's own."""
    settings = settings_for_tests(data_dir, **environ)
    clock = MovedClock()
    async with open_services(settings) as opened, AsyncExitStack() as stack:
        storage = open_storage("", data_dir=data_dir)
        stack.push_async_callback(storage.close)
        blobs = open_blobs(data_dir / "blobs", s3=settings.s3)
        stack.push_async_callback(blobs.close)
        listening = await open_listening(
            settings.uploads, storage, blobs, opened.bus, opened.play, ears, clock, stack
        )
        services = replace(
            opened, uploads=listening.uploads, recordings=listening.recordings, voice=listening.voice
        )
        client = await stack.enter_async_context(TestClient(TestServer(make_app(services, settings))))
        yield Koto(client, services, clock)


class MovedClock(SystemClock):
    """The system's clock, put forward by the test."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def move(self, *, days: int) -> None:
        self._ahead += timedelta(days=days)

    def now(self) -> datetime:
        return super().now() + self._ahead


class Koto:
    """The server as its clients see it."""

    def __init__(
        self, client: "TestClient[Any, Any]", services: Services, clock: MovedClock | None = None
    ) -> None:
        self.http = client
        self.services = services
        self.clock = clock or MovedClock()
        cafe = services.catalog.playable("cafe", "ko-id").scene
        self.answers = {turn.id: turn.model.ko for turn in cafe.turns}

    async def guest(self) -> "Guest":
        answer = await self.http.post("/koto-api/auth/guest", json={"native": "id"})
        assert answer.status == 201
        signed_in = await answer.json()
        return Guest(self, signed_in["token"], signed_in["learner_id"])

    async def member(self, role: Role, name: str | None = None) -> "Guest":
        """Somebody new with this role."""
        learner = await self.services.accounts.add(role, name=name)
        return Guest(self, self.services.accounts.long_token(learner).token, learner.id)


@dataclass
class Guest:
    """A signed-in learner."""

    koto: Koto
    token: str
    learner_id: str

    async def call(self, method: str, path: str, **kwargs: Any) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return await self.koto.http.request(method, f"/koto-api{path}", headers=headers, **kwargs)

    async def get(self, path: str, **kwargs: Any) -> Any:
        answer = await self.call("GET", path, **kwargs)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def open(self, scene_id: str = "cafe") -> str:
        answer = await self.call("POST", "/sessions", json={"scene_id": scene_id, "pack": "ko-id"})
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["session_id"])

    async def say(self, session_id: str, text: str, turn_id: str) -> list[Frame]:
        answer = await self.call("POST", f"/sessions/{session_id}/turns", json={"turn_id": turn_id, "text": text})
        assert answer.status == 200, await answer.text()
        return list((await answer.json())["frames"])

    async def socket(self, session_id: str) -> aiohttp.ClientWebSocketResponse:
        """A socket that has not said hello yet."""
        return await self.koto.http.ws_connect(f"/koto/ws/session/{session_id}")

    async def live(self, session_id: str, last_seq: int | None = None) -> "Live":
        """A socket that has said hello, after its `session_ready`."""
        live = Live(await self.socket(session_id), self.koto)
        hello: Frame = {"type": "hello", "token": self.token}
        await live.send(hello if last_seq is None else {**hello, "last_seq": last_seq})
        live.ready = await live.until("session_ready")
        return live


class Live:
    """A connection that keeps every frame it was sent."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, koto: Koto) -> None:
        self.socket = socket
        self.koto = koto
        self.frames: list[Frame] = []
        self.texts: list[str] = []
        self.ready: Frame = {}
        self._ids = count(1)

    async def send(self, frame: Frame) -> None:
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))

    async def next(self) -> Frame:
        """The next frame; fails when the socket was closed instead."""
        async with asyncio.timeout(10):
            message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, (message.type, self.socket.close_code, message.extra)
        self.texts.append(message.data)
        self.frames.append(json.loads(message.data))
        return self.frames[-1]

    async def until(self, kind: str) -> Frame:
        while (frame := await self.next())["type"] != kind:
            pass
        return frame

    async def settled(self) -> list[Frame]:
        """Everything that comes before the answer to a ping: what was under way has been said."""
        before = len(self.frames)
        await self.send({"type": "ping"})
        await self.until("pong")
        return self.frames[before:-1]

    async def say(self, text: str, turn_id: str | None = None) -> list[Frame]:
        """One turn; the frames that it brought, through the evaluation and what follows."""
        before = len(self.frames)
        turn = turn_id or f"t{next(self._ids)}"
        await self.send({"type": "user_text", "turn_id": turn, "text": text})
        await self.until("evaluation_complete")
        await self.settled()
        return [frame for frame in self.frames[before:] if frame["type"] != "pong"]

    async def play_to_the_end(self) -> Frame:
        """Gives the model answer in every turn; the `scene_ended` frame."""
        turn = self.ready["turn"]
        for _ in range(30):
            for frame in await self.say(self.koto.answers[turn]):
                if frame["type"] == "npc_line":
                    turn = frame["turn"]
                if frame["type"] == "scene_ended":
                    return frame
        raise AssertionError("the scene does not end")

    async def closed(self) -> int:
        """The code with which the server closes; frames that come first are kept."""
        while True:
            async with asyncio.timeout(10):
                message = await self.socket.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                self.texts.append(message.data)
                self.frames.append(json.loads(message.data))
                continue
            assert self.socket.close_code is not None
            return self.socket.close_code

    @property
    def numbers(self) -> list[int]:
        return [frame["seq"] for frame in self.frames if "seq" in frame]
