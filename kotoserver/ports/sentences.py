"""What learners said that no intent took, and which of it editors have put aside."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """The same words of one learner in one turn of a scene, however often."""

    turn: str
    text: str
    learner_id: str
    """For counting learners; it goes no further than the service."""
    times: int
    last_at: datetime


class SentenceStore(ABC):
    """Every method raises StorageFailed when the database does not answer."""

    @abstractmethod
    async def list_unmatched(self, scene_id: str, since: datetime, limit: int = 2_000) -> Sequence[Unmatched]:
        """What was said in any version of the scene since then and fitted no intent, the latest first.

        Turns that were taken back count too: they were said.
        """

    @abstractmethod
    async def ignore_sentence(self, scene_id: str, turn: str, digest: str, at: datetime) -> None:
        """Remembers that a sentence was put aside, by a digest of it; once more changes nothing."""

    @abstractmethod
    async def heed_sentence(self, scene_id: str, turn: str, digest: str) -> None:
        """Takes that back."""

    @abstractmethod
    async def list_ignored(self, scene_id: str) -> frozenset[tuple[str, str]]:
        """Turn and digest of every sentence that was put aside."""
