"""Which part of an utterance answers, and what the words around it do not change."""

from collections.abc import Mapping

import pytest

from kotoserver.domain.evaluation import Expectation, Verdict
from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.scene import Intent, Slot, SlotKind
from tests.korean.turns import BAG, ORDER, Judge, choice, codes, expect, turn

DRINK = choice("drink", {"americano": ("아메리카노",), "latte": ("라떼",), "tea": ("녹차",)})
MENU = turn(
    "뭐 드릴까요?",
    Intent(id="order", examples=("라떼 한 잔 주세요.", "녹차 하나 주세요.", "라떼로 할게요."), needs=("drink",)),
    Intent(id="ask", examples=("뭐가 맛있어요?", "뭐가 있어요?", "추천해 주세요.")),
    slots=(DRINK,),
)
DESSERT = turn(
    "디저트도 드릴까요?",
    Intent(id="add", examples=("네, 쿠키 하나 주세요.", "쿠키도 주세요."), needs=("dessert",)),
    Intent(id="none", examples=("아니요, 괜찮아요.", "괜찮아요.", "안 먹을게요.", "음료만 주세요.")),
    slots=(choice("dessert", {"cookie": ("쿠키",), "cake": ("케이크",)}),),
)
TICKET = turn(
    "비행기표는 있습니까?",
    Intent(id="have", examples=("네, 있어요.", "네, 예약했어요.", "네, 벌써 샀어요.")),
    Intent(id="none", examples=("아니요, 없어요.", "아직 안 샀어요.", "아니요, 나중에 살 거예요.")),
)
TEMP = turn(
    "차가운 걸로 드릴까요, 따뜻한 걸로 드릴까요?",
    Intent(id="choose", examples=("차가운 걸로 주세요.", "따뜻한 거요."), needs=("temp",)),
    Intent(id="either", examples=("아무거나 주세요.", "아무거나 괜찮아요.")),
    slots=(choice("temp", {"ice": ("차가운", "시원한"), "hot": ("따뜻한",)}),),
)


@pytest.mark.parametrize(
    ("expectation", "says", "intent"),
    [
        (MENU, "날씨가 추우니까 라떼 한 잔 주세요", "order"),
        (MENU, "커피를 못 마셔서요, 녹차 주세요", "order"),
        (MENU, "라떼는 달아서 녹차로 할게요", "order"),
        (MENU, "라떼하고 녹차 중에 녹차 주세요", "order"),
        (MENU, "녹차 있으면 녹차로 할게요", "order"),
        (MENU, "녹차 없으면 라떼 주세요", "order"),
        (MENU, "라떼가 맛있어 보여요. 하나 주세요", "order"),
        (MENU, "라떼 주세요, 커피를 좋아해서요", "order"),
        (MENU, "커피 말고 다른 것도 있어요?", "ask"),
        (DESSERT, "맛있겠네요. 쿠키 하나 주세요", "add"),
        (DESSERT, "배가 불러서 괜찮아요", "none"),
        (TICKET, "네, 한국에 오기 전에 샀어요", "have"),
    ],
)
def test_a_reason_or_a_remark_leaves_the_answer_as_it_is(
    judge: Judge, expectation: Expectation, says: str, intent: str
):
    evaluation = judge(says, expectation)
    assert (evaluation.verdict, codes(evaluation), evaluation.intent) == (Verdict.ACCEPT, [], intent)


def test_a_value_that_a_reason_names_is_not_the_one_chosen(judge: Judge):
    assert judge("라떼는 달아서 녹차로 할게요", MENU).filled() == {"drink": "tea"}


@pytest.mark.parametrize(
    ("expectation", "says", "intent"),
    [
        (MENU, "라떼가 좋을 것 같아요", "order"),
        (MENU, "라떼 한 잔 주시면 감사하겠습니다", "order"),
        (MENU, "라떼 한 잔이면 돼요", "order"),
        (BAG, "네, 있으면 좋겠어요", "want"),
        (TEMP, "편하신 대로 주세요", "either"),
        (TEMP, "차가운 거 말고 따뜻한 거 주세요", "choose"),
        (TEMP, "뭐든지 괜찮아요", "either"),
        (TEMP, "시원한 게 나을 것 같아요", "choose"),
    ],
)
def test_a_wish_a_preference_and_leaving_it_open_are_answers(
    judge: Judge, expectation: Expectation, says: str, intent: str
):
    evaluation = judge(says, expectation)
    assert (evaluation.verdict, codes(evaluation), evaluation.intent) == (Verdict.ACCEPT, [], intent)


@pytest.mark.parametrize(
    ("expectation", "says"),
    [(DESSERT, "다음에 먹을게요"), (TICKET, "나중에 사려고 해요"), (TICKET, "곧 살 거예요")],
)
def test_what_is_put_off_is_declined_for_now(judge: Judge, expectation: Expectation, says: str):
    evaluation = judge(says, expectation)
    assert (evaluation.verdict, codes(evaluation), evaluation.intent) == (Verdict.ACCEPT, [], "none")


