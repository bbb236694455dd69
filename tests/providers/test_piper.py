import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from kotoserver.domain.errors import BadInput, BadSettings, ProviderFailed
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.providers import piper_worker
from kotoserver.providers.piper import PiperSynthesizer
from kotoserver.settings import PiperSettings
from tests.providers.tiny_piper import build

CPU = PiperSettings(voice=None, device="cpu")
TWO = "따뜻한 라떼 두 잔 주세요. 네, 카드로 할게요!"


def say(text: str, rate: float = 1.0) -> SpeechRequest:
    return SpeechRequest(text=text, voice="ko-f-02", rate=rate)


def program(folder: Path, lines: str) -> list[str]:
    """The command for a program that stands in for the worker; `worker` is the real one."""
    file = folder / "program.py"
    file.write_text(
        f"import os, signal, sys\nsys.path.append({str(Path(piper_worker.__file__).parent)!r})\n"
        f"import piper_worker as worker\nspeak = worker.speak\n{lines}\n"
        "worker.serve(sys.stdin.buffer, sys.stdout.buffer)\n"
    )
    return [sys.executable, "-P", str(file)]


CRASH_AT_A_WORD = (
    "worker.speak = lambda voice, said: os.kill(os.getpid(), 9) if '폭탄' in said['text'] else speak(voice, said)"
)
HANG_AT_A_WORD = (
    "worker.speak = lambda voice, said: signal.pause() if '구멍' in said['text'] else speak(voice, said)"
)


@pytest.fixture
async def voice(tmp_path: Path) -> AsyncIterator[PiperSynthesizer]:
    opened = PiperSynthesizer(build(tmp_path / "voice.onnx"), CPU)
    yield opened
    await opened.close()


async def test_a_stream_gives_each_sentence_as_it_is_made(voice: PiperSynthesizer):
    parts = [part async for part in voice.stream(say(TWO))]
    assert len(parts) == 2
    assert {part.sample_rate for part in parts} == {16_000}
    assert not any(part.silent for part in parts)
    assert [word.start for word in parts[1].words] == [16, 19, 23]


async def test_the_whole_is_its_sentences_one_after_the_other(voice: PiperSynthesizer):
    parts = [part async for part in voice.stream(say(TWO))]
    whole = await voice.synthesize(say(TWO))
    assert whole.pcm == b"".join(part.pcm for part in parts)
    assert [word.at_seconds for word in whole.words if word.start == 16] == [pytest.approx(parts[0].seconds)]


async def test_a_stream_that_is_left_frees_its_place(tmp_path: Path):
    voice = PiperSynthesizer(build(tmp_path / "voice.onnx"), CPU, queue_size=1)
    async with aclosing(voice.stream(say(TWO))) as stream:
        await anext(stream)
    assert not (await voice.synthesize(say("네."))).silent
    await voice.close()


async def test_a_voice_that_tells_durations_times_its_words_by_them(tmp_path: Path):
    voice = PiperSynthesizer(build(tmp_path / "voice.onnx", durations=True), CPU)
    speech = await voice.synthesize(say("라떼 라떼 라떼"))
    await voice.close()
    starts = [word.at_seconds for word in speech.words]
    assert starts[0] > 0  # the mark of the beginning lasts as long as any phoneme
    assert starts[1] - starts[0] == pytest.approx(starts[2] - starts[1])


async def test_a_figure_is_spoken_as_its_words(voice: PiperSynthesizer):
    figure, words = [await voice.synthesize(say(text)) for text in ("2잔 주세요.", "두 잔 주세요.")]
    assert figure.pcm == words.pcm


async def test_what_sounds_alike_is_spoken_alike(voice: PiperSynthesizer):
    spelled, respelled = [await voice.synthesize(say(text)) for text in ("국물", "궁물")]
    assert spelled.pcm == respelled.pcm


async def test_phonemes_in_brackets_are_text_like_any_other(voice: PiperSynthesizer):
    bracketed, plain = [await voice.synthesize(say(text)) for text in ("[[네]]", "네")]
    assert abs(bracketed.seconds - plain.seconds) < 0.5


async def test_a_speaker_of_several_is_chosen_by_the_voice(tmp_path: Path):
    path = build(tmp_path / "voice.onnx", num_speakers=1, speaker_id_map={"minji": 1})
    voice = PiperSynthesizer(path, CPU, speakers={"ko-f-02": "minji"})
    assert not (await voice.synthesize(say("네."))).silent
    await voice.close()


