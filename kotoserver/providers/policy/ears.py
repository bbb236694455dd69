"""Several ears as one."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from kotoserver import telemetry
from kotoserver.domain.engines import EngineState
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import Recognition, RecognitionRequest
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Recognizer
from kotoserver.ports.purse import Purse
from kotoserver.providers.policy.chain import Chain
from kotoserver.providers.policy.patience import Patience
from kotoserver.providers.policy.round import Asking
from kotoserver.providers.prices import CHECK_SECONDS, hearing_usd


class FallbackRecognizer(Recognizer):
    def __init__(
        self,
        engines: Sequence[Recognizer],
        clock: Clock,
        patience: Patience | Sequence[Patience],
        *,
        prices: Mapping[str, float] = MappingProxyType({}),
        purse: Purse | None = None,
    ) -> None:
        """`prices`: engine -> US dollars for a minute; those without are free."""
        self._chain: Chain[Recognizer] = Chain(
            engines,
            clock,
            patience,
            stage=Stage.STT,
            purse=purse,
            check_usd={name: hearing_usd(CHECK_SECONDS, price) for name, price in prices.items()},
        )
        self._prices = prices
        self.name = ",".join(engine.name for engine in engines)
        self.version = ",".join(engine.version for engine in engines)

    async def recognize(self, request: RecognitionRequest) -> Recognition:
        async def hear(engine: Recognizer) -> Recognition:
            heard = _readable(await engine.recognize(request))
            if heard.hypotheses and not heard.text.strip():
                raise ProviderFailed(f"{engine.name} heard somebody say nothing", code="empty_answer")
            return heard

        seconds = request.clip.seconds
        answer = await self._chain.ask(hear, self._asking(request))
        telemetry.PROVIDER_AUDIO_SECONDS.labels(Stage.STT, answer.provider).inc(seconds)
        receipt = Receipt(
            stage=Stage.STT,
            provider=answer.provider,
            milliseconds=round(answer.seconds * 1000, 3),
            fallback=answer.fallback,
            audio_seconds=seconds,
            cost_usd=answer.usd,
        )
        return replace(answer.value, receipt=receipt)

    def _asking(self, request: RecognitionRequest) -> Asking:
        seconds = request.clip.seconds
        return Asking(
            payer=request.payer,
            usd={name: hearing_usd(seconds, price) for name, price in self._prices.items()},
            audio_seconds=seconds,
            preference=request.preference,
        )

    def states(self) -> Sequence[EngineState]:
        return self._chain.states()

    async def check(self) -> None:
        await self._chain.check()

    async def close(self) -> None:
        await self._chain.close()


def _readable(heard: Recognition) -> Recognition:
    """Without what nobody says: control characters and halves of characters would make it no utterance."""
    return replace(heard, hypotheses=tuple(replace(each, text=_plain(each.text)) for each in heard.hypotheses))


def _plain(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))
