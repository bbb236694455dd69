"""Engines that can be broken on purpose: put around others where somebody develops, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

from kotoserver.domain.engines import Fault, FaultKind
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import Hypothesis, Recognition, RecognitionRequest
from kotoserver.domain.receipt import Stage
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.ports.faults import Faults
from kotoserver.ports.providers import Recognizer, Synthesizer

_SILENCE = Speech(pcm=bytes(2 * 16_000), sample_rate=16_000)
"""One second."""


class FaultBoard(Faults):
    """The faults of one server process, in memory."""

    def __init__(self) -> None:
        self._faults: dict[tuple[Stage, str], Fault] = {}

    def of(self, stage: Stage, engine: str) -> Fault | None:
        return self._faults.get((stage, engine))

    def put(self, stage: Stage, engine: str, fault: Fault) -> None:
        self._faults[stage, engine] = fault

    def mend(self, stage: Stage, engine: str) -> None:
        self._faults.pop((stage, engine), None)

    async def strike(self, stage: Stage, engine: str) -> bool:
        """One question to the engine: fails or hangs where that is wanted; True where silence is."""
        fault = self.of(stage, engine)
        if fault is None:
            return False
        self._count(stage, engine, fault)
        match fault.kind:
            case FaultKind.FAIL:
                raise ProviderFailed(f"{engine} was broken on purpose")
            case FaultKind.HANG:
                await asyncio.Event().wait()  # until whoever asked loses patience
        return True

    def _count(self, stage: Stage, engine: str, fault: Fault) -> None:
        if fault.questions is None:
            return
        if fault.questions > 1:
            self.put(stage, engine, replace(fault, questions=fault.questions - 1))
        else:
            self.mend(stage, engine)


class BreakableRecognizer(Recognizer):
    def __init__(self, engine: Recognizer, faults: FaultBoard) -> None:
        self._engine = engine
        self._faults = faults
        self.name = engine.name
        self.version = engine.version

    async def recognize(self, request: RecognitionRequest) -> Recognition:
        if await self._faults.strike(Stage.STT, self.name):
            nothing = (Hypothesis(text="", confidence=0.0),)
            return Recognition(hypotheses=nothing, engine=self.name, engine_version=self.version)
        return await self._engine.recognize(request)

    async def check(self) -> None:
        """A probe is a question too: one that finds an engine broken brings nobody back to it."""
        if await self._faults.strike(Stage.STT, self.name):
            raise ProviderFailed(f"{self.name} was broken on purpose")
        await self._engine.check()

    async def close(self) -> None:
        await self._engine.close()


class BreakableSynthesizer(Synthesizer):
    def __init__(self, engine: Synthesizer, faults: FaultBoard) -> None:
        self._engine = engine
        self._faults = faults
        self.name = engine.name
        self.version = engine.version

    async def synthesize(self, request: SpeechRequest) -> Speech:
        if await self._faults.strike(Stage.TTS, self.name):
            return _SILENCE
        return await self._engine.synthesize(request)

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        if await self._faults.strike(Stage.TTS, self.name):
            yield _SILENCE
            return
        async with aclosing(self._engine.stream(request)) as parts:  # type: ignore[type-var]  # a generator
            async for part in parts:
                yield part

    async def check(self) -> None:
        if await self._faults.strike(Stage.TTS, self.name):
            raise ProviderFailed(f"{self.name} was broken on purpose")
        await self._engine.check()

    async def close(self) -> None:
        await self._engine.close()
