"""What every storage does, whichever database it stands on."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kotoserver.domain.errors import BadInput, Conflict, KotoError, NotFound, StorageFailed
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.domain.recording import RecordingState
from kotoserver.domain.session import HeldSlot, Progress, Session
from kotoserver.ports.storage import EVERYBODY, Storage
from tests.stored import BEGINNING, event, learner, recording, session, spoken, turn


@pytest.fixture
async def opened(storage: Storage) -> Session:
    """A learner's first session, stored."""
    await storage.add_learner(learner())
    await storage.open_session(session(), [], [])
    return session()


def moved_on(opened: Session, revision: int = 2, **changes: object) -> Session:
    return replace(opened, revision=revision, **changes)  # type: ignore[arg-type]  # named by each test


async def say(storage: Storage, opened: Session, number: int, text: str) -> None:
    """Stores the session's turn of that number, with its two events."""
    await storage.save_session(
        moved_on(opened, number + 1, last_seq=2 * number),
        read_at=number,
        turn=turn(number, text, session_id=opened.id),
        events=[event(seq, session_id=opened.id) for seq in (2 * number - 1, 2 * number)],
    )


async def found_by(storage: Storage, words: str, learner_id: str = "lrn_1") -> list[str]:
    page = await storage.list_sessions(learner_id, words=words)
    return [session.id for session in page.sessions]


# ── learners and sessions ────────────────────────────────────────────────────────────────────


async def test_a_learner_is_found_as_stored(storage: Storage):
    await storage.add_learner(learner())
    assert await storage.find_learner("lrn_1") == learner()


async def test_an_unknown_id_finds_nothing(storage: Storage):
    assert await storage.find_learner("lrn_9") is None
    assert await storage.find_session("sess_9") is None
    assert await storage.find_turn("sess_9", "turn_9") is None
    assert await storage.last_turn("sess_9") is None
    assert await storage.find_speech("key_9") is None
    assert await storage.list_turns("sess_9") == []
    assert await storage.list_events("sess_9") == []


async def test_a_learner_is_added_once(storage: Storage):
    await storage.add_learner(learner())
    with pytest.raises(Conflict):
        await storage.add_learner(learner())


async def test_a_session_opens_with_its_events_and_speech(storage: Storage):
    await storage.add_learner(learner())
    fresh = replace(session(), last_seq=2)
    await storage.open_session(fresh, [event(1), event(2)], [spoken()])
    assert await storage.find_session("sess_1") == fresh
    assert await storage.list_events("sess_1") == [event(1), event(2)]
    assert await storage.find_speech("key_1") == spoken().request


async def test_a_session_of_nobody_is_not_stored(storage: Storage):
    with pytest.raises(NotFound):
        await storage.open_session(session(), [event(1)], [spoken()])
    assert await storage.find_session("sess_1") is None
    assert await storage.find_speech("key_1") is None


async def test_a_session_opens_once(storage: Storage, opened: Session):
    with pytest.raises(Conflict):
        await storage.open_session(opened, [event(1)], [])
    assert await storage.list_events("sess_1") == []


async def test_an_instant_keeps_its_microseconds_whatever_its_zone(storage: Storage):
    odd = replace(learner(), created_at=BEGINNING + timedelta(microseconds=1))
    await storage.add_learner(odd)
    assert await storage.find_learner("lrn_1") == odd


# ── saving ───────────────────────────────────────────────────────────────────────────────────


async def test_a_turn_is_stored_with_all_that_came_of_it(storage: Storage, opened: Session):
    progress = Progress(turn="pay", slots={"drink": HeldSlot(value="americano", by_learner=True)}, tries=2)
    saved = moved_on(opened, progress=progress, last_seq=2)
    await storage.save_session(
        saved, read_at=1, turn=turn(), events=[event(1), event(2)], spoken=[spoken("a"), spoken("b")]
    )
    assert await storage.find_session("sess_1") == saved
    assert await storage.find_turn("sess_1", "turn_1") == turn()
    assert await storage.list_events("sess_1") == [event(1), event(2)]
    assert await storage.find_speech("b") == spoken("b").request


