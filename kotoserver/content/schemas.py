"""JSON Schemas for the text editors of authors, generated from the models that the loader itself uses."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from kotoserver.content.authored import Authored
from kotoserver.content.catalog_schema import (
    CommonIntentsSource,
    CuesSource,
    FeedbackCodesSource,
    GrammarSource,
    KnownWordsSource,
    UiSource,
    VoicesSource,
)
from kotoserver.content.pack_schema import PACK_SCHEMA, SCENE_PACK_SCHEMA, PackSource, ScenePackSource
from kotoserver.content.scene_schema import SCENE_SCHEMA, SceneSource
from kotoserver.content.trial_schema import TRIALS_SCHEMA, TrialsSource

SCHEMAS: Mapping[str, type[Authored]] = MappingProxyType(
    {
        "scene.1.json": SceneSource,
        "scene-tests.1.json": TrialsSource,
        "langpack.1.json": PackSource,
        "langpack-scene.1.json": ScenePackSource,
        "cues.1.json": CuesSource,
        "voices.1.json": VoicesSource,
        "grammar.1.json": GrammarSource,
        "known-words.1.json": KnownWordsSource,
        "common-intents.1.json": CommonIntentsSource,
        "feedback-codes.1.json": FeedbackCodesSource,
        "ui.1.json": UiSource,
    }
)
"""File in `scenes/schema/` -> the model it describes."""


DRAFT_SCHEMAS: Mapping[str, type[Authored]] = MappingProxyType(
    {
        SCENE_SCHEMA: SceneSource,
        TRIALS_SCHEMA: TrialsSource,
        PACK_SCHEMA: PackSource,
        SCENE_PACK_SCHEMA: ScenePackSource,
    }
)
"""What a draft says of itself under `schema` -> the model it describes."""


def schema_of(model: type[Authored]) -> dict[str, object]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema()


def schema_text(model: type[Authored]) -> str:
    """The file's whole content."""
    return json.dumps(schema_of(model), ensure_ascii=False, indent=1) + "\n"


def write_schemas(folder: Path) -> None:
    """Writes every schema anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in SCHEMAS.items():
        (folder / name).write_text(schema_text(model), "utf-8")
