"""Engines: the judge of Korean, the ears, the voice, and what turns files into sound and back."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence

from kotoserver.domain.engines import EngineState
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.hearing import AudioClip, Recognition, RecognitionRequest
from kotoserver.domain.speech import AudioFormat, Speech, SpeechRequest


class Evaluator(ABC):
    """Judges what a learner said."""

    name: str
    version: str
    """Changes whenever the same words might be judged differently."""

    @abstractmethod
    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        """Never blocks the event loop. Raises ProviderFailed, or TooFast (`busy`) when too much waits."""

    def states(self) -> Sequence[EngineState]:
        """How the engines are doing that this one stands for; an engine of its own has none to tell of."""
        return ()

    async def prepare(self, expectation: Expectation) -> None:
        """Does ahead what the first `evaluate` of this expectation would have to do."""

    async def check(self) -> None:
        """Raises ProviderFailed when the engine cannot work now."""

    async def close(self) -> None:
        """Ends workers and connections."""


class Synthesizer(ABC):
    """Speaks Korean."""

    name: str
    version: str
    """Part of every cache key: a new version must not play sound of an old one."""

    @abstractmethod
    async def synthesize(self, request: SpeechRequest) -> Speech:
        """Sound for the whole text. Never blocks the event loop.

        Raises BadInput for a text without anything to say, ProviderFailed for an engine that broke or
        answered with nothing, TooFast (`busy`) when too much waits.
        """

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        """The same sound in parts as they are made, one sample rate throughout; raises as `synthesize` does.

        An engine that makes its sound in one go, as here, gives one part.
        """
        yield await self.synthesize(request)

    def states(self) -> Sequence[EngineState]:
        """How the engines are doing that this one stands for; an engine of its own has none to tell of."""
        return ()

    async def check(self) -> None:
        """Speaks one fixed word of no learner's. Raises ProviderFailed when the engine cannot work now."""

    async def close(self) -> None:
        """Ends workers and connections."""


class Recognizer(ABC):
    """Hears Korean."""

    name: str
    version: str

    @abstractmethod
    async def recognize(self, request: RecognitionRequest) -> Recognition:
        """What the clip says. Never blocks the event loop.

        No hypothesis when the engine heard nobody speak. Raises ProviderFailed for an engine that broke,
        TooFast (`busy`) when too much waits. A request that is cancelled frees what it held.
        """

    def states(self) -> Sequence[EngineState]:
        """How the engines are doing that this one stands for; an engine of its own has none to tell of."""
        return ()

    async def check(self) -> None:
        """Listens to fixed made-up sound, never a learner's. Raises ProviderFailed when it cannot work now."""

    async def close(self) -> None:
        """Ends workers and connections."""


HEAD_BYTES = 4096
"""Of a file, by which its kind is told; an MP3's title may stand in front."""


class AudioDecoder(ABC):
    """Reads the sound in a file of any container that browsers, phones and games make."""

    @abstractmethod
    def media_type(self, head: bytes) -> str:
        """What a file is that begins so: `audio/webm` … Of the first HEAD_BYTES, or of all of a shorter file.

        BadInput codes `empty_audio`, `unknown_audio` (no container we read).
        """

    @property
    @abstractmethod
    def full(self) -> bool:
        """Whether as much waits as may."""

    @abstractmethod
    async def decode(self, content: bytes) -> AudioClip:
        """The sound, in bounded time and memory. Never blocks the event loop.

        BadInput codes: `empty_audio`, `unknown_audio` (no container we read), `broken_audio`,
        `incomplete_audio` (an mp4 whose index is missing), `audio_too_long`, `unusual_audio` (channels,
        sample rate or codec outside what is allowed). TooFast (`busy`) when too much waits.
        """

    async def close(self) -> None:
        """Ends workers."""


class SpeechStreamEncoder(ABC):
    """One file that is written while its sound is still being made. One call at a time."""

    @abstractmethod
    async def add(self, pcm: bytes) -> bytes:
        """What of the file is ready with this part of the sound: none at first, while it is too short or silent.

        Samples as in `Speech.pcm`; a part may end anywhere. Raises ProviderFailed when it cannot be written.
        """

    @abstractmethod
    async def finish(self) -> bytes:
        """The rest of the file. Raises ProviderFailed (`silent_speech`) when nothing sounded at all."""


class SpeechEncoder(ABC):
    """Puts sound into a container."""

    @abstractmethod
    async def encode(self, speech: Speech, audio_format: AudioFormat) -> bytes:
        """The whole file. Never blocks the event loop."""

    @abstractmethod
    def begin(self, audio_format: AudioFormat, sample_rate: int) -> SpeechStreamEncoder:
        """A file to be written in parts, as loud as a whole one, its loudness fixed by its first sounding part.

        A WAV of it says that its length is not known, which players take as: all that comes.
        """

    async def close(self) -> None:
        """Ends workers."""
