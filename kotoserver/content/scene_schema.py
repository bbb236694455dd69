"""The shape of `scene.yaml`, key by key. `scenes/schema/scene.1.json` is generated from these models."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from kotoserver.content.authored import Authored, Id, OneOrMany, Text, When

SCENE_SCHEMA = "scene/1"

LineId = Annotated[str, Field(pattern=r"^[LC][0-9]{3,5}$")]
HintId = Annotated[str, Field(pattern=r"^H[0-9]{3,5}$")]
Fill = str | int
LevelName = Literal["해요체", "합쇼체", "반말"]
Percent = Annotated[int, Field(ge=0, le=100)]


class CueSource(Authored):
    emotion: Text | None = None
    anim: Text | None = None
    prop: Text | None = None


class LineSource(Authored):
    id: LineId
    ko: Text
    by: Id | None = None
    cue: CueSource | None = None
    note: Text | None = None


class SaySource(Authored):
    """A new line (`id` and `ko`), or `use` with the id of a line written elsewhere."""

    id: LineId | None = None
    ko: Text | None = None
    use: LineId | None = None
    by: Id | None = None
    cue: CueSource | None = None
    note: Text | None = None


class LevelSource(Authored):
    topik: Annotated[int, Field(ge=1, le=6)]
    cefr: Literal["A1", "A2", "B1", "B2", "C1", "C2"]


class SpeechSource(Authored):
    target: LevelName
    also_ok: OneOrMany[LevelName] = ()


class StageSource(Authored):
    background: Text
    camera: Text
    music: Text | None = None


class NpcSource(Authored):
    name: Text
    voice: Text
    pace: Annotated[float, Field(ge=0.5, le=1.5, strict=False)] = 1.0
    speech: OneOrMany[LevelName]
    model: Text


class SlotSource(Authored):
    type: Literal["choice", "native_number"] = "choice"
    required: bool = False
    values: dict[Id, OneOrMany[Text]] = Field(default_factory=dict)
    default: Fill | None = None
    max: Annotated[int, Field(ge=1, le=99)] | None = None


class SlotsSource(Authored):
    """Slots by id; `shortcuts` beside them is the one word that cannot be a slot's id."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)
    __pydantic_extra__: dict[str, SlotSource]

    shortcuts: dict[Text, dict[Id, Fill]] = Field(default_factory=dict)


class IntentSource(Authored):
    needs: OneOrMany[Id] = ()
    may_have: OneOrMany[Id] = ()
    examples: OneOrMany[Text]
    not_this: OneOrMany[Text] = ()


class HintSource(Authored):
    id: HintId
    kind: Literal["think", "words", "start", "answer"]
    ko: Text | None = None


class LearnerSource(Authored):
    expect: Annotated[dict[Id, IntentSource], Field(min_length=1)]
    model: LineSource
    grammar: OneOrMany[Text] = ()
    hints: OneOrMany[HintSource] = ()


class ConditionSource(Authored):
    intent: Id | None = None
    has: OneOrMany[Id] = ()
    missing: OneOrMany[Id] = ()
    slot: dict[Id, Fill] = Field(default_factory=dict)
    speech: Literal["fits", "too_casual", "too_formal"] | None = None
    score_below: Percent | None = None
    score_at_least: Percent | None = None
    tries_below: Annotated[int, Field(ge=1)] | None = None
    tries_at_least: Annotated[int, Field(ge=1)] | None = None


class EndingConditionSource(Authored):
    score_at_least: Percent | None = None
    all_slots_by_learner: bool = False


class RuleSource(Authored):
    when: When[ConditionSource]
    say: SaySource | None = None
    set: dict[Id, Fill] = Field(default_factory=dict)
    go: Id
    no_penalty: bool = False


class TurnSource(Authored):
    id: Id
    goal: Text
    npc: OneOrMany[SaySource]
    learner: LearnerSource
    then: OneOrMany[RuleSource]


class EndingSource(Authored):
    id: Id
    when: When[EndingConditionSource]
    result: Literal["pass", "try_again"]
    say: SaySource


class ScoringSource(Authored):
    task: Percent
    language: Percent
    speech_level: Percent
    delivery: Percent
    passing: int = Field(alias="pass")


class RetrySource(Authored):
    max_tries: Annotated[int, Field(ge=1, le=9)]
    hint_each_try: bool = True
    after_max: Literal["carry_on", "end"] = "carry_on"


class LimitsSource(Authored):
    minutes: Annotated[int, Field(ge=1, le=60)]
    learner_turns: Annotated[int, Field(ge=1, le=200)]
    silence_seconds: Annotated[int, Field(ge=3, le=120)]
    ending: Id


class CasualMoveSource(Authored):
    """A repair move between friends: what the NPC says then, and how else the learner may put it."""

    say: LineSource
    examples: OneOrMany[Text]


class CommonIntentSource(Authored):
    """A repair move of `scenes/catalog/common_intents.yaml`."""

    action: Literal["repeat", "repeat_slowly", "explain", "wait", "encourage"]
    examples: OneOrMany[Text]
    say: LineSource
    praise: Text | None = None
    casual: CasualMoveSource | None = None
    """In scenes whose target is 반말."""

    def examples_for(self, target: LevelName) -> tuple[str, ...]:
        return (*self.examples, *(self.casual.examples if self.casual and target == "반말" else ()))


class PinnedSceneSource(Authored):
    """What a published scene carries of the catalogs, added by Publish."""

    common_intents: dict[Id, CommonIntentSource]


class SceneSource(Authored):
    schema_: Literal["scene/1"] = Field(alias="schema")
    id: Id
    version: Annotated[int, Field(ge=0)]
    title: Text
    level: LevelSource
    speech: SpeechSource
    packs: OneOrMany[Text]
    stage: StageSource
    npcs: Annotated[dict[Id, NpcSource], Field(min_length=1)]
    slots: SlotsSource
    common: OneOrMany[Id] = ()
    scoring: ScoringSource
    retry: RetrySource
    limits: LimitsSource
    start: Id
    turns: Annotated[OneOrMany[TurnSource], Field(min_length=1)]
    endings: Annotated[OneOrMany[EndingSource], Field(min_length=1)]
    pinned: PinnedSceneSource | None = None