async def test_a_save_at_a_stale_revision_stores_nothing(storage: Storage, opened: Session):
    await storage.save_session(moved_on(opened), read_at=1)
    with pytest.raises(Conflict):
        await storage.save_session(
            moved_on(opened, last_seq=9), read_at=1, turn=turn(), events=[event(1)], spoken=[spoken()]
        )
    assert await storage.find_session("sess_1") == moved_on(opened)
    assert await storage.list_turns("sess_1") == []
    assert await storage.list_events("sess_1") == []
    assert await storage.find_speech("key_1") is None


async def test_of_many_racing_saves_one_wins(storage: Storage, opened: Session):
    async def save(number: int) -> KotoError | None:
        try:
            await storage.save_session(
                moved_on(opened, last_seq=number), read_at=1, turn=turn(number), events=[event(1)]
            )
        except Conflict as error:
            return error
        return None

    outcomes = await asyncio.gather(*(save(number) for number in range(1, 31)))
    assert outcomes.count(None) == 1
    stored = await storage.list_turns("sess_1")
    assert [each.number for each in stored] == [outcomes.index(None) + 1]
    assert await storage.list_events("sess_1") == [event(1)]


async def test_a_save_of_an_erased_session_is_not_found(storage: Storage, opened: Session):
    await storage.erase_session("sess_1")
    with pytest.raises(NotFound):
        await storage.save_session(moved_on(opened), read_at=1, events=[event(1)])
    assert await storage.list_events("sess_1") == []


async def test_a_turn_id_is_stored_once(storage: Storage, opened: Session):
    await say(storage, opened, 1, "커피 주세요.")
    with pytest.raises(Conflict):
        await storage.save_session(
            moved_on(opened, 3), read_at=2, turn=replace(turn(), text="차 주세요."), events=[event(3)]
        )
    assert [each.text for each in await storage.list_turns("sess_1")] == ["커피 주세요."]
    assert (await storage.find_session("sess_1")).revision == 2  # type: ignore[union-attr]
    assert len(await storage.list_events("sess_1")) == 2


async def test_two_sessions_may_use_the_same_turn_id(storage: Storage, opened: Session):
    other = session("sess_2")
    await storage.open_session(other, [], [])
    await say(storage, opened, 1, "커피 주세요.")
    await say(storage, other, 1, "차 주세요.")
    assert (await storage.find_turn("sess_2", "turn_1")).text == "차 주세요."  # type: ignore[union-attr]


async def test_a_number_of_an_event_is_given_once(storage: Storage, opened: Session):
    await storage.save_session(moved_on(opened), read_at=1, events=[event(1)])
    with pytest.raises(Conflict):
        await storage.save_session(moved_on(opened, 3), read_at=2, events=[event(2), event(1)])
    assert await storage.list_events("sess_1") == [event(1)]


# ── turns ────────────────────────────────────────────────────────────────────────────────────


async def test_turns_are_listed_as_they_were_spoken(storage: Storage, opened: Session):
    texts = ["안녕하세요!", "커피 주세요.", "감사합니다."]
    for number, text in enumerate(texts, 1):
        await say(storage, opened, number, text)
    assert [each.text for each in await storage.list_turns("sess_1")] == texts


async def test_a_turn_taken_back_is_listed_but_not_the_last(storage: Storage, opened: Session):
    await say(storage, opened, 1, "커피 주세요.")
    await say(storage, opened, 2, "카드로 할게요.")
    await storage.save_session(moved_on(opened, 4), read_at=3, undo_turn="turn_2")
    assert [each.undone for each in await storage.list_turns("sess_1")] == [False, True]
    assert (await storage.last_turn("sess_1")).turn_id == "turn_1"  # type: ignore[union-attr]


async def test_without_turns_there_is_no_last_one(storage: Storage, opened: Session):
    assert await storage.last_turn("sess_1") is None


async def test_timings_are_added_and_replaced_by_name(storage: Storage, opened: Session):
    await say(storage, opened, 1, "커피 주세요.")
    await storage.add_timings("sess_1", "turn_1", {"decide": 0.5, "speech": 12.75})
    stored = await storage.find_turn("sess_1", "turn_1")
    assert stored is not None
    assert stored.timings == {"evaluate": 1.5, "decide": 0.5, "speech": 12.75}


