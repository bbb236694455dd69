"""Google's ears: Cloud Speech-to-Text v2 through the vendor's own client, one request for one utterance."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import grpc
from google.cloud.speech_v2 import SpeechAsyncClient
from google.cloud.speech_v2.services.speech.transports import SpeechGrpcAsyncIOTransport
from google.cloud.speech_v2.types import (
    ExplicitDecodingConfig,
    PhraseSet,
    RecognitionConfig,
    RecognitionFeatures,
    RecognizeRequest,
    RecognizeResponse,
    SpeechAdaptation,
    SpeechRecognitionAlternative,
)

from kotoserver.domain.errors import BadSettings, ProviderFailed
from kotoserver.domain.hearing import SAMPLE_RATE, HeardWord, Hypothesis, Recognition, RecognitionRequest
from kotoserver.ports.providers import Recognizer
from kotoserver.providers.believed import ASSUMED_CONFIDENCE
from kotoserver.providers.google_calls import (
    KEEPALIVE_SECONDS,
    in_our_words,
    keep_quiet,
    load_credentials,
    open_channel,
    trace_metadata,
)
from kotoserver.providers.remote_calls import AT_ONCE, RemoteCalls
from kotoserver.providers.sound_bytes import hum, pcm_of
from kotoserver.settings import GoogleSettings

_CALLED = "google speech recognition"
_MOST_ALTERNATIVES = 5
_BOOST = 10.0
"""Of 20; more makes hints out of what was not said."""
_LONGEST_HINT = 100
"""Code points that the service takes in one phrase."""
_WITHOUT_TIMES = ("chirp_3",)
"""Models that tell no times of words, and need not be asked in vain."""
_LONGEST_SECONDS = 60.0
"""What `recognize` takes; longer sound goes another way, which is too slow for a talk."""
_LESS_SURE = 0.8
"""How each alternative compares with the one before it: the service rates only the best."""

keep_quiet(SpeechAsyncClient, SpeechGrpcAsyncIOTransport)


class GoogleRecognizer(Recognizer):
    name = "google"

    def __init__(
        self,
        settings: GoogleSettings,
        *,
        at_once: int = AT_ONCE,
        deadline_seconds: float = 10.0,
        keepalive_seconds: float = KEEPALIVE_SECONDS,
    ) -> None:
        """BadSettings without a project or credentials."""
        if settings.project is None:
            raise BadSettings("STT_PROVIDER names google, so GOOGLE_CLOUD_PROJECT must be set too.")
        self.version = f"{settings.speech_model}@{settings.location}"
        self._settings = settings
        self._credentials = load_credentials(settings)
        self._keepalive_seconds = keepalive_seconds
        self._calls = RemoteCalls(_CALLED, at_once=at_once, deadline_seconds=deadline_seconds)
        self._client: SpeechAsyncClient | None = None
        self._channel: grpc.aio.Channel | None = None

    async def recognize(self, request: RecognitionRequest) -> Recognition:
        if request.clip.seconds > _LONGEST_SECONDS:
            raise ProviderFailed(f"{_CALLED} hears at most a minute", code="refused_input", retryable=False)
        with self._calls.call() as call, in_our_words(_CALLED):
            async with call.waiting():
                response: RecognizeResponse | None = await self._open().recognize(
                    self._request(request),
                    retry=None,
                    timeout=self._calls.deadline_seconds,
                    metadata=trace_metadata(),
                )
        if not response or not RecognizeResponse.pb(response).ByteSize():
            # Heard nobody, it would still say what that costs. The library gives None for what it cannot read.
            raise ProviderFailed(f"{_CALLED} gave an answer that cannot be read", code="bad_answer")
        return Recognition(
            hypotheses=tuple(_hypotheses(response)),
            words=tuple(_words(response)),
            engine=self.name,
            engine_version=self.version,
        )

    async def check(self) -> None:
        await self.recognize(RecognitionRequest(clip=hum()))

    async def close(self) -> None:
        await self._calls.close()
        channel, self._channel, self._client = self._channel, None, None
        if channel is not None:
            await channel.close()

    def _open(self) -> SpeechAsyncClient:
        """Opened inside the running loop, which the channel belongs to."""
        if self._client is None:
            where = self._settings.location
            host = "speech.googleapis.com" if where == "global" else f"{where}-speech.googleapis.com"
            self._channel = open_channel(self._settings, host, self._credentials, self._keepalive_seconds)
            self._client = SpeechAsyncClient(
                transport=SpeechGrpcAsyncIOTransport(host=host, channel=self._channel)
            )
        return self._client

    def _request(self, request: RecognitionRequest) -> RecognizeRequest:
        settings = self._settings
        return RecognizeRequest(
            recognizer=f"projects/{settings.project}/locations/{settings.location}/recognizers/_",
            config=RecognitionConfig(
                explicit_decoding_config=ExplicitDecodingConfig(
                    encoding=ExplicitDecodingConfig.AudioEncoding.LINEAR16,
                    sample_rate_hertz=SAMPLE_RATE,
                    audio_channel_count=1,
                ),
                language_codes=["ko-KR"],
                model=settings.speech_model,
                features=RecognitionFeatures(
                    max_alternatives=_MOST_ALTERNATIVES,
                    enable_word_time_offsets=settings.speech_model not in _WITHOUT_TIMES,
                    enable_word_confidence=not _is_chirp(settings.speech_model),
                ),
                adaptation=_adaptation(request.phrases, settings.speech_model),
            ),
            content=pcm_of(request.clip),
        )


def _is_chirp(model: str) -> bool:
    """The multilingual models: no word confidence, and phrases without boost."""
    return model.startswith("chirp")


def _adaptation(phrases: Sequence[str], model: str) -> SpeechAdaptation | None:
    hints = list(dict.fromkeys(phrase for phrase in phrases if 0 < len(phrase) <= _LONGEST_HINT))
    if not hints or model == "chirp":  # the first Chirp takes none
        return None
    boost = 0.0 if _is_chirp(model) else _BOOST
    expected = PhraseSet(phrases=[PhraseSet.Phrase(value=hint, boost=boost) for hint in hints])
    return SpeechAdaptation(phrase_sets=[SpeechAdaptation.AdaptationPhraseSet(inline_phrase_set=expected)])


def _hypotheses(response: RecognizeResponse) -> Iterator[Hypothesis]:
    """What was heard; other readings only of sound that came back in one portion, since others do not combine."""
    portions = [portion.alternatives for portion in response.results if portion.alternatives]
    best = [portion[0] for portion in portions]
    text = _joined(best)
    if not text:
        return
    sure = _confidence(best)
    yield Hypothesis(text=text, confidence=sure)
    told = {text}
    for other in portions[0][1:] if len(portions) == 1 else ():
        reading = _joined([other])
        if reading and reading not in told:
            told.add(reading)
            sure = min(other.confidence or sure * _LESS_SURE, sure)
            yield Hypothesis(text=reading, confidence=sure)


def _joined(alternatives: Sequence[SpeechRecognitionAlternative]) -> str:
    return " ".join(" ".join(each.transcript for each in alternatives).split())


def _confidence(portions: Sequence[SpeechRecognitionAlternative]) -> float:
    """The mean of the portions', the longer ones counting for more; 0 is the service's way to say nothing."""
    rated = [(_own_confidence(each), len(each.transcript)) for each in portions]
    known = [(sure, size) for sure, size in rated if sure is not None and size]
    if not known:
        return ASSUMED_CONFIDENCE
    return min(1.0, sum(sure * size for sure, size in known) / sum(size for _, size in known))


def _own_confidence(alternative: SpeechRecognitionAlternative) -> float | None:
    if alternative.confidence > 0:
        return float(alternative.confidence)
    of_words = [word.confidence for word in alternative.words if word.confidence > 0]
    return sum(of_words) / len(of_words) if of_words else None


def _words(response: RecognizeResponse) -> Iterator[HeardWord]:
    for portion in response.results:
        for word in portion.alternatives[0].words if portion.alternatives else ():
            yield HeardWord(
                text=word.word.strip(),
                start_seconds=_seconds(word.start_offset),
                end_seconds=_seconds(word.end_offset),
                confidence=float(word.confidence) or None,
            )


def _seconds(offset: Any) -> float:
    return offset.total_seconds() if isinstance(offset, timedelta) else 0.0
