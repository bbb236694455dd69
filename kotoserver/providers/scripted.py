"""Engines that follow a script: a voice of plain tones and a judge that was told what to find.

They do the whole job of their ports without any engine, so that tests and demonstrations can decide
how slow, how broken and how strict the world is.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from kotoserver.domain.errors import BadInput, KotoError, ProviderFailed, TooFast
from kotoserver.domain.evaluation import (
    Bar,
    BarName,
    Evaluation,
    Expectation,
    SlotReading,
    SlotState,
    Verdict,
)
from kotoserver.domain.hearing import Hypothesis, Recognition, RecognitionRequest
from kotoserver.domain.levels import SpeechFit
from kotoserver.domain.numbers import native_before_counter
from kotoserver.domain.scene import Slot, SlotFill, SlotKind
from kotoserver.domain.speech import Speech, SpeechRequest, WordTime
from kotoserver.ports.providers import Evaluator, Recognizer, Synthesizer

_SAMPLE_RATE = 16_000
_TONE_SECONDS = 0.12
_LOWEST_HERTZ = 220
_SEMITONE = 2 ** (1 / 12)
_NO_SCRIPT: Mapping[str, Evaluation] = MappingProxyType({})


class ScriptedSynthesizer(Synthesizer):
    """A tone for every letter and a rest for every space, as slowly and as badly as it is told to."""

    name = "scripted"
    version = "1"

    def __init__(
        self,
        *,
        queue_size: int = 64,
        failures: Sequence[KotoError] = (),
        gate: asyncio.Event | None = None,
    ) -> None:
        """`failures` are raised by the first requests in their order; nothing is spoken while `gate` is unset."""
        self.spoken = 0
        """Texts spoken so far."""
        self._queue_size = queue_size
        self._failures = list(failures)
        self._gate = gate
        self._waiting = 0
        self._closed = False

    async def synthesize(self, request: SpeechRequest) -> Speech:
        words = list(re.finditer(r"\w+", request.text))
        if not words:
            raise BadInput("There is nothing to say in this text.", code="nothing_to_say")
        if self._closed:
            raise ProviderFailed("the scripted voice is closed")
        if self._waiting >= self._queue_size:
            raise TooFast("Too many lines wait to be spoken; try again in a moment.", code="busy")
        self._waiting += 1
        try:
            if self._gate is not None:
                await self._gate.wait()
            if self._failures:
                raise self._failures.pop(0)
            pcm = await asyncio.to_thread(_tones, request.text, request.rate)
        finally:
            self._waiting -= 1
        self.spoken += 1
        tone = _TONE_SECONDS / request.rate
        times = (
            WordTime(start=word.start(), length=len(word[0]), at_seconds=word.start() * tone) for word in words
        )
        return Speech(pcm=pcm, sample_rate=_SAMPLE_RATE, words=tuple(times))

    def fail_next(self, *failures: KotoError) -> None:
        """The next requests raise these, in this order, after those that are already planned."""
        self._failures += failures

    async def check(self) -> None:
        if self._closed:
            raise ProviderFailed("the scripted voice is closed")

    async def close(self) -> None:
        self._closed = True


class ScriptedRecognizer(Recognizer):
    """Hears what its script says next; without one, the most likely of the phrases it was told to expect."""

    name = "scripted"
    version = "1"

    def __init__(
        self,
        script: Sequence[Recognition | KotoError] = (),
        *,
        queue_size: int = 64,
        gate: asyncio.Event | None = None,
    ) -> None:
        """Errors of the script are raised in their turn; nothing is heard while `gate` is unset."""
        self.heard = 0
        """Clips heard so far."""
        self.requests: list[RecognitionRequest] = []
        self._script = list(script)
        self._queue_size = queue_size
        self._gate = gate
        self._waiting = 0
        self._closed = False

    async def recognize(self, request: RecognitionRequest) -> Recognition:
        if self._closed:
            raise ProviderFailed("the scripted ears are closed")
        if self._waiting >= self._queue_size:
            raise TooFast("Too many recordings wait to be heard; try again in a moment.", code="busy")
        self._waiting += 1
        try:
            if self._gate is not None:
                await self._gate.wait()
            else:
                await asyncio.sleep(0)  # hearing takes a moment in which others may come
        finally:
            self._waiting -= 1
        self.requests.append(request)
        answer = self._script.pop(0) if self._script else self._likeliest(request)
        if isinstance(answer, KotoError):
            raise answer
        self.heard += 1
        return answer

    def hear_next(self, *answers: Recognition | KotoError) -> None:
        """What the next clips say, after what is already planned."""
        self._script += answers

    async def check(self) -> None:
        if self._closed:
            raise ProviderFailed("the scripted ears are closed")

    async def close(self) -> None:
        self._closed = True

    def _likeliest(self, request: RecognitionRequest) -> Recognition:
        speaks = request.clip.voiced_seconds > 0 and request.phrases
        heard = (Hypothesis(text=request.phrases[0], confidence=0.95),) if speaks else ()
        return Recognition(hypotheses=heard, engine=self.name, engine_version=self.version)


class ScriptedEvaluator(Evaluator):
    """Judges by the script; a text that is not in it is right when it is one of the turn's examples."""

    name = "scripted"
    version = "1"

    def __init__(
        self, script: Mapping[str, Evaluation] = _NO_SCRIPT, *, failures: Sequence[KotoError] = ()
    ) -> None:
        """`failures` are raised by the first requests in their order."""
        self._script = script
        self._failures = list(failures)

    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        if self._failures:
            raise self._failures.pop(0)
        return self._script.get(text) or _by_example(text, expectation, self)


