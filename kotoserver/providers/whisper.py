"""Ears of our own: faster-whisper (CTranslate2) on this machine's processor or graphics card.

The language is fixed, since detection takes short Korean for Japanese or Chinese, and earlier text is never
a condition, since one wrong sentence would then breed the next. What a turn expects goes in as hotwords,
which on native speakers' clips brought the character error rate of `base` from 6.6 to 0.2 per cent.
"""

import logging
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from itertools import islice
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.transcribe import get_compression_ratio
from huggingface_hub import constants
from numpy.typing import NDArray

from kotoserver.domain.errors import BadSettings, ProviderFailed
from kotoserver.domain.hearing import SAMPLE_RATE, HeardWord, Hypothesis, Recognition, RecognitionRequest
from kotoserver.ports.providers import Recognizer
from kotoserver.providers.believed import confidence, is_believed
from kotoserver.providers.one_at_a_time import OneAtATime
from kotoserver.settings import WhisperSettings

logging.getLogger("faster_whisper").setLevel(logging.WARNING)  # below that it logs about every clip

MOST_HYPOTHESES = 3
_QUEUE = 8
"""Clips waiting and being heard; at a second each, the last of more would be heard too late."""
_HOTWORD_TOKENS = 222
"""What the library lets stand before the sentence, less the room for its own marks; the rest it cuts silently."""
_WINDOW_SECONDS = 30
"""What the model takes in at once."""
_TOKENS_A_SECOND, _TOKENS_AT_LEAST = 16, 24
"""Twice what a fast speaker needs: a model that repeats itself for ever is cut off here."""
_PAUSE_MS, _PADDING_MS = 500, 200
"""What the voice filter takes for the end of speech, and what it leaves around it."""
_WANTED_LOUDNESS = 0.08
"""Root mean square that a quiet clip is raised to: the voice filter hears nothing below about 0.002."""
_MOST_GAIN = 100.0
_BELIEVED_SECONDS = 30.0
"""How long after its last success the model is taken to work."""
_START = 50_258
"""The token that every multilingual model begins with."""
_MOST_THREADS = 4
"""`base` is no faster with more."""
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""Without the last the library would ask the network for one."""
_VOCABULARIES = ("vocabulary.json", "vocabulary.txt")

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Heard:
    hypotheses: tuple[Hypothesis, ...]
    words: tuple[HeardWord, ...]


class WhisperRecognizer(Recognizer):
    """One model, one clip at a time: parallel calls on one model have leaked memory."""

    name = "whisper"

    def __init__(self, folder: Path, settings: WhisperSettings, *, queue_size: int = _QUEUE) -> None:
        """Loads the model, which takes a second or more.

        BadSettings for a folder that holds no such model, and for a device or arithmetic that this machine lacks.
        """
        _refuse_incomplete(folder)
        _refuse_missing_device(settings)
        compute_type = _compute_type(settings)
        self._model = _load(folder, settings.device, compute_type)
        self._beam_size = settings.beam_size
        self._thread = OneAtATime("the recognition model", queue_size)
        self._worked_at = -math.inf
        self.version = f"{installed_version('faster-whisper')}-{folder.name}-{compute_type}"

    async def recognize(self, request: RecognitionRequest) -> Recognition:
        hotwords = self.hotwords(request.phrases)
        given_up = Event()
        try:
            heard = await self._thread.run(self._hear, request.clip.samples, hotwords, given_up)
        finally:
            given_up.set()
        return Recognition(
            hypotheses=heard.hypotheses, words=heard.words, engine=self.name, engine_version=self.version
        )

    async def check(self) -> None:
        """Costs half a second of work, so what worked a moment ago is believed to work still."""
        if monotonic() - self._worked_at > _BELIEVED_SECONDS:
            await self._thread.run(self._try_out)

    async def close(self) -> None:
        self._worked_at = -math.inf
        await self._thread.close()

    def hotwords(self, phrases: Iterable[str]) -> str | None:
        """Whole sentences, most likely first, as many as the model's own tokens leave room for."""
        room, chosen = _HOTWORD_TOKENS, []
        for phrase in phrases:
            sentence = " ".join(phrase.replace("\0", " ").split())
            cost = len(self._model.hf_tokenizer.encode(f" {sentence}", add_special_tokens=False).ids)
            if sentence and cost <= room:
                chosen.append(sentence)
                room -= cost
        return " ".join(chosen) or None

    def _try_out(self) -> None:
        """A fixed sound of nobody's, past the voice filter, and a few tokens for it."""
        with self._plain_errors():
            sound = pad_or_trim(self._model.feature_extractor(_hum()))
            self._model.model.generate(self._model.encode(sound), [[_START]], beam_size=1, max_length=4)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        self._worked_at = -math.inf
        try:
            yield
        except (RuntimeError, ValueError) as broken:
            raise ProviderFailed("the recognition model broke down") from broken
        self._worked_at = monotonic()

    def _hear(self, samples: Samples, hotwords: str | None, given_up: Event) -> _Heard:
        """Runs in the one thread; between half minutes it looks whether anybody still waits for it."""
        seconds = len(samples) / SAMPLE_RATE
        at_once = seconds <= _WINDOW_SECONDS
        self._model.begin(seconds)
        with self._plain_errors():
            segments, _ = self._model.transcribe(
                _raised(samples),
                language="ko",
                task="transcribe",
                beam_size=self._beam_size,
                temperature=0.0,
                condition_on_previous_text=False,
                hotwords=hotwords,
                word_timestamps=True,
                without_timestamps=at_once,  # longer clips are cut by them; word times come from elsewhere
                vad_filter=True,
                vad_parameters={"min_silence_duration_ms": _PAUSE_MS, "speech_pad_ms": _PADDING_MS},
            )
            # The library is lazy: each step may decode another half minute. Of a clip that was read at once it
            # would go on with the breath after the last word, which costs as much again and is heard as `네.`
            wanted = islice(segments, 1) if at_once else _until(given_up, segments)
            believed = [
                each
                for each in wanted
                if is_believed(each.no_speech_prob, each.avg_logprob, each.compression_ratio)
            ]
        return _Heard(tuple(_hypotheses(believed, self._model.readings)), tuple(_words(believed)))