async def test_timings_of_an_unknown_turn_are_dropped(storage: Storage, opened: Session):
    await storage.add_timings("sess_1", "turn_9", {"speech": 1.0})
    assert await storage.find_turn("sess_1", "turn_9") is None


# ── events ───────────────────────────────────────────────────────────────────────────────────


async def test_a_replay_is_exactly_what_was_missed_in_order(storage: Storage, opened: Session):
    events = [event(seq) for seq in range(1, 13)]
    await storage.save_session(moved_on(opened, last_seq=12), read_at=1, events=events)
    assert await storage.list_events("sess_1") == events
    assert await storage.list_events("sess_1", after=9) == events[9:]
    assert await storage.list_events("sess_1", after=3, up_to=10) == events[3:10]
    assert await storage.list_events("sess_1", after=3, limit=2) == events[3:5]
    assert await storage.list_events("sess_1", after=12) == []
    assert await storage.list_events("sess_1", after=10**30) == []


async def test_a_frame_is_replayed_in_the_very_words(storage: Storage, opened: Session):
    words = '{"ko":"값이\\n👨‍👩‍👧 \\"4,500원\\"", "b" : 1, "a":1.0}'
    await storage.save_session(moved_on(opened), read_at=1, events=[replace(event(1), frame=words)])
    assert [each.frame for each in await storage.list_events("sess_1")] == [words]


# ── speech ───────────────────────────────────────────────────────────────────────────────────


async def test_a_known_speech_key_stays_as_it_is(storage: Storage):
    await storage.remember_speech([spoken("a", "하나"), spoken("b", "둘")])
    await storage.remember_speech([spoken("b", "셋"), spoken("c", "넷")])
    assert (await storage.find_speech("b")).text == "둘"  # type: ignore[union-attr]
    assert (await storage.find_speech("c")).text == "넷"  # type: ignore[union-attr]


async def test_a_speech_key_may_come_twice_in_one_save(storage: Storage, opened: Session):
    await storage.save_session(moved_on(opened), read_at=1, spoken=[spoken("a"), spoken("a")])
    assert await storage.find_speech("a") == spoken("a").request


async def test_noting_nothing_is_fine(storage: Storage):
    await storage.remember_speech([])


# ── pages ────────────────────────────────────────────────────────────────────────────────────


async def read_pages(storage: Storage, limit: int, words: str | None = None) -> list[Sequence[Session]]:
    pages = [await storage.list_sessions("lrn_1", words=words, limit=limit)]
    while pages[-1].next_before is not None:
        pages.append(await storage.list_sessions("lrn_1", words=words, before=pages[-1].next_before, limit=limit))
    return [page.sessions for page in pages]


async def test_pages_hold_every_session_once_newest_first(storage: Storage):
    await storage.add_learner(learner())
    for minute in (3, 1, 4, 2, 5, 0, 6):
        await storage.open_session(session(f"sess_{minute}", minute=minute), [], [])
    pages = await read_pages(storage, 3)
    assert [[each.id for each in page] for page in pages] == [
        ["sess_6", "sess_5", "sess_4"],
        ["sess_3", "sess_2", "sess_1"],
        ["sess_0"],
    ]


async def test_a_last_page_that_is_full_has_no_next(storage: Storage):
    await storage.add_learner(learner())
    for minute in range(4):
        await storage.open_session(session(f"sess_{minute}", minute=minute), [], [])
    assert [len(page) for page in await read_pages(storage, 2)] == [2, 2]


async def test_sessions_of_one_instant_stay_on_one_page(storage: Storage):
    await storage.add_learner(learner())
    for number in range(7):
        await storage.open_session(session(f"sess_{number}", minute=min(number, 1)), [], [])
    pages = await read_pages(storage, 2)
    assert [len(page) for page in pages] == [6, 1]


