"""When the sound of an upload is decoded, with the decoder in the test's hand."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.server import open_services
from kotoserver.domain.errors import BadInput, KotoError, StorageFailed, TooFast
from kotoserver.domain.hearing import AudioClip
from kotoserver.domain.learner import Caller
from kotoserver.domain.recording import Recording, RecordingState
from kotoserver.ports.clock import SystemClock
from kotoserver.ports.providers import AudioDecoder
from kotoserver.services.uploads import Upload, UploadService
from kotoserver.settings import Settings
from kotoserver.storage.open import open_database
from kotoserver.storage.storage import SqlStorage

CLIP = AudioClip(samples=np.zeros(1600, np.float32), voiced_seconds=0.0, loudness=0.0, media_type="audio/webm")
MOST_BYTES = 8_000_000


class HeldDecoder(AudioDecoder):
    """Answers once it is let; the bytes say what."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.go_on = asyncio.Event()
        self.full_now = False

    def media_type(self, head: bytes) -> str:
        if not head:
            raise BadInput("Nothing.", code="empty_audio")
        return "audio/webm"

    @property
    def full(self) -> bool:
        return self.full_now

    async def decode(self, content: bytes) -> AudioClip:
        self.asked.append(content)
        await self.go_on.wait()
        if content == b"broken":
            raise BadInput("Broken.", code="broken_audio")
        if content == b"busy":
            raise TooFast("Busy.", code="busy")
        return CLIP


class HeldClock(SystemClock):
    """Seconds pass when the test says so."""

    def __init__(self) -> None:
        self._seconds = 100.0

    def move(self, seconds: float) -> None:
        self._seconds += seconds

    def seconds(self) -> float:
        return self._seconds


class Desk:
    """Where a learner hands recordings in."""

    def __init__(
        self, uploads: UploadService, decoder: HeldDecoder, clock: HeldClock, caller: Caller, session_id: str
    ) -> None:
        self.uploads, self.decoder, self.clock = uploads, decoder, clock
        self.caller, self.session_id = caller, session_id

    async def hand_in(self, content: bytes, turn_id: str | None = None) -> Recording:
        return await self.uploads.accept(self.caller, await self.read(content), self.session_id, turn_id)

    async def read(self, *chunks: bytes, key: str | None = None) -> Upload:
        async def coming() -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield chunk

        return await self.uploads.receive(self.caller, coming(), idempotency_key=key)


class DeafStorage(SqlStorage):
    """Notes a recording, and when told so its answer is lost on the way."""

    deaf = False

    async def add_recording(self, recording: Recording) -> None:
        await super().add_recording(recording)
        if self.deaf:
            raise StorageFailed("The database does not answer.")


@pytest.fixture
def storage(tmp_path: Path) -> DeafStorage:
    return DeafStorage(open_database("", data_dir=tmp_path))


@pytest.fixture
async def desk(tmp_path: Path, storage: DeafStorage) -> AsyncIterator[Desk]:
    environ = {"KOTO_DATA_DIR": str(tmp_path), "TTS_PROVIDER": "scripted", "EVAL_PROVIDER": "scripted"}
    decoder, clock = HeldDecoder(), HeldClock()
    async with open_services(Settings.from_environ(environ)) as services:
        blobs = open_blobs(tmp_path / "blobs")
        uploads = UploadService(
            storage=storage,
            blobs=blobs,
            decoder=decoder,
            play=services.play,
            recordings=services.recordings,
            clock=clock,
            most_bytes=MOST_BYTES,
        )
        guest = await services.accounts.sign_in_guest()
        caller = Caller(learner_id=guest.learner.id)
        session = await services.play.start(caller, "cafe", "ko-id")
        yield Desk(uploads, decoder, clock, caller, session.id)
        decoder.go_on.set()
        await uploads.settle()
        await blobs.close()
        await storage.close()


async def test_a_recording_is_taken_before_it_is_decoded(desk: Desk):
    recording = await desk.hand_in(b"sound", "t1")
    assert recording.state is RecordingState.PROCESSING
    desk.decoder.go_on.set()
    assert await desk.uploads.clip(recording) is CLIP


async def test_a_recording_that_was_noted_without_an_answer_is_there_when_it_is_sent_again(
    desk: Desk, storage: DeafStorage
):
    storage.deaf = True
    with pytest.raises(StorageFailed):
        await desk.uploads.accept(desk.caller, await desk.read(b"sound", key="k"), desk.session_id, None)
    storage.deaf = False
    again = await desk.uploads.accept(desk.caller, await desk.read(b"sound", key="k"), desk.session_id, None)
    desk.decoder.go_on.set()
    assert await desk.uploads.clip(again) is CLIP
    assert desk.decoder.asked == [b"sound"]


