"""Speech by address: a line has its URL before its sound exists, and its sound is made once.

The address is a digest of everything that shapes the sound, so a client may keep it for ever.
"""

import asyncio
import hashlib
import json
import logging
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from kotoserver import telemetry
from kotoserver.domain.engines import Preference
from kotoserver.domain.errors import KotoError, NotFound, ProviderFailed, StorageFailed, TooFast
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.domain.speech import NORMAL_RATE, AudioFormat, SpeechRequest
from kotoserver.korean.sounds.visemes import viseme_document
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import SpeechEncoder, Synthesizer
from kotoserver.ports.storage import SpokenLine, Storage
from kotoserver.services.growing_file import GrowingFile
from kotoserver.services.rendering import Renderer
from kotoserver.services.single_flight import SingleFlight
from kotoserver.services.speech_cache import SpeechCache

_KEY = re.compile(r"[0-9a-f]{32}")
_RECENT_TRACKS = 256
_RECENT_LINES = 4096
"""Requests remembered in memory, for lines that are asked for before they are stored."""

_OTHERS_SECONDS = 4.0
"""How long a line waits for another process that is making it; a fast engine needs a fraction of that."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    receipt: Receipt | None
    """What making it took; None when it was kept from before."""


class SpeechService:
    """Everyone who asks for the same sound at the same time, in any process, waits for one synthesis."""

    def __init__(
        self,
        *,
        storage: Storage,
        bus: Bus,
        blobs: BlobStore,
        synthesizer: Synthesizer,
        encoder: SpeechEncoder,
        clock: Clock,
        cache_bytes: int,
        media_url: str = "",
    ) -> None:
        """`media_url` is where clients fetch lines from; empty: from this server."""
        self._storage = storage
        self._bus = bus
        self._media_url = media_url
        self._cache = SpeechCache(blobs, cache_bytes)
        self._synthesizer = synthesizer
        self._renderer = Renderer(synthesizer, encoder, clock)
        self._recent: OrderedDict[str, SpeechRequest] = OrderedDict()
        self._files: SingleFlight[_File] = SingleFlight()
        self._growing: dict[str, GrowingFile] = {}
        """Files that are being looked for or made."""
        self._tracks: OrderedDict[str, str] = OrderedDict()
        """Mouth tracks of the latest lines, those of lesser voices included."""
        self._awaited = 0
        """Files that somebody needs now; the library waits while there are any."""
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._chores: set[asyncio.Future[Any]] = set()

    @property
    def being_made(self) -> int:
        """Files being rendered now."""
        return len(self._files)

    async def open(self) -> None:
        """Takes stock of the files from earlier runs. Raises StorageFailed."""
        await self._cache.load()

    def line(
        self, text: str, voice: str, rate: float = NORMAL_RATE, preference: Preference | None = None
    ) -> SpokenLine:
        """The line with its key; nothing is synthesised yet."""
        request = SpeechRequest(text=text, voice=voice, rate=rate, preference=preference)
        key = self._key(request)
        self._recent[key] = request
        self._recent.move_to_end(key)
        if len(self._recent) > _RECENT_LINES:
            self._recent.popitem(last=False)
        return SpokenLine(key=key, request=request)

    def visemes_url(self, key: str) -> str:
        return f"{self._media_url}/koto-api/speech/{key}.json"

    def url(self, key: str, audio_format: AudioFormat = AudioFormat.MP3) -> str:
        return f"{self._media_url}/koto-api/speech/{key}.{audio_format}"

    async def sound(self, key: str, audio_format: AudioFormat = AudioFormat.MP3) -> bytes:
        """The file. Raises NotFound (`no_such_speech`), ProviderFailed, or TooFast when too much waits."""
        if _KEY.fullmatch(key) is None:
            raise _no_such_speech()
        joined = f"{key}.{audio_format}" in self._files
        file = await self._awaited_file(key, audio_format)
        answer = "joined" if joined else "miss" if file.receipt else "hit"
        telemetry.SPEECH_REQUESTS.labels(answer).inc()
        return file.content

    async def opened(self, key: str, audio_format: AudioFormat) -> "bytes | AsyncIterator[bytes]":
        """The file, or its parts as they come where it is being made by an engine that speaks in parts.

        Raises as `sound` does; what breaks later is raised by the parts.
        """
        if _KEY.fullmatch(key) is None:
            raise _no_such_speech()
        growing = self._growing.setdefault(f"{key}.{audio_format}", GrowingFile())
        whole = asyncio.ensure_future(self.sound(key, audio_format))
        begun = asyncio.ensure_future(growing.begun.wait())
        try:
            await asyncio.wait([whole, begun], return_when=asyncio.FIRST_COMPLETED)
            return whole.result() if whole.done() else growing.read()
        finally:
            begun.cancel()
            if not whole.done():
                self._chores.add(whole)
                whole.add_done_callback(self._left_to_itself)

    def _left_to_itself(self, whole: "asyncio.Future[bytes]") -> None:
        self._chores.discard(whole)
        if not whole.cancelled():
            whole.exception()  # asked for here, so that one nobody waited for is no warning

    async def visemes(self, key: str) -> str:
        """The mouth track of a line as JSON, timed to its sound. Raises as `sound` does."""
        track = self._tracks.get(key) or await self._kept_track(key)
        if track is None:
            await self._cache.drop(_mp3(key))  # kept by a version that made no tracks, or its track was evicted
            await self.sound(key)
            track = self._tracks.get(key) or await self._kept_track(key)  # another process may have made it anew
        if track is None:
            raise ProviderFailed("the mouth of this line was lost")
        return track

    def keeps(self, file: str) -> bool:
        """Whether this file, such as `KEY.mp3`, is the same whenever it is asked for: a lesser voice's is not."""
        return file in self._cache

    async def _kept_track(self, key: str) -> str | None:
        if _KEY.fullmatch(key) is None:
            raise _no_such_speech()
        kept = await self._cache.get(_track(key))
        return None if kept is None else kept.decode()

    async def ready(self, line: SpokenLine) -> Receipt | None:
        """Waits for the line's MP3 and tells what it took; None when it could not be made."""
        if _mp3(line.key) in self._cache:
            return self._kept_receipt(line)
        try:
            file = await self._awaited_file(line.key, AudioFormat.MP3)
        except KotoError as failure:
            logger.warning("a line could not be spoken: %s", failure.code)
            return None
        return file.receipt or self._kept_receipt(line)

    def _kept_receipt(self, line: SpokenLine) -> Receipt:
        return Receipt(
            stage=Stage.TTS,
            provider=self._maker(line.request),
            milliseconds=0.0,
            cached=True,
            characters=len(line.request.text),
        )

    def _maker(self, request: SpeechRequest) -> str:
        """Who made what is kept: a stand-in's sound never is."""
        engines = [engine.name for engine in self._synthesizer.states()] or [self._synthesizer.name]
        wanted = request.preference.engine if request.preference else None
        return wanted if wanted in engines else engines[0]

    def warm(self, lines: Sequence[SpokenLine]) -> None:
        """Starts on lines that will be asked for in a moment."""
        for line in lines:
            if _mp3(line.key) not in self._cache and _mp3(line.key) not in self._files:
                self._later(self._warm_now(line))

    async def render(self, lines: Sequence[SpokenLine], progress: Callable[[int, int], None]) -> None:
        """Makes the sound of these lines now, one after the other, telling how many of how many are done."""
        await self._storage.remember_speech(lines)
        for done, line in enumerate(lines, 1):
            await self.ready(line)
            progress(done, len(lines))

    def warm_library(self, lines: Sequence[SpokenLine]) -> None:
        """Renders authored lines behind everything else, one at a time."""
        self._later(self._warm_quietly(tuple(lines)))

    async def settle(self) -> None:
        """Returns when all that was started has ended, the library included."""
        while self._chores or len(self._files):
            await asyncio.gather(*self._chores, return_exceptions=True)
            await self._files.settle()

    async def close(self) -> None:
        """Ends what is under way; those who wait get ProviderFailed. Engines are closed by their owner."""
        chores = tuple(self._chores)
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        await self._files.cancel()

    async def _awaited_file(self, key: str, audio_format: AudioFormat) -> _File:
        self._awaited += 1
        self._quiet.clear()
        try:
            return await self._file(key, audio_format)
        finally:
            self._awaited -= 1
            if self._awaited == 0:
                self._quiet.set()

    async def _file(self, key: str, audio_format: AudioFormat) -> _File:
        """The look into the cache is part of what is shared: whoever comes after it finds the file kept."""
        name = f"{key}.{audio_format}"
        growing = self._growing.setdefault(name, GrowingFile())
        return await self._files.join(name, lambda: self._find_or_render(name, key, audio_format, growing))

    async def _find_or_render(self, name: str, key: str, audio_format: AudioFormat, growing: GrowingFile) -> _File:
        failure: KotoError | None = ProviderFailed("the server is shutting down", code="shutting_down")
        try:
            file = await self._kept_file(name)
            if file is None:
                async with self._held_off_others(name):
                    file = await self._kept_file(name) or await self._render(name, key, audio_format, growing)
            failure = None
            return file
        except KotoError as error:
            failure = error
            raise
        finally:
            self._growing.pop(name, None)
            growing.end(failure)

    async def _kept_file(self, name: str) -> _File | None:
        kept = await self._cache.get(name)
        return None if kept is None else _File(content=kept, receipt=None)

    @asynccontextmanager
    async def _held_off_others(self, name: str) -> AsyncIterator[None]:
        """No other process makes this file meanwhile; where that cannot be had, it may be made twice."""
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(self._bus.lock(f"speech:{name}", wait_seconds=_OTHERS_SECONDS))
            except (StorageFailed, TooFast) as failure:
                logger.warning("a line may be made twice: %s", failure.message)
            yield

    async def _render(self, name: str, key: str, audio_format: AudioFormat, growing: GrowingFile) -> _File:
        """Makes a line's file and mouth track, and keeps them; a failure or a lesser voice is never kept."""
        request = await self._request(key)
        rendering = await self._renderer.render(request, audio_format, growing)
        track = json.dumps(viseme_document(request.text, rendering.speech.seconds, rendering.speech.words))
        if rendering.speech.degraded is None:
            await self._cache.put(_track(key), track.encode(), "application/json")
            await self._cache.put(name, rendering.content, audio_format.media_type)
        self._tracks[key] = track
        while len(self._tracks) > _RECENT_TRACKS:
            self._tracks.popitem(last=False)
        return _File(content=rendering.content, receipt=rendering.receipt)

    async def _request(self, key: str) -> SpeechRequest:
        if key in self._recent:
            return self._recent[key]
        stored = await self._storage.find_speech(key)
        if stored is None:
            raise _no_such_speech()
        return self._as_preferred(key, stored)

    def _as_preferred(self, key: str, stored: SpeechRequest) -> SpeechRequest:
        """A stored line with the engine that somebody wanted it from, which nothing tells but its key."""
        for engine in self._synthesizer.states():
            preferred = replace(stored, preference=Preference(engine=engine.name))
            if self._key(preferred) == key:
                return preferred
        return stored

    def _key(self, request: SpeechRequest) -> str:
        """128 bits of a digest over all that shapes the sound."""
        shapes = [request.text, request.voice, request.rate, self._synthesizer.name, self._synthesizer.version]
        if request.preference is not None:
            shapes.append(request.preference.engine)
        return hashlib.sha256(json.dumps(shapes, ensure_ascii=False).encode()).hexdigest()[:32]

    async def _warm_now(self, line: SpokenLine) -> None:
        await self.ready(line)

    async def _warm_quietly(self, lines: Sequence[SpokenLine]) -> None:
        """A line that fails is tried again when somebody asks for it."""
        try:
            await self._storage.remember_speech(lines)
        except KotoError as failure:
            logger.warning("authored lines could not be noted: %s", failure.code)
        for line in lines:
            await self._quiet.wait()
            if _mp3(line.key) in self._cache:
                continue
            try:
                await self._file(line.key, AudioFormat.MP3)
            except KotoError as failure:
                logger.warning("an authored line could not be spoken: %s", failure.code)

    def _later(self, chore: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)


def _track(key: str) -> str:
    return f"{key}.json"


def _mp3(key: str) -> str:
    return f"{key}.{AudioFormat.MP3}"


def _no_such_speech() -> NotFound:
    return NotFound("Nothing is known to be said under this address.", code="no_such_speech")
