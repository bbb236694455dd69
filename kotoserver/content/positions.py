"""Where an author has put the turns of a scene in its picture: `layout.json`, for the console only.

    {"schema": "scene-layout/1", "turns": {"greet": [120, 40]}}

A file that cannot be read counts as none: the picture then arranges itself, and the next drag writes it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kotoserver.content.drafts import Folders
from kotoserver.content.saving import ABSENT, digest_of_file

LAYOUT_SCHEMA = "scene-layout/1"
_Coordinate = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    digest: str
    """To save against."""
    places: Mapping[str, tuple[float, float]]
    """Turn or ending -> left and top, in pixels."""


class _LayoutSource(BaseModel):
    model_config = ConfigDict(frozen=True)

    schema_: Literal["scene-layout/1"] = Field(alias="schema")
    turns: dict[str, tuple[_Coordinate, _Coordinate]]


def read_layout(folders: Folders, scene_id: str) -> Layout:
    path = folders.scenes / scene_id / "layout.json"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Layout(digest=ABSENT, places={})
    try:
        places = _LayoutSource.model_validate_json(content).turns
    except ValidationError:
        places = {}
    return Layout(digest=digest_of_file(content), places=places)
