"""The local judge with a language model at its side, which may fail at any time without harm."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kotoserver import telemetry
from kotoserver.domain.engines import EngineState
from kotoserver.domain.errors import ProviderFailed, TooFast
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Evaluator
from kotoserver.providers.language_model import LanguageModel, Prompt, Reply
from kotoserver.providers.model_answer import Answer, Unusable, read_answer
from kotoserver.providers.model_prompt import Case, build_prompt, build_repair
from kotoserver.providers.model_verdict import SecondReading, combine, worth_asking
from kotoserver.providers.policy import Chain, Patience
from kotoserver.providers.spending import Purse, cost, most_tokens
from kotoserver.settings import TokenPrice

log = logging.getLogger(__name__)


class ModelOpinion:
    """What one model adds to the local evaluation of a case."""

    def __init__(self, model: LanguageModel, local: Evaluator, purse: Purse, price: TokenPrice) -> None:
        self.name = model.name
        self.version = model.model
        self._model = model
        self._local = local
        self._purse = purse
        self._price = price

    async def on(self, case: Case) -> Evaluation:
        """Raises ProviderFailed, codes `over_budget`, `rate_limited`, `blocked`, `bad_answer`, `busy` and the
        general one.
        """
        usage = _Usage()
        try:
            answer = await self._answer(case, usage)
        except ProviderFailed as failure:
            log.warning("the model %s gave no opinion: %s", self.version, failure.message)
            raise
        second = SecondReading(
            corrected=await self._read(answer.corrected, case),
            restated=await self._read(answer.restated, case),
            natural=await self._read(answer.natural, case),
        )
        return replace(
            combine(case, answer, second),
            engine=self.name,
            engine_version=f"{self.version}; {case.local.engine} {case.local.engine_version}",
            tokens=usage.tokens,
            cost_usd=usage.dollars,
        )

    async def check(self) -> None:
        await self._model.check()

    async def close(self) -> None:
        await self._model.close()

    async def _answer(self, case: Case, usage: "_Usage") -> Answer:
        """The model's answer, which it may mend once."""
        prompt = build_prompt(case)
        reply = await self._ask(prompt, usage)
        try:
            return self._use(reply, case)
        except Unusable as why:
            reply = await self._ask(build_repair(prompt, reply.text, str(why)), usage)
        try:
            return self._use(reply, case)
        except Unusable as why:
            raise ProviderFailed(f"its answer cannot be used ({why})", code="bad_answer") from why

    def _use(self, reply: Reply, case: Case) -> Answer:
        try:
            answer = read_answer(reply.text, case.text, case.expectation)
        except Unusable:
            self._count("refused")
            raise
        self._count("used")
        return answer

    async def _ask(self, prompt: Prompt, usage: "_Usage") -> Reply:
        """A request that is paid for; one that nobody waited out is booked at its most."""
        with self._purse.hold(cost(most_tokens(prompt), self._price)) as hold:
            outcome = "unfinished"
            try:
                reply = await self._model.ask(prompt)
                outcome = "blocked" if reply.blocked else "answered"
            except ProviderFailed:
                outcome, hold.spent = "failed", 0.0
                raise
            finally:
                if outcome != "answered":
                    self._count(outcome)
            if reply.tokens.asked:
                hold.spent = cost(reply.tokens, self._price)
            usage.add(reply, hold.spent)
            self._book(reply, hold.spent)
        if reply.blocked:
            raise ProviderFailed("the model refuses these words", code="blocked")
        return reply

    def _book(self, reply: Reply, dollars: float) -> None:
        telemetry.MODEL_TOKENS.labels(self.name, "asked").inc(reply.tokens.asked)
        telemetry.MODEL_TOKENS.labels(self.name, "answered").inc(reply.tokens.answered)
        telemetry.MODEL_COST.labels(self.name).inc(dollars)

    def _count(self, outcome: str) -> None:
        telemetry.MODEL_CALLS.labels(self.name, outcome).inc()

    async def _read(self, sentence: str | None, case: Case) -> Evaluation | None:
        """How the local engine takes a sentence that the model wrote."""
        if sentence is None:
            return None
        try:
            return await self._local.evaluate(sentence, case.expectation)
        except TooFast as full:
            raise ProviderFailed("too much waits to check what it wrote", code="busy") from full


@dataclass(slots=True)
class _Usage:
    """What the requests about one case took."""

    tokens: int = 0
    dollars: float = 0.0

    def add(self, reply: Reply, dollars: float) -> None:
        self.tokens += reply.tokens.asked + reply.tokens.answered
        self.dollars += dollars


class LocalOpinion:
    """Stands last in the chain: the local evaluation as it is."""

    def __init__(self, local: Evaluator) -> None:
        self.name = local.name
        self._local = local

    async def on(self, case: Case) -> Evaluation:
        return case.local

    async def check(self) -> None:
        await self._local.check()

    async def close(self) -> None:
        await self._local.close()


class ModelEvaluator(Evaluator):
    """Judges locally first; the models are asked in their order about what `asks` picks."""

    def __init__(
        self,
        local: Evaluator,
        models: Sequence[ModelOpinion],
        clock: Clock,
        patience: Patience,
        asks: Callable[[Case], bool] = worth_asking,
    ) -> None:
        self._local = local
        self._asks = asks
        self._chain: Chain[ModelOpinion | LocalOpinion] = Chain([*models, LocalOpinion(local)], clock, patience)
        self.name = ",".join([*(model.name for model in models), local.name])
        self.version = f"{', '.join(model.version for model in models)}; {local.name} {local.version}"

    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        local = await self._local.evaluate(text, expectation)
        case = Case(text=text, expectation=expectation, local=local)
        if not self._asks(case):
            telemetry.MODEL_CALLS_SAVED.inc()
            return local
        answer = await self._chain.ask(lambda opinion: opinion.on(case))
        if answer.fallback is None:
            return answer.value
        telemetry.MODEL_DEGRADED.labels(answer.fallback).inc()
        return replace(answer.value, degraded=answer.fallback)

    def states(self) -> Sequence[EngineState]:
        return self._chain.states()

    async def prepare(self, expectation: Expectation) -> None:
        await self._local.prepare(expectation)

    async def check(self) -> None:
        """Well as long as the local judge is: without a model it judges on."""
        await self._local.check()

    async def close(self) -> None:
        await self._chain.close()
