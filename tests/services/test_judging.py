import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.levels import SpeechLevel
from kotoserver.services.judging import Question, expectation_for, judgement, read_question
from tests.small_scene import said, scene

LINE = {"id": "q1", "npc_line": "뭐 드릴까요?", "examples": ["라떼 한 잔 주세요."], "learner": "라떼 줘"}


def read(**fields: object) -> Question:
    return read_question(json.dumps({**LINE, **fields}, ensure_ascii=False))


def test_examples_may_be_called_expected():
    fields = {name: value for name, value in LINE.items() if name != "examples"}
    question = read_question(json.dumps({**fields, "expected": ["네."]}))
    assert question.examples == ("네.",)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("haeyo", SpeechLevel.HAEYO),
        ("해요체", SpeechLevel.HAEYO),
        ("hapsyo", SpeechLevel.HAPSYO),
        ("합쇼체", SpeechLevel.HAPSYO),
        ("banmal", SpeechLevel.BANMAL),
        ("반말", SpeechLevel.BANMAL),
    ],
)
def test_levels_have_a_korean_and_a_latin_name(word: str, level: SpeechLevel):
    assert expectation_for(read(target_level=word), {}).target is level


def test_a_slot_pins_one_value_that_is_said_in_any_of_its_ways():
    expectation = expectation_for(read(slots={"drink": ["라떼", "카페라떼"]}), {})
    assert expectation.slots["drink"].values == {"라떼": ("라떼", "카페라떼")}
    assert expectation.intents[0].needs == ("drink",)


def test_the_same_turn_has_the_same_key_whoever_answers_it():
    mine, yours = read(id=1, learner="네"), read(id=2, learner="아니요")
    assert expectation_for(mine, {}).key == expectation_for(yours, {}).key
    assert expectation_for(read(npc_line="네?"), {}).key != expectation_for(mine, {}).key


def test_a_turn_of_a_scene_can_be_named_instead():
    question = read_question('{"scene": "stall", "turn": "order", "learner": "라떼 주세요"}')
    assert expectation_for(question, {"stall": scene()}).key == "stall@1/order"
    with pytest.raises(NotFound) as refused:
        expectation_for(question, {})
    assert refused.value.code == "no_such_scene"
    with pytest.raises(NotFound) as refused:
        expectation_for(read_question('{"scene": "stall", "turn": "x", "learner": "네"}'), {"stall": scene()})
    assert refused.value.code == "no_such_turn"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "bad_json"),
        ("", "bad_json"),
        ("[1]", "bad_line"),
        ('{"learner": "네"}', "bad_line"),
        ('{"learner": "네", "examples": []}', "bad_line"),
        ('{"learner": "네", "scene": "cafe"}', "bad_line"),
        ('{"examples": ["네"]}', "bad_line"),
        ('{"examples": ["네"], "learner": 5}', "bad_line"),
        ('{"examples": ["네"], "learner": "네", "target_level": "rude"}', "bad_line"),
        ('{"examples": ["네"], "learner": "네", "slots": {"a": []}}', "bad_line"),
        (json.dumps({"examples": ["네"], "learner": "가" * 301}), "bad_line"),
    ],
)
def test_a_line_that_cannot_be_judged_has_a_code(line: str, code: str):
    with pytest.raises(BadInput) as refused:
        read_question(line)
    assert refused.value.code == code


@given(st.text())
def test_any_line_is_a_question_or_is_refused(line: str):
    try:
        read_question(line)
    except BadInput as refused:
        assert refused.code in {"bad_json", "bad_line"}


def test_a_judgement_goes_by_the_questions_own_id():
    told = judgement(read(), said("라떼 줘", slots={"drink": "latte"}))
    assert json.loads(json.dumps(told)) == told
    assert told["id"] == "q1"
    assert told["slots"] == {"drink": {"state": "filled", "value": "latte", "heard": "latte"}}