def test_some_other_thing_beside_a_general_yes_is_still_the_wrong_thing(judge: Judge):
    eating = turn(
        "우리 디저트 먹을까?",
        Intent(id="add", examples=("쿠키 먹자.", "난 쿠키 먹을래."), needs=("dessert",)),
        Intent(id="agree", examples=("그래, 먹자.", "응, 좋아.")),
        slots=(choice("dessert", {"cookie": ("쿠키",)}),),
        target=SpeechLevel.BANMAL,
    )
    assert codes(judge("도넛 먹자", eating)) == ["SLOT_WRONG"]
    assert judge("그래, 먹자", eating).intent == "agree"


@pytest.mark.parametrize(
    "says", ["아메리카노랑 라떼 주세요", "아메리카노 하나, 라떼 하나 주세요", "라떼나 녹차 주세요"]
)
def test_two_values_for_one_are_asked_about_and_are_no_mistake_of_korean(judge: Judge, says: str):
    evaluation = judge(says, ORDER)
    assert (evaluation.verdict, codes(evaluation)) == (Verdict.RETRY, ["SLOT_AMBIGUOUS"])
    assert evaluation.corrected is None


def test_a_value_with_its_kind_behind_it_is_one_value(judge: Judge):
    paying = turn(
        "계산은 어떻게 하시겠어요?",
        Intent(id="pay", examples=("카드로 할게요.", "현금으로 할게요."), needs=("pay",)),
        slots=(choice("pay", {"card": ("카드",), "cash": ("현금",), "transit": ("교통카드", "티머니")}),),
    )
    assert judge("티머니 카드로 결제하고 싶은데요", paying).filled() == {"pay": "transit"}


def test_a_particle_within_a_value_may_be_left_out(judge: Judge):
    came = turn(
        "무슨 일로 오셨습니까?",
        Intent(id="tell", examples=("친구를 만나러 왔어요.", "여행하러 왔어요."), needs=("purpose",)),
        slots=(
            Slot(
                id="purpose",
                kind=SlotKind.CHOICE,
                required=True,
                values={"visit": ("가족을 보러", "친구를 만나러"), "travel": ("여행",)},
            ),
        ),
    )
    assert judge("가족 보러 왔어요", came).filled() == {"purpose": "visit"}


PROPOSED: Mapping[SpeechLevel, tuple[str, str]] = {
    SpeechLevel.HAEYO: ("LEVEL_MIXED", "같이 먹어요"),
    SpeechLevel.HAPSYO: ("LEVEL_TOO_LOW", "같이 먹읍시다"),
    SpeechLevel.BANMAL: ("LEVEL_TOO_HIGH", "같이 먹자"),
}


@pytest.mark.parametrize("target", PROPOSED)
def test_a_casual_proposal_made_polite_with_yo_is_put_right_in_the_level_that_is_wanted(
    judge: Judge, target: SpeechLevel
):
    evaluation = judge("같이 먹자요", expect("뭐 할까요?", "같이 먹어요.", "같이 먹자.", target=target))
    assert (codes(evaluation), evaluation.corrected) == ([PROPOSED[target][0]], PROPOSED[target][1])


def test_a_proposal_is_told_from_going_out_to_sleep(judge: Judge):
    turn_out = expect("어디 갈까요?", "밖에 나가요.", target=SpeechLevel.BANMAL)
    assert judge("밖에 나가자요", turn_out).corrected == "밖에 나가자"


def test_a_request_given_back_is_no_answer(judge: Judge):
    passport = expect("여권을 보여 주십시오.", "네, 여기 있어요.", "여권 여기 있습니다.", "제 여권이에요.")
    assert codes(judge("여권을 보여 주세요", passport)) == ["ECHO_PROMPT"]


def test_an_order_to_do_ones_own_part_has_to_be_tried_again(judge: Judge):
    greeted = expect("주문 도와드릴까요?", "네, 주문할게요.", "주문하고 싶어요.")
    evaluation = judge("네, 주문하세요", greeted)
    assert (evaluation.verdict, codes(evaluation)) == (Verdict.RETRY, ["HONORIFIC_SELF"])


@pytest.mark.parametrize(
    ("says", "example"),
    [
        ("커피가 너무 써요", "좀 써요."),
        ("현금으로 드릴게요", "현금으로 할게요."),
        ("라떼 한번 마셔 볼게요", "라떼 마실게요."),
    ],
)
def test_words_with_two_readings_are_read_as_they_fit(judge: Judge, says: str, example: str):
    evaluation = judge(says, expect("어때요?", example))
    assert codes(evaluation) == []
