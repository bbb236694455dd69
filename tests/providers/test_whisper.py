import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kotoserver.audio.encode import resample
from kotoserver.domain.errors import BadSettings, ProviderFailed, TooFast
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, RecognitionRequest
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.providers.espeak import EspeakSynthesizer
from kotoserver.providers.whisper import WhisperRecognizer
from kotoserver.settings import WhisperSettings
from tests.providers.tiny_whisper import Script, build

CPU = WhisperSettings(model="tiny", device="cpu", compute_type="default", beam_size=5)
NOISE = np.random.default_rng(7).normal(size=2 * SAMPLE_RATE).astype(np.float32)


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says 라떼 한 잔 주세요 to any voice."""
    return build(tmp_path_factory.mktemp("whisper") / "scripted", Script(or_else={"한": "두"}))


async def spoken(text: str) -> Speech:
    engine = EspeakSynthesizer()
    speech = await engine.synthesize(SpeechRequest(text=text, voice=""))
    await engine.close()
    return speech


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    """Two seconds of espeak's Korean."""
    speech = asyncio.run(spoken("라떼 한 잔 주세요."))
    samples = np.frombuffer(speech.pcm, "<i2").astype(np.float32) / 32768
    return resample(samples, speech.sample_rate, SAMPLE_RATE)


@asynccontextmanager
async def ears(folder: Path, queue_size: int = 8, **settings: object) -> AsyncIterator[WhisperRecognizer]:
    opened = WhisperRecognizer(folder, replace(CPU, **settings), queue_size=queue_size)
    yield opened
    await opened.close()


def clip(samples: np.ndarray) -> AudioClip:
    return AudioClip(samples=samples.astype(np.float32), voiced_seconds=1.0, loudness=0.1, media_type="audio/wav")


def heard(samples: np.ndarray, *phrases: str) -> RecognitionRequest:
    return RecognitionRequest(clip=clip(samples), phrases=phrases)


async def test_what_is_said_is_heard_with_its_words_and_their_times(scripted: Path, voice: np.ndarray):
    async with ears(scripted) as whisper:
        recognition = await whisper.recognize(heard(voice))
    assert recognition.text == "라떼 한 잔 주세요"
    assert recognition.confidence > 0.9
    assert [word.text for word in recognition.words] == ["라떼", "한", "잔", "주세요"]
    starts = [word.start_seconds for word in recognition.words]
    assert starts == sorted(starts)
    assert starts[-1] < len(voice) / SAMPLE_RATE
    assert (recognition.engine, recognition.engine_version) == ("whisper", whisper.version)


async def test_the_next_best_reading_comes_second_and_is_less_sure(scripted: Path, voice: np.ndarray):
    async with ears(scripted) as whisper:
        best, other, *_ = (await whisper.recognize(heard(voice))).hypotheses
    assert other.text == "라떼 두 잔 주세요"
    assert 0 < other.confidence < best.confidence


async def test_a_beam_of_one_gives_one_reading(scripted: Path, voice: np.ndarray):
    async with ears(scripted, beam_size=1) as whisper:
        assert len((await whisper.recognize(heard(voice))).hypotheses) == 1


@pytest.mark.parametrize("gain", [0.3, 0.01, 0.002])
async def test_a_quiet_learner_is_heard_as_well(scripted: Path, voice: np.ndarray, gain: float):
    async with ears(scripted) as whisper:
        assert (await whisper.recognize(heard(voice * gain))).text == "라떼 한 잔 주세요"


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0), np.zeros(100), np.zeros(5 * SAMPLE_RATE), NOISE * 0.2, NOISE * 0.0005],
    ids=["nothing", "an instant", "silence", "noise", "a quiet room"],
)
async def test_where_nobody_speaks_nothing_is_heard(scripted: Path, samples: np.ndarray):
    async with ears(scripted) as whisper:
        assert (await whisper.recognize(heard(samples))).hypotheses == ()


@pytest.mark.parametrize(
    "script",
    [
        Script(words=("시청해", "주셔서", "감사합니다"), nobody=True),
        Script(words=("음", "그"), certainty=10.0),
        Script(words=("네",), for_ever=True),
        Script(words=()),
    ],
    ids=["a phantom", "a wild guess", "a loop", "nothing"],
)
async def test_what_the_model_does_not_believe_itself_is_dropped(
    tmp_path: Path, voice: np.ndarray, script: Script
):
    async with ears(build(tmp_path, script)) as whisper:
        recognition = await whisper.recognize(heard(voice))
    assert recognition.hypotheses == ()
    assert recognition.words == ()


async def test_a_loop_of_words_ends_in_bounded_time(tmp_path: Path, voice: np.ndarray):
    async with ears(build(tmp_path, Script(words=("네", "네네"), for_ever=True))) as whisper:
        started = time.monotonic()
        await whisper.recognize(heard(voice))
        assert time.monotonic() - started < 5


async def test_the_breath_after_the_last_word_is_not_read_as_a_clip_of_its_own(scripted: Path, voice: np.ndarray):
    async with ears(scripted) as whisper:
        recognition = await whisper.recognize(heard(np.tile(voice, 4)))
    assert recognition.text == "라떼 한 잔 주세요"
    assert len(recognition.hypotheses) == 2


