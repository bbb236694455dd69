"""Several engines as one: the next is asked when one fails or is late, and a broken one is left alone.

Deadlines, the one retry, falling back, hedging, breakers and money are decided here for every engine, and
nowhere else. A refusal that lies in the question or in the purse (`NO_FAULT`) passes the question on
without counting against the engine. What it costs to ask an engine whether it works is everybody's.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Generic, TypeVar

from kotoserver import telemetry
from kotoserver.domain.engines import EngineState
from kotoserver.domain.errors import KotoError
from kotoserver.domain.receipt import Stage
from kotoserver.ports.clock import Clock
from kotoserver.ports.purse import Hold, Purse
from kotoserver.providers.pocket import PocketPurse
from kotoserver.providers.policy.breaker import Breaker
from kotoserver.providers.policy.patience import Patience
from kotoserver.providers.policy.paying import paying
from kotoserver.providers.policy.round import (
    RETRY_PAUSE_SECONDS,
    Asking,
    Candidate,
    E,
    Round,
    concerns_engine,
    plain_failures,
)
from kotoserver.providers.policy.watch import Watch

T = TypeVar("T")
FREE = Asking()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    value: T
    provider: str
    fallback: str | None
    """Why it is not the first engine's; None when it is."""
    seconds: float
    """From the question on, engines that failed on the way included."""
    usd: float
    """What was paid on the way, too."""


@dataclass(slots=True, kw_only=True)
class Call(Generic[E]):
    """One question to one engine."""

    candidate: Candidate[E]
    began: float
    lost: bool = False
    """Another engine answered first."""
    hedged: bool = False
    """It was so slow that the next engine was asked too."""


@dataclass(frozen=True, slots=True)
class _Got(Generic[T]):
    value: T


