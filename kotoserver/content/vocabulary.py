"""What an editor may write: the formats of drafts as JSON Schemas, and every name of the catalogs with what it is.

A text editor completes keys and names from it and explains them where they stand.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kotoserver.content.catalog_schema import CommonIntentsSource, FeedbackCodesSource, GrammarSource, VoicesSource
from kotoserver.content.catalogs import Catalogs, read_catalogs
from kotoserver.content.diagnostics import Report
from kotoserver.content.drafts import Folders, pack_draft_ids
from kotoserver.content.schemas import DRAFT_SCHEMAS, schema_of

Named = Mapping[str, str]
"""Name -> what it is, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    schemas: Mapping[str, Mapping[str, object]]
    """A draft's `schema`, such as `scene/1` -> its JSON Schema."""
    names: Mapping[str, Named]
    """Sort of name, such as `emotions` -> those that there are. Empty while a catalog is broken."""


def vocabulary_of(folders: Folders) -> Vocabulary:
    schemas = {name: schema_of(model) for name, model in DRAFT_SCHEMAS.items()}
    catalogs = read_catalogs(folders.scenes, Report(), folders.memory)
    names: dict[str, Named] = {} if catalogs is None else _names_of(catalogs)
    names["packs"] = dict.fromkeys(pack_draft_ids(folders.langpacks), "a language pack")
    return Vocabulary(schemas=schemas, names=names)


def _names_of(catalogs: Catalogs) -> dict[str, Named]:
    cues = catalogs.cues
    return {
        "emotions": cues.emotions,
        "anims": cues.anims,
        "props": cues.props,
        "backgrounds": cues.backgrounds,
        "cameras": cues.cameras,
        "music": cues.music,
        "voices": _voices(catalogs.voices),
        "grammar": _grammar(catalogs.grammar),
        "common": _common(catalogs.common),
        "codes": _codes(catalogs.feedback),
        "labels": catalogs.feedback.labels,
        "ui": catalogs.ui.keys,
    }


def _voices(source: VoicesSource) -> Named:
    return {name: voice.about for name, voice in source.voices.items()}


def _grammar(source: GrammarSource) -> Named:
    return {name: f"{point.form} · TOPIK {point.topik}" for name, point in source.points.items()}


def _common(source: CommonIntentsSource) -> Named:
    return {name: f"{move.examples[0]} → {move.say.ko}" for name, move in source.intents.items()}


def _codes(source: FeedbackCodesSource) -> Named:
    return {code: " ".join(f"{{{each}}}" for each in parameters) for code, parameters in source.codes.items()}
