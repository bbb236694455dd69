"""What came across: intents, values, yes and no, repair moves."""

import pytest

from kotoserver.domain.evaluation import SlotState, Verdict
from kotoserver.domain.scene import Intent
from tests.korean.turns import BAG, DRINK, ORDER, Judge, choice, codes, expect, turn


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("아이스 아메리카노 두 잔 주세요", {"drink": "americano", "temp": "ice", "count": 2}),
        ("아아 하나요", {"drink": "americano", "temp": "ice", "count": 1}),
        ("뜨거운 카페라떼로 주세요", {"drink": "latte", "temp": "hot"}),
        ("라떼 차갑게 해 주세요", {"drink": "latte", "temp": "ice"}),
        ("녹차요", {"drink": "tea"}),
        ("라떼 마시고 싶어요", {"drink": "latte"}),
        ("아메리카노 말고 라떼 주세요", {"drink": "latte"}),
        ("라떼 두 잔, 아니 한 잔 주세요", {"drink": "latte", "count": 1}),
        ("라떼 아니 녹차 주세요", {"drink": "tea"}),
    ],
)
def test_values_are_heard(judge: Judge, text: str, filled: dict[str, object]):
    evaluation = judge(text, ORDER)
    assert evaluation.filled() == filled
    assert evaluation.verdict is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("text", "state", "code"),
    [
        ("커피 한 잔 주세요", SlotState.MISSING, "SLOT_MISSING"),
        ("두 잔 주세요", SlotState.MISSING, "SLOT_MISSING"),
        ("콜라 주세요", SlotState.WRONG, "SLOT_WRONG"),
        ("라떼하고 녹차 주세요", SlotState.AMBIGUOUS, "SLOT_AMBIGUOUS"),
        ("커피", SlotState.MISSING, "SLOT_MISSING"),
        ("콜라요", SlotState.WRONG, "SLOT_WRONG"),
    ],
)
def test_missing_wrong_and_ambiguous_values_are_told_apart(judge: Judge, text: str, state: SlotState, code: str):
    evaluation = judge(text, ORDER)
    assert evaluation.slots[0].slot == "drink"
    assert evaluation.slots[0].state is state
    assert codes(evaluation)[0] == code
    assert evaluation.verdict is Verdict.RETRY


@pytest.mark.parametrize("text", ["라떼 여섯 잔 주세요", "라떼 0잔 주세요"])
def test_more_or_less_than_the_scene_serves_is_a_wrong_number(judge: Judge, text: str):
    assert codes(judge(text, ORDER)) == ["SLOT_WRONG"]


def test_any_listed_value_of_an_open_slot_is_fine(judge: Judge):
    assert judge("녹차 세 잔 주세요", ORDER).verdict is Verdict.ACCEPT


ICED = expect(
    "주문하시겠어요?", "아이스 아메리카노 한 잔 주세요.", slots={"drink": ("아메리카노",), "temp": ("아이스",)}
)


@pytest.mark.parametrize("text", ["따뜻한 아메리카노 한 잔 주세요", "아이스 라떼 한 잔 주세요"])
def test_another_value_than_the_pinned_one_is_wrong(judge: Judge, text: str):
    evaluation = judge(text, ICED)
    assert codes(evaluation) == ["SLOT_WRONG"]
    assert evaluation.verdict is Verdict.RETRY


def test_an_opposite_that_no_slot_leaves_open_is_told(judge: Judge):
    shirt = expect("뭐 도와드릴까요?", "이 셔츠 큰 사이즈 있어요?")
    assert codes(judge("이 셔츠 작은 사이즈 있어요?", shirt)) == ["MEANING_OPPOSITE"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("네, 주세요", "want"),
        ("네, 하나만 주세요", "want"),
        ("봉투 필요해요", "want"),
        ("아니요, 괜찮습니다", "decline"),
        ("괜찮아요", "decline"),
        ("됐어요", "decline"),
        ("아니요, 필요 없어요", "decline"),
        ("봉투는 필요하지 않아요", "decline"),
    ],
)
def test_yes_and_no_are_told_apart_whatever_the_words(judge: Judge, text: str, intent: str):
    evaluation = judge(text, BAG)
    assert evaluation.intent == intent
    assert codes(evaluation) == []


