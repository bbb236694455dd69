"""Links to drafts, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from kotoserver.domain.review import Review, Snapshot
from kotoserver.ports.reviews import ReviewStore
from kotoserver.storage import rows
from kotoserver.storage.database import Database, Write
from kotoserver.storage.sql import Query

ADD_REVIEW = Query("add_review")
FIND_REVIEW = Query("find_review")
FIND_SNAPSHOT = Query("find_snapshot")
LIST_REVIEWS = Query("list_reviews")
ERASE_REVIEW = Query("erase_review")
FORGET_REVIEWS = Query("forget_reviews")


class SqlReviews(ReviewStore):
    """The reviews port over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_review(self, review: Review, snapshot: Snapshot) -> None:
        await self._database.write(Write(ADD_REVIEW, [rows.review_row(review, snapshot)]))

    async def find_review(self, review_id: str) -> Review | None:
        found = await self._database.fetch(FIND_REVIEW, review_id)
        return rows.review_of(found[0]) if found else None

    async def find_snapshot(self, review_id: str) -> Snapshot | None:
        found = await self._database.fetch(FIND_SNAPSHOT, review_id)
        return rows.snapshot_of(found[0]) if found else None

    async def list_reviews(self, scene_id: str, at: datetime) -> Sequence[Review]:
        return [rows.review_of(row) for row in await self._database.fetch(LIST_REVIEWS, scene_id, at)]

    async def erase_review(self, review_id: str) -> None:
        await self._database.write(Write(ERASE_REVIEW, [(review_id,)]))

    async def forget_reviews(self, before: datetime) -> None:
        await self._database.write(Write(FORGET_REVIEWS, [(before,)]))
