"""What was judged comes back from the database as the very value that went in."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from traceback import format_exception
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kotoserver.domain.errors import StorageFailed
from kotoserver.domain.evaluation import Evaluation
from kotoserver.domain.session import HeldSlot, Progress
from kotoserver.ports.storage import Storage, TurnRecord
from kotoserver.storage import rows
from kotoserver.storage.database import Write
from kotoserver.storage.open import open_database
from kotoserver.storage.storage import ADD_TURN, SqlStorage
from tests.stored import learner, session, turn

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
COUNT = st.integers(-(2**31), 2**31 - 1)


def without_nul(value: object) -> bool:
    return "\\x00" not in repr(value)


EVALUATIONS = st.builds(Evaluation, confidence=NUMBER).filter(without_nul)
PROGRESSES = st.builds(Progress, seconds_played=NUMBER).filter(without_nul)


def turns() -> st.SearchStrategy[TurnRecord]:
    return st.builds(
        TurnRecord,
        session_id=st.just("sess_1"),
        turn_id=TEXT,
        scene_turn=TEXT,
        go=TEXT,
        number=COUNT,
        text=TEXT,
        evaluation=EVALUATIONS,
        rule=st.none() | COUNT,
        before=PROGRESSES,
        first_seq=COUNT,
        last_seq=COUNT,
        timings=st.dictionaries(TEXT, NUMBER, max_size=4),
        at=st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis adds the zone
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(turn=turns())
async def test_any_turn_comes_back_as_it_was(storage: Storage, turn: TurnRecord):
    if await storage.find_learner("lrn_1") is None:
        await storage.add_learner(learner())
    await storage.erase_session("sess_1")
    await storage.open_session(session(), [], [])
    await storage.save_session(session(), read_at=1, turn=turn)
    assert await storage.list_turns("sess_1") == [turn]


async def test_a_read_only_mapping_is_stored_as_what_it_shows(storage: Storage):
    slots = MappingProxyType(
        {"drink": HeldSlot(value="2", by_learner=True), "count": HeldSlot(value=2, by_learner=False)}
    )
    progress = Progress(turn="order", slots=slots, turn_scores=MappingProxyType({"greet": 80}))
    await storage.add_learner(learner())
    await storage.open_session(session(), [], [])
    await storage.save_session(session(), read_at=1, turn=replace(turn(), before=progress))
    stored = await storage.last_turn("sess_1")
    assert stored is not None
    assert stored.before == progress
    assert stored.before.slots["drink"].value == "2"
    assert stored.before.slots["count"].value == 2


def test_wildcards_of_the_database_are_only_letters_in_a_search():
    assert rows.holding(r"50%_\ ") == r"%50\%\_\\ %"


async def test_a_stored_value_of_another_shape_is_named_by_place_and_not_by_its_words(
    database_url: str, tmp_path: Path
):
    database = open_database(database_url, data_dir=tmp_path)
    storage = SqlStorage(database)
    await storage.migrate()
    await storage.add_learner(learner())
    await storage.open_session(session(), [], [])
    row = list(rows.turn_row(turn()))
    row[6] = '{"text": "비밀"}'
    await database.write(Write(ADD_TURN, [tuple(row)]))
    with pytest.raises(StorageFailed, match="intent") as caught:
        await storage.last_turn("sess_1")
    assert "비밀" not in "".join(format_exception(caught.value))
    await storage.close()
