"""Several engines as one: the next is asked when one fails or is late, and a broken one is left alone.

An engine that fails three times in a row is skipped for half a minute; then the next request tries it
again. The answer of any but the first says so in its `degraded`. A refusal that lies in the question or in
the purse (`NO_FAULT`) passes the question on without counting against the engine.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Evaluator, Synthesizer


class Engine(Protocol):
    """What a chain must know of its engines."""

    name: str

    async def check(self) -> None: ...

    async def close(self) -> None: ...


E = TypeVar("E", bound=Engine)
T = TypeVar("T")

NO_FAULT = frozenset({"over_budget", "blocked", "busy"})
"""Codes of refusals by an engine that works: one learner's words must not silence it for everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for engines, and when to leave one alone."""

    each_seconds: float = 4.0
    total_seconds: float = 8.0
    failures_in_a_row: int = 3
    rest_seconds: float = 30.0


PATIENT = Patience()


@dataclass(slots=True)
class _Candidate(Generic[E]):
    engine: E
    failures: int = 0
    """In a row."""
    rests_until: float = field(default=float("-inf"))


class Chain(Generic[E]):
    """Engines in the order of preference."""

    def __init__(self, engines: Sequence[E], clock: Clock, patience: Patience) -> None:
        if not engines:
            raise ValueError("a chain needs an engine")
        self._candidates: list[_Candidate[E]] = [_Candidate(engine) for engine in engines]
        self._clock = clock
        self._patience = patience

    async def ask(self, question: Callable[[E], Awaitable[T]]) -> tuple[T, str | None]:
        """The first useful answer, and why it is not the first engine's (None when it is)."""
        deadline = self._clock.seconds() + self._patience.total_seconds
        rested, failed = self._sorted_by_rest()
        for candidate in rested:
            try:
                answer = await self._ask_one(candidate, question, deadline)
            except ProviderFailed as failure:
                if failure.code not in NO_FAULT:
                    self._note_failure(candidate)
                failed.append(f"{candidate.engine.name}: {failure.code}")
                continue
            candidate.failures = 0
            return answer, "; ".join(failed) or None
        raise ProviderFailed(f"no engine gave a usable answer ({'; '.join(failed)})")

    def _sorted_by_rest(self) -> tuple[list[_Candidate[E]], list[str]]:
        """Whom to ask, and a word on each that rests; when all rest, all are asked."""
        now = self._clock.seconds()
        rested = [candidate for candidate in self._candidates if now >= candidate.rests_until]
        if not rested:
            return self._candidates, []
        return rested, [f"{each.engine.name}: rests" for each in self._candidates if now < each.rests_until]

    async def _ask_one(
        self, candidate: _Candidate[E], question: Callable[[E], Awaitable[T]], deadline: float
    ) -> T:
        seconds = min(self._patience.each_seconds, deadline - self._clock.seconds())
        try:
            async with asyncio.timeout(seconds):
                return await question(candidate.engine)
        except TimeoutError as late:
            raise ProviderFailed(f"{candidate.engine.name} was late", code="too_late") from late

    def _note_failure(self, candidate: _Candidate[E]) -> None:
        candidate.failures += 1
        if candidate.failures >= self._patience.failures_in_a_row:
            candidate.rests_until = self._clock.seconds() + self._patience.rest_seconds

    async def check(self) -> None:
        """Raises the first engine's failure when none works."""
        failures: list[ProviderFailed] = []
        for candidate in self._candidates:
            try:
                await candidate.engine.check()
            except ProviderFailed as failure:
                failures.append(failure)
            else:
                return
        raise failures[0]

    async def close(self) -> None:
        await asyncio.gather(*(candidate.engine.close() for candidate in self._candidates))


class FallbackSynthesizer(Synthesizer):
    def __init__(self, engines: Sequence[Synthesizer], clock: Clock, patience: Patience = PATIENT) -> None:
        self._chain: Chain[Synthesizer] = Chain(engines, clock, patience)
        self.name = ",".join(engine.name for engine in engines)
        self.version = ",".join(engine.version for engine in engines)

    async def synthesize(self, request: SpeechRequest) -> Speech:
        async def speak(engine: Synthesizer) -> Speech:
            speech = await engine.synthesize(request)
            if speech.silent:
                raise ProviderFailed(f"{engine.name} answered with silence", code="silent_speech")
            return speech

        speech, why = await self._chain.ask(speak)
        return replace(speech, degraded=why) if why else speech

    async def check(self) -> None:
        await self._chain.check()

    async def close(self) -> None:
        await self._chain.close()


class FallbackEvaluator(Evaluator):
    def __init__(self, engines: Sequence[Evaluator], clock: Clock, patience: Patience = PATIENT) -> None:
        self._engines = tuple(engines)
        self._chain: Chain[Evaluator] = Chain(engines, clock, patience)
        self.name = ",".join(engine.name for engine in engines)
        self.version = ",".join(engine.version for engine in engines)

    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        evaluation, why = await self._chain.ask(lambda engine: engine.evaluate(text, expectation))
        return replace(evaluation, degraded=why) if why else evaluation

    async def prepare(self, expectation: Expectation) -> None:
        for engine in self._engines:
            await engine.prepare(expectation)

    async def check(self) -> None:
        await self._chain.check()

    async def close(self) -> None:
        await self._chain.close()
