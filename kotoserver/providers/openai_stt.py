"""Ears elsewhere: any server with OpenAI's transcriptions, such as speaches, vLLM, whisper.cpp or a service.

Servers differ in how much they tell; the most is asked for, and less of a server that refuses that.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Annotated

import aiohttp
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import (
    SAMPLE_RATE,
    HeardWord,
    Hypothesis,
    Recognition,
    RecognitionRequest,
)
from kotoserver.ports.providers import Recognizer
from kotoserver.providers.believed import ASSUMED_CONFIDENCE, confidence, is_believed
from kotoserver.providers.openai_server import REFUSALS, OpenAiServer
from kotoserver.providers.remote_calls import AT_ONCE, RemoteCall, RemoteCalls
from kotoserver.providers.sound_bytes import hum, pcm_of, wav_file
from kotoserver.settings import SpeechServerSettings

_CALLED = "the recognition server"
_MOST_BYTES = 1_000_000
"""Of an answer."""
_PROMPT_CHARACTERS = 240
"""Whisper reads 223 tokens before the sentence, about 250 syllables, and forgets the first of more."""
_MOST_READINGS = 5
_DETAILS: Sequence[Sequence[tuple[str, str]]] = (
    (
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "segment"),
        ("timestamp_granularities[]", "word"),
    ),
    (("response_format", "verbose_json"),),
    (("response_format", "json"),),
)
"""What may be asked for, from the most to the least."""

_Number = Annotated[float, Field(allow_inf_nan=False)]


class _Word(BaseModel):
    word: str
    start: _Number
    end: _Number
    probability: _Number | None = None


class _Segment(BaseModel):
    text: str = ""
    start: _Number = 0.0
    end: _Number = 0.0
    avg_logprob: _Number | None = None
    no_speech_prob: _Number | None = None
    compression_ratio: _Number | None = None
    words: list[_Word] | None = None


class _Reading(BaseModel):
    text: str
    confidence: _Number


class _Transcription(BaseModel):
    text: str
    segments: list[_Segment] | None = None
    words: list[_Word] | None = None
    alternatives: object = None
    """Other readings, as our own speech role tells them; what other servers may call so is anything."""


_READINGS = TypeAdapter(list[_Reading])


class OpenAiRecognizer(Recognizer):
    name = "openai_compatible"

    def __init__(
        self, settings: SpeechServerSettings, *, at_once: int = AT_ONCE, deadline_seconds: float = 15.0
    ) -> None:
        self.version = settings.model
        self._model = settings.model
        self._server = OpenAiServer(settings.url, settings.key, _CALLED)
        self._calls = RemoteCalls(_CALLED, at_once=at_once, deadline_seconds=deadline_seconds)
        self._details: int | None = None
        """Which of _DETAILS the server is known to take."""

    async def recognize(self, request: RecognitionRequest) -> Recognition:
        with self._calls.call() as call:
            transcription = await self._ask_for_most(request, call)
        hypotheses, words = _heard(transcription)
        return Recognition(hypotheses=hypotheses, words=words, engine=self.name, engine_version=self.version)

    async def check(self) -> None:
        await self.recognize(RecognitionRequest(clip=hum()))

    async def close(self) -> None:
        await self._calls.close()
        await self._server.close()

    async def _ask_for_most(self, request: RecognitionRequest, call: RemoteCall) -> _Transcription:
        if self._details is not None:
            return await self._ask(request, self._details, call)
        for details in range(len(_DETAILS)):
            try:
                transcription = await self._ask(request, details, call)
            except ProviderFailed as failure:
                if failure.code not in REFUSALS or details == len(_DETAILS) - 1:
                    raise
                continue
            self._details = details
            return transcription
        raise AssertionError("the last of them returns or raises")

    async def _ask(self, request: RecognitionRequest, details: int, call: RemoteCall) -> _Transcription:
        async with (
            call.waiting(),
            self._server.post("audio/transcriptions", data=self._form(request, details)) as response,
        ):
            body = await self._server.read(response, _MOST_BYTES)
        try:
            return _Transcription.model_validate_json(body)
        except ValidationError:
            # Not `from` its cause, whose message repeats what the learner said.
            raise ProviderFailed(f"{_CALLED} does not speak transcriptions", code="bad_answer") from None

    def _form(self, request: RecognitionRequest, details: int) -> aiohttp.FormData:
        form = aiohttp.FormData(quote_fields=False)  # servers take `[]` in a name as it stands
        form.add_field("model", self._model)
        form.add_field("language", "ko")
        form.add_field("temperature", "0")
        for name, value in _DETAILS[details]:
            form.add_field(name, value)
        prompt = _prompt(request.phrases)
        if prompt:
            form.add_field("prompt", prompt)
        wav = wav_file(pcm_of(request.clip), SAMPLE_RATE)
        form.add_field("file", BytesIO(wav), filename="speech.wav", content_type="audio/wav")
        return form


def _prompt(phrases: Iterable[str]) -> str:
    """Whole sentences, the most likely of them, as many as a Whisper model reads."""
    chosen: list[str] = []
    room = _PROMPT_CHARACTERS
    for phrase in phrases:
        sentence = " ".join(phrase.split())
        if len(sentence) < room:
            chosen.append(sentence)
            room -= len(sentence) + 1
    return " ".join(filter(None, chosen))


def _heard(told: _Transcription) -> tuple[tuple[Hypothesis, ...], tuple[HeardWord, ...]]:
    segments = told.segments or []
    believed = [
        each for each in segments if is_believed(each.no_speech_prob, each.avg_logprob, each.compression_ratio)
    ]
    text = told.text if len(believed) == len(segments) else " ".join(each.text for each in believed)
    text = " ".join(text.split())
    if not text:
        return (), ()
    best = Hypothesis(text=text, confidence=_confidence(believed))
    others = _others(told, best) if len(believed) == len(segments) else ()
    return (best, *others), tuple(_words(told, segments, believed))


def _others(told: _Transcription, best: Hypothesis) -> Iterator[Hypothesis]:
    """Readings beside the best one, where the server is of our own kind."""
    try:
        readings = _READINGS.validate_python(told.alternatives)
    except ValidationError:
        return
    known = {best.text}
    for reading in readings[:_MOST_READINGS]:
        text = " ".join(reading.text.split())
        if text and text not in known:
            known.add(text)
            yield Hypothesis(text=text, confidence=min(best.confidence, max(0.0, reading.confidence)))


def _confidence(segments: Sequence[_Segment]) -> float:
    """The mean of the segments', the longer ones counting for more."""
    known = [(each.avg_logprob, len(each.text) or 1) for each in segments if each.avg_logprob is not None]
    if not known:
        return ASSUMED_CONFIDENCE
    return confidence(sum(logprob * size for logprob, size in known) / sum(size for _, size in known))


def _words(
    told: _Transcription, segments: Sequence[_Segment], believed: Sequence[_Segment]
) -> Iterator[HeardWord]:
    """Some servers list words beside the segments, some within them."""
    words = told.words or [word for segment in believed for word in segment.words or ()]
    for word in words:
        doubted = any(segment.start <= word.start < segment.end for segment in segments if segment not in believed)
        if word.word.strip() and not doubted:
            yield HeardWord(
                text=word.word.strip(),
                start_seconds=word.start,
                end_seconds=word.end,
                confidence=None if word.probability is None else min(1.0, max(0.0, word.probability)),
            )
