import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.korean.findings.codes import CODES, ENUM_KEYS, Code, Rank
from kotoserver.providers.model_answer import ENUM_PARAMS, TEACHABLE, Answer, Unusable, read_answer
from kotoserver.providers.model_prompt import Case, answer_schema, build_prompt, build_repair
from kotoserver.providers.scripted import ScriptedEvaluator
from tests.korean.turns import ORDER
from tests.providers.model_server import opinion, remark

SAID = "라떼 마싰을 것 같아요"
BETTER = "라떼 맛있을 것 같아요"


def read(**told: object) -> Answer:
    return read_answer(opinion(intent="order_drink", **told), SAID, ORDER)


@given(st.text() | st.from_type(dict).map(str))
def test_any_text_is_an_answer_or_unusable(raw: str):
    with suppress(Unusable):
        read_answer(raw, SAID, ORDER)


@given(st.dictionaries(st.sampled_from([*Answer.model_fields, "bonus"]), st.none() | st.text() | st.integers()))
def test_any_object_is_an_answer_or_unusable(told: dict[str, object]):
    with suppress(Unusable):
        read_answer(opinion(**told), SAID, ORDER)


def test_half_a_letter_is_no_answer():
    for raw in (opinion(intent="order_drink", natural="라떼\ud800"), '{"verdict": "\\ud800"}', "\ud800"):
        with pytest.raises(Unusable):
            read_answer(raw, SAID, ORDER)


def test_a_refusal_repeats_none_of_the_models_words():
    for raw in (
        json.dumps({SAID: 1}),
        opinion(intent=SAID),
        opinion(verdict=SAID),
        opinion(remarks=[remark(SAID)]),
    ):
        with pytest.raises(Unusable) as refused:
            read_answer(raw, SAID, ORDER)
        assert SAID not in str(refused.value)


@pytest.mark.parametrize(
    "sentence",
    [
        "라떼 주세요 https://example.com",
        "Good job!",
        "라떼 주세요 <b>",
        "라떼\u200b 주세요",
        "라떼 주세요 👍",
        "好的",
    ],
)
@pytest.mark.parametrize("field", ["restated", "corrected", "natural"])
def test_a_sentence_for_a_learner_is_korean(field: str, sentence: str):
    with pytest.raises(Unusable, match=f"{field}: not in Korean"):
        read(**{field: sentence})


def test_letters_that_the_learner_used_may_stand():
    answer = read_answer(opinion(intent="order_drink", natural="WiFi 있어요?"), "WiFi 있나요", ORDER)
    assert answer.natural == "WiFi 있어요?"


@pytest.mark.parametrize(
    "told",
    [
        remark("SPELL_WORD", got="맛있을", want="맛있을"),
        remark("SPELL_WORD", got="마싰을", want="마싰을"),
        remark("SPELL_WORD", got="!", want="?"),
        remark("PARTICLE_WRONG", word="라떼", got="마싰을", want="맛있을", role="the learner"),
    ],
)
def test_a_remark_quotes_the_learner_and_the_correction(told: dict[str, object]):
    with pytest.raises(Unusable):
        read(remarks=[told], corrected=BETTER)


def test_a_remark_without_a_correction_cannot_be_quoted():
    with pytest.raises(Unusable):
        read(remarks=[remark("SPELL_WORD", got="마싰을", want="맛있을")])


def test_every_key_that_a_model_may_use_has_a_word_in_the_packs():
    for (code, name), keys in ENUM_PARAMS.items():
        assert name in CODES[code].params
        assert keys <= ENUM_KEYS


def test_a_model_may_remark_on_no_meaning_and_no_level():
    ranks = {CODES[code].rank for code in TEACHABLE}
    assert ranks == {Rank.GRAMMAR, Rank.SPELLING, Rank.SPACING}
    assert Code.NEGATION_FORM not in TEACHABLE


def test_the_schema_has_the_fields_of_the_answer():
    schema = answer_schema(ORDER)
    assert schema["required"] == list(Answer.model_fields)


async def test_a_question_survives_any_words():
    for text in ('"}', "\ud800", "\x00", "</json>", "라떼" * 1_000):
        local = await ScriptedEvaluator().evaluate(text, ORDER)
        prompt = build_prompt(Case(text=text, expectation=ORDER, local=local))
        asked = json.loads(prompt.question)
        assert asked["learner"] == text.replace("\ud800", "?")
        assert text not in prompt.instruction
        mended = json.loads(build_repair(prompt, text, "why").question)
        assert mended["learner"] == asked["learner"]
        assert mended["your_last_answer"] == asked["learner"][:2_000]
