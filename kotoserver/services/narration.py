"""Telling a step: what happened, in the frames that a client gets and the learner's own language."""

from dataclasses import dataclass

from kotoserver.domain.engines import Preference
from kotoserver.domain.errors import KotoError
from kotoserver.domain.evaluation import Evaluation, FeedbackItem, Verdict
from kotoserver.domain.events import (
    CueFields,
    EvaluationComplete,
    Failed,
    HintGiven,
    NpcLine,
    SceneEnded,
    SceneRef,
    SessionReady,
    Transcript,
)
from kotoserver.domain.langpack import fill_placeholders
from kotoserver.domain.scene import Hint, HintKind, Line, Scene, SlotFill, SlotKind
from kotoserver.domain.session import Progress, SaidLine, Session, Step, say, slot_values
from kotoserver.domain.speech import NORMAL_RATE, SLOW_RATE
from kotoserver.domain.utterance import Utterance
from kotoserver.korean.heard import Hearing
from kotoserver.korean.sounds.romanize import romanize
from kotoserver.ports.storage import SpokenLine
from kotoserver.services.catalog import Playable
from kotoserver.services.speech import SpeechService

_ASKED_BYTES = 600
"""Of all that a learner may have said together, so that it fits in a frame: three ordinary sentences."""


@dataclass(frozen=True, slots=True)
class Narrator:
    """Speaks of one scene in one pack."""

    playable: Playable
    speech: SpeechService
    preference: Preference | None = None
    """The engine that somebody wants to hear in this session."""

    def ready(self, session: Session, *, last_seq: int) -> SessionReady:
        progress = session.progress
        return SessionReady(
            scene=SceneRef(id=session.scene_id, version=session.scene_version),
            pack=SceneRef(id=session.pack_id, version=session.pack_version),
            state=progress.state.value,
            turn=progress.turn,
            goal=self.playable.words.goals[progress.turn],
            slots={slot: held.value for slot, held in progress.slots.items()},
            tries=progress.tries,
            score=progress.score,
            last_seq=last_seq,
        )

    def line(self, said: SaidLine, progress: Progress, *, turn_id: str | None = None) -> NpcLine:
        cue = said.line.cue
        return NpcLine(
            turn=said.turn,
            line_id=said.line.id,
            by=said.line.by,
            ko=said.ko,
            meaning=self.meaning(said.line, progress),
            romanization=self._romanization(said.ko),
            tts_url=self.tts_url(said),
            visemes_url=self.speech.visemes_url(self.spoken(said).key),
            cue=CueFields(emotion=cue.emotion, anim=cue.anim, prop=cue.prop) if cue else CueFields(),
            turn_id=turn_id,
        )

    def transcript(self, utterance: Utterance, evaluation: Evaluation) -> Transcript:
        spoken = utterance.spoken
        return Transcript(
            turn_id=utterance.turn_id,
            text=evaluation.text,
            confidence=round(spoken.confidence, 3) if spoken else 1.0,
            heard="speech",
            audio_id=spoken.audio_id if spoken else None,
        )

    def not_heard(self, turn_id: str, audio_id: str, hearing: Hearing) -> Transcript:
        """Asks what was said, or tells that nothing was."""
        sentences = self.playable.pack.feedback_summary
        return Transcript(
            turn_id=turn_id,
            text=hearing.text,
            confidence=round(hearing.confidence, 3),
            heard=hearing.heard.value,
            audio_id=audio_id,
            choices=_whole_choices(hearing) or None,
            message=sentences.get(hearing.heard.value) or sentences[Verdict.NOT_SCORED.value],
        )

    def judged(
        self, utterance: Utterance, evaluation: Evaluation, step: Step, *, scene_turn: str
    ) -> EvaluationComplete:
        return EvaluationComplete(
            turn_id=utterance.turn_id,
            audio_id=utterance.spoken.audio_id if utterance.spoken else None,
            transcript=evaluation.text,
            score=evaluation.score,
            result=evaluation.verdict.value,
            feedback=self.feedback(evaluation, scene_turn),
            codes=tuple(item.code for item in evaluation.items),
            corrected=evaluation.corrected,
            level=evaluation.level_found.value,
            tts_url=self.tts_url(step.said[0]) if step.said else None,
            degraded=evaluation.degraded,
        )

    def hint(self, hint: Hint, progress: Progress) -> HintGiven:
        turn = self.playable.scene.turn(progress.turn)
        model = self.model(turn.id, progress) if hint.kind is HintKind.ANSWER else None
        return HintGiven(
            turn=turn.id,
            kind=hint.kind.value,
            step=progress.hints_shown,
            of=len(turn.hints),
            text=self.playable.words.hints[hint.id],
            ko=model.ko if model else hint.ko,
            tts_url=self.tts_url(model) if model else None,
        )

    def ended(self, session_id: str, progress: Progress) -> SceneEnded:
        if progress.ending is None or progress.result is None:
            raise ValueError("the scene has not ended")
        return SceneEnded(
            ending=progress.ending,
            result=progress.result.value,
            score=progress.score,
            recap_url=f"/koto-api/sessions/{session_id}/recap",
        )

    def failed(self, error: KotoError, turn_id: str | None) -> Failed:
        return Failed(code=error.code, message=error.message, retryable=error.retryable, turn_id=turn_id)

    def feedback(self, evaluation: Evaluation, scene_turn: str) -> str:
        """The one sentence that the learner reads first."""
        if evaluation.items:
            return self.message(evaluation.items[0], scene_turn)
        return self.playable.pack.feedback_summary[evaluation.verdict.value]

    def message(self, item: FeedbackItem, scene_turn: str) -> str:
        """One feedback item in the learner's language."""
        return feedback_message(self.playable, item, scene_turn)

    def meaning(self, line: Line, progress: Progress) -> str:
        """The line in the learner's language, placeholders filled with the pack's own words."""
        return line_meaning(self.playable, line, progress)

    def slot_label(self, slot_id: str, value: SlotFill) -> str:
        """What a slot holds, as the learner calls it."""
        return slot_label(self.playable, slot_id, value)

    def model(self, scene_turn: str, progress: Progress) -> SaidLine:
        """The model answer of a turn."""
        return say(self.playable.scene, progress, self.playable.scene.turn(scene_turn).model)

    def spoken(self, said: SaidLine) -> SpokenLine:
        return spoken_line(self.playable.scene, said, self.speech, self.preference)

    def tts_url(self, said: SaidLine) -> str:
        return self.speech.url(self.spoken(said).key)

    def _romanization(self, ko: str) -> str | None:
        return None if self.playable.pack.romanization_show == "never" else romanize(ko)


