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
    note: Text | None = None


class LevelNoteSource(Authored):
    name: Text
    tip: Text
    like: Text | None = None


class GrammarNoteSource(Authored):
    title: Text
    mean: Text
    how: Text
    pitfall: Text | None = None


class SoundDrillSource(Authored):
    pair: OneOrMany[Text]
    try_: OneOrMany[Text] = Field(alias="try")
    tip: Text


class RomanizationSource(Authored):
    system: Literal["rr"] = "rr"
    show: Literal["always", "never", "until_topik_1_done"]


class ScenePackSource(Authored):
    """One scene in the learner's language; every table is keyed by ids of the scene."""

    schema_: Literal["langpack-scene/1"] = Field(alias="schema")
    pack: PackId
    scene: Id
    scene_version: Annotated[int, Field(ge=1)]
    title: Text
    brief: Text
    goals: Texts
    lines: Texts
    hints: Texts
    slots: dict[str, Texts]
    slot_names: Texts
    slot_questions: Texts
    words: dict[str, GlossSource]
    notes: Texts = Field(default_factory=dict)


class PinnedPackSource(Authored):
    """The files of `scenes/` as they were when the pack was published."""

    scenes: dict[Id, ScenePackSource]


class PackSource(Authored):
    schema_: Literal["langpack/1"] = Field(alias="schema")
    id: PackId
    version: Annotated[int, Field(ge=0)]
    target: Literal["ko"]
    native: Text
    name: Text
    style: Text
    avoid: OneOrMany[Text] = ()
    """Words that this pack never uses; lint finds each."""
    romanization: RomanizationSource
    ui: Texts
    speech_levels: dict[str, LevelNoteSource]
    feedback: Texts
    feedback_summary: Texts
    labels: Texts
    grammar: dict[str, GrammarNoteSource]
    sounds: OneOrMany[SoundDrillSource] = ()
    common: Texts
    pinned: PinnedPackSource | None = None
