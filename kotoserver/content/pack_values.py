"""A checked pack source becomes the immutable pack that learners read. Nothing here can fail any more."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from kotoserver.content.pack_schema import GrammarNoteSource, PackSource, ScenePackSource
from kotoserver.domain.langpack import Gloss, GrammarNote, LanguagePack, LevelNote, ScenePack, SoundDrill

V = TypeVar("V")


def pack_of(source: PackSource, scenes: Mapping[str, ScenePackSource]) -> LanguagePack:
    """The pack as it is read; `scenes` by scene id."""
    return LanguagePack(
        id=source.id,
        version=source.version,
        target=source.target,
        native=source.native,
        name=source.name,
        style=source.style,
        romanization_show=source.romanization.show,
        ui=_frozen(source.ui),
        speech_levels=_frozen(
            {
                level: LevelNote(name=note.name, tip=note.tip, like=note.like)
                for level, note in source.speech_levels.items()
            }
        ),
        feedback=_frozen(source.feedback),
        feedback_summary=_frozen(source.feedback_summary),
        labels=_frozen(source.labels),
        grammar=_frozen({point: _grammar(note) for point, note in source.grammar.items()}),
        sounds=tuple(SoundDrill(pair=drill.pair, try_words=drill.try_, tip=drill.tip) for drill in source.sounds),
        common=_frozen(source.common),
        scenes=_frozen({scene_id: _scene_pack(part) for scene_id, part in scenes.items()}),
    )


def _frozen(table: Mapping[str, V]) -> Mapping[str, V]:
    return MappingProxyType(dict(table))


def _grammar(note: GrammarNoteSource) -> GrammarNote:
    return GrammarNote(title=note.title, mean=note.mean, how=note.how, pitfall=note.pitfall)


def _scene_pack(part: ScenePackSource) -> ScenePack:
    return ScenePack(
        scene=part.scene,
        scene_version=part.scene_version,
        title=part.title,
        brief=part.brief,
        goals=_frozen(part.goals),
        lines=_frozen(part.lines),
        hints=_frozen(part.hints),
        slots=_frozen({slot: _frozen(values) for slot, values in part.slots.items()}),
        slot_names=_frozen(part.slot_names),
        slot_questions=_frozen(part.slot_questions),
        words=_frozen({word: Gloss(mean=gloss.mean, note=gloss.note) for word, gloss in part.words.items()}),
        notes=_frozen(part.notes),
    )
