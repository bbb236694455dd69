"""Learners who speak: each uploads a recording, has it heard, and waits for the judgement on the socket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import aiohttp

from bench.players import Player


class Refused(RuntimeError):
    """The server asks to try again later."""


@dataclass(slots=True)
class Speaker(Player):
    """Half of them name the turn in the upload, half send `audio_uploaded` after it."""

    clips: Mapping[str, bytes] = field(default_factory=dict)
    """Turn of the scene -> the recording of its answer."""
    direct: bool = False
    uploads: list[float] = field(default_factory=list)
    """Seconds until each upload was answered."""

    async def take_turn(self, due: float | None = None) -> None:
        """One spoken turn; the latency runs from the end of speaking to `evaluation_complete`."""
        assert self.socket is not None
        turn_id = f"t{next(self._ids)}"
        begun = perf_counter()
        started = due if due is not None else begun
        named = {"turn_id": turn_id} if self.direct else {}
        audio_id = await self.upload(self.clips[self.turn], **named)
        self.uploads.append(perf_counter() - begun)
        if not self.direct:
            await self.socket.send_json(
                {
                    "type": "audio_uploaded",
                    "audio_id": audio_id,
                    "session_id": self.session_id,
                    "turn_id": turn_id,
                }
            )
        judged = await self._judged()
        self.latencies.append(perf_counter() - started)
        if not judged["tts_url"]:
            raise RuntimeError(f"nothing to play in {judged}")
        if await self._rest_of_turn(turn_id):
            await self.open_scene()

    async def upload(self, content: bytes, **fields: str) -> str:
        """The id of the recording."""
        form = aiohttp.FormData({"session_id": self.session_id, **fields})
        form.add_field("audio", content, filename="speech.webm", content_type="audio/webm")
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.post(f"{self.base}/koto-api/audio/upload", data=form, headers=headers) as answer:
            body = await answer.json()
            if answer.status != 202:
                raise RuntimeError(f"the upload was answered with {answer.status}: {body}")
            return str(body["audio_id"])

    async def _judged(self) -> dict[str, Any]:
        while (frame := await self._frame())["type"] != "evaluation_complete":
            unheard = frame["type"] == "transcript" and frame["heard"] != "speech"
            if frame["type"] == "error" and frame["retryable"]:
                raise Refused(frame["code"])
            if frame["type"] == "error" or unheard:
                raise RuntimeError(f"the server answered {frame}")
        return frame
