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
    """What the face shows; a name of `catalog/cues.yaml`."""
    anim: Text | None = None
    """A movement, played once."""
    prop: Text | None = None
    """A thing that appears."""


class LineSource(Authored):
    id: LineId
    """`L` and digits; unique in the scene and never used again."""
    ko: Text
    """The Korean."""
    by: Id | None = None
    """Never set: a model answer is the learner's."""
    cue: CueSource | None = None
    """What the stage shows with it."""
    note: Text | None = None
    """For your colleagues; nobody else sees it."""


class SaySource(Authored):
    """A new line (`id` and `ko`), or `use` with the id of a line written elsewhere."""

    id: LineId | None = None
    """`L` and digits; unique in the scene and never used again. `kotoserver scenes ids` fills it in."""
    ko: Text | None = None
    """The Korean; may hold `{slot}` and `{slot|을/를}`."""
    use: LineId | None = None
    """Says a line again that is written elsewhere, without another translation or recording."""
    by: Id | None = None
    """The NPC who speaks; needed when the scene has several."""
    cue: CueSource | None = None
    """What the stage shows with it; beside `use` it replaces the line's own."""
    note: Text | None = None
    """For your colleagues and translators; learners do not see it."""


class LevelSource(Authored):
    topik: Annotated[int, Field(ge=1, le=6)]
    """The level that learners need, 1 to 6."""
    cefr: Literal["A1", "A2", "B1", "B2", "C1", "C2"]
    """The same for teachers."""


class SpeechSource(Authored):
    target: LevelName
    """The level that learners are to speak in."""
    also_ok: OneOrMany[LevelName] = ()
    """Levels that are not corrected either, such as a more polite one."""


class StageSource(Authored):
    background: Text
    """A name of `catalog/cues.yaml`, as the next two."""
    camera: Text
    """Where the learner looks from."""
    music: Text | None = None
    """Quiet, behind the voices."""


class NpcSource(Authored):
    name: Text
    """As the scene shows it."""
    voice: Text
    """A part of `catalog/voices.yaml`."""
    pace: Annotated[float, Field(ge=0.5, le=1.5, strict=False)] = 1.0
    """Speaking rate; 1.0 is the voice's own."""
    speech: OneOrMany[LevelName]
    """The levels this NPC speaks in; lint holds every line to them."""
    model: Text
    """The figure in the game client."""


class SlotSource(Authored):
    type: Literal["choice", "native_number"] = "choice"
    """`choice` among `values`, or a `native_number` (한, 두, 세)."""
    required: bool = False
    """Shown to the learner as a goal, and counted for `all_slots_by_learner`."""
    values: dict[Id, OneOrMany[Text]] = Field(default_factory=dict)
    """Value -> the ways people say it; the first is how an NPC says it."""
    default: Fill | None = None
    """What an NPC says when nobody has filled it."""
    max: Annotated[int, Field(ge=1, le=99)] | None = None
    """The largest number."""


class SlotsSource(Authored):
    """Slots by id; `shortcuts` beside them is the one word that cannot be a slot's id."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)
    __pydantic_extra__: dict[str, SlotSource]

    shortcuts: dict[Text, dict[Id, Fill]] = Field(default_factory=dict)
    """Real words that fill several slots at once: 아아 is an iced Americano."""


class IntentSource(Authored):
    needs: OneOrMany[Id] = ()
    """Slots without which it is not fulfilled."""
    may_have: OneOrMany[Id] = ()
    """Slots that may be named as well."""
    examples: OneOrMany[Text]
    """Four to six sentences that really differ; each must pass its own turn with 100 points."""
    not_this: OneOrMany[Text] = ()
    """Sentences that look alike and mean something else."""


class HintSource(Authored):
    id: HintId
    """`H` and digits; unique in the scene and never used again."""
    kind: Literal["think", "words", "start", "answer"]
    """The rung of the ladder, in this order."""
    ko: Text | None = None
    """Korean to show; the rest stands in the pack."""


class LearnerSource(Authored):
    expect: Annotated[dict[Id, IntentSource], Field(min_length=1)]
    """What the learner may want to say here: intents by name."""
    model: LineSource
    """One good answer, spoken and translated; also the review card."""
    grammar: OneOrMany[Text] = ()
    """Points of `catalog/grammar.yaml` that are practised here."""
    hints: OneOrMany[HintSource] = ()
    """The ladder for those who are stuck."""


class ConditionSource(Authored):
    intent: Id | None = None
    """This is what the learner meant."""
    has: OneOrMany[Id] = ()
    """These slots are filled, now or before."""
    missing: OneOrMany[Id] = ()
    """These slots are empty."""
    slot: dict[Id, Fill] = Field(default_factory=dict)
    """The slots hold these values."""
    speech: Literal["fits", "too_casual", "too_formal"] | None = None
    """How the level fits that was spoken."""
    score_below: Percent | None = None
    """The score of this answer is lower."""
    score_at_least: Percent | None = None
    """The score of this answer is as high."""
    tries_below: Annotated[int, Field(ge=1)] | None = None
    """This is an earlier try, the first being 1."""
    tries_at_least: Annotated[int, Field(ge=1)] | None = None
    """This is that try or a later one."""


class EndingConditionSource(Authored):
    score_at_least: Percent | None = None
    """The mean over all turns is as high."""
    all_slots_by_learner: bool = False
    """The learner filled every required slot without help."""


class RuleSource(Authored):
    when: When[ConditionSource]
    """Conditions, all of which must hold; or `otherwise`."""
    say: SaySource | None = None
    """How the NPC reacts."""
    set: dict[Id, Fill] = Field(default_factory=dict)
    """Fills slots, for a learner who is stuck."""
    go: Id
    """A turn, `again` or `finish`."""
    no_penalty: bool = False
    """With `again`: counts no try, for questions that were reasonable."""


class TurnSource(Authored):
    id: Id
    """What rules lead to; small letters, digits and `_`."""
    goal: Text
    """The learner's task in one sentence of easy Korean."""
    npc: OneOrMany[SaySource]
    """What the NPCs say when the turn begins."""
    learner: LearnerSource
    """What the learner may answer."""
    then: OneOrMany[RuleSource]
    """Rules, read from top to bottom; the first that fits is taken."""


