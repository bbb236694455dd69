"""A neural voice of our own: Piper (VITS on onnxruntime), spoken sentence by sentence.

Piper reads what it is given in the language of its voice, and nothing stops a German voice from reading
Korean; so a voice is looked at before it may speak.
"""

import asyncio
import hashlib
import json
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kotoserver.domain.errors import BadInput, BadSettings, ProviderFailed
from kotoserver.domain.speech import Speech, SpeechRequest, WordTime
from kotoserver.korean.sounds.pronunciation import SpokenWord, pronounce
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers import piper_worker
from kotoserver.providers.engine_process import EngineProcess
from kotoserver.providers.one_at_a_time import OneAtATime
from kotoserver.settings import PiperSettings

COMMAND = (sys.executable, "-P", piper_worker.__file__)
"""`-P`: the folder of the program holds modules of ours that it must not find, this one among them."""

MAX_CHARACTERS = 2000
_REVISION = 1
"""Grows whenever the same request would sound different for a reason of ours."""
_QUEUE = 32
_LOAD_SECONDS = 60.0
"""How long a voice may take to be read from a slow disk."""
_SLOWEST, _FASTEST = 0.25, 4.0
"""Rates beyond which the voice only stammers."""
_READ_BY_PIPER = ("espeak", "text")
"""Kinds of phonemes that piper makes of Korean."""
_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")
_NO_SPEAKERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    spoken: str
    words: tuple[SpokenWord, ...]
    """`at` counts from the beginning of the sentence."""


class PiperSynthesizer(Synthesizer):
    """One program, one sentence at a time; a stream gives each sentence as soon as it is made."""

    name = "piper"

    def __init__(
        self,
        voice: Path,
        settings: PiperSettings,
        *,
        speakers: Mapping[str, str] = _NO_SPEAKERS,
        queue_size: int = _QUEUE,
        deadline_seconds: float = 20.0,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """Loads the voice, which takes a second. `speakers`: voice id -> speaker of a voice that has several.

        BadSettings for a voice that is none, is not Korean or cannot be read, and a device that is not there.
        """
        library = _installed()
        described = refuse_unsuitable(voice)
        self.version = f"{library}-{_REVISION}-{_digest(voice, described)}"
        self._voice = voice
        self._cuda = settings.device == "cuda"
        self._speakers = speakers
        self._deadline_seconds = deadline_seconds
        self._process = EngineProcess(command, "the piper voice")
        self._thread = OneAtATime("the piper voice", queue_size)
        try:
            self._process.ask(self._request("", 1.0, ""), _LOAD_SECONDS)
        except ProviderFailed as refused:
            self._process.close()
            raise BadSettings(self._why_not(refused)) from refused

    @property
    def pid(self) -> int | None:
        """The program that speaks; None while there is none."""
        return self._process.pid

    async def synthesize(self, request: SpeechRequest) -> Speech:
        parts = [part async for part in self.stream(request)]
        return _joined(parts)

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        """Each sentence by itself; its word times count from its own beginning."""
        sentences = _sentences(request.text)
        rate = min(max(request.rate, _SLOWEST), _FASTEST)
        speaker = self._speakers.get(request.voice, request.voice)
        with self._thread.place():
            for sentence in sentences:
                yield await self._speak(sentence, self._request(sentence.spoken, rate, speaker))

    async def check(self) -> None:
        await self.synthesize(SpeechRequest(text="네", voice=""))

    async def close(self) -> None:
        await self._thread.close()
        await asyncio.to_thread(self._process.close)

    async def _speak(self, sentence: _Sentence, asked: Mapping[str, object]) -> Speech:
        try:
            async with asyncio.timeout(self._deadline_seconds):
                answer, pcm = await self._thread.do(self._process.ask, asked, self._deadline_seconds)
        except TimeoutError as late:
            raise ProviderFailed("the piper voice took too long", code="too_late") from late
        if not pcm:
            raise ProviderFailed("the piper voice answered with no sound")
        speech = Speech(pcm=pcm, sample_rate=answer["sample_rate"])
        return replace(speech, words=_word_times(sentence, answer["words"], speech.seconds))

    def _request(self, text: str, rate: float, speaker: str) -> Mapping[str, object]:
        return {"voice": str(self._voice), "cuda": self._cuda, "text": text, "rate": rate, "speaker": speaker}

    def _why_not(self, refused: ProviderFailed) -> str:
        if self._cuda and "CUDA" in refused.message:
            return (
                f"PIPER_DEVICE is cuda, but {refused.message}; install onnxruntime-gpu as "
                "docs/speech-providers.md says, or set PIPER_DEVICE=cpu."
            )
        return f"PIPER_VOICE: {refused.message}."


def refuse_unsuitable(voice: Path, setting: str = "PIPER_VOICE: ") -> Mapping[str, Any]:
    """What the voice's own description says. BadSettings when it cannot read Korean, after `setting`."""
    description = Path(f"{voice}.json")
    for path in (voice, description):
        if not path.is_file():
            raise BadSettings(f"{setting}there is no file {path}; a voice is an .onnx file and its .onnx.json.")
    try:
        described = json.loads(description.read_text("utf-8"))
        phonemes = str(described.get("phoneme_type", "espeak"))
        reader = str(described["espeak"]["voice"])
        language = str(described.get("language", {}).get("code") or reader)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as broken:
        raise BadSettings(f"{setting}{description} does not describe a voice of Piper.") from broken
    if not _is_korean(language):
        raise BadSettings(f"{setting}{voice.name} is a voice for `{language}`, not for Korean.")
    if phonemes not in _READ_BY_PIPER:
        raise BadSettings(
            f"{setting}{voice.name} wants phonemes of the kind `{phonemes}`, which piper cannot make of "
            f"Korean; choose a voice with {' or '.join(_READ_BY_PIPER)}."
        )
    if phonemes == "espeak" and not _is_korean(reader):
        raise BadSettings(
            f"{setting}{voice.name} reads with the espeak voice `{reader}`, not with the Korean one."
        )
    return dict(described)


def _is_korean(code: str) -> bool:
    """`ko`, `ko_KR`, `ko+f3` and `kor`, but not `kok`, which is Konkani."""
    return re.split("[-_+]", code.lower())[0] in ("ko", "kor")


def _installed() -> str:
    try:
        return installed_version("piper-tts")
    except PackageNotFoundError as missing:
        raise BadSettings(
            "TTS_PROVIDER: piper needs the package piper-tts; install kotoserver[piper]."
        ) from missing


def _digest(voice: Path, described: Mapping[str, Any]) -> str:
    """Changes with the voice, so that no sound of another one is played."""
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    with voice.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:8]


