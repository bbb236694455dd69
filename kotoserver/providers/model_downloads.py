"""Fetching models: a gigabyte over connections that break, from servers that may say anything.

A file grows as `.<name>.part` beside its place, with the publisher's mark of the version it belongs to; it
goes on where it stopped as long as that mark stays the same, and takes its place only when its size and its
digest are right.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from kotoserver.domain.errors import KotoError, NotFound, ProviderFailed
from kotoserver.providers.known_models import KNOWN_MODELS, KnownModel, ModelFile
from kotoserver.providers.model_store import LockedFile, ModelStore, digest_of

_BLOCK = 1 << 18
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress = Callable[[str, int, int | None], None]
"""(file, bytes here, bytes in all if that is known)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    tries: int = 5
    """In a row that bring not a byte."""
    pause_seconds: float = 1.0
    """Before the second try; twice as long before each further one."""
    silence_seconds: float = 30.0
    """That a connection may last without a byte; the whole may take hours."""


PATIENT = Patience()


class _BrokeOff(Exception):
    """Worth another try; the text says why."""


@dataclass(slots=True)
class _Part:
    """A file on its way."""

    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def mark(self) -> str | None:
        """What the publisher called the version that the bytes belong to."""
        return self._mark_file.read_text("utf-8") or None if self._mark_file.exists() else None

    def begin(self, mark: str | None) -> None:
        self.path.write_bytes(b"")
        self._mark_file.write_text(mark or "", "utf-8")

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self._mark_file.unlink(missing_ok=True)

    def take(self, place: Path) -> None:
        os.replace(self.path, place)
        self._mark_file.unlink(missing_ok=True)

    @property
    def _mark_file(self) -> Path:
        return self.path.with_name(f"{self.path.name}.mark")


