"""Learners for load: each plays the scene over its socket, answering every turn with the model answer."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Any

import aiohttp


@dataclass(slots=True)
class Player:
    """One learner on one socket; starts the scene anew whenever it ends."""

    http: aiohttp.ClientSession
    base: str
    answers: Mapping[str, str]
    """Turn of the scene -> what to say in it."""
    turn: str = ""
    socket: aiohttp.ClientWebSocketResponse | None = None
    latencies: list[float] = field(default_factory=list)
    """Seconds from `user_text` (or from when it was due) to `evaluation_complete`."""
    served: list[dict[str, float]] = field(default_factory=list)
    _ids: "count[int]" = field(default_factory=lambda: count(1))
    token: str = ""
    learner_id: str = ""
    session_id: str = ""
    spoken: str = ""
    """Address of the NPC's opening line."""

    async def enter(self) -> None:
        """Signs in and opens a first session."""
        async with self.http.post(f"{self.base}/koto-api/auth/guest", json={}) as answer:
            signed_in = await answer.json()
        self.token, self.learner_id = signed_in["token"], signed_in["learner_id"]
        await self.open_scene()

    async def open_scene(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        body = {"scene_id": "cafe", "pack": "ko-id"}
        async with self.http.post(f"{self.base}/koto-api/sessions", json=body, headers=headers) as answer:
            opened = await answer.json()
        self.session_id = opened["session_id"]
        if self.socket is not None:
            await self.socket.close()
        self.socket = await self.http.ws_connect(opened["ws_url"], compress=0)
        await self.socket.send_json({"type": "hello", "token": self.token})
        ready = await self.until("session_ready")
        self.turn = ready["turn"]
        self.spoken = (await self.until("npc_line"))["tts_url"]

    async def take_turn(self, due: float | None = None) -> None:
        """One turn; the latency counts from `due`, so that waiting for a slow server counts too."""
        assert self.socket is not None
        turn_id = f"t{next(self._ids)}"
        started = due if due is not None else perf_counter()
        await self.socket.send_json({"type": "user_text", "turn_id": turn_id, "text": self.answers[self.turn]})
        await self.until("evaluation_complete")
        self.latencies.append(perf_counter() - started)
        if await self._rest_of_turn(turn_id):
            await self.open_scene()

    async def timings(self) -> list[dict[str, float]]:
        """What the server measured in each turn of the current session."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.base}/koto-api/sessions/{self.session_id}/turns"
        async with self.http.get(url, headers=headers) as answer:
            return [turn["timings"] for turn in (await answer.json())["turns"]]

    async def _rest_of_turn(self, turn_id: str) -> bool:
        """Reads on until a ping comes back, keeping the turn the scene is in; True when the scene ended."""
        assert self.socket is not None
        ended = False
        await self.socket.send_json({"type": "ping"})
        while (frame := await self._frame())["type"] != "pong":
            if frame["type"] == "npc_line":
                self.turn = frame["turn"]
            ended = ended or frame["type"] == "scene_ended"
            if frame["type"] == "error":
                raise RuntimeError(f"the server answered {frame}")
        return ended

    async def until(self, kind: str) -> dict[str, Any]:
        while (frame := await self._frame())["type"] != kind:
            if frame["type"] == "error":
                raise RuntimeError(f"the server answered {frame}")
        return frame

    async def _frame(self) -> dict[str, Any]:
        assert self.socket is not None
        message = await self.socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise RuntimeError(f"the socket ended with {message.type}: {self.socket.close_code}")
        return dict(json.loads(message.data))


async def closed_loop(players: list[Player], seconds: float) -> int:
    """Everyone answers as soon as they can; the number of turns."""
    before = sum(len(player.latencies) for player in players)
    end = perf_counter() + seconds

    async def play(player: Player) -> None:
        while perf_counter() < end:
            await player.take_turn()

    await asyncio.gather(*(play(player) for player in players))
    return sum(len(player.latencies) for player in players) - before


async def open_loop(players: list[Player], turns_a_second: float, seconds: float) -> None:
    """Turns are due at a steady pace, whether the server keeps up or not; one that fails ends them all."""
    every = len(players) / turns_a_second
    begin = perf_counter() + 0.2

    async def play(player: Player, offset: float) -> None:
        due = begin + offset
        while due < begin + seconds:
            await asyncio.sleep(max(0.0, due - perf_counter()))
            await player.take_turn(due)
            due += every

    async with asyncio.TaskGroup() as playing:
        for number, player in enumerate(players):
            playing.create_task(play(player, number / turns_a_second))
