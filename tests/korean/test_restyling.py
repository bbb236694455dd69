"""Other ways to say a sentence, which a teacher passes as she passes the sentence itself: none is a fault."""

from pathlib import Path

import pytest

from bench.quality.cases import taught_by_scenes
from bench.quality.measures import restyled_alarms
from kotoserver.korean.trying.restyling import combined, restyled
from kotoserver.providers.kiwi import KiwiAnalyzer
from tests.korean.turns import Judge

ROOT = Path(__file__).parents[2]
TAUGHT = list(taught_by_scenes(ROOT / "scenes", ROOT / "langpacks"))


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        ("카드로 할게요.", "카드로 하려고 하는데요."),
        ("카드로 할게요.", "카드로요"),
        ("목이 아파요.", "목이 아프거든요"),
        ("네, 열이 있어요.", "네, 열이 있는데요"),
        ("우산이 어디에 있어요?", "우산이 어디에 있나요?"),
        ("시청에 가요?", "시청 가요?"),
        ("사과 두 개 주세요.", "사과 두 개 주시면 감사하겠습니다"),
        ("소포를 인도네시아로 보낼게요.", "인도네시아로 소포를 보낼게요."),
        ("아니요, 필요 없어요.", "필요 없어요."),
    ],
)
def test_a_sentence_is_said_otherwise(analyzer: KiwiAnalyzer, sentence: str, changed: str):
    assert changed in {text for _, text in restyled(sentence, analyzer)}


def test_a_number_that_reads_like_a_yes_is_no_answer_word(analyzer: KiwiAnalyzer):
    assert "개 주세요." not in {text for _, text in restyled("네 개 주세요.", analyzer)}


def test_two_changes_are_made_at_once_and_always_the_same_ones(analyzer: KiwiAnalyzer):
    made = list(combined("카드로 할게요.", analyzer, most=5))
    assert len(made) == 5
    assert made == list(combined("카드로 할게요.", analyzer, most=5))


def test_restyled_examples_raise_no_alarm(judge: Judge, analyzer: KiwiAnalyzer):
    share = restyled_alarms(TAUGHT, judge, analyzer)
    assert share.percent <= 1.5, share.told
