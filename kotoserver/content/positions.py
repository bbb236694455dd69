"""Where an author has put the turns of a scene in its picture: `layout.json`, for the console only.

    {"schema": "scene-layout/1", "turns": {"greet": [120, 40]}}

A file that cannot be read counts as none: the picture then arranges itself, and the next drag writes it anew.
It is told as W29, so that nobody wonders where the order of the cards has gone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kotoserver.content.diagnostics import START_OF_FILE, Mark, Report
from kotoserver.content.drafts import Folders
from kotoserver.content.saving import ABSENT, digest_of_file

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


def check_layout(folders: Folders, scene_id: str, report: Report) -> None:
    """W29 where the file is there and no layout."""
    try:
        text = _path(folders, scene_id).read_bytes().decode("utf-8")
        _LayoutSource.model_validate(json.loads(text))
    except FileNotFoundError:
        return
    except json.JSONDecodeError as error:
        _tell(folders, scene_id, Mark(error.lineno, error.colno), report)
    except (OSError, RecursionError, UnicodeDecodeError, ValidationError):
        _tell(folders, scene_id, START_OF_FILE, report)


def _tell(folders: Folders, scene_id: str, place: Mark, report: Report) -> None:
    report.add("W29", f"{folders.scenes.name}/{scene_id}/layout.json", place)


def _path(folders: Folders, scene_id: str) -> Path:
    return folders.scenes / scene_id / "layout.json"


def read_layout(folders: Folders, scene_id: str) -> Layout:
    path = _path(folders, scene_id)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Layout(digest=ABSENT, places={})
    try:
        places = _LayoutSource.model_validate_json(content).turns
    except ValidationError:
        places = {}
    return Layout(digest=digest_of_file(content), places=places)
