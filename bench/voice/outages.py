"""Ears that are away or stall, and how soon others are asked: the policy by itself, then a whole spoken turn."""

import asyncio
from collections.abc import Mapping, Sequence
from time import perf_counter

import numpy as np

from bench.voice.conversation import Bench, bench_server
from bench.voice.delays import percentile
from bench.voice.pretended import Mood, PretendedEars
from bench.voice.speakers import Speaker
from bench.voice.table import Row
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, RecognitionRequest
from kotoserver.domain.receipt import Stage
from kotoserver.ports.clock import SystemClock
from kotoserver.providers.policy import FallbackRecognizer, patience_with

ROUNDS = 20
_CLIP = AudioClip(
    samples=np.zeros(2 * SAMPLE_RATE, np.float32), voiced_seconds=1.0, loudness=0.1, media_type="audio/webm"
)
_REQUEST = RecognitionRequest(clip=_CLIP, phrases=("네, 주세요.",))
_KNOWN = 30
"""Answers after which an engine's usual times are known."""


async def outages(answers: Mapping[str, str], clips: Mapping[str, bytes], cores: frozenset[int]) -> list[Row]:
    refused, open_, stalled = await _refused(), await _rests(), await _stalled()
    turns = await _turns(answers, clips, cores)
    return [
        Row(what="dead ears: next asked, worst", found=max(refused) * 1000, unit="ms", aim=300),
        Row(what="breaker open: next asked, worst", found=max(open_) * 1000, unit="ms", aim=50),
        Row(what="stalled ears: next asked", found=stalled * 1000, unit="ms", note="nothing known of the first"),
        *turns,
    ]


async def _refused() -> list[float]:
    """A new chain each time, so that no breaker helps."""
    return [await _until_next(*_chain(Mood.REFUSES)) for _ in range(ROUNDS)]


async def _rests() -> list[float]:
    chain, spare = _chain(Mood.REFUSES)
    for _ in range(3):
        await chain.recognize(_REQUEST)
    return [await _until_next(chain, spare, close=False) for _ in range(ROUNDS)]


async def _stalled() -> float:
    return await _until_next(*_chain(Mood.STALLS))


def _chain(mood: Mood) -> tuple[FallbackRecognizer, PretendedEars]:
    names = ("google", "whisper")
    first, spare = PretendedEars(names[0], mood, 1), PretendedEars(names[1], Mood.AT_ONCE, 2)
    patience = [patience_with(Stage.STT, name, {}) for name in names]
    return FallbackRecognizer([first, spare], SystemClock(), patience), spare


async def _until_next(chain: FallbackRecognizer, spare: PretendedEars, *, close: bool = True) -> float:
    """Seconds from the question until the second engine is asked it."""
    asked = perf_counter()
    await chain.recognize(_REQUEST)
    if close:
        await chain.close()
    return spare.asked[-1].at - asked


async def _turns(answers: Mapping[str, str], clips: Mapping[str, bytes], cores: frozenset[int]) -> list[Row]:
    """Whole spoken turns over the network, while the first ears are out of order."""
    async with bench_server("google=like_google", "whisper=at_once", cores=cores) as bench:
        player = bench.speakers(1, answers, clips)[0]
        await bench.settled()
        await player.enter()
        cold = await _turn_with(bench, player, Mood.STALLS)
        await bench.post(f"/bench/mood/google/{Mood.LIKE_GOOGLE}")
        others = bench.speakers(_KNOWN, answers, clips)
        await asyncio.gather(*(each.enter() for each in others))
        await asyncio.gather(*(each.take_turn() for each in others))
        warm = [await _turn_with(bench, player, Mood.STALLS) for _ in range(3)]
        resting = [await _turn_with(bench, player, Mood.STALLS) for _ in range(ROUNDS)]
    async with bench_server("google=refuses", "whisper=at_once", cores=cores) as bench:
        player = bench.speakers(1, answers, clips)[0]
        await bench.settled()
        await player.enter()
        dead = [await _turn_with(bench, player, Mood.REFUSES) for _ in range(3)]
    note = "the fallback answers at once"
    return [
        Row(what="stalled ears, never heard from: turn", found=cold * 1000, unit="ms", aim=2500, note=note),
        Row(
            what="stalled ears, usual times known: worst turn",
            found=max(warm) * 1000,
            unit="ms",
            aim=2500,
            note=note,
        ),
        Row(what="dead ears: worst turn", found=max(dead) * 1000, unit="ms", note=note),
        Row(what="breaker open: turn, p50", found=_p(resting, 0.5) * 1000, unit="ms", note=note),
    ]


async def _turn_with(bench: Bench, player: Speaker, mood: Mood) -> float:
    await bench.post(f"/bench/mood/google/{mood}")
    await player.take_turn()
    return player.latencies[-1]


def _p(values: Sequence[float], share: float) -> float:
    return percentile(values, share)
