"""What happened, in the frames a client gets and the words a learner reads."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kotoserver.domain.evaluation import FeedbackItem, Severity, SlotReading, SlotState, Verdict
from kotoserver.domain.events import encode_frame
from kotoserver.domain.scene import HintKind
from kotoserver.domain.session import HeldSlot, Progress, advance, begin, say
from kotoserver.korean.heard import HeardAs, Hearing
from kotoserver.services.narration import Narrator
from tests.apps import serving
from tests.small_scene import said


@pytest.fixture
async def narrator(tmp_path: Path) -> AsyncIterator[Narrator]:
    """The café in Indonesian."""
    async with serving(tmp_path) as koto:
        yield Narrator(koto.services.catalog.playable("cafe", "ko-id"), koto.services.speech)


def item(code: str, **params: str) -> FeedbackItem:
    return FeedbackItem(code=code, severity=Severity.ERROR, span=None, params=params, rule="test")


def test_a_missing_slot_is_asked_for_in_the_learners_language(narrator: Narrator):
    words = narrator.playable.words
    message = narrator.message(item("SLOT_MISSING", slot="drink"), narrator.playable.scene.start)
    assert words.slot_names["drink"] in message
    assert words.slot_questions["drink"] in message
    assert "{" not in message


def test_an_answer_beside_the_point_is_reminded_of_the_goal(narrator: Narrator):
    start = narrator.playable.scene.start
    assert narrator.playable.words.goals[start] in narrator.message(item("MEANING_OFF_TOPIC"), start)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_sentence_when_there_is_no_item(narrator: Narrator, verdict: Verdict):
    assert narrator.feedback(said(verdict=verdict), narrator.playable.scene.start).endswith((".", "!", "?"))


def test_placeholders_are_filled_in_both_languages(narrator: Narrator):
    scene = narrator.playable.scene
    line = next(line for line in scene.lines() if "{drink" in line.ko and "{count" in line.ko)
    progress = Progress(
        turn=scene.start,
        slots={
            "drink": HeldSlot(value="latte", by_learner=True),
            "count": HeldSlot(value=2, by_learner=True),
        },
    )
    frame = narrator.line(say(scene, progress, line), progress)
    assert "두" in frame.ko
    assert "2" in frame.meaning
    assert narrator.playable.words.slots["drink"]["latte"] in frame.meaning
    assert "{" not in frame.ko + frame.meaning


def test_the_last_hint_shows_the_model_answer_and_can_be_heard(narrator: Narrator):
    scene = narrator.playable.scene
    turn = scene.turn(scene.start)
    answer = next(hint for hint in turn.hints if hint.kind is HintKind.ANSWER)
    frame = narrator.hint(answer, Progress(turn=turn.id, hints_shown=len(turn.hints)))
    assert (frame.ko, frame.step, frame.of) == (turn.model.ko, len(turn.hints), len(turn.hints))
    assert frame.tts_url


@pytest.mark.parametrize(("syllables", "offered"), [(20, 3), (60, 2), (90, 1), (120, 0), (200, 0)])
def test_what_may_have_been_said_is_offered_whole_or_not_at_all(narrator: Narrator, syllables: int, offered: int):
    choices = tuple(letter * syllables for letter in "가나다")
    hearing = Hearing(heard=HeardAs.UNSURE, text=choices[0], confidence=0.4, choices=choices)
    asked = narrator.not_heard("t" * 64, "aud_0123456789abcdef0123", hearing)
    frame = json.loads(encode_frame(asked, seq=99_999, at=datetime.now(UTC)))
    assert tuple(frame.get("choices", ())) == choices[:offered]
    assert frame["text"] == choices[0]


def test_slow_speech_has_an_address_of_its_own(narrator: Narrator):
    scene = narrator.playable.scene
    opening = begin(scene).said[0]
    assert narrator.tts_url(opening) != narrator.tts_url(replace(opening, slowly=True))


def test_a_snapshot_shows_what_is_held_and_where_the_scene_stands(narrator: Narrator):
    scene = narrator.playable.scene
    heard = replace(
        said(intent=scene.turn(scene.start).intents[0].id),
        slots=(SlotReading(slot="drink", state=SlotState.FILLED, value="latte", heard="라떼"),),
    )
    progress = advance(begin(scene).progress, scene, heard).progress
    assert progress.slots["drink"].value == "latte"
    assert narrator.slot_label("drink", "latte") == narrator.playable.words.slots["drink"]["latte"]


def test_every_authored_line_has_a_meaning_and_a_romanisation(narrator: Narrator):
    scene = narrator.playable.scene
    for line in scene.lines():
        progress = Progress(
            turn=scene.start,
            slots={
                slot.id: HeldSlot(value=next(iter(slot.values), 2), by_learner=True)
                for slot in scene.slots.values()
            },
        )
        frame = narrator.line(say(scene, progress, line), progress)
        assert frame.meaning
        assert frame.romanization
        assert "{" not in frame.ko + frame.meaning, line.id