class Chain(Generic[E]):
    """Engines in the order of preference."""

    def __init__(
        self,
        engines: Sequence[E],
        clock: Clock,
        patience: Patience | Sequence[Patience],
        *,
        stage: Stage = Stage.EVALUATE,
        purse: Purse | None = None,
        check_usd: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """`patience` with all of them, or with each. Without a purse nothing can be paid.

        `check_usd`: engine -> what asking it whether it works costs, which everybody pays; none: nothing.
        """
        if not engines:
            raise ValueError("a chain needs an engine")
        each = [patience] * len(engines) if isinstance(patience, Patience) else patience
        self._candidates = [
            Candidate(engine, one, Breaker(one, clock)) for engine, one in zip(engines, each, strict=True)
        ]
        self._clock = clock
        self._stage = stage
        self._purse = purse or PocketPurse(0.0, 0.0, clock)
        self._watch = Watch(self._candidates, stage, clock, self._purse, check_usd)

    # ── one answer ───────────────────────────────────────────────────────────────────────────

    async def ask(self, question: Callable[[E], Awaitable[T]], asking: Asking = FREE) -> Answer[T]:
        """The first useful answer. Whoever leaves, leaves nothing running.

        BadInput passes as it is; TooFast (`busy`) when no engine is free; ProviderFailed, code `over_budget`
        when only money is missing.
        """
        round_ = self.begin(asking)
        outcome = await self._race(round_, question)
        if isinstance(outcome, KotoError):
            raise outcome
        return replace(outcome, usd=round_.spent_usd)  # whoever lost has ended by now, and is paid too

    async def _race(self, round_: Round[E], question: Callable[[E], Awaitable[T]]) -> Answer[T] | KotoError:
        """Usually a race of one: another starts when one fails, or when it is slow and may be hedged."""
        running: dict[asyncio.Task[_Got[T] | KotoError], Call[E]] = {}
        async with asyncio.TaskGroup() as group:
            newest = self._start(group, round_, question, running)
            while running:
                slow_in = self._slow_in(newest, round_)
                done, _ = await asyncio.wait(running, timeout=slow_in, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    newest.hedged = True
                    telemetry.PROVIDER_HEDGES.labels(self._stage, newest.candidate.name).inc()
                    newest = self._start(group, round_, question, running)
                    continue
                for task in [each for each in running if each in done]:  # the preferred engine first
                    call = running.pop(task)
                    outcome = task.result()
                    if isinstance(outcome, _Got):
                        self._leave(running, round_)
                        return self.answered(call, round_, outcome.value)
                    if not concerns_engine(outcome):
                        self._leave(running, round_)
                        return outcome
                    self.failed(call, round_, outcome, alone=not running)
                if round_.has_next:
                    newest = self._start(group, round_, question, running)
        return round_.nobody()

    def _start(
        self,
        group: asyncio.TaskGroup,
        round_: Round[E],
        question: Callable[[E], Awaitable[T]],
        running: "dict[asyncio.Task[_Got[T] | KotoError], Call[E]]",
    ) -> Call[E]:
        pause = RETRY_PAUSE_SECONDS if round_.retries else 0.0
        call = Call(candidate=round_.next(), began=self._clock.seconds())
        first, _ = round_.seconds_for(call.candidate, call.began)
        running[group.create_task(self._attempt(call, round_, question, first, pause))] = call
        return call

    async def _attempt(
        self, call: Call[E], round_: Round[E], question: Callable[[E], Awaitable[T]], seconds: float, pause: float
    ) -> _Got[T] | KotoError:
        name = call.candidate.name
        try:
            async with self.calling(call, round_):
                with plain_failures(name):
                    async with asyncio.timeout(seconds):
                        if pause:
                            await asyncio.sleep(pause)
                        return _Got(await question(call.candidate.engine))
        except KotoError as failure:
            return failure

    def _slow_in(self, newest: Call[E], round_: Round[E]) -> float | None:
        """Seconds until the next engine is to be asked too; None: it is not."""
        after = newest.candidate.slow_after()
        if after is None or not round_.has_next or newest.hedged:
            return None
        return max(0.0, newest.began + after - self._clock.seconds())

    def _leave(self, running: "dict[asyncio.Task[_Got[T] | KotoError], Call[E]]", round_: Round[E]) -> None:
        """Somebody has answered. Who was too slow is told so; the group waits until all have ended."""
        for task, call in running.items():
            call.lost = True
            task.cancel()
            if call.hedged:
                round_.was_slow(call.candidate)
                call.candidate.latencies.add(self._clock.seconds() - call.began)
                self._watch.count_against(call.candidate)

    # ── what streams need too ────────────────────────────────────────────────────────────────

    def begin(self, asking: Asking) -> Round[E]:
        return Round(self._candidates, asking, self._clock.seconds())

    @asynccontextmanager
    async def calling(self, call: Call[E], round_: Round[E]) -> AsyncIterator[None]:
        """A place at the engine and the money for it, and a count of how it ended."""
        name, usd = call.candidate.name, round_.asking.usd.get(call.candidate.name, 0.0)
        outcome, hold = "left", Hold(spent=0.0)
        try:
            with (
                telemetry.span(f"{self._stage} {name}", "client", stage=self._stage.value, provider=name),
                call.candidate.place(),
            ):
                async with paying(self._purse, round_.asking.payer, usd) as hold:
                    yield
            outcome = "answered"
        except KotoError as failure:
            outcome = failure.code
            raise
        finally:
            if call.lost:
                outcome = "lost"
            round_.spent_usd += hold.spent
            telemetry.PROVIDER_CALLS.labels(self._stage, name, outcome).inc()
            if hold.spent:
                telemetry.PROVIDER_COST.labels(self._stage, name).inc(hold.spent)

    def answered(self, call: Call[E], round_: Round[E], value: T, took: float | None = None) -> Answer[T]:
        """`took`: the engine's own seconds, where whoever listens took some too."""
        candidate, now = call.candidate, self._clock.seconds()
        took = now - call.began if took is None else took
        candidate.worked_at = now
        candidate.latencies.add(took)
        telemetry.PROVIDER_SECONDS.labels(self._stage, candidate.name).observe(took)
        self._watch.count_for(candidate)
        for name, reason in round_.reasons(candidate).items():
            telemetry.PROVIDER_FALLBACKS.labels(self._stage, name, reason).inc()
        return Answer(
            value=value,
            provider=candidate.name,
            fallback=round_.fallback(candidate),
            seconds=now - round_.began,
            usd=round_.spent_usd,
        )

    def failed(self, call: Call[E], round_: Round[E], failure: KotoError, *, alone: bool = True) -> None:
        round_.failed(call.candidate, failure, self._clock.seconds() - call.began, alone=alone)
        if call.candidate.at_fault(failure):
            self._watch.count_against(call.candidate)

    # ── how they are ─────────────────────────────────────────────────────────────────────────

    def states(self) -> tuple[EngineState, ...]:
        return self._watch.states()

    async def check(self) -> None:
        """Returns as soon as one engine works; raises the first engine's failure when none does."""
        await self._watch.check()

    async def close(self) -> None:
        await self._watch.close()
