"""A link to a draft: whoever has it plays the draft as it stood when the link was made, until it lapses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A draft as one piece that needs nothing beside it, in the form in which scenes and packs are published."""

    scene: str
    packs: Mapping[str, str]
    """Pack id -> the pack with what it says of this scene."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    id: str
    scene_id: str
    made_by: str
    note: str
    """For whom it is; only editors see it."""
    made_at: datetime
    expires_at: datetime
