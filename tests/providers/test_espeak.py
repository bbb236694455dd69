import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kotoserver.domain.errors import BadInput, ProviderFailed
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers import espeak_worker
from kotoserver.providers.espeak import BUILT_IN_VOICES, MAX_CHARACTERS, EspeakSynthesizer, EspeakVoice


def say(text: str, voice: str = "ko-f-02") -> SpeechRequest:
    return SpeechRequest(text=text, voice=voice)


def program(folder: Path, lines: str) -> list[str]:
    """The command for a program that stands in for the worker; `worker` is the real one."""
    file = folder / "program.py"
    file.write_text(
        f"import os, sys\nsys.path.append({str(Path(espeak_worker.__file__).parent)!r})\n"
        f"import espeak_worker as worker\n{lines}\nworker.serve(sys.stdin.buffer, sys.stdout.buffer)\n"
    )
    return [sys.executable, str(file)]


SPEAK = "speak = worker.Library.speak"
CRASH_AT_A_WORD = f"""
{SPEAK}
worker.Library.speak = lambda self, said: os.kill(os.getpid(), 9) if "폭탄" in said.text else speak(self, said)
"""
SAY_NOTHING = "worker.Library.speak = lambda self, said: (worker.Sound(sample_rate=22050, words=(), bytes=0), b'')"
HANG_AT_A_WORD = f"""
import signal
{SPEAK}
worker.Library.speak = lambda self, said: signal.pause() if "구멍" in said.text else speak(self, said)
"""


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


def test_another_way_to_play_a_voice_is_another_version():
    versions = {
        EspeakSynthesizer().version,
        EspeakSynthesizer({"ko-f-02": EspeakVoice(pitch=58)}).version,
        EspeakSynthesizer({"ko-f-02": EspeakVoice(pitch=59)}).version,
        EspeakSynthesizer({"ko-f-02": EspeakVoice(pitch=59)}).version,
    }
    assert len(versions) == 3


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


async def test_a_killed_program_is_replaced_without_anybody_noticing(voice: EspeakSynthesizer):
    await voice.synthesize(say("네."))
    first = voice.pid
    os.kill(first, signal.SIGKILL)
    assert not (await voice.synthesize(say("안녕하세요."))).silent
    assert voice.pid != first


async def test_a_text_that_kills_the_program_twice_fails_alone(tmp_path: Path):
    voice = EspeakSynthesizer(command=program(tmp_path, CRASH_AT_A_WORD))
    texts = ("네.", "폭탄", "안녕하세요.")
    outcomes = await asyncio.gather(*(voice.synthesize(say(text)) for text in texts), return_exceptions=True)
    await voice.close()
    assert [type(outcome).__name__ for outcome in outcomes] == ["Speech", "ProviderFailed", "Speech"]


async def test_an_answer_without_sound_is_a_failure(tmp_path: Path):
    voice = EspeakSynthesizer(command=program(tmp_path, SAY_NOTHING))
    with pytest.raises(ProviderFailed):
        await voice.synthesize(say("네."))
    await voice.close()


async def test_a_program_that_hangs_is_ended_and_replaced(tmp_path: Path):
    voice = EspeakSynthesizer(command=program(tmp_path, HANG_AT_A_WORD), deadline_seconds=0.5)
    with pytest.raises(ProviderFailed) as failure:
        await voice.synthesize(say("구멍"))
    assert failure.value.code == "too_late"
    assert not (await voice.synthesize(say("네."))).silent
    await voice.close()


async def test_a_program_that_cannot_start_its_library_says_why(tmp_path: Path):
    voice = EspeakSynthesizer(command=program(tmp_path, "sys.modules['espeakng_loader'] = None"))
    with pytest.raises(ProviderFailed, match="espeak-ng cannot be loaded"):
        await voice.check()
    await voice.close()


async def test_closing_ends_the_program(voice: EspeakSynthesizer):
    await voice.synthesize(say("네."))
    worker = voice.pid
    await voice.close()
    assert voice.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


async def test_closing_tells_those_who_wait(voice: EspeakSynthesizer):
    waiting = [asyncio.create_task(voice.synthesize(say("안녕하세요. " * 100))) for _ in range(5)]
    await asyncio.sleep(0)
    await voice.close()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome).__name__ for outcome in outcomes[1:]} == {"ProviderFailed"}


SERVER = """
import asyncio
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.espeak import EspeakSynthesizer

async def main():
    voice = EspeakSynthesizer()
    await voice.synthesize(SpeechRequest(text="네.", voice=""))
    print(voice.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a stranger's end as only Linux can")
def test_the_program_ends_with_a_server_that_was_killed(tmp_path: Path):
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