class EndingSource(Authored):
    id: Id
    """Small letters, digits and `_`."""
    when: When[EndingConditionSource]
    """Read from top to bottom like rules; the last is `otherwise`."""
    result: Literal["pass", "try_again"]
    """Whether the scene was passed."""
    say: SaySource
    """The last line."""


class ScoringSource(Authored):
    task: Percent
    """Weight: was it said that the turn asks for. The four weights add to 100."""
    language: Percent
    """Weight: grammar and spelling."""
    speech_level: Percent
    """Weight: politeness."""
    delivery: Percent
    """Weight: pronunciation and flow."""
    passing: int = Field(alias="pass")
    """The pass mark."""


class RetrySource(Authored):
    max_tries: Annotated[int, Field(ge=1, le=9)]
    """Tries in one turn before the engine itself leads on."""
    hint_each_try: bool = True
    """Whether each further try comes with the next hint."""
    after_max: Literal["carry_on", "end"] = "carry_on"
    """Whether the scene goes on with the next turn then, or ends."""


class LimitsSource(Authored):
    minutes: Annotated[int, Field(ge=1, le=60)]
    """The longest a scene may take."""
    learner_turns: Annotated[int, Field(ge=1, le=200)]
    """The most answers, repair moves included; leave room for those who ask back."""
    silence_seconds: Annotated[int, Field(ge=3, le=120)]
    """After so much silence the learner is offered help."""
    ending: Id
    """Where it lands when a limit is reached."""


class CasualMoveSource(Authored):
    """A repair move between friends: what the NPC says then, and how else the learner may put it."""

    say: LineSource
    """What the NPC says then."""
    examples: OneOrMany[Text]
    """How else the learner may put it."""


class CommonIntentSource(Authored):
    """A repair move of `scenes/catalog/common_intents.yaml`."""

    action: Literal["repeat", "repeat_slowly", "explain", "wait", "encourage"]
    """What the NPC does about it."""
    examples: OneOrMany[Text]
    """How learners say it."""
    say: LineSource
    """What the NPC answers."""
    praise: Text | None = None
    """Feedback code that praises a polite one."""
    casual: CasualMoveSource | None = None
    """In scenes whose target is 반말."""

    def examples_for(self, target: LevelName) -> tuple[str, ...]:
        return (*self.examples, *(self.casual.examples if self.casual and target == "반말" else ()))


class PinnedSceneSource(Authored):
    """What a published scene carries of the catalogs, added by Publish."""

    common_intents: dict[Id, CommonIntentSource]
    """The repair moves as they were when the scene was published."""


class SceneSource(Authored):
    schema_: Literal["scene/1"] = Field(alias="schema")
    """By which rules the file is written; always first."""
    id: Id
    """The folder's name; it is in addresses and statistics and never changes."""
    version: Annotated[int, Field(ge=0)]
    """Raised by publishing; leave it alone."""
    title: Text
    """In Korean; packs translate it."""
    level: LevelSource
    """For whom."""
    speech: SpeechSource
    """How learners are to speak."""
    packs: OneOrMany[Text]
    """Languages that must be complete before it is published."""
    stage: StageSource
    """What is seen and heard when it begins."""
    npcs: Annotated[dict[Id, NpcSource], Field(min_length=1)]
    """Who speaks, by a short name."""
    slots: SlotsSource
    """What the scene wants to learn from the learner."""
    common: OneOrMany[Id] = ()
    """Repair moves of `catalog/common_intents.yaml` that work in every turn."""
    scoring: ScoringSource
    """How the score is made."""
    retry: RetrySource
    """What happens when an answer does not fit."""
    limits: LimitsSource
    """No scene is endless."""
    start: Id
    """The first turn."""
    turns: Annotated[OneOrMany[TurnSource], Field(min_length=1)]
    """The exchanges, in the order in which you think of them."""
    endings: Annotated[OneOrMany[EndingSource], Field(min_length=1)]
    """How it may end."""
    pinned: PinnedSceneSource | None = None
    """Written by publishing; never in a draft."""
