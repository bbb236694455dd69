"""Several voices as one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from kotoserver import telemetry
from kotoserver.domain.engines import EngineState
from kotoserver.domain.errors import KotoError, ProviderFailed
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Synthesizer
from kotoserver.ports.purse import Purse
from kotoserver.providers.policy.chain import Answer, Call, Chain
from kotoserver.providers.policy.patience import Patience
from kotoserver.providers.policy.round import RETRY_PAUSE_SECONDS, Asking, concerns_engine, plain_failures
from kotoserver.providers.prices import CHECK_LINE

T = TypeVar("T")


class FallbackSynthesizer(Synthesizer):
    def __init__(
        self,
        engines: Sequence[Synthesizer],
        clock: Clock,
        patience: Patience | Sequence[Patience],
        *,
        prices: Mapping[str, Callable[[SpeechRequest], float]] = MappingProxyType({}),
        purse: Purse | None = None,
    ) -> None:
        """`prices`: engine -> what a line costs in US dollars; those without are free.

        Speech is kept for everybody who is told the same, so it counts against no single learner's budget.
        """
        self._chain: Chain[Synthesizer] = Chain(
            engines,
            clock,
            patience,
            stage=Stage.TTS,
            purse=purse,
            check_usd={name: price(CHECK_LINE) for name, price in prices.items()},
        )
        self._clock = clock
        self._prices = prices
        self.name = ",".join(engine.name for engine in engines)
        self.version = ",".join(engine.version for engine in engines)

    async def synthesize(self, request: SpeechRequest) -> Speech:
        async def speak(engine: Synthesizer) -> Speech:
            speech = await engine.synthesize(request)
            if speech.silent:
                raise silence(engine.name)
            return speech

        answer = await self._chain.ask(speak, self._asking(request))
        receipt = _receipt(request, answer, answer.value.seconds)
        return replace(answer.value, receipt=receipt, degraded=answer.fallback)

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        """Parts of one engine. Once something can be heard of it no other takes over: a break is a failure.

        The receipt comes with an empty part at the end.
        """
        round_ = self._chain.begin(self._asking(request))
        while round_.has_next:
            if round_.retries:
                await asyncio.sleep(RETRY_PAUSE_SECONDS)
            call = Call(candidate=round_.next(), began=self._clock.seconds())
            first_seconds, total_seconds = round_.seconds_for(call.candidate, call.began)
            parts = _Parts(call.candidate.engine, request, self._clock, first_seconds, total_seconds)
            fallback = round_.fallback(call.candidate)
            try:
                async with self._chain.calling(call, round_), aclosing(parts.read()) as read:
                    async for part in read:
                        yield replace(part, degraded=fallback)
            except KotoError as failure:
                if concerns_engine(failure):
                    self._chain.failed(call, round_, failure)
                if parts.heard or not concerns_engine(failure):
                    raise
                continue
            answer = self._chain.answered(call, round_, parts.sample_rate, parts.seconds)
            receipt = replace(
                _receipt(request, answer, parts.audio_seconds),
                first_output_milliseconds=round((parts.first_output_at - round_.began) * 1000, 3),
            )
            yield Speech(pcm=b"", sample_rate=parts.sample_rate, degraded=fallback, receipt=receipt)
            return
        raise round_.nobody()

    def _asking(self, request: SpeechRequest) -> Asking:
        usd = {name: price(request) for name, price in self._prices.items()}
        return Asking(usd=usd, preference=request.preference)

    def states(self) -> Sequence[EngineState]:
        return self._chain.states()

    async def check(self) -> None:
        await self._chain.check()

    async def close(self) -> None:
        await self._chain.close()


class _Parts:
    """One engine's stream within its time. What whoever listens takes for themselves does not count."""

    def __init__(
        self,
        engine: Synthesizer,
        request: SpeechRequest,
        clock: Clock,
        first_seconds: float,
        total_seconds: float,
    ) -> None:
        self._engine = engine
        self._request = request
        self._clock = clock
        self._first_seconds = first_seconds
        self._total_seconds = total_seconds
        self.seconds = 0.0
        """That the engine took so far."""
        self.heard = False
        """Something audible was handed out."""
        self.first_output_at = 0.0
        self.audio_seconds = 0.0
        self.sample_rate = 0

    async def read(self) -> AsyncGenerator[Speech, None]:
        """Nothing until it can be heard. Raises ProviderFailed, `silent_speech` when it never can."""
        unheard: list[Speech] = []
        async with aclosing(self._engine.stream(self._request)) as parts:  # type: ignore[type-var]  # its port does not say that it is a generator
            until = self._clock.seconds() + self._first_seconds
            while (part := await self._next(parts, until)) is not None:
                unheard.append(part)
                if not self.heard and part.silent:
                    continue
                if not self.heard:
                    self.heard, self.first_output_at = True, self._clock.seconds()
                for each in unheard:
                    self._measure(each)
                    yield each
                unheard.clear()
        if not self.heard:
            raise silence(self._engine.name)

    async def _next(self, parts: AsyncIterator[Speech], until: float) -> Speech | None:
        """The next part; None at the end."""
        began = self._clock.seconds()
        left = self._total_seconds - self.seconds
        seconds = left if self.heard else min(left, until - began)
        with plain_failures(self._engine.name):
            async with asyncio.timeout(seconds):
                part = await anext(parts, None)
        self.seconds += self._clock.seconds() - began
        return part

    def _measure(self, part: Speech) -> None:
        self.sample_rate = part.sample_rate
        self.audio_seconds += part.seconds


def silence(name: str) -> KotoError:
    return ProviderFailed(f"{name} answered with silence", code="silent_speech")


def _receipt(request: SpeechRequest, answer: Answer[T], audio_seconds: float) -> Receipt:
    characters = len(request.text)
    telemetry.PROVIDER_CHARACTERS.labels(answer.provider).inc(characters)
    telemetry.PROVIDER_AUDIO_SECONDS.labels(Stage.TTS, answer.provider).inc(audio_seconds)
    return Receipt(
        stage=Stage.TTS,
        provider=answer.provider,
        milliseconds=round(answer.seconds * 1000, 3),
        fallback=answer.fallback,
        audio_seconds=audio_seconds,
        characters=characters,
        cost_usd=answer.usd,
    )
