"""What all ears must do, asked of each of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from kotoserver.audio.encode import resample
from kotoserver.domain.errors import ProviderFailed, TooFast
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, RecognitionRequest
from kotoserver.ports.providers import Recognizer
from kotoserver.providers.google_stt import GoogleRecognizer
from kotoserver.providers.openai_stt import OpenAiRecognizer
from kotoserver.providers.scripted import ScriptedRecognizer
from kotoserver.providers.whisper import WhisperRecognizer
from kotoserver.settings import WhisperSettings
from tests.providers.google_speech_server import serving_google_speech
from tests.providers.openai_speech_server import serving_openai_speech
from tests.providers.tiny_whisper import Script, build
from tests.sounds import voice

SAID = "라떼 한 잔 주세요"
OpenEars = Callable[[int], Recognizer]
"""With so many places."""


@dataclass(frozen=True)
class Kit:
    serving: Callable[[Path], AbstractAsyncContextManager[OpenEars]]
    follows_phrases: bool = True
    """Whether it hears whatever it is told to expect; else it always hears SAID."""

    def hears(self, phrase: str) -> str:
        return phrase if self.follows_phrases else SAID


@asynccontextmanager
async def scripted(folder: Path) -> AsyncIterator[OpenEars]:
    yield lambda places: ScriptedRecognizer(queue_size=places)


@asynccontextmanager
async def whisper(folder: Path) -> AsyncIterator[OpenEars]:
    model = folder / "model"
    if not model.exists():
        build(model, Script())
    settings = WhisperSettings(model="tiny", device="cpu", compute_type="default", beam_size=1)
    yield lambda places: WhisperRecognizer(model, settings, queue_size=places)


@asynccontextmanager
async def google(folder: Path) -> AsyncIterator[OpenEars]:
    async with serving_google_speech() as server:
        yield lambda places: GoogleRecognizer(server.settings, at_once=places)


@asynccontextmanager
async def openai_compatible(folder: Path) -> AsyncIterator[OpenEars]:
    async with serving_openai_speech() as server:
        yield lambda places: OpenAiRecognizer(server.settings, at_once=places)


KITS = {
    "google": Kit(google),
    "openai_compatible": Kit(openai_compatible),
    "scripted": Kit(scripted),
    "whisper": Kit(whisper, follows_phrases=False),
}


@pytest.fixture(params=KITS)
def kit(request: pytest.FixtureRequest) -> Kit:
    return KITS[request.param]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keeps models, which take a second to build, from test to test."""
    return tmp_path_factory.mktemp("ears")


@pytest.fixture
async def open_ears(kit: Kit, folder: Path) -> AsyncIterator[OpenEars]:
    """Opens the ears with so many places; closed at the end of the test."""
    async with kit.serving(folder) as open_with_places, AsyncExitStack() as stack:

        def opened(places: int) -> Recognizer:
            ears = open_with_places(places)
            stack.push_async_callback(ears.close)
            return ears

        yield opened


@pytest.fixture
def ears(open_ears: OpenEars) -> Recognizer:
    return open_ears(16)


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """Two seconds of the built-in voice."""
    speech = asyncio.run(voice(SAID))
    return resample(np.frombuffer(speech.pcm, "<i2").astype(np.float32) / 32768, speech.sample_rate, SAMPLE_RATE)


def asked(samples: np.ndarray, *phrases: str, voiced_seconds: float = 1.0) -> RecognitionRequest:
    clip = AudioClip(
        samples=samples.astype(np.float32),
        voiced_seconds=voiced_seconds,
        loudness=0.1,
        media_type="audio/wav",
    )
    return RecognitionRequest(clip=clip, phrases=phrases)


async def test_what_is_said_is_heard_by_the_engine_that_says_so(ears: Recognizer, samples: np.ndarray):
    recognition = await ears.recognize(asked(samples, SAID))
    assert recognition.text == SAID
    assert 0.5 < recognition.confidence <= 1.0
    assert (recognition.engine, recognition.engine_version) == (ears.name, ears.version)
    assert recognition.receipt is None


async def test_words_come_in_order_and_within_the_clip(ears: Recognizer, samples: np.ndarray):
    words = (await ears.recognize(asked(samples, SAID))).words
    starts = [word.start_seconds for word in words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_seconds <= word.end_seconds for word in words)
    assert [word.text for word in words] in ([], SAID.split())


async def test_silence_says_nothing(ears: Recognizer):
    recognition = await ears.recognize(asked(np.zeros(2 * SAMPLE_RATE), SAID, voiced_seconds=0.0))
    assert recognition.hypotheses == ()
    assert recognition.words == ()
    assert recognition.text == ""


async def test_half_a_minute_is_heard(ears: Recognizer, samples: np.ndarray):
    long = np.resize(samples, 30 * SAMPLE_RATE)
    assert (await ears.recognize(asked(long, SAID))).text.startswith(SAID)


async def test_a_third_of_a_second_is_no_failure(ears: Recognizer, samples: np.ndarray):
    loudest = int(np.argmax(np.abs(samples)))
    short = samples[max(0, loudest - 2_400) :][: int(0.3 * SAMPLE_RATE)]
    assert (await ears.recognize(asked(short, SAID))).text in (SAID, "")


async def test_nothing_is_expected_and_something_may_be_heard(ears: Recognizer, samples: np.ndarray):
    assert (await ears.recognize(asked(samples))).text in (SAID, "")


async def test_another_language_passes_through_as_it_was_heard(kit: Kit, ears: Recognizer, samples: np.ndarray):
    english = "One latte, please"
    assert (await ears.recognize(asked(samples, english))).text == kit.hears(english)


async def test_twelve_at_the_same_time_each_get_their_own_answer(kit: Kit, ears: Recognizer, samples: np.ndarray):
    phrases = [f"라떼 {number}잔 주세요" for number in range(1, 13)]
    heard = await asyncio.gather(*(ears.recognize(asked(samples, phrase)) for phrase in phrases))
    assert [each.text for each in heard] == [kit.hears(phrase) for phrase in phrases]


async def test_a_cancelled_request_frees_its_place(open_ears: OpenEars, samples: np.ndarray):
    ears = open_ears(1)
    request = asyncio.create_task(ears.recognize(asked(samples, SAID)))
    await asyncio.sleep(0)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert (await ears.recognize(asked(samples, SAID))).text == SAID


async def test_too_many_requests_are_told_that_it_is_busy(open_ears: OpenEars, samples: np.ndarray):
    ears = open_ears(2)
    outcomes: Sequence[object] = await asyncio.gather(
        *(ears.recognize(asked(samples, SAID)) for _ in range(5)), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, TooFast)]
    assert [refusal.code for refusal in refused] == ["busy"] * 3
    assert (await ears.recognize(asked(samples, SAID))).text == SAID


async def test_ears_that_work_pass_their_check(ears: Recognizer):
    await ears.check()


async def test_closed_ears_say_so(ears: Recognizer, samples: np.ndarray):
    await ears.recognize(asked(samples, SAID))
    await ears.close()
    with pytest.raises(ProviderFailed):
        await ears.recognize(asked(samples, SAID))
    with pytest.raises(ProviderFailed):
        await ears.check()


async def test_closing_twice_is_fine(ears: Recognizer):
    await ears.close()
    await ears.close()


def test_ears_have_a_name_and_a_version(ears: Recognizer):
    assert ears.name
    assert ears.version