async def test_a_learner_sees_their_own_sessions(storage: Storage, opened: Session):
    await storage.add_learner(learner("lrn_2"))
    assert (await storage.list_sessions("lrn_2")).sessions == ()


# ── searching ────────────────────────────────────────────────────────────────────────────────


async def test_a_search_finds_pieces_of_korean_words(storage: Storage, opened: Session):
    await say(storage, opened, 1, "따뜻한 아메리카노 한 잔 주세요.")
    for words in ("아메리카노", "메리", "리", "노 한", "따뜻한 아메리카노 한 잔 주세요."):
        assert await found_by(storage, words) == ["sess_1"]
    assert await found_by(storage, "라떼") == []


async def test_a_search_does_not_mind_case(storage: Storage, opened: Session):
    await say(storage, opened, 1, "ICE 아메리카노 Straße ÄÖ")
    for words in ("ice", "Ice 아", "STRASSE", "äö"):
        assert await found_by(storage, words) == ["sess_1"]


async def test_a_search_takes_percent_underscore_and_backslash_as_they_are(storage: Storage, opened: Session):
    await say(storage, opened, 1, r"100% a_b c\d")
    for words in ("100%", "0% a", "a_b", r"c\d", "\\", "%", "_"):
        assert await found_by(storage, words) == ["sess_1"]
    for words in ("1%0", "a%b", "ab_", "a__", r"\%", "%%"):
        assert await found_by(storage, words) == []


async def test_a_search_finds_hangul_typed_in_pieces(storage: Storage, opened: Session):
    decomposed = "\u110f\u1165\u1111\u1175"  # 커피, as some phones send it
    await say(storage, opened, 1, f"{decomposed} 주세요")
    assert await found_by(storage, "커피") == ["sess_1"]
    assert await found_by(storage, decomposed) == ["sess_1"]


async def test_a_search_finds_emoji_and_looks_only_at_ones_own_words(storage: Storage, opened: Session):
    await storage.add_learner(learner("lrn_2"))
    await storage.open_session(session("sess_2", learner_id="lrn_2"), [], [])
    await say(storage, opened, 1, "커피 ☕️ 주세요 👍🏽")
    assert await found_by(storage, "👍🏽") == ["sess_1"]
    assert await found_by(storage, "커피", "lrn_2") == []


WRITTEN = st.text(st.sampled_from("가나다한글커피 aZäß%_\\'\"☕👍🏽"), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=WRITTEN, cut=st.data())
async def test_any_piece_of_an_utterance_finds_it(storage: Storage, text: str, cut: st.DataObject):
    start = cut.draw(st.integers(0, len(text) - 1))
    piece = text[start : cut.draw(st.integers(start + 1, len(text)))]
    if await storage.find_learner("lrn_1") is None:
        await storage.add_learner(learner())
    await storage.erase_session("sess_1")
    await storage.open_session(session(), [], [])
    await say(storage, session(), 1, text)
    assert await found_by(storage, piece) == ["sess_1"]


# ── erasing ──────────────────────────────────────────────────────────────────────────────────


async def test_an_erased_session_leaves_nothing_behind(storage: Storage, opened: Session):
    await say(storage, opened, 1, "커피 주세요.")
    await storage.erase_session("sess_1")
    assert await storage.find_session("sess_1") is None
    assert await storage.find_turn("sess_1", "turn_1") is None
    assert await storage.list_turns("sess_1") == []
    assert await storage.list_events("sess_1") == []
    assert await found_by(storage, "커피") == []


async def test_an_erased_learner_leaves_nothing_behind(storage: Storage, opened: Session):
    await say(storage, opened, 1, "커피 주세요.")
    await storage.erase_learner("lrn_1")
    assert await storage.find_learner("lrn_1") is None
    assert await storage.find_session("sess_1") is None
    assert await storage.list_turns("sess_1") == []
    assert await storage.list_events("sess_1") == []


async def test_erasing_what_is_not_there_is_fine(storage: Storage):
    await storage.erase_learner("lrn_9")
    await storage.erase_session("sess_9")