class _SeveralReadings(WhisperModel):  # type: ignore[misc]  # the library has no types
    """Keeps the next best readings too, of which the library keeps only the best.

    It reads each half minute once, at temperature 0: the library would read what it doubts again, up to five
    times and each time more at random, while a learner waits for words that nobody said.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.readings: list[list[Hypothesis]] = []
        """One list for each half minute, best first."""
        self._most_tokens = 0

    def begin(self, seconds: float) -> None:
        """Forgets the last clip; the next one is so long."""
        self.readings.clear()
        self._most_tokens = _TOKENS_AT_LEAST + round(_TOKENS_A_SECOND * seconds)

    def generate_with_fallback(
        self, encoder_output: Any, prompt: list[int], tokenizer: Any, options: Any
    ) -> tuple[Any, float, float, float]:
        result = self.model.generate(
            encoder_output,
            [prompt],
            beam_size=options.beam_size,
            patience=options.patience,
            num_hypotheses=min(MOST_HYPOTHESES, options.beam_size),
            length_penalty=options.length_penalty,
            max_length=min(self.max_length, len(prompt) + self._most_tokens),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=options.suppress_blank,
            suppress_tokens=options.suppress_tokens,
            max_initial_timestamp_index=round(options.max_initial_timestamp / self.time_precision),
        )[0]
        texts = [tokenizer.decode(tokens).strip() for tokens in result.sequences_ids]
        logprobs = [
            score * len(tokens) ** options.length_penalty / (len(tokens) + 1)
            for score, tokens in zip(result.scores, result.sequences_ids, strict=True)
        ]
        self.readings.append(
            [
                Hypothesis(text=text, confidence=confidence(each))
                for text, each in zip(texts, logprobs, strict=True)
            ]
        )
        return result, logprobs[0], 0.0, get_compression_ratio(texts[0])


def _load(folder: Path, device: str, compute_type: str) -> _SeveralReadings:
    constants.HF_HUB_OFFLINE = True  # nothing here may ask the network, whatever a folder lacks
    try:
        model = _SeveralReadings(
            str(folder), device=device, compute_type=compute_type, cpu_threads=_threads(), num_workers=1
        )
    except (RuntimeError, ValueError, OSError) as broken:
        raise BadSettings(f"WHISPER_MODEL: the model in {folder} is damaged ({_first_line(broken)}).") from broken
    except Exception as broken:  # the tokenizer's library raises no class of its own
        raise BadSettings(f"WHISPER_MODEL: the tokenizer in {folder} is damaged.") from broken
    if not model.model.is_multilingual:
        raise BadSettings(f"WHISPER_MODEL: the model in {folder} knows English only; choose one without `.en`.")
    return model


def _refuse_incomplete(folder: Path) -> None:
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        missing.append(" or ".join(_VOCABULARIES))
    if missing:
        raise BadSettings(f"WHISPER_MODEL: the model in {folder} lacks {' and '.join(missing)}.")


def _refuse_missing_device(settings: WhisperSettings) -> None:
    if settings.device == "cuda" and ctranslate2.get_cuda_device_count() == 0:
        raise BadSettings(
            "WHISPER_DEVICE is cuda, but no CUDA device is seen here; install the driver and give the process "
            "the device, or set WHISPER_DEVICE=cpu."
        )


def _compute_type(settings: WhisperSettings) -> str:
    """The arithmetic by its name; `default` is the fastest that loses nothing to be heard."""
    offered = ctranslate2.get_supported_compute_types(settings.device)
    wanted = settings.compute_type
    if wanted == "default":
        wanted = "float16" if settings.device == "cuda" else "int8"
        return wanted if wanted in offered else "float32"
    if wanted not in offered:
        works = ", ".join(sorted(offered))
        raise BadSettings(f"WHISPER_COMPUTE_TYPE: {settings.device} here has no {wanted}; use one of {works}.")
    return wanted


def _threads() -> int:
    return min(_MOST_THREADS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def _raised(samples: Samples) -> Samples:
    """The clip at a loudness that the voice filter is sure to hear; a silent one stays silent."""
    second = samples[: len(samples) // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)
    parts = second if second.size else samples.reshape(1, -1)
    loudest = math.sqrt(float(np.square(parts).mean(axis=1).max())) if samples.size else 0.0
    peak = float(np.abs(samples).max()) if samples.size else 0.0
    if loudest <= 0.0 or loudest >= _WANTED_LOUDNESS:
        return samples
    gain = min(_WANTED_LOUDNESS / loudest, _MOST_GAIN, 1.0 / peak)
    raised: Samples = samples * np.float32(max(1.0, gain))
    return raised


def _until(given_up: Event, segments: Iterable[Any]) -> Iterator[Any]:
    for segment in segments:
        if given_up.is_set():
            return
        yield segment


def _hypotheses(segments: Sequence[Any], readings: Sequence[Sequence[Hypothesis]]) -> Iterator[Hypothesis]:
    """What was heard; other readings only of a clip that was read at once, since parts do not combine."""
    text = " ".join(" ".join(segment.text for segment in segments).split())
    if not text:
        return
    tokens = sum(len(segment.tokens) for segment in segments)
    logprob = sum(segment.avg_logprob * len(segment.tokens) for segment in segments) / tokens
    yield Hypothesis(text=text, confidence=confidence(logprob))
    if len(readings) != 1:
        return
    told = {_bare(text)}
    for other in readings[0][1:]:
        if _bare(other.text) not in told | {""}:
            told.add(_bare(other.text))
            yield other


def _words(segments: Iterable[Any]) -> Iterator[HeardWord]:
    for segment in segments:
        for word in segment.words or ():
            yield HeardWord(
                text=word.word.strip(),
                start_seconds=float(word.start),
                end_seconds=float(word.end),
                confidence=min(1.0, max(0.0, float(word.probability))),
            )


def _bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _hum() -> Samples:
    """A second of a fixed buzz, of nobody's voice."""
    hum = np.zeros(SAMPLE_RATE, np.float32)
    for overtone in range(1, 20):
        hum += np.sin(2 * np.pi * 120 * overtone * np.arange(SAMPLE_RATE) / SAMPLE_RATE) * 0.1 / overtone
    return hum
