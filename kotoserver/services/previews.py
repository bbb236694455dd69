"""Lines heard before they are published: any text, in any voice, by any engine, at any pace.

A preview goes the way of every other line, so it is made once, kept, and waited for together.
"""

from collections.abc import Mapping

from kotoserver.domain.engines import Preference
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.learner import Caller
from kotoserver.ports.providers import Synthesizer
from kotoserver.ports.storage import SpokenLine
from kotoserver.services.limits import LimitsService, Use
from kotoserver.services.speech import SpeechService
from kotoserver.services.workbench import refuse_all_but_editors


class PreviewService:
    def __init__(
        self,
        *,
        speech: SpeechService,
        synthesizer: Synthesizer,
        voices: Mapping[str, str],
        limits: LimitsService,
    ) -> None:
        """`voices`: id -> what it sounds like."""
        self._speech = speech
        self._synthesizer = synthesizer
        self.voices = voices
        self._limits = limits

    @property
    def engines(self) -> tuple[str, ...]:
        """In the order in which they are asked for learners."""
        return tuple(state.name for state in self._synthesizer.states()) or (self._synthesizer.name,)

    async def line(self, caller: Caller, text: str, voice: str, rate: float, engine: str | None) -> SpokenLine:
        """The line, whose key the speech service knows from now on; with `engine`, that one alone speaks it.

        NotAllowed code `editors_only`; TooFast; NotFound codes `no_such_voice`, `no_such_engine`; BadInput code
        `nothing_to_say`.
        """
        refuse_all_but_editors(caller)
        if voice not in self.voices:
            raise NotFound(f"There is no voice {voice} in the catalogue.", code="no_such_voice")
        if engine is not None and engine not in self.engines:
            raise NotFound("This server asks no engine of that name.", code="no_such_engine")
        if not any(letter.isalnum() for letter in text):
            raise BadInput("There is nothing to say in this text.", code="nothing_to_say")
        await self._limits.count_caller(Use.EVALUATIONS, caller)
        preference = None if engine is None else Preference(engine=engine, alone=True)
        return self._speech.line(" ".join(text.split()), voice, round(rate, 3), preference)
