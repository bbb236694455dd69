"""Learners who play as a game does: cut off, they come back with the last number they saw and say a turn again."""

import asyncio
import json
from contextlib import suppress
from itertools import count
from typing import Any

import aiohttp

from tests.replicas.cluster import SCENE

Frame = dict[str, Any]

ANSWER_SECONDS = 30.0
BACK_OFF_SECONDS = 0.05
TEXT = "메뉴 좀 볼게요."
"""May be said again and again: the scene waits."""


class CutOff(Exception):
    """The connection ended."""

    def __init__(self, code: int | None) -> None:
        super().__init__(str(code))
        self.code = code


class Learner:
    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.headers: dict[str, str] = {}
        self.session_id = ""
        self.frames: dict[int, Frame] = {}
        """By number, as they came first."""
        self.answered: list[str] = []
        """Turns whose judgement was heard."""
        self.cuts: list[int | None] = []
        """The codes with which connections ended."""
        self.lost = 0
        """Calls that were lost with the replica that had them, and made again."""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._last_seq = 0
        self._ids = count(1)

    async def enter(self) -> "Learner":
        """Signs in and opens a scene."""
        async with self.http.post("/koto-api/auth/guest", json={}) as answer:
            assert answer.status == 201, await answer.text()
            self.headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
        self.session_id = (await self.call("POST", "/sessions", json={"scene_id": SCENE, "pack": "ko-id"}))[
            "session_id"
        ]
        return self

    def elsewhere(self, http: aiohttp.ClientSession) -> "Learner":
        """The same person in the same session, by another way."""
        other = Learner(http)
        other.headers, other.session_id = self.headers, self.session_id
        return other

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """A REST call that must succeed."""
        headers = {**self.headers, **options.pop("headers", {})}
        async with self.http.request(method, f"/koto-api{path}", headers=headers, **options) as answer:
            assert answer.status in (200, 201, 202), (method, path, answer.status, await answer.text())
            return await answer.json()

    # ── turns ────────────────────────────────────────────────────────────────────────────────────

    async def say(self, turn_id: str | None = None) -> None:
        """One turn by the socket."""
        turn_id = turn_id or f"t{next(self._ids)}"
        await self.ask({"type": "user_text", "turn_id": turn_id, "text": TEXT}, turn_id)

    async def speak(self, audio_id: str) -> None:
        """The same with a recording that was uploaded; the turn has its id."""
        await self.ask(
            {"type": "audio_uploaded", "audio_id": audio_id, "session_id": self.session_id}, turn_id=audio_id
        )

    async def ask(self, frame: Frame, turn_id: str) -> None:
        """Sends a frame that takes a turn, again after each cut, until its judgement is heard."""
        while turn_id not in self.answered:
            try:
                await self._send(frame)
                await self.hear_of(turn_id)
            except CutOff as cut:
                self._note(cut)

    async def say_by_rest(self, turn_id: str | None = None) -> None:
        """One turn by REST; its judgement is heard on the socket too."""
        turn_id = turn_id or f"t{next(self._ids)}"
        turn = {"turn_id": turn_id, "text": TEXT}
        while (told := await self._told_of(turn)) is None:
            self.lost += 1
        assert any(frame.get("turn_id") == turn_id for frame in told)
        while turn_id not in self.answered:
            try:
                await self.connect()
                await self.hear_of(turn_id)
            except CutOff as cut:
                self._note(cut)

    async def _told_of(self, turn: Frame) -> list[Frame] | None:
        """The frames that a turn brought; None when the edge lost it."""
        path = f"/koto-api/sessions/{self.session_id}/turns"
        async with self.http.post(path, json=turn, headers=self.headers) as answer:
            body = await answer.json()
            if answer.status == 502 and body["error"]["code"] == "unavailable":
                return None
            assert answer.status == 200, body
            return list(body["frames"])

    async def _send(self, frame: Frame) -> None:
        """What cannot be sent any more was cut off by something that is heard next."""
        await self.connect()
        assert self._socket is not None
        with suppress(ConnectionResetError):
            await self._socket.send_json(frame)

    async def hear_of(self, turn_id: str) -> None:
        """Returns when the judgement of this turn was heard."""
        while turn_id not in self.answered:
            await self.hear()

    def _note(self, cut: CutOff) -> None:
        self.cuts.append(cut.code)
        self._socket = None

    # ── the socket ───────────────────────────────────────────────────────────────────────────────

    async def connect(self) -> None:
        """Makes sure of a connection; returns when the greeting was heard."""
        while self._socket is None:
            try:
                socket = await self.http.ws_connect(f"/koto/ws/session/{self.session_id}")
            except aiohttp.ClientError:
                await asyncio.sleep(BACK_OFF_SECONDS)
                continue
            token = self.headers["Authorization"].split()[1]
            self._socket = socket
            try:
                await socket.send_json({"type": "hello", "token": token, "last_seq": self._last_seq})
                greeting = await self._next()
            except (CutOff, ConnectionResetError):
                self._socket = None
                await asyncio.sleep(BACK_OFF_SECONDS)
                continue
            assert (greeting["type"], greeting["seq"]) == ("session_ready", max(1, self._last_seq))
            self._last_seq = greeting["seq"]

    async def hear(self) -> Frame:
        """The next frame. A gap in the numbers, or another frame under a number heard before, fails the test."""
        frame = await self._next()
        seq = frame["seq"]
        if seq in self.frames:
            assert self.frames[seq] == frame
            return frame
        assert seq == self._last_seq + 1, f"{seq} came after {self._last_seq}"
        self.frames[seq], self._last_seq = frame, seq
        if frame["type"] == "evaluation_complete":
            self.answered.append(frame["turn_id"])
        assert frame["type"] != "error", frame
        return frame

    async def _next(self) -> Frame:
        assert self._socket is not None
        async with asyncio.timeout(ANSWER_SECONDS):
            message = await self._socket.receive()
        if message.type is aiohttp.WSMsgType.CLOSE:
            raise CutOff(message.data)
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise CutOff(self._socket.close_code)
        return dict(json.loads(message.data))

    async def closed(self) -> int | None:
        """The code with which the server closes."""
        while True:
            try:
                await self.hear()
            except CutOff as cut:
                return cut.code

    async def leave(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    # ── what must have come of it ────────────────────────────────────────────────────────────────

    async def check(self) -> None:
        """Nothing is lost and nothing doubled: in the database, and in what was heard."""
        stored = (await self.call("GET", f"/sessions/{self.session_id}/events"))["events"]
        assert [frame["seq"] for frame in stored] == list(range(1, len(stored) + 1))
        assert [self.frames[seq] for seq in sorted(self.frames)] == stored[1 : len(self.frames) + 1]
        turns = (await self.call("GET", f"/sessions/{self.session_id}/turns"))["turns"]
        assert [turn["turn_id"] for turn in turns] == self.answered
        assert len(set(self.answered)) == len(self.answered)
        assert [frame["turn_id"] for frame in stored if frame["type"] == "evaluation_complete"] == self.answered
