import json
from traceback import format_exception
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kotoserver.domain.errors import BadInput
from kotoserver.domain.events import ServerFrame, encode_frame
from kotoserver.transport.live.documents import asyncapi_document, frames_document
from kotoserver.transport.live.frames import CLIENT_FRAME_LIMIT, AnyClientFrame, Hello, UserText, decode_frame
from tests.domain.test_events import AT

CLIENT_FRAMES = get_args(AnyClientFrame)


@pytest.mark.parametrize("frame_class", CLIENT_FRAMES)
@given(data=st.data())
def test_every_client_frame_survives_the_wire(frame_class: type[Any], data: st.DataObject):
    text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
    fields = {
        name: {
            "last_seq": st.integers(0, 2**31),
            "perceived_ms": st.floats(0, 600_000),
            "slow": st.booleans(),
        }.get(name, text)
        for name in frame_class.model_fields
        if name != "type"
    }
    frame = frame_class(**data.draw(st.fixed_dictionaries(fields)))
    assert decode_frame(frame.model_dump_json()) == frame


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("안녕하세요", "not_json"),
        ("[]", "bad_frame"),
        ("7", "bad_frame"),
        ("{}", "unknown_frame"),
        ('{"type": "dance"}', "unknown_frame"),
        ('{"type": 3}', "unknown_frame"),
        ('{"type": "user_text", "text": "네"}', "bad_frame"),
        ('{"type": "user_text", "turn_id": "t", "text": 5}', "bad_frame"),
        ('{"type": "hello", "token": "x", "last_seq": -1}', "bad_frame"),
        ('{"type": "playback_started", "turn_id": "t", "perceived_ms": 1e400}', "bad_frame"),
        ('{"type": "ping", "more": "' + "가" * CLIENT_FRAME_LIMIT + '"}', "frame_too_large"),
    ],
)
def test_a_frame_that_cannot_be_used_has_a_code(text: str, code: str):
    with pytest.raises(BadInput) as refused:
        decode_frame(text)
    assert refused.value.code == code


def test_what_was_in_a_bad_frame_is_not_repeated():
    with pytest.raises(BadInput) as refused:
        decode_frame('{"type": "user_text", "turn_id": ["비밀"], "text": "비밀"}')
    assert "비밀" not in refused.value.message


@pytest.mark.parametrize("text", ['{"type": "user_text", "text": "비밀"}', '{"type": "user_text", "text": "비밀'])
def test_what_was_in_a_bad_frame_is_not_in_its_traceback(text: str):
    with pytest.raises(BadInput) as refused:
        decode_frame(text)
    assert "비밀" not in "".join(format_exception(refused.value))


def test_a_newer_client_may_send_fields_that_are_unknown_here():
    assert decode_frame('{"type": "hello", "token": "x", "colour": "blue"}') == Hello(token="x")


@given(st.text())
def test_any_text_is_a_frame_or_is_refused_with_a_code(text: str):
    try:
        decode_frame(text)
    except BadInput as refused:
        assert refused.code in {"not_json", "unknown_frame", "bad_frame", "frame_too_large"}


@pytest.mark.parametrize("frame_class", get_args(ServerFrame))
@given(data=st.data())
def test_every_server_frame_is_as_its_published_schema_says(frame_class: type[Any], data: st.DataObject):
    frame = data.draw(st.from_type(frame_class))
    document = frames_document()
    schema = {**document["$defs"][frame_class.__name__], "$defs": document["$defs"]}
    try:
        sent = json.loads(encode_frame(frame, seq=1, at=AT))
    except ValueError:
        return  # fields that are never cut were drawn longer than a frame
    Draft202012Validator(schema).validate(sent)


def test_the_documents_name_every_frame():
    document = frames_document()
    assert document["client"] == [frame.__name__ for frame in CLIENT_FRAMES]
    assert document["server"] == [*(frame.__name__ for frame in get_args(ServerFrame)), "Pong"]
    messages = asyncapi_document()["channels"]["session"]["messages"]
    assert set(messages) == {*document["client"], *document["server"]}


def test_a_client_frame_is_as_its_published_schema_says():
    document = frames_document()
    schema = {**document["$defs"]["UserText"], "$defs": document["$defs"]}
    Draft202012Validator(schema).validate(UserText(turn_id="t", text="네").model_dump())
