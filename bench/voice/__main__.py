"""Spoken turns, measured: `python -m bench.voice [--only conversation,memory] [--seconds 60] [--turns 10000]`.

The engines of recognition are pretended, with times drawn like those published for Google's; decoding, storage,
policy, judge and voice are the product's own, in a server process of its own.
"""

import argparse
import asyncio
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from time import perf_counter

from bench.processes import LOAD_CORE, SERVER_CORE
from bench.voice.clips import spoken, wav, webm
from bench.voice.conversation import OPEN_RATE, SESSIONS, converse
from bench.voice.decoding import decoding
from bench.voice.delays import PUBLISHED
from bench.voice.lag import lag
from bench.voice.memory import memory
from bench.voice.outages import outages
from bench.voice.sounds import speech_files
from bench.voice.table import Row, print_head, print_row
from bench.voice.uploading import uploading
from kotoserver.content.library import open_library
from kotoserver.domain.speech import Speech
from kotoserver.settings import Settings

PARTS = ("conversation", "outages", "speech", "decoding", "lag", "uploads", "memory")


async def main(chosen: argparse.Namespace) -> None:
    os.sched_setaffinity(0, {LOAD_CORE})
    one, all_ = frozenset({SERVER_CORE}), frozenset(range(os.cpu_count() or 1))
    library = open_library(Settings.from_environ({}).scenes_dir, Settings.from_environ({}).langpacks_dir)
    answers = {turn.id: turn.model.ko for turn in library.scene("cafe").turns}
    voices = await spoken(answers)
    clips = {turn: webm(speech) for turn, speech in voices.items()}
    long = next(iter(voices.values()))
    files = {
        "2 s of webm": next(iter(clips.values())),
        "10 s of webm": webm(long, 10.0),
        "30 s of WAV": wav(long, 30.0),
    }
    stages: Mapping[str, float] = {}

    async def conversation() -> list[Row]:
        nonlocal stages
        rows, stages = await converse(answers, clips, chosen.seconds, one)
        return rows

    parts: Mapping[str, Callable[[], Awaitable[list[Row]]]] = {
        "conversation": conversation,
        "outages": lambda: outages(answers, clips, one),
        "speech": lambda: speech_files(answers, one),
        "decoding": lambda: decoding(files["10 s of webm"]),
        "lag": lambda: lag(answers, clips, chosen.seconds / 2, all_),
        "uploads": lambda: uploading(files, answers, chosen.seconds / 10, one),
        "memory": lambda: memory(answers, clips, chosen.turns, one),
    }
    _say_what_it_is(voices.values())
    print_head()
    rows: list[Row] = []
    broken: list[str] = []
    loads = [os.getloadavg()[0]]
    began = perf_counter()
    for part in filter(chosen.only.__contains__, PARTS):
        try:
            found = await parts[part]()
        except Exception as failure:  # noqa: BLE001  # the other parts are worth having all the same
            traceback.print_exc()
            print(f"{part} did not come to its end: {failure!r}", flush=True)
            broken.append(part)
            continue
        loads.append(os.getloadavg()[0])
        rows += found
        for row in found:
            print_row(row)
    _say_where_it_goes(stages)
    load = ", ".join(f"{each:.1f}" for each in loads)
    print(f"\nload of the machine before and after each part: {load} on {os.cpu_count()} cores")
    print(f"it took {(perf_counter() - began) / 60:.1f} minutes")
    missed = [row.what for row in rows if not row.met]
    print("missed: " + ("; ".join(missed) or "nothing"))
    if broken:
        sys.exit(f"did not come to its end: {', '.join(broken)}")


def _say_what_it_is(voices: Iterable[Speech]) -> None:
    seconds = [speech.seconds for speech in voices]
    times = ", ".join(f"P{share * 100:g} {value * 1000:.0f} ms" for share, value in PUBLISHED.items())
    print("THE EARS ARE PRETENDED: they hear the model answer, after a time drawn (seeded) like those published")
    print(f"for Google's streaming recognition of English: {times}.")
    print(f"{SESSIONS} sessions; recordings of {min(seconds):.1f} to {max(seconds):.1f} s, webm/opus, over HTTP;")
    print(
        f"'as people speak': {OPEN_RATE:g} lines/s in all. Server on one core (lag: on all), load on the other.\n"
    )


def _say_where_it_goes(stages: Mapping[str, float]) -> None:
    if stages:
        print("\nmean by stage as people speak, by the server's own stopwatch (decode: what is left of it):")
        for stage, milliseconds in stages.items():
            print(f"  {stage:<12} {milliseconds:8.2f} ms")


def _parts(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"choose from {','.join(PARTS)}")
    return names


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measures spoken turns; the ears are pretended.")
    parser.add_argument("--only", type=_parts, default=PARTS, help=f"parts of {','.join(PARTS)} (default: all)")
    parser.add_argument("--seconds", type=float, default=50.0, help="length of a stretch (default: 50)")
    parser.add_argument("--turns", type=int, default=10_000, help="turns of the memory part (default: 10000)")
    asyncio.run(main(parser.parse_args()))
