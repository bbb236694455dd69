"""What is remembered of links to drafts."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from kotoserver.domain.review import Review, Snapshot


class ReviewStore(ABC):
    """Every method raises StorageFailed when the database does not answer."""

    @abstractmethod
    async def add_review(self, review: Review, snapshot: Snapshot) -> None: ...

    @abstractmethod
    async def find_review(self, review_id: str) -> Review | None: ...

    @abstractmethod
    async def find_snapshot(self, review_id: str) -> Snapshot | None: ...

    @abstractmethod
    async def list_reviews(self, scene_id: str, at: datetime) -> Sequence[Review]:
        """Those of a scene that have not lapsed by then, the latest first."""

    @abstractmethod
    async def erase_review(self, review_id: str) -> None:
        """Removes it with its snapshot; one that is not there is no error."""

    @abstractmethod
    async def forget_reviews(self, before: datetime) -> None:
        """Removes those that lapsed before."""
