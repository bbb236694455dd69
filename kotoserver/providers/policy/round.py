"""One question and the engines that may still answer it: the only place that decides who is asked next."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from kotoserver.domain.engines import Preference
from kotoserver.domain.errors import KotoError, ProviderFailed, TooFast
from kotoserver.providers.policy.breaker import Breaker, Latencies
from kotoserver.providers.policy.patience import ORDINARY_SECONDS, STALLED_SECONDS, Patience

REFUSED_INPUT = "refused_input"
"""The engine does not take this sound or these words, as too long, say: what else it is asked it may answer."""
NO_FAULT = frozenset({"over_budget", "blocked", "busy", REFUSED_INPUT})
"""Codes of refusals by an engine that works: one learner's words must not silence it for everybody."""
NEVER = float("-inf")
RESTS = "rests"
SLOW = "slow"
"""Reasons that no engine gives: it was left alone; another answered first."""
RETRY_PAUSE_SECONDS = 0.1
HEDGE_FLOOR_SECONDS = 0.3
"""A quick engine's slowest answers are no reason to ask another."""

log = logging.getLogger(__name__)


class Engine(Protocol):
    """What a chain must know of its engines."""

    name: str

    async def check(self) -> None: ...

    async def close(self) -> None: ...


E = TypeVar("E", bound=Engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a question may cost, and how much of it there is."""

    payer: str | None = None
    usd: Mapping[str, float] = field(default_factory=dict)
    """What the answer of each engine costs; none: nothing."""
    audio_seconds: float = 0.0
    preference: Preference | None = None


@dataclass(slots=True)
class Candidate(Generic[E]):
    """An engine with all that is known about it."""

    engine: E
    patience: Patience
    breaker: Breaker
    latencies: Latencies = field(default_factory=Latencies)
    asked_now: int = 0
    worked_at: float = NEVER
    """When it answered last, by the clock that only runs forward."""
    trouble: str | None = None
    """What its last check met; None once it works."""

    @property
    def name(self) -> str:
        return self.engine.name

    def at_fault(self, failure: KotoError) -> bool:
        """Whether it counts against the engine.

        One that refuses what it is asked and has not answered anything yet may as well be set up wrongly.
        """
        if failure.code == REFUSED_INPUT:
            return self.worked_at == NEVER
        return failure.code not in NO_FAULT

    @contextmanager
    def place(self) -> Iterator[None]:
        """TooFast (`busy`) when as much is asked of it already as it may be."""
        if self.asked_now >= self.patience.at_once:
            raise TooFast(f"{self.name} is asked too much; try again in a moment.", code="busy")
        self.asked_now += 1
        try:
            yield
        finally:
            self.asked_now -= 1

    def slow_after(self) -> float | None:
        """Seconds after which the next engine is asked too. An engine of which little is known may be dead."""
        if not self.patience.hedged:
            return None
        usual = self.latencies.quantile(0.95)
        return STALLED_SECONDS if usual is None else max(usual, HEDGE_FLOOR_SECONDS)


class Round(Generic[E]):
    """Who is still to be asked, until when, and what became of the others."""

    def __init__(self, candidates: list[Candidate[E]], asking: Asking, began: float) -> None:
        candidates = _preferred(candidates, asking.preference)
        resting = [each for each in candidates if each.breaker.is_open]
        if len(resting) == len(candidates):  # all are asked rather than nobody
            resting = []
        self.asking = asking
        self.began = began
        self.spent_usd = 0.0
        self._first = candidates[0]
        self._longer = max(0.0, asking.audio_seconds - ORDINARY_SECONDS)
        self._left = deque(each for each in candidates if each not in resting)
        self._reasons: dict[str, str] = {each.name: RESTS for each in resting}
        self._deadline = began + max(self._total(each) for each in candidates)
        self._retried = False

    @property
    def has_next(self) -> bool:
        return bool(self._left)

    @property
    def retries(self) -> bool:
        """Whether the next engine was asked before."""
        return self._retried and self.has_next

    def next(self) -> Candidate[E]:
        return self._left.popleft()

    def seconds_for(self, candidate: Candidate[E], now: float) -> tuple[float, float]:
        """What the engine just taken has from now on: for its first useful output, and for everything."""
        total = min(self._total(candidate), self._deadline - now)
        if not self.has_next:
            return total, total
        return min(candidate.patience.first_seconds + self._more(candidate), total), total

    def failed(self, candidate: Candidate[E], failure: KotoError, took: float, *, alone: bool = True) -> None:
        """`alone`: nobody else is being asked."""
        self._reasons[candidate.name] = failure.code
        if alone and not self.has_next and not self._retried and _worth_a_retry(candidate, failure, took):
            self._retried = True
            self._left.append(candidate)

    def was_slow(self, candidate: Candidate[E]) -> None:
        self._reasons[candidate.name] = SLOW

    def reasons(self, answered: Candidate[E]) -> Mapping[str, str]:
        """Engine -> why it was not the one that answered; empty when the first did."""
        if answered is self._first:
            return {}
        return {name: reason for name, reason in self._reasons.items() if name != answered.name}

    def fallback(self, answered: Candidate[E]) -> str | None:
        """The same for people."""
        reasons = self.reasons(answered)
        return "; ".join(f"{name}: {reason}" for name, reason in reasons.items()) or None

    def nobody(self) -> KotoError:
        """What to tell the learner when no engine answered."""
        codes = set(self._reasons.values())
        told = "; ".join(f"{name}: {reason}" for name, reason in self._reasons.items())
        if "busy" in codes:
            return TooFast(f"Too much waits for every engine; try again in a moment ({told}).", code="busy")
        if codes == {"over_budget"}:
            return ProviderFailed(
                f"The budget of the day is used up ({told}).", code="over_budget", retryable=False
            )
        if codes == {REFUSED_INPUT}:
            return ProviderFailed(f"no engine takes this ({told})", code="refused_input", retryable=False)
        return ProviderFailed(f"no engine gave a usable answer ({told})")

    def _total(self, candidate: Candidate[E]) -> float:
        return candidate.patience.total_seconds + self._more(candidate)

    def _more(self, candidate: Candidate[E]) -> float:
        return self._longer * candidate.patience.seconds_per_second


def _preferred(candidates: list[Candidate[E]], preference: Preference | None) -> list[Candidate[E]]:
    """In the order in which they are asked; a preference for an engine that is not there counts for nothing."""
    chosen = [each for each in candidates if preference is not None and each.name == preference.engine]
    if not chosen or preference is None:
        return candidates
    return chosen if preference.alone else [*chosen, *(each for each in candidates if each not in chosen)]


def _worth_a_retry(candidate: Candidate[E], failure: KotoError, took: float) -> bool:
    return (
        failure.retryable
        and failure.code not in NO_FAULT
        and failure.code != "too_late"
        and took < candidate.patience.quick_seconds
    )


@contextmanager
def plain_failures(name: str) -> Iterator[None]:
    """Whatever goes wrong in an engine as one of our errors, so that the next engine is asked."""
    try:
        yield
    except KotoError:
        raise
    except TimeoutError as late:
        raise ProviderFailed(f"{name} was late", code="too_late") from late
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ProviderFailed(f"{name} broke off") from None  # its connection was cancelled, and not we
    except Exception as broken:
        # Without its message and its values: they may hold a learner's words.
        where = broken.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        line = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "nowhere"
        log.error("%s broke with %s at %s", name, type(broken).__name__, line)
        raise ProviderFailed(f"{name} broke") from broken


def concerns_engine(failure: KotoError) -> bool:
    """Whether another engine might do better: what is wrong with the question is wrong for all."""
    return isinstance(failure, ProviderFailed) or failure.code in NO_FAULT
