"""Bodies about scenes: what a client needs to set the stage."""

from typing import Annotated, Any

from pydantic import Field

from kotoserver.domain.langpack import LanguagePack
from kotoserver.services.catalog import Playable
from kotoserver.transport.rest.models.common import ContentId
from kotoserver.transport.rest.operations import Model


class ScenesQuery(Model):
    pack: ContentId = "ko-id"


class SceneQuery(Model):
    pack: ContentId = "ko-id"
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class SceneHead(Model):
    id: str
    version: int
    title: str
    title_native: str
    brief: str
    topik: int
    cefr: str
    minutes: int
    packs: tuple[str, ...]
    speech_target: str


class SceneSummary(SceneHead):
    turns: int
    """How many turns the scene has at most."""

    @classmethod
    def of(cls, playable: Playable) -> "SceneSummary":
        return cls(**_scene_head(playable), turns=len(playable.scene.turns))


def _scene_head(playable: Playable) -> dict[str, Any]:
    scene = playable.scene
    return {
        "id": scene.id,
        "version": scene.version,
        "title": scene.title,
        "title_native": playable.words.title,
        "brief": playable.words.brief,
        "topik": scene.topik,
        "cefr": scene.cefr,
        "minutes": scene.limits.minutes,
        "packs": scene.packs,
        "speech_target": scene.speech_target.value,
    }


class ScenesAnswer(Model):
    scenes: list[SceneSummary]


class StageView(Model):
    background: str
    camera: str
    music: str | None


class NpcView(Model):
    id: str
    name: str
    voice: str
    model: str


class TurnGoal(Model):
    id: str
    goal: str
    grammar: tuple[str, ...]


class SlotView(Model):
    id: str
    name: str
    required: bool
    kind: str


class GlossView(Model):
    mean: str
    note: str | None


class LevelView(Model):
    name: str
    tip: str
    like: str | None


class PackView(Model):
    id: str
    version: int
    native: str
    name: str

    @classmethod
    def of(cls, pack: LanguagePack) -> "PackView":
        return cls(id=pack.id, version=pack.version, native=pack.native, name=pack.name)


class SceneAnswer(SceneHead):
    """All that a client needs to set the stage; no answers are in it."""

    stage: StageView
    npcs: list[NpcView]
    turns: list[TurnGoal]
    """In the author's order."""
    slots: list[SlotView]
    silence_seconds: int
    pack: PackView
    ui: dict[str, str]
    words: dict[str, GlossView]
    notes: dict[str, str]
    speech_levels: dict[str, LevelView]
    romanization_show: str

    @classmethod
    def of(cls, playable: Playable) -> "SceneAnswer":
        scene, pack, words = playable.scene, playable.pack, playable.words
        return cls(
            **_scene_head(playable),
            stage=StageView(background=scene.stage.background, camera=scene.stage.camera, music=scene.stage.music),
            npcs=[
                NpcView(id=npc.id, name=npc.name, voice=npc.voice, model=npc.model) for npc in scene.npcs.values()
            ],
            turns=[TurnGoal(id=turn.id, goal=words.goals[turn.id], grammar=turn.grammar) for turn in scene.turns],
            slots=[
                SlotView(
                    id=slot.id,
                    name=words.slot_names.get(slot.id, slot.id),
                    required=slot.required,
                    kind=slot.kind.value,
                )
                for slot in scene.slots.values()
            ],
            silence_seconds=scene.limits.silence_seconds,
            pack=PackView.of(pack),
            ui=dict(pack.ui),
            words={word: GlossView(mean=gloss.mean, note=gloss.note) for word, gloss in words.words.items()},
            notes=dict(words.notes),
            speech_levels={
                level: LevelView(name=note.name, tip=note.tip, like=note.like)
                for level, note in pack.speech_levels.items()
            },
            romanization_show=pack.romanization_show,
        )