# ── text ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["커피\0주세요", "\ud83d 주세요"], ids=["NUL", "half a surrogate pair"])
async def test_text_that_cannot_be_stored_is_refused_whole(storage: Storage, opened: Session, text: str):
    with pytest.raises(BadInput):
        await say(storage, opened, 1, text)
    with pytest.raises(BadInput):
        await storage.find_session(text)
    with pytest.raises(BadInput):
        await storage.list_sessions("lrn_1", words=text)
    assert await storage.find_session("sess_1") == opened


async def test_text_that_only_looks_like_an_escape_is_stored(storage: Storage, opened: Session):
    text = r"\u0000 \\u0000 '); DROP TABLE turns; -- $1 ?"
    await say(storage, opened, 1, text)
    stored = await storage.find_turn("sess_1", "turn_1")
    assert stored is not None
    assert stored.text == stored.evaluation.text == text


# ── the whole ────────────────────────────────────────────────────────────────────────────────


async def test_migrating_again_changes_nothing(storage: Storage, opened: Session):
    assert await storage.migrate() == []
    assert await storage.find_session("sess_1") == opened


async def test_a_storage_that_works_says_so(storage: Storage):
    await storage.check()


async def test_many_calls_at_once_are_all_answered(storage: Storage, opened: Session):
    found = await asyncio.gather(*(storage.find_session("sess_1") for _ in range(200)))
    assert found == [opened] * 200


async def test_a_closed_storage_stays_closed(storage: Storage):
    await storage.close()
    with pytest.raises(StorageFailed, match="closed"):
        await storage.find_session("sess_1")
    await storage.close()


# ── recordings and receipts ──────────────────────────────────────────────────────────────────


async def test_a_recording_is_found_as_stored(storage: Storage, opened: Session):
    await storage.add_recording(recording(key="k1"))
    assert await storage.find_recording("aud_1") == recording(key="k1")
    assert await storage.find_recording_by_key("lrn_1", "k1") == recording(key="k1")
    assert await storage.find_recording_by_key("lrn_2", "k1") is None
    assert await storage.find_recording("aud_2") is None


async def test_an_idempotency_key_is_used_once_by_a_learner(storage: Storage, opened: Session):
    await storage.add_recording(recording(key="k1"))
    with pytest.raises(Conflict):
        await storage.add_recording(recording("aud_2", key="k1"))
    await storage.add_recording(recording("aud_3"))
    await storage.add_recording(recording("aud_4"))
    assert [each.id for each in await storage.list_recordings("sess_1")] == ["aud_1", "aud_3", "aud_4"]


async def test_what_became_of_a_recording_is_stored(storage: Storage, opened: Session):
    await storage.add_recording(recording())
    outcome = replace(
        recording(),
        state=RecordingState.HEARD,
        turn_id="turn_1",
        media_type="audio/mpeg",
        seconds=2.75,
        kept=False,
        first_seq=3,
        last_seq=5,
        receipts=(Receipt(stage=Stage.STT, provider="google", milliseconds=812.5),),
        confirmed="라떼 한 잔 주세요",
    )
    await storage.update_recording(outcome)
    assert await storage.find_recording("aud_1") == outcome


async def test_a_recording_that_cannot_be_read_is_noted_unless_something_came_of_it(
    storage: Storage, opened: Session
):
    heard = replace(recording("aud_2"), state=RecordingState.HEARD)
    await storage.add_recording(recording())
    await storage.add_recording(heard)
    for audio_id in ("aud_1", "aud_2", "aud_3"):
        await storage.fail_recording(audio_id, "broken_audio")
    unreadable = replace(recording(), state=RecordingState.UNREADABLE, failure="broken_audio", kept=False)
    assert await storage.find_recording("aud_1") == unreadable
    assert await storage.find_recording("aud_2") == heard


async def test_the_bytes_of_all_recordings_of_a_learner_are_noted_as_gone(storage: Storage, opened: Session):
    await storage.add_recording(recording())
    await storage.forget_recordings("lrn_2")
    assert await storage.find_recording("aud_1") == recording()
    await storage.forget_recordings("lrn_1")
    assert await storage.find_recording("aud_1") == replace(recording(), kept=False)


