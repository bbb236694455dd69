"""What the evaluator says to editors about a sentence of theirs."""

import pytest

from kotoserver.korean.proofreader import KoreanProofreader
from kotoserver.ports.morphology import MorphemeAnalyzer


@pytest.fixture
def proofreader(analyzer: MorphemeAnalyzer) -> KoreanProofreader:
    return KoreanProofreader(analyzer)


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("네, 지금 주문할개요.", [("주문할개요.", "주문할게요.")]),
        ("아메리카노을 한 잔 주세요.", [("아메리카노을", "아메리카노를")]),
        ("아메리카노 한 잔 주세요.", []),
    ],
)
def test_a_word_is_doubted_once_and_a_good_one_not_at_all(
    proofreader: KoreanProofreader, text: str, doubts: list[tuple[str, str]]
):
    assert [(doubt.got, doubt.want) for doubt in proofreader.doubts(text)] == doubts
