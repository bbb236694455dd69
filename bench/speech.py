"""How fast the built-in voice is, and what it costs the server: python -m bench.speech

Prints figures with ratios beside them, since ratios compare between machines: sound made per second of
work, encoded sizes against WAV, a cache hit against a synthesis, the loop's lag while speech is made
against its lag when nothing is.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from kotoserver.audio.encode import AudioEncoder
from kotoserver.blobs import open_blobs
from kotoserver.domain.speech import AudioFormat, Speech, SpeechRequest
from kotoserver.ports.clock import SystemClock
from kotoserver.providers.espeak import EspeakSynthesizer
from kotoserver.services.speech import SpeechService
from kotoserver.storage import open_storage

T = TypeVar("T")

LINES = (
    "어서 오세요! 주문 도와드릴까요?",
    "아메리카노 2잔 주세요.",
    "따뜻한 걸로 드릴까요, 차가운 걸로 드릴까요?",
    "네, 4,500원입니다. 카드로 하시겠어요?",
    "드시고 가세요, 아니면 포장해 드릴까요?",
    "주문하신 아이스 라떼 나왔습니다. 맛있게 드세요!",
)
ROUNDS = 20
HITS = 2000
LISTENERS = 50


async def main() -> None:
    voice, encoder = EspeakSynthesizer(), AudioEncoder()
    with TemporaryDirectory() as folder:
        await start_up(voice)
        speeches = await synthesis(voice)
        await encoding(encoder, speeches)
        await service(voice, encoder, Path(folder))
    await voice.close()
    await encoder.close()


async def start_up(voice: EspeakSynthesizer) -> None:
    seconds, _ = await timed(voice.check)
    print(f"first line, worker started for it     {seconds * 1000:8.1f} ms")


async def synthesis(voice: EspeakSynthesizer) -> list[Speech]:
    speeches: list[Speech] = []
    seconds: list[float] = []
    for line in LINES * ROUNDS:
        request = SpeechRequest(text=line, voice="ko-f-02")
        took, speech = await timed(partial(voice.synthesize, request))
        seconds.append(took)
        speeches.append(speech)
    spoken = sum(speech.seconds for speech in speeches)
    print(
        f"synthesis of a line, p50 / p99        {percentiles(seconds)} ms, {spoken / len(speeches):.1f} s of sound"
    )
    print(
        f"sound made per second of work         {spoken / sum(seconds):8.0f} x   (RTF {sum(seconds) / spoken:.5f})"
    )
    took, _ = await timed(lambda: asyncio.gather(*(_say(voice, text) for text in LINES * 10)))
    print(f"lines per second, {len(LINES) * 10} asked for at once  {len(LINES) * 10 / took:8.0f}")
    return speeches[: len(LINES)]


async def encoding(encoder: AudioEncoder, speeches: list[Speech]) -> None:
    wav = sum([len(await encoder.encode(speech, AudioFormat.WAV)) for speech in speeches])
    spoken = sum(speech.seconds for speech in speeches)
    for audio_format in AudioFormat:
        seconds, size = [], 0
        for speech in speeches * 3:
            took, content = await timed(partial(encoder.encode, speech, audio_format))
            seconds.append(took)
            size += len(content)
        print(
            f"{audio_format}: encode p50 / p99               {percentiles(seconds)} ms, "
            f"{size / 3 / len(speeches):7.0f} bytes a line, {size / 3 / wav:4.2f} of WAV, "
            f"{size / 3 * 8 / spoken / 1000:.0f} kbit/s"
        )


async def service(voice: EspeakSynthesizer, encoder: AudioEncoder, folder: Path) -> None:
    storage, blobs = open_storage("", data_dir=folder), open_blobs(folder / "blobs")
    await storage.migrate()
    counted = CountedVoice()
    speech = SpeechService(
        storage=storage,
        blobs=blobs,
        synthesizer=counted,
        encoder=encoder,
        clock=SystemClock(),
        cache_bytes=100_000_000,
    )
    await counted.check()
    counted.spoken = 0
    line = speech.line(LINES[0], "ko-f-02")
    took, _ = await timed(lambda: asyncio.gather(*(speech.sound(line.key) for _ in range(LISTENERS))))
    print(f"{LISTENERS} listeners of one new line           {took * 1000:8.1f} ms, {counted.spoken} synthesis")
    hits = [(await timed(lambda: speech.sound(line.key)))[0] for _ in range(HITS)]
    faster = took / statistics.median(hits)
    print(f"cache hit, p50 / p99                  {percentiles(hits)} ms, {faster:.0f} x faster")
    await lag(speech)
    await speech.close()
    await counted.close()
    await blobs.close()
    await storage.close()


async def lag(speech: SpeechService) -> None:
    """How late the loop wakes a sleeper while nothing, and while everything, is being made."""
    quiet = await lateness(asyncio.sleep(1.0))
    many = [speech.line(f"{number}번 손님, {line}", "ko-f-01") for number in range(10) for line in LINES]
    began = time.process_time()
    busy = await lateness(asyncio.gather(*(speech.sound(line.key) for line in many)))
    print(f"loop lag at rest, p50 / p99           {percentiles(quiet)} ms")
    print(f"loop lag while {len(many)} lines are made    {percentiles(busy)} ms")
    print(f"CPU of this process for each          {(time.process_time() - began) / len(many) * 1000:8.1f} ms")


async def lateness(work: Awaitable[object]) -> list[float]:
    late: list[float] = []
    task = asyncio.ensure_future(work)
    while not task.done():
        due = time.perf_counter() + 0.005
        await asyncio.sleep(0.005)
        late.append(max(0.0, time.perf_counter() - due))
    await task
    return late


class CountedVoice(EspeakSynthesizer):
    spoken = 0

    async def synthesize(self, request: SpeechRequest) -> Speech:
        self.spoken += 1
        return await super().synthesize(request)


async def _say(voice: EspeakSynthesizer, text: str) -> Speech:
    return await voice.synthesize(SpeechRequest(text=text, voice="ko-m-01"))


async def timed(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    started = time.perf_counter()
    outcome = await work()
    return time.perf_counter() - started, outcome


def percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p50, p99 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{p50 * 1000:8.2f} / {p99 * 1000:6.2f}"


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores")
    asyncio.run(main())