async def test_a_recording_that_was_erased_stays_erased(storage: Storage, opened: Session):
    await storage.add_recording(recording())
    await storage.erase_recording("aud_1")
    await storage.update_recording(replace(recording(), kept=False))
    assert await storage.find_recording("aud_1") is None


async def test_overdue_recordings_are_listed_the_most_overdue_first(storage: Storage, opened: Session):
    for minute in (30, 0, 90):
        await storage.add_recording(recording(f"aud_{minute}", minute=minute))
    overdue = await storage.list_overdue_recordings(BEGINNING + timedelta(minutes=100))
    assert [each.id for each in overdue] == ["aud_0", "aud_30"]


async def test_recordings_go_with_their_session(storage: Storage, opened: Session):
    await storage.add_recording(recording())
    await storage.erase_session(opened.id)
    assert await storage.find_recording("aud_1") is None


async def test_a_learner_agrees_to_have_recordings_kept_and_takes_it_back(storage: Storage):
    await storage.add_learner(learner())
    for agreed in (True, False):
        await storage.set_consent("lrn_1", agreed)
        found = await storage.find_learner("lrn_1")
        assert found is not None
        assert found.keep_recordings is agreed


async def test_a_turn_keeps_its_recording_and_its_receipts(storage: Storage, opened: Session):
    heard = Receipt(stage=Stage.STT, provider="google", milliseconds=812.5, audio_seconds=2.5, cost_usd=0.0007)
    spoken_turn = replace(turn(), audio_id="aud_1", receipts=(heard,))
    await storage.save_session(moved_on(opened), read_at=1, turn=spoken_turn)
    assert await storage.find_turn("sess_1", "turn_1") == spoken_turn
    answered = Receipt(stage=Stage.TTS, provider="espeak", milliseconds=4.0, fallback="google: too_late")
    await storage.set_receipts("sess_1", "turn_1", [heard, answered])
    found = await storage.find_turn("sess_1", "turn_1")
    assert found is not None
    assert found.receipts == (heard, answered)


# ── spending ─────────────────────────────────────────────────────────────────────────────────

TODAY = date(2026, 11, 28)
YESTERDAY = date(2026, 11, 27)


async def test_spending_adds_up_by_day_and_payer(storage: Storage):
    assert await storage.find_spending(TODAY, EVERYBODY) == 0.0
    await storage.add_spending(TODAY, {"lrn_1": 0.25, EVERYBODY: 0.25})
    await storage.add_spending(TODAY, {"lrn_2": 0.5, EVERYBODY: 0.5})
    await storage.add_spending(YESTERDAY, {EVERYBODY: 4.0})
    spent = [await storage.find_spending(TODAY, payer) for payer in (EVERYBODY, "lrn_1", "lrn_2")]
    assert spent == [0.75, 0.25, 0.5]
    assert await storage.find_spending(YESTERDAY, EVERYBODY) == 4.0


async def test_spending_at_the_same_time_is_not_lost(storage: Storage):
    await asyncio.gather(*(storage.add_spending(TODAY, {"lrn_1": 0.5, EVERYBODY: 0.5}) for _ in range(20)))
    assert await storage.find_spending(TODAY, EVERYBODY) == 10.0


async def test_what_a_learner_cost_is_forgotten_with_them_and_what_everybody_cost_is_not(storage: Storage):
    await storage.add_learner(learner())
    await storage.add_spending(TODAY, {"lrn_1": 0.25, EVERYBODY: 0.25})
    await storage.erase_learner("lrn_1")
    assert await storage.find_spending(TODAY, "lrn_1") == 0.0
    assert await storage.find_spending(TODAY, EVERYBODY) == 0.25


async def test_what_learners_cost_is_forgotten_before_a_day(storage: Storage):
    for day in (YESTERDAY, TODAY):
        await storage.add_spending(day, {"lrn_1": 0.25, EVERYBODY: 0.25})
    await storage.forget_spending(TODAY)
    assert [await storage.find_spending(day, "lrn_1") for day in (YESTERDAY, TODAY)] == [0.0, 0.25]
    assert await storage.find_spending(YESTERDAY, EVERYBODY) == 0.25