async def test_a_text_that_is_too_long_is_refused(voice: PiperSynthesizer):
    with pytest.raises(BadInput) as refused:
        await voice.synthesize(say("가" * 2001))
    assert refused.value.code == "text_too_long"


async def test_another_voice_is_another_version(tmp_path: Path):
    versions = set()
    for name, told in (("a", {}), ("b", {}), ("c", {"hop_length": 7}), ("d", {"silent": True})):
        voice = PiperSynthesizer(build(tmp_path / f"{name}.onnx", **told), CPU)
        versions.add(voice.version)
        await voice.close()
    assert len(versions) == 3


async def test_a_killed_program_is_replaced_without_anybody_noticing(voice: PiperSynthesizer):
    first = voice.pid
    os.kill(first, signal.SIGKILL)
    assert not (await voice.synthesize(say("안녕하세요."))).silent
    assert voice.pid != first


async def test_a_sentence_that_kills_the_program_twice_fails_alone(tmp_path: Path):
    voice = PiperSynthesizer(build(tmp_path / "v.onnx"), CPU, command=program(tmp_path, CRASH_AT_A_WORD))
    texts = ("네.", "폭탄", "안녕하세요.")
    outcomes = await asyncio.gather(*(voice.synthesize(say(text)) for text in texts), return_exceptions=True)
    await voice.close()
    assert [type(outcome) for outcome in outcomes] == [Speech, ProviderFailed, Speech]


async def test_a_program_that_hangs_is_ended_and_replaced(tmp_path: Path):
    voice = PiperSynthesizer(
        build(tmp_path / "v.onnx"), CPU, command=program(tmp_path, HANG_AT_A_WORD), deadline_seconds=1.5
    )
    with pytest.raises(ProviderFailed) as failure:
        await voice.synthesize(say("구멍"))
    assert failure.value.code == "too_late"
    assert not (await voice.synthesize(say("네."))).silent
    await voice.close()


async def test_closing_ends_the_program(voice: PiperSynthesizer):
    worker = voice.pid
    await voice.close()
    assert voice.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


@pytest.mark.parametrize(
    ("described", "sentence"),
    [
        ({"language": {"code": "de_DE"}}, "voice.onnx is a voice for `de_DE`, not for Korean."),
        ({"language": {"code": "kok_IN"}}, "voice.onnx is a voice for `kok_IN`, not for Korean."),
        ({"espeak": {"voice": "kok"}}, "reads with the espeak voice `kok`, not with the Korean one."),
        ({"language": {}, "espeak": {"voice": "en-us"}}, "is a voice for `en-us`, not for Korean."),
        ({"espeak": {"voice": "en-us"}}, "reads with the espeak voice `en-us`, not with the Korean one."),
        ({"phoneme_type": "pygoruut"}, "wants phonemes of the kind `pygoruut`, which piper cannot make of Korean"),
        ({"espeak": None}, "does not describe a voice of Piper."),
        ({"audio": {}}, "is no voice that piper can load"),
    ],
)
def test_a_voice_that_cannot_read_korean_is_refused_in_one_sentence(
    tmp_path: Path, described: dict[str, object], sentence: str
):
    with pytest.raises(BadSettings) as refused:
        PiperSynthesizer(build(tmp_path / "voice.onnx", **described), CPU)
    assert sentence in refused.value.message
    assert refused.value.message.startswith("PIPER_VOICE: ")
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_a_voice_without_one_of_its_files_is_refused(tmp_path: Path, suffix: str):
    path = build(tmp_path / "voice.onnx")
    Path(f"{path}{suffix}").unlink()
    with pytest.raises(BadSettings, match=r"there is no file .*voice\.onnx"):
        PiperSynthesizer(path, CPU)


def test_a_damaged_voice_is_refused_in_one_sentence(tmp_path: Path):
    path = build(tmp_path / "voice.onnx")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BadSettings, match="is no voice that piper can load"):
        PiperSynthesizer(path, CPU)


def test_a_device_that_onnxruntime_lacks_is_refused_instead_of_quietly_done_without(tmp_path: Path):
    if os.path.exists("/dev/nvidiactl"):
        pytest.skip("a CUDA device is there")
    with pytest.raises(BadSettings, match="PIPER_DEVICE is cuda, but onnxruntime runs it on CPUExecutionProvider"):
        PiperSynthesizer(build(tmp_path / "voice.onnx"), PiperSettings(voice=None, device="cuda"))