NO_ICE = expect("얼음 넣어 드릴까요?", "아니요, 얼음은 빼 주세요.", "얼음 없이 주세요.")


@pytest.mark.parametrize("text", ["얼음 주세요", "네, 얼음 넣어 주세요"])
def test_the_opposite_of_what_is_wanted_has_to_be_tried_again(judge: Judge, text: str):
    evaluation = judge(text, NO_ICE)
    assert codes(evaluation) == ["NEGATION_MISMATCH"]
    assert evaluation.verdict is Verdict.RETRY


def test_yes_before_a_refusal_contradicts_itself(judge: Judge):
    evaluation = judge("네, 얼음 빼 주세요", NO_ICE)
    assert codes(evaluation) == ["ANSWER_POLARITY"]
    assert evaluation.corrected == "아니요, 얼음 빼 주세요"


@pytest.mark.parametrize(
    ("text", "intent", "praised"),
    [
        ("다시 한번 말씀해 주시겠어요?", "ask_repeat", True),
        ("죄송하지만 잘 못 들었어요", "ask_repeat", True),
        ("조금 천천히 말해 주세요", "ask_slower", True),
        ("아메리카노가 뭐예요?", "ask_meaning", True),
        ("잠깐만요", "need_time", False),
        ("다시 말해 줘", "ask_repeat", False),
        ("네?", "ask_repeat", False),
        ("못 알아들었어요", "ask_repeat", True),
    ],
)
def test_repair_moves_are_known_in_every_turn_and_praised_when_polite(
    judge: Judge, text: str, intent: str, praised: bool
):
    evaluation = judge(text, ORDER)
    assert evaluation.intent == intent
    assert evaluation.verdict is Verdict.NOT_SCORED
    assert codes(evaluation) == (["GOOD_REPAIR"] if praised else [])


def test_an_intent_of_the_turn_goes_before_a_repair_move(judge: Judge):
    wait = turn("주문하시겠어요?", Intent(id="wait", examples=("잠깐만요.",)), common=ORDER.common)
    assert judge("잠깐만요", wait).intent == "wait"


@pytest.mark.parametrize("text", ["한 잔 주세요", "할게요", "네", "네, 주세요"])
def test_a_polite_request_alone_is_no_repair_move(judge: Judge, text: str):
    assert judge(text, ORDER).intent not in {move.id for move in ORDER.common}


def test_a_look_alike_is_not_the_intent(judge: Judge):
    assert judge("아메리카노가 뭐예요?", ORDER).intent != "order_drink"


def test_another_thing_of_the_same_kind_is_another_message(judge: Judge):
    head = expect("어디가 아프세요?", "머리가 아파요.", "머리가 좀 아파요.")
    assert judge("배가 아파요", head).verdict is Verdict.RETRY


def test_a_number_is_free_where_the_scene_leaves_a_choice(judge: Judge):
    bread = turn(
        "빵도 드릴까요?",
        Intent(id="bread", examples=("네, 빵 하나 주세요.",)),
        slots=(DRINK,),
    )
    assert judge("네, 빵 두 개 주세요", bread).verdict is Verdict.ACCEPT


def test_having_a_drink_says_nothing_about_where(judge: Judge):
    place = choice("place", {"here": ("먹고", "여기서"), "togo": ("포장", "가져")})
    order = turn(
        "뭐 드릴까요?",
        Intent(id="order", examples=("라떼 주세요.",), needs=("drink",), may_have=("place",)),
        slots=(DRINK, place),
    )
    assert judge("라떼 먹을게요", order).filled() == {"drink": "latte"}
    assert judge("라떼 포장해 주세요", order).filled() == {"drink": "latte", "place": "togo"}


@pytest.mark.parametrize("text", ["감사합니다", "알겠어요"])
def test_the_opening_yes_may_be_left_out(judge: Judge, text: str):
    evaluation = judge(text, expect("진동벨로 알려 드릴게요.", "네, 감사합니다.", "네, 알겠어요."))
    assert (evaluation.verdict, codes(evaluation)) == (Verdict.ACCEPT, [])
