"""The generators: mistakes that learners make, and other good ways to say the same."""

import pytest

from kotoserver.domain.errors import NotFound
from kotoserver.korean.orthography.slips import slips
from kotoserver.korean.reading.sentence import analyse
from kotoserver.korean.trying.mistakes import Family, mistakes, mistakes_for
from kotoserver.korean.trying.robustness import try_examples
from kotoserver.korean.trying.variants import variants
from kotoserver.providers.kiwi import KiwiAnalyzer
from tests.korean.turns import ORDER, Judge, expect
from tests.small_scene import scene


@pytest.mark.parametrize(
    ("sentence", "family", "wrong"),
    [
        ("봉투가 필요해요.", Family.PARTICLE, "봉투를 필요해요."),
        ("여기서 먹을게요.", Family.PARTICLE, "여기에 먹을게요."),
        ("메뉴를 보고 싶어요.", Family.ALLOMORPH, "메뉴을 보고 싶어요."),
        ("커피 한 잔 주세요.", Family.COUNTER, "커피 일 잔 주세요."),
        ("커피 한 잔 주세요.", Family.COUNTER, "커피 한 명 주세요."),
        ("지금 주문할게요.", Family.TENSE, "지금 주문했어요."),
        ("커피 주세요.", Family.LEVEL, "커피 줘."),
        ("가방이 없어요.", Family.SPELLING, "가방이 업어요."),
        ("커피 한 잔 주세요.", Family.SLIP, "거피 한 잔 주세요."),
        ("영수증 주세요.", Family.SPACING, "영수증주세요."),
        ("영수증 주세요.", Family.ORDER, "주세요 영수증"),
        ("영수증 주세요.", Family.NEGATION, "영수증 안 주세요"),
    ],
)
def test_a_sentence_is_spoilt_as_learners_spoil_it(
    analyzer: KiwiAnalyzer, sentence: str, family: Family, wrong: str
):
    assert wrong in [each.text for each in mistakes(sentence, analyzer) if each.family is family]


def test_no_mistake_leaves_the_sentence_as_it_was(analyzer: KiwiAnalyzer):
    for sentence in ("아이스 아메리카노 두 잔 주세요.", "아니에요, 괜찮아요.", "현금으로 계산할게요."):
        assert sentence not in [each.text for each in mistakes(sentence, analyzer)]
        assert sentence not in slips(analyse(sentence, analyzer))


def test_another_number_is_no_mistake_where_the_learner_chooses(analyzer: KiwiAnalyzer):
    sentence = "라떼 두 잔 주세요."
    free = {each.family for each in mistakes_for(sentence, ORDER, analyzer)}
    pinned = {each.family for each in mistakes_for(sentence, expect("뭐 드릴까요?", sentence), analyzer)}
    assert Family.NUMBER in pinned - free


def test_a_good_sentence_has_other_good_ways():
    assert ("no object particle", "메뉴 볼게요.") in variants("메뉴를 볼게요.")
    assert ("digits", "커피 2잔 주세요.") in variants("커피 두 잔 주세요.")


def test_an_editor_hears_how_many_were_tried_and_what_surprised(judge: Judge, analyzer: KiwiAnalyzer):
    tried = try_examples(scene(), None, judge, analyzer)
    assert tried.mistakes > 0 < tried.variants
    assert {each.turn for each in tried.surprises} <= {turn.id for turn in scene().turns}
    first = scene().turns[0].id
    assert try_examples(scene(), first, judge, analyzer).mistakes < tried.mistakes


def test_a_turn_that_is_not_there_is_said_so(judge: Judge, analyzer: KiwiAnalyzer):
    with pytest.raises(NotFound, match="no turn moon"):
        try_examples(scene(), "moon", judge, analyzer)