def _sentences(text: str) -> list[_Sentence]:
    """The text as it is said, cut where a sentence ends."""
    if len(text) > MAX_CHARACTERS:
        raise BadInput(f"A line to be spoken has at most {MAX_CHARACTERS} characters.", code="text_too_long")
    pronunciation = pronounce(text)
    if not pronunciation.words:
        raise BadInput("There is nothing to say in this text.", code="nothing_to_say")
    return [
        _Sentence(
            spoken=found[0].strip(),
            words=tuple(
                replace(word, at=word.at - found.start())
                for word in pronunciation.words
                if found.start() <= word.at < found.end()
            ),
        )
        for found in _SENTENCE.finditer(pronunciation.spoken)
    ]


def _word_times(sentence: _Sentence, told: Sequence[float], seconds: float) -> tuple[WordTime, ...]:
    """When each word of the original begins: by the voice's own durations, or else by its share of letters."""
    exact = len(told) == len(sentence.words)
    starts = told if exact else [seconds * word.at / len(sentence.spoken) for word in sentence.words]
    times: dict[int, WordTime] = {}
    for word, start in zip(sentence.words, starts, strict=True):
        times.setdefault(word.start, WordTime(start=word.start, length=word.length, at_seconds=start))
    return tuple(times.values())


def _joined(parts: Sequence[Speech]) -> Speech:
    words: list[WordTime] = []
    before = 0.0
    for part in parts:
        known = {word.start for word in words}  # a word may be cut by a full stop within it
        words += [
            replace(word, at_seconds=word.at_seconds + before) for word in part.words if word.start not in known
        ]
        before += part.seconds
    return Speech(pcm=b"".join(part.pcm for part in parts), sample_rate=parts[0].sample_rate, words=tuple(words))
