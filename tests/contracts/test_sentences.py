"""What every storage tells of sentences that no intent took."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kotoserver.ports.storage import Storage
from tests.stored import BEGINNING, learner, session, turn

LATER = BEGINNING + timedelta(days=1)


async def play(
    storage: Storage, said: list[tuple[str, str | None]], *, number: int = 1, scene: str = "cafe"
) -> None:
    """A learner's own session in which all this is said, each with the intent that took it."""
    who, where = f"lrn_{number}", f"sess_{number}"
    await storage.add_learner(learner(who))
    opened = replace(session(where, learner_id=who), scene_id=scene)
    await storage.open_session(opened, [], [])
    for at, (text, intent) in enumerate(said, 1):
        record = turn(at, text, session_id=where)
        record = replace(record, evaluation=replace(record.evaluation, intent=intent))
        await storage.save_session(replace(opened, revision=at + 1), read_at=at, turn=record)


async def test_only_what_no_intent_took_is_told_with_how_often(storage: Storage):
    await play(storage, [("자리 있어요?", None), ("커피 주세요.", "order_drink"), ("자리 있어요?", None)])
    (found,) = await storage.list_unmatched("cafe", BEGINNING)
    assert (found.turn, found.text, found.times, found.learner_id) == ("order", "자리 있어요?", 2, "lrn_1")
    assert found.last_at == BEGINNING + timedelta(seconds=3)


async def test_each_learners_words_are_told_apart(storage: Storage):
    await play(storage, [("자리 있어요?", None)])
    await play(storage, [("자리 있어요?", None), ("Wifi 있어요?", None)], number=2)
    await play(storage, [("자리 있어요?", None)], number=3, scene="airport")
    found = await storage.list_unmatched("cafe", BEGINNING)
    assert sorted((each.text, each.learner_id) for each in found) == [
        ("Wifi 있어요?", "lrn_2"),
        ("자리 있어요?", "lrn_1"),
        ("자리 있어요?", "lrn_2"),
    ]
    assert len(await storage.list_unmatched("cafe", BEGINNING, limit=2)) == 2


async def test_what_was_said_before_is_not_told(storage: Storage):
    await play(storage, [("자리 있어요?", None)])
    assert await storage.list_unmatched("cafe", LATER) == []


async def test_a_turn_taken_back_was_said_all_the_same(storage: Storage):
    await play(storage, [("자리 있어요?", None)])
    opened = replace(session(), revision=3)
    await storage.save_session(opened, read_at=2, undo_turn="turn_1")
    assert [each.times for each in await storage.list_unmatched("cafe", BEGINNING)] == [1]


@pytest.mark.parametrize("erase", ["learner", "session"])
async def test_what_is_erased_is_gone_from_the_list(storage: Storage, erase: str):
    await play(storage, [("제 전화번호는 010-1234-5678이에요.", None)])
    await (storage.erase_learner("lrn_1") if erase == "learner" else storage.erase_session("sess_1"))
    assert await storage.list_unmatched("cafe", BEGINNING) == []


async def test_sentences_are_put_aside_once_and_taken_up_again(storage: Storage):
    for at in (BEGINNING, LATER):
        await storage.ignore_sentence("cafe", "order", "d1", at)
    await storage.ignore_sentence("cafe", "pay", "d1", LATER)
    await storage.ignore_sentence("airport", "order", "d2", LATER)
    assert await storage.list_ignored("cafe") == {("order", "d1"), ("pay", "d1")}
    await storage.heed_sentence("cafe", "order", "d1")
    await storage.heed_sentence("cafe", "order", "never")
    assert await storage.list_ignored("cafe") == {("pay", "d1")}