class Downloads:
    def __init__(
        self,
        store: ModelStore,
        mirror: str | None,
        progress: Progress,
        *,
        patience: Patience = PATIENT,
        models: Mapping[str, KnownModel] = KNOWN_MODELS,
    ) -> None:
        """`mirror` stands in for scheme and host of every publisher, the paths being the same."""
        self._models = models
        self._store = store
        self._mirror = mirror
        self._progress = progress
        self._patience = patience

    async def pull(self, name: str) -> KnownModel:
        """Fetches what is missing or damaged of a model.

        NotFound `no_such_model`; ProviderFailed `model_unreachable`; Conflict `model_damaged` when the bytes are
        not the known ones, `model_changed` when they are not those of the first time; KotoError `no_room`.
        """
        model = self._models.get(name)
        if model is None:
            known = ", ".join(each.name for each in self._models.values() if each.files)
            raise NotFound(f"There is no model {name}; these can be pulled: {known}.", code="no_such_model")
        if not model.files:
            raise NotFound(
                f"{name} cannot be pulled ({model.note}); fetch it from {model.source} and bring it in with "
                "`kotoserver models import`.",
                code="no_such_model",
            )
        silence = self._patience.silence_seconds
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=silence, sock_read=silence)
        async with aiohttp.ClientSession(timeout=timeout, headers={"Accept-Encoding": "identity"}) as http:
            for file in model.files:
                await self._bring(http, file, self._store.file_of(model, file.name))
        return model

    async def _bring(self, http: aiohttp.ClientSession, file: ModelFile, place: Path) -> None:
        here = await asyncio.to_thread(self._size_here, file, place)
        if here is not None:
            self._progress(file.name, here, here)
            return
        self._store.make_room(0)
        place.parent.mkdir(parents=True, exist_ok=True)
        part = _Part(place.with_name(f".{place.name}.part"))
        url = self._address(file.url)
        await self._fetch(http, url, file, part)
        digest = await asyncio.to_thread(digest_of, part.path)
        try:
            self._store.refuse_other_bytes(place, digest, file.sha256)
        except KotoError:
            part.drop()
            raise
        size = part.size
        part.take(place)
        self._store.remember(place, LockedFile(sha256=digest, bytes=size, source=url))

    def _size_here(self, file: ModelFile, place: Path) -> int | None:
        """Bytes of a file that is here and right; None for one to be fetched."""
        if not place.is_file():
            return None
        known = self._store.lock().get(self._store.key(place))
        expected = file.sha256 or (known.sha256 if known else None)
        return place.stat().st_size if expected is not None and digest_of(place) == expected else None

    def _address(self, url: str) -> str:
        return f"{self._mirror}{urlsplit(url).path}" if self._mirror else url

    async def _fetch(self, http: aiohttp.ClientSession, url: str, file: ModelFile, part: _Part) -> None:
        """Until the part is whole; tries that bring something do not count."""
        failures = 0
        while True:
            before = part.size
            try:
                return await self._go_on(http, url, file, part)
            except (aiohttp.ClientError, TimeoutError, ConnectionError, _BrokeOff) as broken:
                failures = 1 if part.size > before else failures + 1
                if failures >= self._patience.tries:
                    raise ProviderFailed(
                        f"{file.name} could not be fetched from {url} ({_why(broken)}); what came is kept, and "
                        "the same command goes on from there.",
                        code="model_unreachable",
                    ) from broken
            await asyncio.sleep(self._patience.pause_seconds * 2 ** (failures - 1))

    async def _go_on(self, http: aiohttp.ClientSession, url: str, file: ModelFile, part: _Part) -> None:
        """One connection: the rest of the part, or all of it where the publisher has another version by now."""
        async with self._answer(http, url, part) as answer:
            mark = _mark_of(answer)
            start = _range_start(answer)
            if answer.status == 200 or start != part.size or mark is None or mark != part.mark:
                if answer.status == 206:  # a rest of something else: ask again, for the whole
                    part.drop()
                    raise _BrokeOff("it changed while it was being fetched")
                part.begin(mark)
            whole = _whole_size(answer, part.size)
            if whole is not None:
                self._store.make_room(whole - part.size)
            await self._write(answer, file, part, whole)
            if whole is not None and part.size != whole:
                if part.size > whole:
                    part.drop()
                raise _BrokeOff(f"{part.size} bytes came of {whole}")

    @asynccontextmanager
    async def _answer(
        self, http: aiohttp.ClientSession, url: str, part: _Part
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        headers = {}
        if part.size and part.mark:
            headers = {"Range": f"bytes={part.size}-", "If-Range": part.mark}
        async with http.get(url, headers=headers) as answer:
            if answer.status == 416:  # more is here than there is
                part.drop()
                raise _BrokeOff("it is shorter than what came of it")
            if answer.status in _WORTH_ANOTHER_TRY:
                raise _BrokeOff(f"the answer was {answer.status}")
            if answer.status not in (200, 206):
                raise ProviderFailed(
                    f"{url} answered with {answer.status} {answer.reason}; if the publisher moved it, set "
                    "KOTO_MODELS_MIRROR or bring the model in with `kotoserver models import`.",
                    code="model_unreachable",
                )
            if answer.content_type == "text/html":  # the door of a guest network, or a page that says sorry
                raise ProviderFailed(
                    f"{url} answered with a web page and not with a file; look at it in a browser.",
                    code="model_unreachable",
                )
            yield answer

    async def _write(
        self, answer: aiohttp.ClientResponse, file: ModelFile, part: _Part, whole: int | None
    ) -> None:
        size = part.size
        with part.path.open("ab") as out:
            async for block in answer.content.iter_chunked(_BLOCK):
                out.write(block)
                size += len(block)
                self._progress(file.name, size, whole)


def _mark_of(answer: aiohttp.ClientResponse) -> str | None:
    """A strong ETag, or the date; a weak ETag promises nothing about bytes."""
    etag = answer.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return answer.headers.get("Last-Modified")


def _range_start(answer: aiohttp.ClientResponse) -> int | None:
    unit, _, rest = answer.headers.get("Content-Range", "").partition(" ")
    start = rest.partition("-")[0]
    return int(start) if unit == "bytes" and start.isdecimal() else None


def _whole_size(answer: aiohttp.ClientResponse, before: int) -> int | None:
    """Bytes of the whole file, by what the answer says."""
    said = answer.headers.get("Content-Range", "").rpartition("/")[2]
    if answer.status == 206 and said.isdecimal():
        return int(said)
    return None if answer.content_length is None else before + answer.content_length


def _why(broken: Exception) -> str:
    return str(broken) or type(broken).__name__
