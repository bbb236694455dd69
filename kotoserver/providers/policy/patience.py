"""How long engines are waited for, and when one is left alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kotoserver.domain.receipt import Stage

STALLED_SECONDS = 2.0
"""An engine that is silent for so long may be dead; a learner begins to wonder (the next one is asked)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """With one engine."""

    first_seconds: float = 4.0
    """For its first useful output while there is another to ask: the first audible part of a stream, or the
    whole of an answer that comes in one piece. The last engine has all the time that is left."""
    total_seconds: float = 8.0
    """For its whole answer. All engines of a chain together have as long as the most patient of them."""
    seconds_per_second: float = 0.0
    """More time for each second of sound beyond `ORDINARY_SECONDS`."""
    at_once: int = 64
    """Questions that it is given at the same time; more go to the next engine, or back as `busy`."""
    failures_in_a_row: int = 3
    """After so many it is left alone."""
    rest_seconds: float = 30.0
    """How long at first; twice as long each time that it still fails, up to `LONGEST_REST_SECONDS`."""
    probed: bool = False
    """Its own `check` ends the rest, asked in the background. Otherwise the first learner after it finds out."""
    quick_seconds: float = 0.0
    """The last engine is asked once more when it failed sooner than this."""
    trusted_seconds: float = 0.0
    """So long after an answer it counts as working without being asked: each check of some engines is billed."""
    hedged: bool = False
    """The next engine is asked too when this one takes longer than 95 of its last 100 answers."""


ORDINARY_SECONDS = 5.0
LONGEST_REST_SECONDS = 120.0

_OURS = Patience(
    first_seconds=STALLED_SECONDS,
    total_seconds=15.0,
    rest_seconds=5.0,
    probed=True,
    quick_seconds=0.3,
)
"""Engines on this machine have a queue, and refuse with `busy` themselves."""
_REMOTE = replace(_OURS, total_seconds=6.0, seconds_per_second=0.1, trusted_seconds=60.0)
_BY_ENGINE: Mapping[tuple[Stage, str], Patience] = {
    (Stage.STT, "google"): _REMOTE,
    (Stage.STT, "openai_compatible"): _REMOTE,
    # On two cores the base model answers a sentence in about two seconds, and longer speech in proportion.
    (Stage.STT, "whisper"): replace(_OURS, first_seconds=8.0, seconds_per_second=0.6, at_once=16),
    (Stage.TTS, "google"): _REMOTE,
    (Stage.TTS, "openai_compatible"): _REMOTE,
}
_SETTINGS: Mapping[str, str] = {
    "total": "total_seconds",
    "first": "first_seconds",
    "at_once": "at_once",
    "failures": "failures_in_a_row",
    "rest": "rest_seconds",
    "hedge": "hedged",
}
"""The last part of a key of PROVIDER_POLICY -> what it sets."""


def patience_with(stage: Stage, engine: str, policy: Mapping[str, float]) -> Patience:
    """What suits the engine, with what is set for it: `stt.google.total` -> value."""
    usual = replace(_BY_ENGINE.get((stage, engine), _OURS), hedged=stage is Stage.STT)
    chosen: dict[str, float] = {
        field: policy[key]
        for setting, field in _SETTINGS.items()
        if (key := f"{stage}.{engine}.{setting}") in policy
    }
    for field in ("at_once", "failures_in_a_row"):
        if field in chosen:
            chosen[field] = max(1, round(chosen[field]))
    if "hedged" in chosen:
        chosen["hedged"] = chosen["hedged"] > 0
    return replace(usual, **chosen)  # type: ignore[arg-type]  # a dict of numbers, some of them whole
