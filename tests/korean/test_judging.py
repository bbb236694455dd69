"""The judge as a whole: verdicts, what is shown, and text that nobody expects."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotoserver.domain.evaluation import DiffKind, Evaluation, Severity, Verdict
from kotoserver.domain.levels import SpeechLevel
from kotoserver.korean.findings.codes import CODES, ENUM_KEYS, Code
from tests.korean.turns import BAG, ORDER, Judge, codes, expect


def test_an_example_scores_a_hundred_with_nothing_to_say(judge: Judge):
    for expectation in (ORDER, BAG):
        for intent in expectation.intents:
            for example in intent.examples:
                evaluation = judge(example, expectation)
                assert (evaluation.intent, evaluation.score, evaluation.items) == (intent.id, 100, ())
                assert evaluation.verdict is Verdict.ACCEPT
                assert evaluation.corrected is None


def test_the_same_words_are_always_judged_the_same(judge: Judge):
    assert judge("아아 둘 잔 주새요", ORDER) == judge("아아 둘 잔 주새요", ORDER)


def test_a_fault_that_leaves_the_meaning_is_accepted_with_feedback(judge: Judge):
    evaluation = judge("라떼 하나 잔 주세요", ORDER)
    assert evaluation.verdict is Verdict.ACCEPT_WITH_FEEDBACK
    assert evaluation.corrected == "라떼 한 잔 주세요"


def test_another_topic_has_to_be_tried_again_and_stays_under_the_pass_mark(judge: Judge):
    evaluation = judge("어제 학교에 갔어요", ORDER)
    assert evaluation.verdict is Verdict.RETRY
    assert evaluation.intent is None
    assert evaluation.score < ORDER.scoring.passing
    assert codes(evaluation) == ["MEANING_OFF_TOPIC"]


def test_repeating_the_other_is_no_answer(judge: Judge):
    assert codes(judge("봉투 필요하세요?", BAG)) == ["ECHO_PROMPT"]


def test_what_blocks_the_meaning_is_shown_first_and_three_things_at_most(judge: Judge):
    evaluation = judge("콜라를 하나 잔 주새요 당신", ORDER)
    assert codes(evaluation)[0] == "SLOT_WRONG"
    assert len(evaluation.items) <= 3


def test_a_span_shows_the_learners_own_word(judge: Judge):
    text = "음…  라떼 하나 잔 주세요"
    (item,) = judge(text, ORDER).items
    assert item.span is not None
    assert text[item.span.start : item.span.end] == "하나"


def test_spans_hold_through_an_earlier_repair(judge: Judge):
    text = "라떼을 하나 잔 주새요"
    spans = {item.code: text[item.span.start : item.span.end] for item in judge(text, ORDER).items if item.span}
    assert spans["COUNTER_FORM"] == "하나"
    assert spans["PARTICLE_ALLOMORPH"] == "라떼을"


def test_an_item_quotes_what_was_written_though_it_was_mended_before(judge: Judge):
    [item] = [i for i in judge("라떼 two 개 주세요", ORDER).items if i.code == "COUNTER_FORM"]
    assert item.params["got"] == "two"
    assert item.span is not None
    assert "라떼 two 개 주세요"[item.span.start : item.span.end] == "two"


def test_the_correction_keeps_the_learners_words_and_level(judge: Judge):
    evaluation = judge("저기요, 라떼를 둘 잔 주십시오", ORDER)
    assert evaluation.corrected == "저기요, 라떼를 두 잔 주십시오"


def test_one_more_natural_version_has_the_same_values(judge: Judge):
    assert judge("아이스 아메리카노 하나요", ORDER).natural == "아이스 아메리카노 한 잔 주세요."
    assert judge("따뜻한 녹차 네 잔 주세요", ORDER).natural is None


def test_the_learners_own_words_are_no_other_version(judge: Judge):
    assert judge("라떼 두 잔 주세요 😀", ORDER).natural is None


def test_the_natural_version_is_in_a_level_of_the_turn(judge: Judge):
    among_friends = expect("뭐 마실래?", "라떼 한 잔 주세요.", "라떼 하나 줘.", target=SpeechLevel.BANMAL)
    assert judge("라떼 한 잔 줘", among_friends).natural == "라떼 하나 줘."


@pytest.mark.parametrize("text", ["", "   ", "…", "...", "음", "어...", "음… 어…", "?!", "🙂👍"])
def test_saying_nothing_is_not_scored(judge: Judge, text: str):
    evaluation = judge(text, ORDER)
    assert (evaluation.verdict, evaluation.intent, evaluation.score) == (Verdict.NOT_SCORED, "silence", 0)


def test_nothing_written_is_told_so(judge: Judge):
    assert codes(judge("", BAG)) == ["EMPTY_INPUT"]


def test_a_text_far_too_long_is_no_answer(judge: Judge):
    evaluation = judge("라떼 한 잔 주세요 " * 1000, ORDER)
    assert evaluation.verdict is Verdict.RETRY


def test_every_param_is_declared_for_its_code(judge: Judge):
    for text in (
        "라떼 일 잔 줘",
        "라떼을 주세요",
        "녹차가 주세요",
        "라떼 한잔주세요",
        "keopi juseyo",
        "콜라 주세요",
        "나는 라떼 주세요",
    ):
        for item in judge(text, ORDER).items:
            assert set(item.params) == set(CODES[Code(item.code)].params)
            latin = [value for value in item.params.values() if value.isascii() and value.isalpha()]
            assert all(value in ENUM_KEYS | set(ORDER.slots) for value in latin)


def _holds_together(text: str, evaluation: Evaluation) -> None:
    assert evaluation.text == text
    assert len(evaluation.items) <= 3
    assert 0 <= evaluation.score <= 100
    for item in evaluation.items:
        assert item.code in {*CODES, "GOOD_REPAIR"}
        if item.span is not None:
            assert 0 <= item.span.start <= item.span.end <= len(text)
    if evaluation.corrected is not None:
        assert "".join(part.learner for part in evaluation.diff) == text
        assert "".join(part.corrected for part in evaluation.diff) == evaluation.corrected
        for part in evaluation.diff:
            assert text[part.span.start : part.span.end] == part.learner
            assert part.kind is not DiffKind.KEEP or part.learner
    faults = [item for item in evaluation.items if item.severity is not Severity.PRAISE]
    assert (evaluation.verdict is Verdict.ACCEPT) <= (not faults)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_at_all_is_judged(judge: Judge, text: str):
    _holds_together(text, judge(text, ORDER))


_HEAP = """
라떼 라때 아아 커피 아이스 따뜻한 한 하나 둘 두 일 잔 개 명 주세요 주새요 줘 을 를 가 이 안 못
할께요 되요 네 아니요 저기요 나는 얼마예요 ? . , 있어요 없어요 1잔 two please ㅋㅋ 🙂 드릴게요 하세요 카드
로 으로 이써요 왓어요 말고
"""
_WORDS = st.sampled_from(_HEAP.split())


@settings(max_examples=250, deadline=None)
@given(words=st.lists(_WORDS, max_size=9), gaps=st.sampled_from(["", " ", "  "]))
def test_any_heap_of_words_is_judged(judge: Judge, words: list[str], gaps: str):
    text = gaps.join(words)
    _holds_together(text, judge(text, ORDER))


@settings(max_examples=60, deadline=None)
@given(words=st.lists(_WORDS, max_size=7))
def test_a_correction_needs_no_spelling_correction(judge: Judge, words: list[str]):
    corrected = judge(" ".join(words), ORDER).corrected
    if corrected is not None:
        again = codes(judge(corrected, ORDER))
        assert "SPELL_GEYO" not in again
        assert "COUNTER_FORM" not in again


def test_decomposed_hangul_reads_like_any_other(judge: Judge):
    text = unicodedata.normalize("NFD", "라떼 하나 잔 주세요")
    evaluation = judge(text, ORDER)
    _holds_together(text, evaluation)
    assert codes(evaluation) == ["COUNTER_FORM"]
    changes = [(part.learner, part.corrected) for part in evaluation.diff if part.kind is not DiffKind.KEEP]
    assert changes == [(unicodedata.normalize("NFD", "하나"), "한")]


@pytest.mark.parametrize(
    "unseen",
    ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u200e", "\ufe0f", "\x00", "\U000e0041"],
)
def test_what_nobody_sees_changes_nothing(judge: Judge, unseen: str):
    good = judge(f"{unseen}라{unseen}떼 두{unseen} 잔 주{unseen}세요", ORDER)
    assert (good.score, good.items, good.corrected) == (100, (), None)
    text = f"라떼{unseen}을 하{unseen}나 잔 주세요"
    faulty = judge(text, ORDER)
    _holds_together(text, faulty)
    assert faulty.corrected == "라떼를 한 잔 주세요"
    assert {item.code: text[item.span.start : item.span.end] for item in faulty.items if item.span} == {
        "PARTICLE_ALLOMORPH": f"라떼{unseen}을",
        "COUNTER_FORM": f"하{unseen}나",
    }


@pytest.mark.parametrize(
    "picture", ["👨\u200d👩\u200d👧", "☺\ufe0f", "👍🏽", "🏴\U000e0067\U000e0062\U000e007f", "🇰🇷"]
)
def test_a_picture_stays_whole_in_the_correction(judge: Judge, picture: str):
    text = f"라떼을 주세요 {picture}"
    evaluation = judge(text, ORDER)
    _holds_together(text, evaluation)
    assert evaluation.corrected == f"라떼를 주세요 {picture}"
    assert [part.learner for part in evaluation.diff if part.kind is not DiffKind.KEEP] == ["라떼을"]


def test_full_width_letters_read_like_narrow_ones(judge: Judge):
    assert judge("라떼　２잔　주세요！", ORDER).score == 100
    assert codes(judge("ｌａｔｔｅ 주세요", ORDER)) == ["MIXED_LANGUAGE"]


def test_a_turn_without_examples_never_fails(judge: Judge):
    assert judge("네", expect("네?")).verdict is Verdict.RETRY
