import asyncio
import multiprocessing
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import pytest

from kotoserver.domain.errors import BadInput, ProviderFailed
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers import espeak_worker
from kotoserver.providers.espeak import BUILT_IN_VOICES, MAX_CHARACTERS, EspeakSynthesizer, EspeakVoice
from kotoserver.providers.espeak_worker import Sound, Utterance

BABBLE = Utterance(text="네", variant="ko+f3", words_per_minute=150, pitch=50, pitch_range=50, limit_seconds=10.0)


def say(text: str, voice: str = "ko-f-02") -> SpeechRequest:
    return SpeechRequest(text=text, voice=voice)


def crash(utterance: Utterance) -> Sound:
    """A library that takes its process down."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def crash_at_a_word(utterance: Utterance) -> Sound:
    """A library that takes its process down over one word."""
    return crash(utterance) if "폭탄" in utterance.text else espeak_worker.speak(utterance)


def stay_silent(utterance: Utterance) -> Sound:
    return Sound(pcm=b"", sample_rate=22050, words=())


def hang(utterance: Utterance) -> Sound:
    signal.setitimer(signal.ITIMER_REAL, 5)  # the test's own safety net
    signal.pause()
    raise AssertionError("unreachable")


@pytest.fixture
async def voice() -> AsyncIterator[EspeakSynthesizer]:
    voice = EspeakSynthesizer()
    yield voice
    await voice.close()


@pytest.mark.parametrize("voice_id", [*BUILT_IN_VOICES, "unknown", ""])
async def test_every_voice_speaks_and_an_unknown_one_speaks_as_the_default(
    voice: EspeakSynthesizer, voice_id: str
):
    assert not (await voice.synthesize(say("안녕하세요.", voice_id))).silent


async def test_a_variant_that_the_library_lacks_is_a_failure_with_its_name():
    voice = EspeakSynthesizer({"odd": EspeakVoice(variant="xx-nowhere")})
    with pytest.raises(ProviderFailed, match="xx-nowhere"):
        await voice.synthesize(say("네.", "odd"))
    await voice.close()


async def test_a_figure_is_spoken_as_its_words(voice: EspeakSynthesizer):
    figure = await voice.synthesize(say("2잔 주세요."))
    words = await voice.synthesize(say("두 잔 주세요."))
    assert abs(figure.seconds - words.seconds) < 0.05


async def test_the_time_of_a_word_with_a_figure_points_at_the_figure(voice: EspeakSynthesizer):
    speech = await voice.synthesize(say("라떼 12잔 주세요"))
    assert [(word.start, word.length) for word in speech.words] == [(0, 2), (3, 3), (7, 3)]


async def test_a_text_that_is_too_long_is_refused(voice: EspeakSynthesizer):
    with pytest.raises(BadInput) as refused:
        await voice.synthesize(say("가" * (MAX_CHARACTERS + 1)))
    assert refused.value.code == "text_too_long"


async def test_markup_is_read_as_text_and_opens_nothing(voice: EspeakSynthesizer):
    marked = await voice.synthesize(say('<audio src="/etc/passwd"/> 네'))
    assert not marked.silent


async def test_a_killed_worker_is_replaced_without_anybody_noticing(voice: EspeakSynthesizer):
    await voice.synthesize(say("네."))
    (worker,) = multiprocessing.active_children()
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(5)
    assert not (await voice.synthesize(say("안녕하세요."))).silent


async def test_a_text_that_kills_the_worker_twice_fails_alone():
    voice = EspeakSynthesizer(speak=crash_at_a_word)
    outcomes = await asyncio.gather(
        *(voice.synthesize(say(text)) for text in ("네.", "폭탄", "안녕하세요.")), return_exceptions=True
    )
    await voice.close()
    assert [type(outcome).__name__ for outcome in outcomes] == ["Speech", "ProviderFailed", "Speech"]


async def test_an_answer_without_sound_is_a_failure():
    voice = EspeakSynthesizer(speak=stay_silent)
    with pytest.raises(ProviderFailed):
        await voice.synthesize(say("네."))
    await voice.close()


async def test_a_worker_that_does_not_answer_is_not_waited_for():
    voice = EspeakSynthesizer(speak=hang, deadline_seconds=0.5)
    with pytest.raises(ProviderFailed) as failure:
        await voice.synthesize(say("네."))
    assert failure.value.code == "too_late"
    for worker in multiprocessing.active_children():
        worker.kill()
    await voice.close()


def test_a_worker_that_hangs_in_the_library_ends_itself():
    with ProcessPoolExecutor(1, get_context("spawn"), espeak_worker.begin) as pool:
        assert pool.submit(espeak_worker.speak, BABBLE).result(10).pcm
        impatient = Utterance(
            **{field: getattr(BABBLE, field) for field in BABBLE.__slots__} | {"limit_seconds": 1e-6}
        )
        with pytest.raises(BrokenProcessPool):
            pool.submit(espeak_worker.speak, impatient).result(10)


async def test_closing_ends_the_worker(voice: EspeakSynthesizer):
    await voice.synthesize(say("네."))
    assert multiprocessing.active_children()
    await voice.close()
    assert not multiprocessing.active_children()


SERVER = """
import asyncio, multiprocessing, time
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.espeak import EspeakSynthesizer

async def main():
    voice = EspeakSynthesizer()
    await voice.synthesize(SpeechRequest(text="네.", voice=""))
    print(multiprocessing.active_children()[0].pid, flush=True)
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a stranger's end as only Linux can")
def test_the_worker_ends_with_a_server_that_was_killed(tmp_path):
    program = tmp_path / "server.py"
    program.write_text(SERVER)
    with subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        worker = os.pidfd_open(int(server.stdout.readline()))
        server.kill()
        ended, _, _ = select.select([worker], [], [], 10)
    os.close(worker)
    assert ended
