"""The provider lab: every engine of speech asked the same, side by side, and broken on purpose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kotoserver.domain.engines import EngineState, Fault, Preference
from kotoserver.domain.errors import BadInput, KotoError, NotAllowed, NotFound
from kotoserver.domain.hearing import AudioClip, Recognition, RecognitionRequest
from kotoserver.domain.learner import Caller
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.domain.speech import AudioFormat, Speech, SpeechRequest
from kotoserver.ports.clock import Clock
from kotoserver.ports.faults import Faults
from kotoserver.ports.providers import Recognizer, SpeechEncoder, Synthesizer
from kotoserver.services.engine_choices import EngineChoices
from kotoserver.services.play import PlayService
from kotoserver.services.workbench import refuse_all_but_editors

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabEngine:
    state: EngineState
    fault: Fault | None
    """How somebody broke it on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(Generic[T]):
    """What came of one question."""

    milliseconds: float
    """From the question to the whole answer, or to the failure."""
    answer: T | None
    failure: KotoError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenSample:
    content: bytes
    """An MP3."""
    seconds: float
    receipt: Receipt | None


class LabService:
    """For editors; where the server is developed on, for anybody. Others get NotAllowed code `editors_only`.

    All questions go the way that learners' questions go: within the deadlines, and out of the budget.
    """

    def __init__(
        self,
        *,
        recognizer: Recognizer | None,
        synthesizer: Synthesizer,
        encoder: SpeechEncoder,
        play: PlayService,
        choices: EngineChoices,
        faults: Faults | None,
        voices: Sequence[str],
        clock: Clock,
    ) -> None:
        """`faults` None: nothing may be broken here, and no session gets an engine of its own.

        `voices`: ids of the voices that a text may be spoken in.
        """
        self._recognizer = recognizer
        self._synthesizer = synthesizer
        self._encoder = encoder
        self._play = play
        self._choices = choices
        self._faults = faults
        self.voices = tuple(voices)
        self._clock = clock

    @property
    def development(self) -> bool:
        """Whether engines may be broken and exchanged."""
        return self._faults is not None

    def engines(self, caller: Caller) -> tuple[LabEngine, ...]:
        """The ears and then the voices, in the order in which they are asked."""
        self._admit(caller)
        return tuple(LabEngine(state=state, fault=self._fault(state)) for state in self._states())

    async def speak(
        self, caller: Caller, text: str, voice: str, rate: float, engine: str | None
    ) -> Tried[SpokenSample]:
        """The text by one engine alone, kept nowhere; by whoever answers when none is named.

        BadInput code `nothing_to_say`; NotFound code `no_such_engine`.
        """
        self._admit(caller)
        request = SpeechRequest(text=text, voice=voice, rate=rate, preference=self._alone(Stage.TTS, engine))
        began = self._clock.seconds()
        try:
            speech = await self._whole_speech(request)
            took = self._clock.seconds() - began
            content = await self._encoder.encode(speech, AudioFormat.MP3)
        except BadInput:
            raise
        except KotoError as failure:
            return Tried(milliseconds=self._since(began), answer=None, failure=failure)
        sample = SpokenSample(content=content, seconds=speech.seconds, receipt=speech.receipt)
        return Tried(milliseconds=round(took * 1000, 3), answer=sample, failure=None)

    async def hear(self, caller: Caller, clip: AudioClip, engine: str | None) -> Tried[Recognition]:
        """What one engine alone takes a clip to say, without a hint; whoever answers when none is named.

        BadInput code `no_speech_recognition`; NotFound code `no_such_engine`.
        """
        self._admit(caller)
        if self._recognizer is None:
            raise BadInput("This server has no speech recognition; send text.", code="no_speech_recognition")
        preference = self._alone(Stage.STT, engine)
        request = RecognitionRequest(clip=clip, payer=caller.learner_id, preference=preference)
        began = self._clock.seconds()
        try:
            heard = await self._recognizer.recognize(request)
        except KotoError as failure:
            return Tried(milliseconds=self._since(began), answer=None, failure=failure)
        return Tried(milliseconds=self._since(began), answer=heard, failure=None)

    def break_engine(self, caller: Caller, stage: Stage, engine: str, fault: Fault | None) -> None:
        """None mends it. NotAllowed code `development_only`; NotFound code `no_such_engine`."""
        faults = self._faults_for(caller)
        self._known(stage, engine)
        if fault is None:
            faults.mend(stage, engine)
        else:
            faults.put(stage, engine, fault)

    async def choose(self, caller: Caller, session_id: str, stage: Stage, engine: str | None) -> None:
        """Has a session of the caller's own ask this engine first from now on; None: as all others do.

        NotAllowed code `development_only`; NotFound codes `no_such_engine`, `no_such_session`.
        """
        self._faults_for(caller)
        if engine is not None:
            self._known(stage, engine)
        await self._play.session(caller, session_id)
        self._choices.choose(session_id, stage, engine)

    async def chosen(self, caller: Caller, session_id: str) -> Mapping[Stage, str]:
        """The engines that a session of the caller's own asks first, where somebody chose one."""
        await self._play.session(caller, session_id)
        return self._choices.of(session_id)

    def _admit(self, caller: Caller) -> None:
        if not self.development:
            refuse_all_but_editors(caller)

    def _faults_for(self, caller: Caller) -> Faults:
        self._admit(caller)
        if self._faults is None:
            raise NotAllowed(
                "Engines are broken and exchanged only on a server that nobody else can reach.",
                code="development_only",
            )
        return self._faults

    def _states(self) -> tuple[EngineState, ...]:
        ears = self._recognizer.states() if self._recognizer else ()
        return (*ears, *self._synthesizer.states())

    def _fault(self, state: EngineState) -> Fault | None:
        return self._faults.of(state.stage, state.name) if self._faults else None

    def _alone(self, stage: Stage, engine: str | None) -> Preference | None:
        return None if engine is None else Preference(engine=self._known(stage, engine), alone=True)

    def _known(self, stage: Stage, engine: str) -> str:
        if engine not in (state.name for state in self._states() if state.stage is stage):
            raise NotFound("This server asks no engine of that name.", code="no_such_engine")
        return engine

    async def _whole_speech(self, request: SpeechRequest) -> Speech:
        """By its parts, so that the receipt tells when the first of them could be heard."""
        parts = [part async for part in self._synthesizer.stream(request)]
        receipts = [part.receipt for part in parts if part.receipt is not None]
        return Speech(
            pcm=b"".join(part.pcm for part in parts),
            sample_rate=parts[0].sample_rate,
            receipt=receipts[-1] if receipts else None,
        )

    def _since(self, began: float) -> float:
        return round((self._clock.seconds() - began) * 1000, 3)
