"""What is wrong with the server just now, in plain sentences; the page that shows it needs no other program."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kotoserver.domain.checkup import Finding, State, age_of_backup, does_not_work, room_on_disk
from kotoserver.domain.engines import EngineState
from kotoserver.services.health import DependencyState
from kotoserver.services.lookout import Lookout
from kotoserver.services.pulse import Stretch
from kotoserver.telemetry import FAST

LATELY_SECONDS = 300.0
BOUNDS = (*FAST, math.inf)
"""Upper bounds of the buckets of every histogram."""
LATE_LOOP_SECONDS = 0.1
SLOW_TURN_SECONDS = 1.0
FULL = 0.85
"""Of a limit or a budget."""
_STAGES = {"stt": "ears", "tts": "voices", "evaluate": "judges"}
_WITHOUT = {
    "ears": "learners can only type",
    "voices": "learners hear nothing but what was kept",
    "judges": "nobody can play",
}
"""What is left when all engines for something are away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fullness:
    """Something that there is only so much of."""

    about: str
    taken: float
    most: float
    told: str
    """What is full, as the subject of a sentence."""


def findings(lookout: Lookout, fullness: Sequence[Fullness]) -> tuple[Finding, ...]:
    """What is not as it should be, the worst first; none when all is well."""
    found = [
        *_of_stores(lookout.stores),
        *_of_engines(lookout.engines()),
        *(room_on_disk(f"disk of the {room.name}", room.free) for room in lookout.rooms),
        *_of_fullness(fullness),
        *_of_haste(lookout.pulse.lately(LATELY_SECONDS)),
        _of_backup(lookout),
    ]
    wrong = [each for each in found if each.state is not State.GOOD]
    return tuple(sorted(wrong, key=lambda each: each.state is not State.BROKEN))


def _of_stores(states: Sequence[DependencyState]) -> Iterator[Finding]:
    for state in states:
        if not state.ok:
            told = state.detail or "It does not answer."
            yield Finding(about=state.kind, state=State.BROKEN if state.needed else State.DOUBTFUL, sentence=told)


def _of_engines(engines: Sequence[EngineState]) -> Iterator[Finding]:
    for stage in dict.fromkeys(engine.stage for engine in engines):
        of_stage = [engine for engine in engines if engine.stage is stage]
        about = _STAGES[stage.value]
        failing = [engine for engine in of_stage if engine.resting or engine.trouble]
        if failing and len(failing) == len(of_stage):
            told = f"{' '.join(map(_of_engine, failing))} Nothing stands in: {_WITHOUT[about]}."
            yield Finding(about=about, state=State.BROKEN, sentence=told)
        elif failing:
            told = f"{' '.join(map(_of_engine, failing))} Others answer."
            yield Finding(about=about, state=State.DOUBTFUL, sentence=told)


def _of_engine(engine: EngineState) -> str:
    left_alone = f"{engine.name} failed too often and is left alone." if engine.resting else ""
    trouble = does_not_work(engine.stage, engine.name, engine.trouble) if engine.trouble else ""
    return " ".join(filter(None, (left_alone, trouble)))


def _of_fullness(fullness: Sequence[Fullness]) -> Iterator[Finding]:
    for each in fullness:
        share = each.taken / each.most if each.most > 0 else 0.0
        if share >= 1:
            yield Finding(about=each.about, state=State.BROKEN, sentence=f"{each.told} is used up.")
        elif share >= FULL:
            yield Finding(about=each.about, state=State.DOUBTFUL, sentence=f"{share:.0%} of {each.told} are used.")


def _of_haste(lately: Stretch) -> Iterator[Finding]:
    lag = lately.quantile("lag", 0.99, BOUNDS)[-1:]
    if lag and lag[0] > LATE_LOOP_SECONDS:
        told = f"It wakes {lag[0] * 1000:.0f} ms late; something blocks it, or the machine is too small."
        yield Finding(about="event loop", state=State.DOUBTFUL, sentence=told)
    judged = lately.quantile("judged", 0.95, BOUNDS)[-1:]
    if judged and judged[0] > SLOW_TURN_SECONDS:
        told = f"One in twenty is judged only after {judged[0]:.1f} s."
        yield Finding(about="turns", state=State.DOUBTFUL, sentence=told)
    if any(gain > 0 for gain in lately.gained("requests failed")[-1:]):
        told = "Some failed on our side within five minutes; the log has which."
        yield Finding(about="requests", state=State.DOUBTFUL, sentence=told)


def _of_backup(lookout: Lookout) -> Finding:
    return age_of_backup(lookout.backup_age_hours())
