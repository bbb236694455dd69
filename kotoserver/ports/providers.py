"""Engines: the judge of Korean, the voice, and what turns sound into a file."""

from abc import ABC, abstractmethod

from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.speech import AudioFormat, Speech, SpeechRequest


class Evaluator(ABC):
    """Judges what a learner said."""

    name: str
    version: str
    """Changes whenever the same words might be judged differently."""

    @abstractmethod
    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        """Never blocks the event loop. Raises ProviderFailed, or TooFast (`busy`) when too much waits."""

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

    async def check(self) -> None:
        """Raises ProviderFailed when the engine cannot work now."""

    async def close(self) -> None:
        """Ends workers and connections."""


class SpeechEncoder(ABC):
    """Puts sound into a container."""

    @abstractmethod
    async def encode(self, speech: Speech, audio_format: AudioFormat) -> bytes:
        """The whole file. Never blocks the event loop."""

    async def close(self) -> None:
        """Ends workers."""
