"""Sentences that no intent took, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from kotoserver.ports.sentences import SentenceStore, Unmatched
from kotoserver.storage import rows
from kotoserver.storage.database import Database, Write
from kotoserver.storage.sql import Query

LIST_UNMATCHED = Query("list_unmatched")
IGNORE_SENTENCE = Query("ignore_sentence")
HEED_SENTENCE = Query("heed_sentence")
LIST_IGNORED = Query("list_ignored")


class SqlSentences(SentenceStore):
    """The sentences port over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_unmatched(self, scene_id: str, since: datetime, limit: int = 2_000) -> Sequence[Unmatched]:
        found = await self._database.fetch(LIST_UNMATCHED, scene_id, since, limit)
        return [rows.unmatched_of(row) for row in found]

    async def ignore_sentence(self, scene_id: str, turn: str, digest: str, at: datetime) -> None:
        await self._database.write(Write(IGNORE_SENTENCE, [(scene_id, turn, digest, at)]))

    async def heed_sentence(self, scene_id: str, turn: str, digest: str) -> None:
        await self._database.write(Write(HEED_SENTENCE, [(scene_id, turn, digest)]))

    async def list_ignored(self, scene_id: str) -> frozenset[tuple[str, str]]:
        found = await self._database.fetch(LIST_IGNORED, scene_id)
        return frozenset((str(row["scene_turn"]), str(row["digest"])) for row in found)