async def test_a_minute_is_heard_in_parts(scripted: Path, voice: np.ndarray):
    minute = np.tile(voice, round(65 * SAMPLE_RATE / len(voice)))
    async with ears(scripted) as whisper:
        recognition = await whisper.recognize(heard(minute))
    assert recognition.text.startswith("라떼 한 잔 주세요 라떼")
    assert len(recognition.hypotheses) == 1
    assert recognition.words[-1].end_seconds > 30


async def test_hotwords_are_whole_sentences_within_the_room_for_them(scripted: Path):
    async with ears(scripted) as whisper:
        sentences = [
            f"{'라떼' * 8} 주세요 {letter}" for letter in "가나다라마바"
        ]  # 62 tokens each, a byte a token
        told = whisper.hotwords(sentences)
    assert told == " ".join(sentences[:3])


async def test_a_short_sentence_still_fits_after_one_that_does_not(scripted: Path):
    async with ears(scripted) as whisper:
        assert whisper.hotwords(["가" * 100, "네."]) == "네."
        assert whisper.hotwords([]) is None


async def test_a_request_with_hints_is_heard_too(scripted: Path, voice: np.ndarray):
    phrases = tuple(f"{number}번 라떼 한 잔 주세요." for number in range(10))
    async with ears(scripted) as whisper:
        assert (await whisper.recognize(heard(voice, *phrases))).text == "라떼 한 잔 주세요"


async def test_a_cancelled_request_frees_its_place(scripted: Path, voice: np.ndarray):
    async with ears(scripted, queue_size=2) as whisper:
        first, second = (asyncio.create_task(whisper.recognize(heard(voice))) for _ in range(2))
        await asyncio.sleep(0)
        with pytest.raises(TooFast) as refused:
            await whisper.recognize(heard(voice))
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert (await whisper.recognize(heard(voice))).text == (await first).text
    assert refused.value.code == "busy"


async def test_closing_tells_those_who_wait(scripted: Path, voice: np.ndarray):
    async with ears(scripted) as whisper:
        waiting = [asyncio.create_task(whisper.recognize(heard(voice))) for _ in range(3)]
        await asyncio.sleep(0)
        await whisper.close()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes[1:]} == {ProviderFailed}


async def test_the_loop_goes_on_while_the_model_works(scripted: Path, voice: np.ndarray):
    async with ears(scripted) as whisper:
        work = asyncio.create_task(whisper.recognize(heard(np.tile(voice, 10))))
        turns = 0
        while not work.done():
            turns += 1
            await asyncio.sleep(0)
    assert turns > 100


async def test_it_checks_itself_with_a_sound_of_nobodys(scripted: Path):
    async with ears(scripted) as whisper:
        await whisper.check()


async def test_another_arithmetic_is_another_version(scripted: Path):
    async with ears(scripted) as plain, ears(scripted, compute_type="float32") as exact:
        assert plain.version != exact.version


@pytest.fixture
def copy(scripted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scripted, tmp_path / "copy"))


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_a_model_that_lacks_a_file_is_refused_by_its_name(copy: Path, name: str):
    (copy / name).unlink()
    with pytest.raises(BadSettings, match=name):
        WhisperRecognizer(copy, CPU)


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_damaged_model_is_refused_in_one_sentence(copy: Path, name: str):
    whole = (copy / name).read_bytes()
    (copy / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadSettings) as refused:
        WhisperRecognizer(copy, CPU)
    assert "is damaged" in refused.value.message
    assert "\n" not in refused.value.message


def test_a_device_that_is_not_there_is_refused(scripted: Path):
    if os.path.exists("/dev/nvidiactl"):
        pytest.skip("a CUDA device is there")
    with pytest.raises(BadSettings, match="WHISPER_DEVICE is cuda, but no CUDA device is seen here"):
        WhisperRecognizer(scripted, replace(CPU, device="cuda"))


def test_an_arithmetic_that_is_not_there_is_refused_with_those_that_are(scripted: Path):
    with pytest.raises(BadSettings, match=r"cpu here has no int3; use one of .*int8"):
        WhisperRecognizer(scripted, replace(CPU, compute_type="int3"))


@pytest.mark.real_model
@pytest.mark.skipif("TEST_WHISPER_FOLDER" not in os.environ, reason="TEST_WHISPER_FOLDER names no model")
async def test_a_real_model_picks_what_was_said_out_of_what_was_expected():
    lines = ("아메리카노 한 잔 주세요.", "따뜻한 라떼 두 잔 주세요.", "카드로 할게요.", "유자차로 주세요.")
    said = [await spoken(line) for line in lines]
    clips = [
        resample(np.frombuffer(each.pcm, "<i2").astype(np.float32) / 32768, each.sample_rate, SAMPLE_RATE)
        for each in said
    ]
    async with ears(Path(os.environ["TEST_WHISPER_FOLDER"])) as whisper:
        await whisper.check()
        texts = [(await whisper.recognize(heard(samples, *lines))).text for samples in clips]
        silence = await whisper.recognize(heard(np.zeros(3 * SAMPLE_RATE), *lines))
    right = [text.rstrip(".") == line.rstrip(".") for text, line in zip(texts, lines, strict=True)]
    assert right.count(True) >= 3, texts  # espeak's Korean is hard to understand for anybody
    assert silence.hypotheses == ()