def _tones(text: str, rate: float) -> bytes:
    """PCM: each letter its own pitch within two octaves, all equally long."""
    letters = [ord(letter) % 24 if letter.isalnum() else None for letter in text]
    size = round(_TONE_SECONDS / rate * _SAMPLE_RATE)
    seconds = np.arange(size) / _SAMPLE_RATE
    swell = np.sin(np.pi * np.arange(size) / size)
    rest = np.zeros(size)
    tones = {
        step: swell * np.sin(2 * np.pi * _LOWEST_HERTZ * _SEMITONE**step * seconds)
        for step in set(letters)
        if step is not None
    }
    sound = np.concatenate([rest if step is None else tones[step] for step in letters])
    return (sound * 16_000).astype("<i2").tobytes()


def _by_example(text: str, expectation: Expectation, judge: Evaluator) -> Evaluation:
    intent = _intent_of(text, expectation)
    points = 100 if intent else 0
    return Evaluation(
        text=text,
        intent=intent,
        confidence=1.0 if intent else 0.0,
        verdict=Verdict.ACCEPT if intent else Verdict.RETRY,
        score=points,
        bars=(Bar(name=BarName.TASK, score=points),),
        level_found=expectation.target,
        level_wanted=expectation.target,
        speech=SpeechFit.FITS,
        slots=tuple(_slots_named(text, expectation)),
        matched_example=text if intent else None,
        corrected=None,
        diff=(),
        items=(),
        natural=None,
        engine=judge.name,
        engine_version=judge.version,
    )


def _intent_of(text: str, expectation: Expectation) -> str | None:
    examples = [(intent.id, intent.examples) for intent in expectation.intents]
    examples += [(common.id, common.examples) for common in expectation.common]
    said = _bare(text)
    return next((intent for intent, ways in examples if said in map(_bare, ways)), None)


def _slots_named(text: str, expectation: Expectation) -> Iterator[SlotReading]:
    """Slots of which one of the ways to say a value stands in the text."""
    for slot in expectation.slots.values():
        for value, way in _ways_to_say(slot):
            if way in text:
                yield SlotReading(slot=slot.id, state=SlotState.FILLED, value=value, heard=way.strip())
                break


def _ways_to_say(slot: Slot) -> Iterator[tuple[SlotFill, str]]:
    if slot.kind is SlotKind.NATIVE_NUMBER:
        for number in range(1, (slot.maximum or 10) + 1):
            yield number, f"{native_before_counter(number)} "
    for value, ways in slot.values.items():
        for way in ways:
            yield value, way


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text)