def _whole_choices(hearing: Hearing) -> tuple[str, ...]:
    """Those that there is room for beside the text: half a sentence must not be confirmed as what was said."""
    chosen, room = list[str](), _ASKED_BYTES - len(hearing.text.encode())
    for choice in hearing.choices:
        size = len(choice.encode())
        if size <= room:
            chosen.append(choice)
            room -= size
    return tuple(chosen)


def spoken_line(
    scene: Scene, said: SaidLine, speech: SpeechService, preference: Preference | None = None
) -> SpokenLine:
    """How a line is to be spoken: its NPC's voice and pace; a model answer in the first NPC's voice."""
    npc = scene.npcs.get(said.line.by) or next(iter(scene.npcs.values()))
    rate = npc.pace * (SLOW_RATE if said.slowly else NORMAL_RATE)
    return speech.line(said.ko, npc.voice, round(rate, 3), preference)


def feedback_message(playable: Playable, item: FeedbackItem, scene_turn: str) -> str:
    """One feedback item in the words of the pack.

    Besides the item's own parameters a template may use `{goal}`, and where the item names a slot,
    the slot's name `{slot}` and the `{question}` that asks for it.
    """
    words = playable.words
    params = {**item.params, "goal": words.goals[scene_turn]}
    slot = item.params.get("slot", "")
    if slot in words.slot_names:
        params |= {"slot": words.slot_names[slot], "question": words.slot_questions.get(slot, "")}
    return playable.pack.feedback_sentence(item.code, params)


def line_meaning(playable: Playable, line: Line, progress: Progress) -> str:
    """A line in the learner's language, placeholders filled with the pack's own words."""
    template = playable.words.lines.get(line.id) or playable.pack.common[line.id]
    values = slot_values(playable.scene, progress)
    return fill_placeholders(template, {slot: slot_label(playable, slot, value) for slot, value in values.items()})


def slot_label(playable: Playable, slot_id: str, value: SlotFill) -> str:
    """What a slot holds, as the learner calls it."""
    if playable.scene.slots[slot_id].kind is SlotKind.NATIVE_NUMBER:
        return str(value)
    return playable.words.slots[slot_id][str(value)]
