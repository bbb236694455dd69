"""The shape of `pack.yaml` and of a pack's `scenes/*.yaml`; `scenes/schema/` is generated from here."""

from typing import Annotated, Literal

from pydantic import Field

from kotoserver.content.authored import Authored, Id, OneOrMany, Text

PACK_SCHEMA = "langpack/1"
SCENE_PACK_SCHEMA = "langpack-scene/1"

PackId = Annotated[str, Field(pattern=r"^[a-z]{2,3}-[a-z]{2,3}$")]
Texts = dict[str, Text]


class GlossSource(Authored):
    mean: Text
    """The meaning shown when the word is tapped."""
    note: Text | None = None
    """A word about culture, where one is needed."""


class LevelNoteSource(Authored):
    name: Text
    """What the level is called."""
    tip: Text
    """When to use it."""
    like: Text | None = None
    """What it resembles in the learner's own language."""


class GrammarNoteSource(Authored):
    title: Text
    """The point, as the learner sees it."""
    mean: Text
    """What it says."""
    how: Text
    """How it is formed."""
    pitfall: Text | None = None
    """A typical mistake."""


class SoundDrillSource(Authored):
    pair: OneOrMany[Text]
    """The sounds that are hard to tell apart."""
    try_: OneOrMany[Text] = Field(alias="try")
    """Words to practise with."""
    tip: Text
    """What the mouth does."""


class RomanizationSource(Authored):
    system: Literal["rr"] = "rr"
    """Revised Romanization."""
    show: Literal["always", "never", "until_topik_1_done"]
    """When Latin letters are shown; a crutch that should go away."""


class ScenePackSource(Authored):
    """One scene in the learner's language; every table is keyed by ids of the scene."""

    schema_: Literal["langpack-scene/1"] = Field(alias="schema")
    """By which rules the file is written; always first."""
    pack: PackId
    """The pack it lies in."""
    scene: Id
    """The scene it translates."""
    scene_version: Annotated[int, Field(ge=1)]
    """The version that the translator saw."""
    title: Text
    """The scene's name."""
    brief: Text
    """Two sentences that set the stage."""
    goals: Texts
    """Turn -> what the learner is to do."""
    lines: Texts
    """Line -> its meaning, as a person would say it."""
    hints: Texts
    """Hint -> what it tells."""
    slots: dict[str, Texts]
    """Slot -> value -> what the learner calls it."""
    slot_names: Texts
    """Slot -> what it is called."""
    slot_questions: Texts
    """Slot -> the question that asks for it."""
    words: dict[str, GlossSource]
    """Korean -> what a tap on it shows; the longest entry that begins there is taken."""
    notes: Texts = Field(default_factory=dict)
    """Line -> why the NPC reacted so."""


class PinnedPackSource(Authored):
    """The files of `scenes/` as they were when the pack was published."""

    scenes: dict[Id, ScenePackSource]


class PackSource(Authored):
    schema_: Literal["langpack/1"] = Field(alias="schema")
    """By which rules the file is written; always first."""
    id: PackId
    """The folder's name: the language taught and the learner's own."""
    version: Annotated[int, Field(ge=0)]
    """Raised by publishing; leave it alone."""
    target: Literal["ko"]
    """The language taught."""
    native: Text
    """The learner's language."""
    name: Text
    """As it is shown when choosing."""
    style: Text
    """Your house rules: how the learner is addressed, what stays untranslated."""
    avoid: OneOrMany[Text] = ()
    """Words that this pack never uses; lint finds each."""
    romanization: RomanizationSource
    """Latin letters beside the Korean."""
    ui: Texts
    """Strings of the clients; `scenes/catalog/ui.yaml` says where each stands."""
    speech_levels: dict[str, LevelNoteSource]
    """The levels explained through the learner's own habits of address."""
    feedback: Texts
    """Code of the evaluator -> sentence."""
    feedback_summary: Texts
    """Verdict -> sentence, when there is nothing particular to say."""
    labels: Texts
    """Words for keys that come as parameters."""
    grammar: dict[str, GrammarNoteSource]
    """Point -> explanation."""
    sounds: OneOrMany[SoundDrillSource] = ()
    """Contrasts that are hard for these learners."""
    common: Texts
    """Meaning of each repair move's line."""
    pinned: PinnedPackSource | None = None
    """Written by publishing; never in a draft."""
