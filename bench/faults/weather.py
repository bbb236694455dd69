"""What goes wrong, where, and for how long: drawn at random from a seed, so that a run can be had again."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.proxy import Proxy


class Kind(StrEnum):
    CUT = "cut"
    """Every connection is reset, once."""
    AWAY = "away"
    """As cut, and new ones are refused for a while."""
    DELAY = "delay"
    """Each piece comes late."""
    HALF_CLOSE = "half-close"
    """The server seems to have said its last word, and still listens."""
    STALL = "stall"
    """Nothing comes, and nobody is told."""


_LASTING = (Kind.AWAY, Kind.DELAY, Kind.STALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    line: str
    kind: Kind
    seconds: float
    """0 for what happens in one moment."""
    delay_seconds: float


def draw(chance: Random, lines: tuple[str, ...], most_seconds: float) -> Iterator[Fault]:
    """One fault after the other, for ever: every line and kind once in each round, in an order of its own."""
    while True:
        round_ = [(line, kind) for line in lines for kind in Kind]
        chance.shuffle(round_)
        for line, kind in round_:
            yield Fault(
                line=line,
                kind=kind,
                seconds=chance.uniform(0.5, most_seconds) if kind in _LASTING else 0.0,
                delay_seconds=chance.uniform(0.02, 0.2),
            )


async def befall(fault: Fault, line: Proxy) -> None:
    """Lets the fault happen; returns when the line is good again."""
    with _bad(fault, line):
        await asyncio.sleep(fault.seconds)


@contextmanager
def _bad(fault: Fault, line: Proxy) -> Iterator[None]:
    match fault.kind:
        case Kind.CUT:
            line.cut()
        case Kind.HALF_CLOSE:
            line.half_close()
        case Kind.AWAY:
            line.refuses = True
            line.cut()
        case Kind.DELAY:
            line.delay_seconds = fault.delay_seconds
        case Kind.STALL:
            line.stall()
    try:
        yield
    finally:
        line.refuses = False
        line.delay_seconds = 0.0
        line.flow()
