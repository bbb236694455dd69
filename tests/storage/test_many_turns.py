"""Ten thousand turns: pages stay complete and quick."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from kotoserver.storage import rows
from kotoserver.storage.open import open_database
from kotoserver.storage.storage import ADD_EVENT, ADD_SESSION, ADD_TURN, SqlStorage, Write
from tests.stored import event, learner, session, turn

SESSIONS = 400
TURNS_EACH = 25
"""Of each session; every tenth session says 라떼 in its last turn."""


@pytest.fixture
async def crowded(database_url: str, tmp_path: Path) -> AsyncIterator[SqlStorage]:
    database = open_database(database_url, data_dir=tmp_path)
    storage = SqlStorage(database)
    await storage.migrate()
    await storage.add_learner(learner())
    sessions = [session(f"sess_{number}", minute=number) for number in range(SESSIONS)]
    await database.write(Write(ADD_SESSION, [rows.session_row(each) for each in sessions]))
    for number, each in enumerate(sessions):
        last = "라떼 한 잔 주세요." if number % 10 == 0 else "커피 한 잔 주세요."
        turns = [turn(count, session_id=each.id) for count in range(1, TURNS_EACH)]
        turns.append(turn(TURNS_EACH, last, session_id=each.id))
        await database.write(
            Write(ADD_TURN, [rows.turn_row(said) for said in turns]),
            Write(ADD_EVENT, [rows.event_row(event(seq, session_id=each.id)) for seq in range(1, 51)]),
        )
    yield storage
    await storage.close()


async def paged(storage: SqlStorage, words: str | None) -> list[str]:
    found: list[str] = []
    before: datetime | None = None
    while True:
        page = await storage.list_sessions("lrn_1", words=words, before=before, limit=30)
        found += [each.id for each in page.sessions]
        before = page.next_before
        if before is None:
            return found


async def test_pages_over_ten_thousand_turns_miss_nothing(crowded: SqlStorage):
    newest_first = [f"sess_{number}" for number in reversed(range(SESSIONS))]
    assert await paged(crowded, None) == newest_first
    assert await paged(crowded, "아메리카노") == newest_first
    assert await paged(crowded, "라떼") == newest_first[9::10]
    assert await paged(crowded, "녹차") == []
    assert len(await crowded.list_turns("sess_7")) == TURNS_EACH
    assert len(await crowded.list_events("sess_7")) == 2 * TURNS_EACH
