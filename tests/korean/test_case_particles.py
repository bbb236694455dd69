"""Particles: the one the verb takes, the form the sound before it takes, and those that may be left out."""

import pytest

from kotoserver.domain.evaluation import Evaluation, Verdict
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.orthography.allomorphs import find_allomorphs
from kotoserver.providers.kiwi import KiwiAnalyzer
from tests.korean.turns import ORDER, Judge, codes, expect

TURNS = {
    "bag": expect("봉투 필요하세요?", "네, 봉투가 필요해요."),
    "umbrella": expect("뭐 찾으세요?", "우산 있어요?", "우산이 어디에 있어요?"),
    "here": expect("드시고 가세요?", "여기서 먹을 거예요.", "여기에서 먹을게요."),
    "card": expect("결제는요?", "카드로 할게요.", "현금으로 할게요."),
    "seat": expect("어느 자리로 드릴까요?", "창가 쪽으로 주세요."),
    "home": expect("어디에서 오셨어요?", "인도네시아에서 왔어요."),
    "study": expect("어디에서 공부하세요?", "학교에서 공부해요."),
    "yesterday": expect("언제 왔어요?", "어제 왔어요."),
    "who": expect("누가 해요?", "제가 할게요."),
    "shoes": expect("뭐 찾으세요?", "운동화를 찾아요."),
    "head": expect("어디가 아프세요?", "머리가 아파요."),
}


@pytest.mark.parametrize(
    ("turn", "text", "code", "corrected"),
    [
        ("bag", "네, 봉투를 필요해요", "PARTICLE_WRONG", "네, 봉투가 필요해요"),
        ("umbrella", "우산을 있어요?", "PARTICLE_WRONG", "우산이 있어요?"),
        ("umbrella", "우산이 어디에서 있어요?", "PARTICLE_WRONG", "우산이 어디에 있어요?"),
        ("here", "여기에 먹을 거예요", "PARTICLE_WRONG", "여기에서 먹을 거예요"),
        ("card", "카드에 할게요", "PARTICLE_WRONG", "카드로 할게요"),
        ("card", "카드으로 할게요", "PARTICLE_ALLOMORPH", "카드로 할게요"),
        ("card", "현금로 할게요", "PARTICLE_ALLOMORPH", "현금으로 할게요"),
        ("seat", "창가 쪽에 주세요", "PARTICLE_WRONG", "창가 쪽으로 주세요"),
        ("home", "인도네시아에 왔어요", "PARTICLE_WRONG", "인도네시아에서 왔어요"),
        ("study", "학교에 공부해요", "PARTICLE_WRONG", "학교에서 공부해요"),
        ("yesterday", "어제에 왔어요", "PARTICLE_EXTRA", "어제 왔어요"),
        ("who", "저가 할게요", "PARTICLE_PRONOUN_FORM", "제가 할게요"),
        ("shoes", "운동화가 찾아요", "PARTICLE_WRONG", "운동화를 찾아요"),
        ("head", "머리를 아파요", "PARTICLE_WRONG", "머리가 아파요"),
    ],
)
def test_the_particle_that_fits_is_proposed(judge: Judge, turn: str, text: str, code: str, corrected: str):
    evaluation = judge(text, TURNS[turn])
    assert codes(evaluation) == [code]
    assert evaluation.corrected == corrected
    assert evaluation.verdict is Verdict.ACCEPT_WITH_FEEDBACK


@pytest.mark.parametrize(
    ("text", "code", "corrected"),
    [
        ("라떼을 한 잔 주세요", "PARTICLE_ALLOMORPH", "라떼를 한 잔 주세요"),
        ("녹차은 한 잔 주세요", "PARTICLE_ALLOMORPH", "녹차는 한 잔 주세요"),
        ("녹차가 한 잔 주세요", "PARTICLE_WRONG", "녹차를 한 잔 주세요"),
    ],
)
def test_an_order_puts_its_object_right(judge: Judge, text: str, code: str, corrected: str):
    evaluation = judge(text, ORDER)
    assert codes(evaluation) == [code]
    assert evaluation.corrected == corrected


def test_an_item_names_noun_particle_and_role(judge: Judge):
    (item,) = judge("네, 봉투를 필요해요", TURNS["bag"]).items
    assert dict(item.params) == {"word": "봉투", "got": "를", "want": "가", "role": "subject"}


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        ("bag", "네, 봉투 필요해요"),
        ("bag", "네, 봉투도 필요해요"),
        ("umbrella", "우산은 있어요?"),
        ("here", "여기서 먹을 거예요"),
        ("here", "여기에서 먹을 거예요"),
        ("card", "카드 할게요"),
        ("card", "카드로요"),
        ("seat", "창가 쪽 주세요"),
        ("home", "저는 인도네시아에서 왔어요"),
        ("shoes", "운동화 찾아요"),
        ("shoes", "제가 운동화를 찾아요"),
    ],
)
def test_a_particle_may_be_left_out_or_be_another_good_one(judge: Judge, turn: str, text: str):
    assert faults(judge(text, TURNS[turn])) == []


def faults(evaluation: Evaluation) -> list[str]:
    return codes(evaluation)


@pytest.mark.parametrize(
    "text", ["라떼를 한 잔 주세요", "라떼로 주세요", "라떼는 두 잔 주세요", "라떼 한 잔만 주세요"]
)
def test_an_optional_particle_is_no_fault(judge: Judge, text: str):
    assert codes(judge(text, ORDER)) == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("제이 할게요", "제가 할게요"),
        ("너은 뭐 마실 거야?", "너는 뭐 마실 거야?"),
        ("다음에은 올게요", "다음에는 올게요"),
    ],
)
def test_a_pronoun_and_a_particle_before_a_topic_take_the_form_that_fits(
    wrong: str, right: str, analyzer: KiwiAnalyzer
):
    found = list(find_allomorphs(wrong, frozenset(), frozenset(), analyzer))
    assert [finding.code for finding in found] == [Code.PARTICLE_ALLOMORPH]
    assert wrong[: found[0].start] + (found[0].replacement or "") + wrong[found[0].end :] == right


@pytest.mark.parametrize(
    "right", ["제가 할게요", "네이버에서 봤어요", "내일 올게요", "나은 걸로 주세요", "이 은행에서요"]
)
def test_what_only_looks_like_a_wrong_form_is_left_alone(right: str, analyzer: KiwiAnalyzer):
    assert list(find_allomorphs(right, frozenset(), frozenset(), analyzer)) == []
