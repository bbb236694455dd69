"""A learner who does not give up: says each line until it is judged, over as many sockets as it takes."""

import asyncio
import io
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

import aiohttp

PATIENCE_SECONDS = 4.0
"""A socket or a call that says nothing for so long is given up, and another one tried."""
AGAIN_SECONDS = 0.2


class Astray(Exception):
    """The server did what it never may; the run is lost."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A turn that was judged, or a recording that was taken."""

    session_id: str
    turn_id: str
    """Or the recording's key."""
    sent_at: float
    """When it was said for the first time."""
    judged_at: float


@dataclass(eq=False)
class Learner:
    http: aiohttp.ClientSession
    address: str
    answers: Mapping[str, str]
    """Turn of the scene -> what to say in it."""
    recording: bytes
    answered: list[Answered] = field(default_factory=list)
    """Turns."""
    taken: list[Answered] = field(default_factory=list)
    """Recordings."""
    uploaded: dict[str, str] = field(default_factory=dict)
    """Recording -> session, of uploads that were acknowledged."""
    sessions: list[str] = field(default_factory=list)
    connects: int = 0
    token: str = ""
    _turn: str = ""
    last_seq: int = 0
    """Of the last frame that was told."""
    _ended: bool = False
    _stored_seq: int = 0
    """Of the last frame that was stored when the socket was opened."""
    _live: aiohttp.ClientWebSocketResponse | None = None

    async def enter(self) -> None:
        signed_in = await self._call("POST", "/auth/guest", {})
        self.token = signed_in["token"]
        await self._open()

    async def play(self, stop: asyncio.Event, pause_seconds: float, upload_every: int) -> None:
        """Turn after turn until told to stop."""
        for number in count(1):
            await self.take_turn(f"t{number}")
            if number % upload_every == 0:
                await self._upload(f"k{number}")
            if stop.is_set():
                return
            await self.go_on()
            await asyncio.sleep(pause_seconds)

    async def leave(self) -> None:
        if self._live is not None:
            await self._live.close()

    async def _open(self) -> None:
        """Opening is not made to be repeated safely: a session whose answer was lost stays unplayed."""
        opened = await self._call("POST", "/sessions", {"scene_id": "cafe", "pack": "ko-id"})
        self.sessions.append(opened["session_id"])
        self.last_seq, self._ended, self._turn = 0, False, ""
        await self.hang_up()

    async def begin_turn(self, turn_id: str) -> str:
        """Says the turn and does not wait for what becomes of it; the words."""
        live = await self._connected()
        await self.catch_up()
        words = self.answers[self._turn]
        await live.send_json({"type": "user_text", "turn_id": turn_id, "text": words})
        return words

    async def catch_up(self) -> None:
        """Connects if need be, and returns once everything was told that was stored by then."""
        live = await self._connected()
        while self.last_seq < self._stored_seq:
            await self._next(live)

    async def go_on(self) -> None:
        """Opens another scene where this one is over."""
        if self._ended:
            await self._open()

    async def take_turn(self, turn_id: str, words: str = "") -> None:
        """In the same words each time: a turn that was stored has moved the scene on, and its id is not free."""
        sent_at = monotonic()
        while True:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    live = await self._connected()
                    words = words or self.answers[self._turn]
                    await self._say(live, turn_id, words)
                break
            except (aiohttp.ClientError, OSError, TimeoutError, _Gone):
                await self.hang_up()
            await asyncio.sleep(AGAIN_SECONDS)
        self.answered.append(Answered(self.sessions[-1], turn_id, sent_at, monotonic()))

    async def _say(self, live: aiohttp.ClientWebSocketResponse, turn_id: str, words: str) -> None:
        """Returns when the turn was judged, and what follows was told too."""
        body = {"type": "user_text", "turn_id": turn_id, "text": words}
        await live.send_json(body)
        while True:
            frame = await self._next(live)
            if frame["type"] == "evaluation_complete" and frame["turn_id"] == turn_id:
                break
            if frame["type"] == "error":
                if not frame["retryable"]:
                    raise Astray(f"{turn_id} was refused: {frame}")
                raise _Gone
        await live.send_json({"type": "ping"})
        while (await self._next(live))["type"] != "pong":
            pass

    async def _connected(self) -> aiohttp.ClientWebSocketResponse:
        if self._live is not None and not self._live.closed:
            return self._live
        self.connects += 1
        url = f"{self.address}/koto/ws/session/{self.sessions[-1]}"
        self._live = live = await self.http.ws_connect(url, compress=0)
        hello: dict[str, Any] = {"type": "hello", "token": self.token}
        await live.send_json(hello | ({"last_seq": self.last_seq} if self.last_seq else {}))
        ready = await self._next(live)
        if ready["type"] != "session_ready":
            raise Astray(f"the first frame was {ready}")
        self._turn, self._stored_seq = ready["turn"], ready["last_seq"]
        return live

    async def _next(self, live: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
        """The next frame; numbers never leave a gap, and one that was told before changes nothing."""
        message = await live.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise _Gone
        frame: dict[str, Any] = json.loads(message.data)
        seq = frame.get("seq", 0)
        if seq > self.last_seq:
            if self.last_seq and seq != self.last_seq + 1:
                raise Astray(f"after {self.last_seq} came {seq} in {self.sessions[-1]}")
            self.last_seq = seq
            self._note(frame)
        return frame

    def _note(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "npc_line":
                self._turn = frame["turn"]
            case "scene_ended":
                self._ended = True

    async def hang_up(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(0.5):
                    await live.close()

    async def _upload(self, key: str) -> None:
        """One recording, sent again under its key until it is taken."""

        def form() -> aiohttp.FormData:
            made = aiohttp.FormData({"session_id": self.sessions[-1]})
            made.add_field("audio", io.BytesIO(self.recording), filename="a.wav", content_type="audio/wav")
            return made

        if self._ended:
            return
        sent_at = monotonic()
        taken = await self._until_answered("POST", "/audio/upload", form, {"Idempotency-Key": key})
        self.taken.append(Answered(self.sessions[-1], key, sent_at, monotonic()))
        self.uploaded[taken["audio_id"]] = self.sessions[-1]

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> Any:
        return await self._until_answered(method, path, lambda: json.dumps(body), {})

    async def _until_answered(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        signed = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        timeout = aiohttp.ClientTimeout(total=3 * PATIENCE_SECONDS)
        while True:
            try:
                async with self.http.request(
                    method,
                    f"{self.address}/koto-api{path}",
                    data=body(),
                    headers={**signed, **headers},
                    timeout=timeout,
                ) as answer:
                    if answer.status < 300:
                        return await answer.json()
                    if answer.status not in (409, 429, 502, 503):
                        raise Astray(f"{method} {path}: {answer.status} {await answer.text()}")
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            await asyncio.sleep(AGAIN_SECONDS)


class _Gone(Exception):
    """The socket ended, or the server asked to try again."""
