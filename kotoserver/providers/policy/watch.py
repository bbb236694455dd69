"""Whether engines work: breakers, the probes that close them again, and checks for whoever watches."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextvars import Context
from typing import Generic

from kotoserver import telemetry
from kotoserver.domain.engines import EngineState
from kotoserver.domain.errors import KotoError
from kotoserver.domain.receipt import Stage
from kotoserver.ports.clock import Clock
from kotoserver.ports.purse import Hold, Purse
from kotoserver.providers.policy.paying import paying
from kotoserver.providers.policy.round import NO_FAULT, REFUSED_INPUT, Candidate, E, plain_failures

log = logging.getLogger(__name__)


class Watch(Generic[E]):
    """Over the engines of one chain; owns the tasks that probe them."""

    def __init__(
        self,
        candidates: Sequence[Candidate[E]],
        stage: Stage,
        clock: Clock,
        purse: Purse,
        check_usd: Mapping[str, float],
    ) -> None:
        """`check_usd`: engine -> what a check of it costs."""
        self._candidates = candidates
        self._purse = purse
        self._check_usd = check_usd
        self._stage = stage
        self._clock = clock
        self._probes: dict[str, asyncio.Task[None]] = {}
        """By the name of the engine."""
        self._closed = False
        for candidate in candidates:
            telemetry.PROVIDER_RESTS.labels(stage, candidate.name).set(0)

    def states(self) -> tuple[EngineState, ...]:
        return tuple(
            EngineState(
                stage=self._stage,
                name=each.name,
                resting=each.breaker.is_open,
                failures=each.breaker.failures,
                since=each.breaker.since,
                asked_now=each.asked_now,
                p50_seconds=each.latencies.quantile(0.5),
                p95_seconds=each.latencies.quantile(0.95),
                trouble=each.trouble,
            )
            for each in self._candidates
        )

    def count_against(self, candidate: Candidate[E]) -> None:
        if candidate.breaker.failed():
            log.warning("%s failed %d times in a row and rests", candidate.name, candidate.breaker.failures)
            telemetry.PROVIDER_RESTS.labels(self._stage, candidate.name).set(1)
            if candidate.patience.probed and not self._closed:
                self._begin_probes(candidate)

    def count_for(self, candidate: Candidate[E]) -> None:
        candidate.breaker.succeeded()
        candidate.trouble = None
        telemetry.PROVIDER_RESTS.labels(self._stage, candidate.name).set(0)

    def _begin_probes(self, candidate: Candidate[E]) -> None:
        """Outside the context of the learner who found out, whose ids the log would repeat."""
        running = self._probes.get(candidate.name)
        if running is None or running.done():
            self._probes[candidate.name] = asyncio.create_task(self._probe(candidate), context=Context())

    async def _probe(self, candidate: Candidate[E]) -> None:
        """Until the engine works again, whether we or a learner found out; `close` cancels it."""
        breaker = candidate.breaker
        while True:
            await asyncio.sleep(breaker.rest_seconds)
            if not breaker.is_open:
                return
            if await self._works(candidate):
                breaker.probe_passed()
                telemetry.PROVIDER_RESTS.labels(self._stage, candidate.name).set(0)
                log.info("%s works again", candidate.name)
                return
            breaker.probe_failed()

    async def _works(self, candidate: Candidate[E]) -> bool:
        failure = await self._check(candidate)
        # What refuses even the fixed sound or text of a check takes nothing at all.
        return failure is None or failure.code in NO_FAULT - {REFUSED_INPUT}

    async def _check(self, candidate: Candidate[E]) -> KotoError | None:
        """What is wrong with it."""
        hold = Hold(spent=0.0)
        try:
            async with paying(self._purse, None, self._check_usd.get(candidate.name, 0.0)) as hold:
                with plain_failures(candidate.name):
                    async with asyncio.timeout(candidate.patience.total_seconds):
                        await candidate.engine.check()
        except KotoError as failure:
            candidate.trouble = failure.message if failure.code not in NO_FAULT else None
            return failure
        finally:
            if hold.spent:
                telemetry.PROVIDER_COST.labels(self._stage, candidate.name).inc(hold.spent)
        candidate.worked_at = self._clock.seconds()
        candidate.trouble = None
        return None

    async def check(self) -> None:
        """Returns as soon as one engine works; raises the first engine's failure when none does."""
        if any(self._trusted(candidate) for candidate in self._candidates):
            return
        async with asyncio.TaskGroup() as group:
            checks = [group.create_task(self._check(candidate)) for candidate in self._candidates]
            for each in asyncio.as_completed(checks):
                if await each is None:
                    for check in checks:
                        check.cancel()
                    return
        failures = [failure for check in checks if (failure := check.result()) is not None]
        raise failures[0]

    def _trusted(self, candidate: Candidate[E]) -> bool:
        since = self._clock.seconds() - candidate.worked_at
        return since < candidate.patience.trusted_seconds and candidate.breaker.failures == 0

    async def close(self) -> None:
        """Ends the probes, then the engines."""
        self._closed = True
        probes = tuple(self._probes.values())
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)
        await asyncio.gather(*(candidate.engine.close() for candidate in self._candidates))
