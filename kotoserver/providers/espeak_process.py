"""The server's end of the pipe to the program that speaks with espeak-ng."""

import sys
from collections.abc import Sequence
from dataclasses import asdict

from kotoserver.providers import espeak_worker
from kotoserver.providers.engine_process import EngineProcess
from kotoserver.providers.espeak_worker import Sound, Utterance

COMMAND = (sys.executable, "-P", espeak_worker.__file__)
"""`-P`: the folder of the program holds modules of ours that it must not find."""


class EspeakProcess(EngineProcess):
    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        super().__init__(command, "the built-in voice")

    def speak(self, utterance: Utterance, limit_seconds: float) -> tuple[Sound, bytes]:
        """The sound and its samples; raises as `ask` does."""
        answer, samples = self.ask(asdict(utterance), limit_seconds)
        words = tuple((start, at_seconds) for start, at_seconds in answer["words"])
        return Sound(sample_rate=answer["sample_rate"], words=words, bytes=answer["bytes"]), samples
