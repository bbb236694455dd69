"""What every storage keeps of lessons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kotoserver.domain.errors import Conflict, NotFound
from kotoserver.domain.lesson import Lesson
from kotoserver.domain.session import SessionState
from kotoserver.ports.storage import SessionFilter, Storage
from tests.stored import BEGINNING, learner, session


def lesson(number: int, **changes: object) -> Lesson:
    at = BEGINNING + timedelta(minutes=number)
    made = Lesson(
        id=f"les_{number}",
        owner_id="lrn_1",
        title=f"Lesson {number}",
        goal="Memesan minuman",
        scenes=("cafe", "airport"),
        published=True,
        revision=1,
        created_at=at,
        updated_at=at,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # named by each test


async def ids(storage: Storage, drafts_of: str | None = "lrn_9", **asked: str) -> list[str]:
    page = await storage.list_lessons(drafts_of=drafts_of, **asked)  # type: ignore[arg-type]  # texts only
    return [each.id for each in page.lessons]


@pytest.fixture(autouse=True)
async def owners(storage: Storage) -> None:
    await storage.add_learner(learner("lrn_1"))
    await storage.add_learner(learner("lrn_2"))


async def test_a_lesson_is_found_as_stored(storage: Storage):
    await storage.add_lesson(lesson(1))
    assert await storage.find_lesson("les_1") == lesson(1)
    assert await storage.find_lesson("les_2") is None


async def test_drafts_are_listed_for_their_owner_or_for_whoever_sees_all(storage: Storage):
    await storage.add_lesson(lesson(1))
    await storage.add_lesson(lesson(2, published=False))
    await storage.add_lesson(lesson(3, published=False, owner_id="lrn_2"))
    assert await ids(storage) == ["les_1"]
    assert await ids(storage, "lrn_2") == ["les_3", "les_1"]
    assert await ids(storage, None) == ["les_3", "les_2", "les_1"]


async def test_lessons_come_in_pages(storage: Storage):
    for number in (1, 2, 3):
        await storage.add_lesson(lesson(number))
    first = await storage.list_lessons(drafts_of="", limit=2)
    second = await storage.list_lessons(drafts_of="", limit=2, before=first.next_before)
    assert [each.id for each in (*first.lessons, *second.lessons)] == ["les_3", "les_2", "les_1"]


async def test_lessons_are_found_by_words_and_by_scene(storage: Storage):
    await storage.add_lesson(lesson(1, title="카페에서", scenes=("cafe",)))
    await storage.add_lesson(lesson(2, title="Di Bandara", scenes=("airport",)))
    assert await ids(storage, words="BANDARA") == ["les_2"]
    assert await ids(storage, words="카페") == ["les_1"]
    assert await ids(storage, words="minuman") == ["les_2", "les_1"]
    assert await ids(storage, words="%") == []
    assert await ids(storage, scene_id="cafe") == ["les_1"]
    assert await ids(storage, scene_id="caf") == []


async def test_a_change_is_stored_against_the_revision_it_was_read_at(storage: Storage):
    await storage.add_lesson(lesson(1))
    changed = lesson(1, title="Baru", scenes=("cafe",), published=False, revision=2)
    await storage.update_lesson(changed, read_at=1)
    assert await storage.find_lesson("les_1") == changed
    with pytest.raises(Conflict):
        await storage.update_lesson(replace(changed, title="Lain"), read_at=1)
    with pytest.raises(Conflict):
        await storage.erase_lesson("les_1", read_at=1)
    await storage.erase_lesson("les_1", read_at=2)
    assert await storage.find_lesson("les_1") is None


async def test_what_is_not_there_is_not_changed(storage: Storage):
    with pytest.raises(NotFound) as refused:
        await storage.update_lesson(lesson(1), read_at=1)
    assert refused.value.code == "no_such_lesson"
    with pytest.raises(NotFound):
        await storage.erase_lesson("les_1")


async def test_a_lesson_outlives_its_writer(storage: Storage):
    await storage.add_lesson(lesson(1))
    await storage.erase_learner("lrn_1")
    assert await storage.find_lesson("les_1") == lesson(1, owner_id=None)


async def test_sessions_are_filtered_by_state_scene_and_lesson(storage: Storage):
    begun = session("sess_1", minute=1)
    over = session("sess_2", minute=2)
    over = replace(over, progress=replace(over.progress, state=SessionState.FINISHED), scene_id="airport")
    taught = replace(session("sess_3", minute=3), lesson_id="les_1")
    for each in (begun, over, taught):
        await storage.open_session(each, [], [])

    async def found(only: SessionFilter, learner_id: str | None = "lrn_1") -> list[str]:
        return [each.id for each in (await storage.list_sessions(learner_id, only=only)).sessions]

    assert await found(SessionFilter(state=SessionState.ACTIVE)) == ["sess_3", "sess_1"]
    assert await found(SessionFilter(scene_id="airport")) == ["sess_2"]
    assert await found(SessionFilter(lesson_id="les_1")) == ["sess_3"]
    assert await found(SessionFilter(lesson_id="les_1"), None) == ["sess_3"]
    assert await storage.find_session("sess_3") == taught


async def test_sessions_are_stale_once_nothing_happened_for_long(storage: Storage):
    await storage.open_session(session("sess_1", minute=1), [], [])
    await storage.open_session(session("sess_2", minute=50), [], [])
    assert await storage.list_stale_sessions(BEGINNING + timedelta(minutes=30)) == [("sess_1", "lrn_1")]
