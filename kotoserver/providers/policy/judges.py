"""Several judges as one."""

from collections.abc import Sequence
from dataclasses import replace

from kotoserver.domain.engines import EngineState
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.receipt import Stage
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Evaluator
from kotoserver.providers.policy.chain import Chain
from kotoserver.providers.policy.patience import Patience


class FallbackEvaluator(Evaluator):
    """A judge is not asked twice: it says the same of the same words."""

    def __init__(self, engines: Sequence[Evaluator], clock: Clock, patience: Patience | None = None) -> None:
        self._engines = tuple(engines)
        self._chain: Chain[Evaluator] = Chain(engines, clock, patience or Patience(), stage=Stage.EVALUATE)
        self.name = ",".join(engine.name for engine in engines)
        self.version = ",".join(engine.version for engine in engines)

    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        answer = await self._chain.ask(lambda engine: engine.evaluate(text, expectation))
        return replace(answer.value, degraded=answer.fallback) if answer.fallback else answer.value

    async def prepare(self, expectation: Expectation) -> None:
        for engine in self._engines:
            await engine.prepare(expectation)

    def states(self) -> Sequence[EngineState]:
        return self._chain.states()

    async def check(self) -> None:
        await self._chain.check()

    async def close(self) -> None:
        await self._chain.close()
