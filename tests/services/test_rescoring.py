from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from kotoserver.domain.errors import NotFound
from kotoserver.domain.evaluation import Evaluation, FeedbackItem, Severity, expectation_of
from kotoserver.domain.session import Session
from kotoserver.ports.storage import Storage
from kotoserver.providers.scripted import ScriptedEvaluator
from kotoserver.services.rescoring import RescoredTurn, rescore, stored_session
from kotoserver.storage import open_storage
from tests import stored
from tests.small_scene import said, scene

WORDS = "라떼 두 잔 주세요."
ITEM = FeedbackItem(code="SPACE_COUNTER", severity=Severity.HINT, span=None, params={}, rule="space.counter")


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    storage = open_storage("", data_dir=tmp_path)
    await storage.migrate()
    await storage.add_learner(stored.learner())
    yield storage
    await storage.close()


async def play(storage: Storage, evaluation: Evaluation) -> Session:
    """A session of the small scene with one turn that was judged so."""
    session = replace(stored.session(), scene_id="stall", scene_version=1)
    await storage.open_session(session, [], [])
    record = replace(stored.turn(1, evaluation.text), evaluation=evaluation)
    await storage.save_session(replace(session, revision=2), read_at=1, turn=record)
    return session


async def again(storage: Storage, session: Session, now: Evaluation) -> RescoredTurn:
    """What becomes of the turn when the engine says `now`."""
    (turn,) = await rescore(storage, session, scene(), ScriptedEvaluator({now.text: now}))
    return turn


async def test_the_same_words_scene_and_engine_give_the_identical_result(storage: Storage):
    judge = ScriptedEvaluator()
    session = await play(storage, await judge.evaluate(WORDS, expectation_of(scene(), "order")))
    (turn,) = await rescore(storage, session, scene(), judge)
    assert (turn.differences, turn.same_engine, turn.broken) == ((), True, False)


async def test_what_an_engine_stored_is_read_back_as_it_judged(storage: Storage):
    then = replace(said(WORDS, slots={"drink": "latte", "count": 2}), items=(ITEM,))
    turn = await again(storage, await play(storage, then), then)
    assert turn.differences == ()


async def test_every_part_that_differs_is_named(storage: Storage):
    session = await play(storage, said(WORDS))
    turn = await again(storage, session, replace(said(WORDS, score=80), items=(ITEM,), corrected="라떼 주세요."))
    assert set(turn.differences) == {"score", "items", "corrected", "codes"}
    assert turn.broken


async def test_items_may_differ_under_the_same_codes(storage: Storage):
    session = await play(storage, replace(said(WORDS), items=(ITEM,)))
    turn = await again(storage, session, replace(said(WORDS), items=(replace(ITEM, rule="space.other"),)))
    assert turn.differences == ("items",)


async def test_another_version_of_the_engine_may_judge_differently(storage: Storage):
    session = await play(storage, said(WORDS))
    turn = await again(storage, session, replace(said(WORDS, score=80), engine_version="2"))
    assert turn.differences == ("score",)
    assert not turn.same_engine
    assert not turn.broken


async def test_a_turn_that_was_taken_back_is_judged_again_too(storage: Storage):
    session = await play(storage, said(WORDS))
    await storage.save_session(replace(session, revision=3), read_at=2, undo_turn="turn_1")
    turn = await again(storage, session, said(WORDS))
    assert turn.record.undone
    assert turn.differences == ()


async def test_only_the_scene_version_that_was_played_will_do(storage: Storage):
    session = await play(storage, said(WORDS))
    with pytest.raises(ValueError, match="version 1"):
        await rescore(storage, session, scene(version=2), ScriptedEvaluator())


async def test_a_session_that_is_not_there_is_not_found(storage: Storage):
    with pytest.raises(NotFound) as missing:
        await stored_session(storage, "sess_9")
    assert missing.value.code == "no_such_session"