async def test_all_who_ask_for_a_sound_wait_for_one_decoding(desk: Desk):
    recording = await desk.hand_in(b"sound", "t1")
    asking = [asyncio.create_task(desk.uploads.clip(recording)) for _ in range(3)]
    await asyncio.sleep(0)
    desk.decoder.go_on.set()
    assert await asyncio.gather(*asking) == [CLIP] * 3
    assert desk.decoder.asked == [b"sound"]


async def test_who_leaves_while_it_is_decoded_finds_it_done(desk: Desk):
    recording = await desk.hand_in(b"sound", "t1")
    leaving = asyncio.create_task(desk.uploads.clip(recording))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    desk.decoder.go_on.set()
    await desk.uploads.settle()
    assert await desk.uploads.clip(recording) is CLIP
    assert desk.decoder.asked == [b"sound"]


async def test_a_recording_without_a_turn_is_decoded_ahead_of_it(desk: Desk):
    recording = await desk.hand_in(b"sound")
    desk.decoder.go_on.set()
    await desk.uploads.settle()
    assert desk.decoder.asked == [b"sound"]
    assert await desk.uploads.clip(recording) is CLIP
    assert desk.decoder.asked == [b"sound"]


async def test_decoding_ahead_takes_a_tenth_of_the_time_and_turns_take_what_they_need(desk: Desk):
    await desk.hand_in(b"first")
    await asyncio.sleep(0)
    desk.clock.move(1.0)
    desk.decoder.go_on.set()
    await desk.uploads.settle()
    desk.clock.move(8.9)
    waiting = await desk.hand_in(b"second")
    await desk.hand_in(b"turn", "t1")
    await desk.uploads.settle()
    assert desk.decoder.asked == [b"first", b"turn"]
    desk.clock.move(0.2)
    await desk.hand_in(b"third")
    await desk.uploads.settle()
    assert desk.decoder.asked == [b"first", b"turn", b"third"]
    assert await desk.uploads.clip(waiting) is CLIP


async def test_one_recording_at_a_time_is_decoded_ahead(desk: Desk):
    await desk.hand_in(b"sound")
    waiting = await desk.hand_in(b"another")
    desk.decoder.go_on.set()
    await desk.uploads.settle()
    assert desk.decoder.asked == [b"sound"]
    assert await desk.uploads.clip(waiting) is CLIP


async def test_when_the_decoder_is_full_an_upload_is_told_so_before_it_is_read(desk: Desk):
    desk.decoder.full_now = True
    with pytest.raises(TooFast) as refused:
        await desk.read(b"sound")
    assert refused.value.code == "busy"


async def test_a_recording_that_found_the_decoder_busy_is_decoded_when_it_is_asked_for(desk: Desk):
    desk.decoder.go_on.set()
    recording = await desk.hand_in(b"busy", "t1")
    await desk.uploads.settle()
    with pytest.raises(TooFast):
        await desk.uploads.clip(recording)
    assert desk.decoder.asked == [b"busy"] * 2


async def test_a_recording_found_unreadable_while_it_was_looked_up_is_refused_by_its_own_code(desk: Desk):
    recording = await desk.hand_in(b"broken", "t1")
    desk.decoder.go_on.set()
    await desk.uploads.settle()
    with pytest.raises(BadInput) as refused:
        await desk.uploads.clip(recording)
    assert refused.value.code == "broken_audio"
    assert desk.decoder.asked == [b"broken"]


async def test_a_recording_of_many_chunks_is_known_by_all_of_its_bytes(desk: Desk):
    chunks = [bytes([number]) * 300_000 for number in range(10)]
    pieces, whole = await desk.read(*chunks), await desk.read(b"".join(chunks))
    assert (pieces.sha256, pieces.size) == (whole.sha256, whole.size) == (pieces.sha256, 3_000_000)
    desk.decoder.go_on.set()
    await desk.uploads.decoded(pieces)
    assert desk.decoder.asked == [b"".join(chunks)]


async def chunks_that_break() -> AsyncIterator[bytes]:
    yield bytes(2_000_000)
    raise BadInput("The form breaks off.", code="bad_form")


async def test_what_breaks_off_leaves_no_upload_on_its_way(desk: Desk):
    with pytest.raises(KotoError):
        await desk.uploads.receive(desk.caller, chunks_that_break())
    desk.decoder.go_on.set()
    await desk.hand_in(b"sound")
    await desk.uploads.settle()
    assert desk.decoder.asked == [b"sound"]
