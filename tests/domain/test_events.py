import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kotoserver.domain.events import (
    FRAME_LIMIT,
    EvaluationComplete,
    Failed,
    ServerFrame,
    Transcript,
    encode_frame,
    store_form,
    timestamp,
)

AT = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)
FRAMES = get_args(ServerFrame)


@pytest.mark.parametrize("frame_class", FRAMES)
@given(data=st.data())
def test_every_frame_survives_the_wire(frame_class: type, data: st.DataObject):
    frame = data.draw(st.from_type(frame_class))
    try:
        decoded = json.loads(encode_frame(frame, seq=7, at=AT))
    except ValueError:
        uncut = replace(frame, **dict.fromkeys(frame.shrinkable, ""))
        bare = json.dumps(TypeAdapter(frame_class).dump_python(uncut), ensure_ascii=False)
        assert len(bare.encode()) + 60 > FRAME_LIMIT  # what may not be cut is too long by itself
        return
    assert decoded.pop("seq") == 7
    assert decoded.pop("at") == "2026-05-04T03:02:01.987Z"
    again = TypeAdapter(frame_class).validate_python(decoded)
    for name in set(frame_class.__dataclass_fields__) - set(frame_class.shrinkable):
        assert getattr(again, name) == getattr(frame, name)


@given(text=st.text(max_size=300), corrected=st.text(max_size=400), feedback=st.text(max_size=400))
def test_a_judged_turn_of_any_length_fits_in_a_frame(text: str, corrected: str, feedback: str):
    frame = EvaluationComplete(
        turn_id="t" * 64,
        transcript=text,
        score=100,
        result="accept_with_feedback",
        feedback=feedback,
        codes=("PARTICLE_ALLOMORPH", "SPELL_CONJUGATION", "HONORIFIC_MISSING"),
        corrected=corrected,
        level="해요체",
        tts_url="/koto-api/speech/0123456789abcdef0123456789abcdef.mp3",
    )
    assert len(encode_frame(frame, seq=2**31, at=AT).encode()) < FRAME_LIMIT


def test_a_long_text_is_cut_with_an_ellipsis_and_keeps_its_beginning():
    frame = Transcript(turn_id="t1", text="가" * 300 + "나" * 300, confidence=1.0, heard="speech")
    text = json.loads(encode_frame(frame, seq=1, at=AT))["text"]
    assert text.startswith("가" * 250)
    assert text.endswith("…")


def test_a_short_text_is_not_touched():
    frame = Transcript(turn_id="t1", text="라떼 한 잔 주세요…", confidence=1.0, heard="speech")
    assert json.loads(encode_frame(frame, seq=1, at=AT))["text"] == frame.text


def test_what_is_stored_is_what_is_sent():
    failed = Failed(code="busy", message="Wait.", retryable=True)
    stored = store_form("sess_1", failed, seq=3, at=AT)
    assert (stored.seq, stored.type, stored.frame) == (3, "error", encode_frame(failed, seq=3, at=AT))


def test_times_are_utc_with_milliseconds():
    assert timestamp(AT) == "2026-05-04T03:02:01.987Z"


def test_a_text_that_is_all_ellipsis_does_not_stand_in_the_way():
    frame = Transcript(turn_id="t" * 2000, text="a…", confidence=1.0, heard="speech")
    with pytest.raises(ValueError, match="does not fit"):
        encode_frame(frame, seq=1, at=AT)
