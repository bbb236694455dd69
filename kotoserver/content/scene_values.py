"""A checked scene source becomes the immutable scene that is played. Nothing here can fail any more."""

from collections.abc import Mapping
from types import MappingProxyType

from kotoserver.content.scene_schema import (
    CommonIntentSource,
    ConditionSource,
    CueSource,
    EndingSource,
    IntentSource,
    LevelName,
    LineSource,
    NpcSource,
    RuleSource,
    SaySource,
    SceneSource,
    SlotSource,
    TurnSource,
)
from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.scene import (
    AfterMax,
    CommonAction,
    CommonIntent,
    Condition,
    Cue,
    Ending,
    Hint,
    HintKind,
    Intent,
    Limits,
    Line,
    Npc,
    Outcome,
    Retry,
    Rule,
    Scene,
    Scoring,
    Slot,
    SlotKind,
    Stage,
    Turn,
)

LEARNER = "learner"


def slots_of(source: SceneSource) -> dict[str, SlotSource]:
    """Slots by id, without the shortcuts that stand beside them."""
    return dict(source.slots.__pydantic_extra__)


def said_in(source: SceneSource) -> tuple[SaySource, ...]:
    """Every line an NPC says in the source, in the author's order."""
    in_turns = (say for turn in source.turns for say in (*turn.npc, *(rule.say for rule in turn.then if rule.say)))
    return (*in_turns, *(ending.say for ending in source.endings))


def scene_of(source: SceneSource, common: Mapping[str, CommonIntentSource]) -> Scene:
    """The scene as it is played; `common` are the repair moves it may name."""
    speakers = _Speakers(source)
    return Scene(
        id=source.id,
        version=source.version,
        title=source.title,
        topik=source.level.topik,
        cefr=source.level.cefr,
        speech_target=SpeechLevel(source.speech.target),
        speech_also_ok=tuple(SpeechLevel(level) for level in source.speech.also_ok),
        packs=source.packs,
        stage=Stage(background=source.stage.background, camera=source.stage.camera, music=source.stage.music),
        npcs=MappingProxyType({npc_id: _npc(npc_id, npc) for npc_id, npc in source.npcs.items()}),
        slots=MappingProxyType({slot_id: _slot(slot_id, slot) for slot_id, slot in slots_of(source).items()}),
        shortcuts=MappingProxyType(
            {word: MappingProxyType(dict(fills)) for word, fills in source.slots.shortcuts.items()}
        ),
        common=tuple(
            _common(intent_id, common[intent_id], speakers.usual, source.speech.target)
            for intent_id in source.common
        ),
        scoring=Scoring(
            task=source.scoring.task,
            language=source.scoring.language,
            speech_level=source.scoring.speech_level,
            delivery=source.scoring.delivery,
            passing=source.scoring.passing,
        ),
        retry=Retry(
            max_tries=source.retry.max_tries,
            hint_each_try=source.retry.hint_each_try,
            after_max=AfterMax(source.retry.after_max),
        ),
        limits=Limits(
            minutes=source.limits.minutes,
            learner_turns=source.limits.learner_turns,
            silence_seconds=source.limits.silence_seconds,
            ending=source.limits.ending,
        ),
        start=source.start,
        turns=tuple(_turn(turn, speakers) for turn in source.turns),
        endings=tuple(_ending(ending, speakers) for ending in source.endings),
    )


class _Speakers:
    """Finds the line that a `say` means and who says it."""

    def __init__(self, source: SceneSource) -> None:
        self.usual = next(iter(source.npcs))
        """Says whatever does not name a speaker; a scene of several NPCs names each."""
        self._written = {say.id: say for say in said_in(source) if say.id}

    def line(self, say: SaySource) -> Line:
        written = self._written[say.use] if say.use else say
        return Line(
            id=written.id or "",
            ko=written.ko or "",
            by=say.by or written.by or self.usual,
            cue=_cue(say.cue or written.cue),
        )


def _cue(cue: CueSource | None) -> Cue | None:
    return Cue(emotion=cue.emotion, anim=cue.anim, prop=cue.prop) if cue else None


def _npc(npc_id: str, npc: NpcSource) -> Npc:
    return Npc(
        id=npc_id,
        name=npc.name,
        voice=npc.voice,
        pace=npc.pace,
        speech=tuple(SpeechLevel(level) for level in npc.speech),
        model=npc.model,
    )


def _slot(slot_id: str, slot: SlotSource) -> Slot:
    return Slot(
        id=slot_id,
        kind=SlotKind(slot.type),
        required=slot.required,
        values=MappingProxyType(dict(slot.values)),
        default=slot.default,
        maximum=slot.max,
    )


def _common(intent_id: str, intent: CommonIntentSource, speaker: str, target: LevelName) -> CommonIntent:
    casual = intent.casual if target == "반말" else None
    say = casual.say if casual else intent.say
    return CommonIntent(
        id=intent_id,
        examples=intent.examples_for(target),
        action=CommonAction(intent.action),
        say=_spoken(say, say.by or speaker),
        praise=intent.praise,
    )


def _spoken(line: LineSource, speaker: str) -> Line:
    return Line(id=line.id, ko=line.ko, by=speaker, cue=_cue(line.cue))


def _turn(turn: TurnSource, speakers: _Speakers) -> Turn:
    learner = turn.learner
    return Turn(
        id=turn.id,
        goal=turn.goal,
        npc=tuple(speakers.line(say) for say in turn.npc),
        intents=tuple(_intent(intent_id, intent) for intent_id, intent in learner.expect.items()),
        model=_spoken(learner.model, LEARNER),
        grammar=learner.grammar,
        hints=tuple(Hint(id=hint.id, kind=HintKind(hint.kind), ko=hint.ko) for hint in learner.hints),
        rules=tuple(_rule(rule, speakers) for rule in turn.then),
    )


def _intent(intent_id: str, intent: IntentSource) -> Intent:
    return Intent(
        id=intent_id,
        examples=intent.examples,
        needs=intent.needs,
        may_have=intent.may_have,
        not_this=intent.not_this,
    )


def _rule(rule: RuleSource, speakers: _Speakers) -> Rule:
    return Rule(
        when=condition_of(rule.when),
        go=rule.go,
        say=speakers.line(rule.say) if rule.say else None,
        set=MappingProxyType(dict(rule.set)),
        no_penalty=rule.no_penalty,
    )


def condition_of(when: ConditionSource | None) -> Condition:
    """What a rule waits for; None is `otherwise`."""
    if when is None:
        return Condition()
    return Condition(
        intent=when.intent,
        has=when.has,
        missing=when.missing,
        slot=MappingProxyType(dict(when.slot)),
        speech=when.speech,
        score_below=when.score_below,
        score_at_least=when.score_at_least,
        tries_below=when.tries_below,
        tries_at_least=when.tries_at_least,
    )


def _ending(ending: EndingSource, speakers: _Speakers) -> Ending:
    return Ending(
        id=ending.id,
        result=Outcome(ending.result),
        say=speakers.line(ending.say),
        score_at_least=ending.when.score_at_least if ending.when else None,
        all_slots_by_learner=ending.when.all_slots_by_learner if ending.when else False,
    )
