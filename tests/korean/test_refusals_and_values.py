"""What a refused answer is told: yes for no, another fact, another value in the place of the one wanted."""

import pytest

from kotoserver.domain.evaluation import Expectation, Verdict
from kotoserver.domain.levels import SpeechLevel
from tests.korean.turns import Judge, codes, expect

ALONE = expect("혼자 오셨어요?", "네, 혼자 왔어요.", "네, 혼자예요.")
PACKED = expect("짐은 직접 싸셨습니까?", "네, 제가 쌌습니다.", "네, 직접 쌌습니다.", target=SpeechLevel.HAPSYO)
MADE = expect("직접 만드셨어요?", "네, 제가 만들었어요.", "네, 직접 만들었어요.")
STUDENT = expect("학생이세요?", "네, 학생이에요.", "네, 대학생이에요.")
FIRST = expect("한국은 처음이세요?", "네, 처음이에요.", "네, 처음 왔어요.")
MUG = expect("머그잔에 드려도 될까요?", "네, 괜찮아요.", "네, 머그잔에 주세요.")


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("아니요, 친구랑 왔어요", ALONE),
        ("아니요, 가족하고 같이 왔어요", ALONE),
        ("아니요, 친구가 쌌습니다", PACKED),
        ("아니요, 어머니께서 싸 주셨습니다", PACKED),
        ("아니요, 엄마가 만들었어요", MADE),
        ("아니요, 샀어요", MADE),
        ("아니요, 회사원이에요", STUDENT),
        ("아니요, 두 번째예요", FIRST),
        ("아니요, 안 돼요", MUG),
    ],
)
def test_no_with_another_fact_says_no_where_yes_was_wanted(judge: Judge, text: str, turn: Expectation):
    evaluation = judge(text, turn)
    assert evaluation.verdict is Verdict.RETRY
    assert "NEGATION_MISMATCH" in codes(evaluation)


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("아니요, 혼자 왔어요", ALONE),
        ("아니요, 직접 쌌습니다", PACKED),
        ("아니요, 제가 만들었어요", MADE),
        ("아니요, 학생이에요", STUDENT),
        ("아니요, 머그잔에 주세요", MUG),
    ],
)
def test_no_before_the_very_fact_that_was_asked_is_a_slip(judge: Judge, text: str, turn: Expectation):
    evaluation = judge(text, turn)
    assert (evaluation.verdict, codes(evaluation)) == (Verdict.ACCEPT_WITH_FEEDBACK, ["ANSWER_POLARITY"])


def test_no_before_other_talk_is_off_topic(judge: Judge):
    assert codes(judge("아니요, 오늘 날씨가 좋아요", FIRST)) == ["MEANING_OFF_TOPIC"]


SEAT = expect("어디에 앉으시겠어요?", "창가에 앉을게요.", "창가 자리에 앉고 싶어요.", slots={"seat": ("창가",)})
JOB = expect("직업이 뭐예요?", "대학생이에요.", "저는 대학생이에요.", slots={"job": ("대학생", "학생")})
WITH = expect("누구랑 오셨어요?", "친구하고 왔어요.", "친구랑 같이 왔어요.", slots={"who": ("친구",)})
SENT = expect("어디로 보내실 거예요?", "인도네시아로 보낼 거예요.", slots={"country": ("인도네시아",)})
LOST = expect(
    "어떤 가방을 잃어버리셨어요?",
    "검은색 가방을 잃어버렸어요.",
    "까만 가방이에요.",
    slots={"color": ("검은색", "까만")},
)


@pytest.mark.parametrize(
    ("text", "turn", "heard"),
    [
        ("구석에 앉을게요", SEAT, "구석"),
        ("벽 쪽에 앉을게요", SEAT, "벽"),
        ("저는 의사예요", JOB, "의사"),
        ("선생님이에요", JOB, "선생"),
        ("가족하고 왔어요", WITH, "가족"),
        ("동생이랑 같이 왔어요", WITH, "동생"),
        ("일본으로 보낼 거예요", SENT, "일본"),
        ("빨간색 가방을 잃어버렸어요", LOST, "빨간색"),
    ],
)
def test_what_stands_in_the_place_of_the_value_is_a_wrong_value(
    judge: Judge, text: str, turn: Expectation, heard: str
):
    evaluation = judge(text, turn)
    assert evaluation.verdict is Verdict.RETRY
    assert codes(evaluation) == ["SLOT_WRONG"]
    assert evaluation.items[0].params["got"] == heard


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("자리에 앉을게요", SEAT),
        ("앉을게요", SEAT),
        ("비행기로 왔어요", WITH),
        ("어제 왔어요", WITH),
        ("오늘 보낼 거예요", SENT),
        ("가방을 잃어버렸어요", LOST),
    ],
)
def test_what_stands_elsewhere_leaves_the_value_open(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == ["SLOT_MISSING"]


HURRY = expect("급하세요?", "네, 빨리 가 주세요.", "네, 좀 빨리 가 주세요.")
CITY_HALL = expect("어디까지 가세요?", "시청으로 가 주세요.", "시청까지 가 주세요.", slots={"to": ("시청",)})
HERE = expect("어디로 갈까요?", "여기로 와 주세요.", "호텔 앞으로 와 주세요.")


def test_slowly_is_the_opposite_of_fast(judge: Judge):
    assert "MEANING_OPPOSITE" in codes(judge("천천히 가 주세요", HURRY))
    assert codes(judge("네, 얼른 가 주세요", HURRY)) == []


@pytest.mark.parametrize(
    ("text", "turn", "code", "better"),
    [
        ("시청으로 와 주세요", CITY_HALL, "VERB_DIRECTION", "시청으로 가 주세요"),
        ("여기로 가 주세요", HERE, "VERB_DIRECTION", "여기로 와 주세요"),
        ("시청을 가 주세요", CITY_HALL, "PARTICLE_WRONG", "시청으로 가 주세요"),
    ],
)
def test_a_request_to_go_says_where_and_which_way(
    judge: Judge, text: str, turn: Expectation, code: str, better: str
):
    evaluation = judge(text, turn)
    assert (codes(evaluation), evaluation.corrected) == ([code], better)


@pytest.mark.parametrize("text", ["시청에 가 주세요", "시청 가 주세요", "시청 쪽으로 가 주세요"])
def test_other_ways_to_say_where_pass(judge: Judge, text: str):
    assert codes(judge(text, CITY_HALL)) == []


NAME = expect("성함이 어떻게 되세요?", "저는 아니타예요.", "제 이름은 아니타예요.")
TICKET = expect("표 있으세요?", "네, 있어요.", "네, 여기 있어요.")
DRINK = expect("술 하세요?", "아니요, 안 해요.", "아니요, 술은 못 마셔요.")


@pytest.mark.parametrize(
    ("text", "turn", "better"),
    [
        ("제 이름은 아니타세요", NAME, "제 이름은 아니타예요"),
        ("저는 아니타십니다", NAME, "저는 아니타입니다"),
        ("제 이름은 부디세요", NAME, "제 이름은 부디예요"),
        ("아니요, 안 하세요", DRINK, "아니요, 안 해요"),
    ],
)
def test_a_name_or_a_denial_that_raises_oneself_is_put_right(
    judge: Judge, text: str, turn: Expectation, better: str
):
    evaluation = judge(text, turn)
    assert (codes(evaluation), evaluation.corrected) == (["HONORIFIC_SELF"], better)


@pytest.mark.parametrize("text", ["저는 아니타예요", "아니타라고 해요", "제 이름은 부디입니다"])
def test_a_name_said_plainly_passes(judge: Judge, text: str):
    assert codes(judge(text, NAME)) == []


@pytest.mark.parametrize("text", ["네, 왕복 표를 있어요", "네, 표를 두 장 있어요", "네, 티켓을 있어요"])
def test_what_there_is_takes_no_object_particle(judge: Judge, text: str):
    assert "PARTICLE_WRONG" in codes(judge(text, TICKET))


UMBRELLA = expect("뭐 찾으세요?", "우산을 사고 싶어요.", "우산 찾고 있어요.", slots={"item": ("우산",)})


@pytest.mark.parametrize("text", ["umbrella를 사고 싶어요", "payung을 사고 싶어요"])
def test_the_particle_of_a_foreign_word_is_made_to_fit_the_korean_one(judge: Judge, text: str):
    evaluation = judge(text, UMBRELLA)
    assert (codes(evaluation), evaluation.corrected) == (["MIXED_LANGUAGE"], "우산을 사고 싶어요")


QUALITY = expect("어떤 걸 드릴까요?", "따뜻한 커피 주세요.", "맛있는 빵 주세요.")


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("따뜻하다 커피 주세요", "따뜻한 커피 주세요"),
        ("맛있다 빵 주세요", "맛있는 빵 주세요"),
        ("따뜻하다 주세요", "따뜻한 거 주세요"),
    ],
)
def test_a_dictionary_form_before_a_noun_becomes_its_modifier(judge: Judge, text: str, better: str):
    evaluation = judge(text, QUALITY)
    assert (codes(evaluation), evaluation.corrected) == (["DICTIONARY_FORM"], better)


@pytest.mark.parametrize("text", ["아니요, 안할게요", "아니요, 안해요"])
def test_not_doing_is_written_apart(judge: Judge, text: str):
    turn = expect("샷 추가하시겠어요?", "아니요, 안 할게요.", "아니요, 괜찮아요.")
    assert codes(judge(text, turn)) == ["SPACE_NEGATION"]


OPEN = expect("봉투 열어 드릴까요?", "아니요, 제가 열게요.", "아니요, 괜찮아요.")
WARM = expect("데워 드릴까요?", "아니요, 집에서 데울게요.", "아니요, 괜찮아요.")


@pytest.mark.parametrize(("text", "turn"), [("네, 열어 주세요", OPEN), ("네, 데워 주세요", WARM)])
def test_asking_for_what_is_taught_to_be_done_alone_says_yes_for_no(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == ["NEGATION_MISMATCH"]


@pytest.mark.parametrize(("text", "turn"), [("아니요, 제가 열어 볼게요", OPEN), ("아니요, 제가 데울게요", WARM)])
def test_doing_it_alone_declines(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


CREAM = expect("휘핑크림 올려 드릴까요?", "네, 많이 올려 주세요.", "네, 올려 주세요.")


def test_an_adverb_of_manner_stands_before_its_verb(judge: Judge):
    evaluation = judge("네, 올려 주세요 많이", CREAM)
    assert (codes(evaluation), evaluation.corrected) == (["ORDER_VERB_FINAL"], "네, 많이 올려 주세요")


@pytest.mark.parametrize("text", ["올려 주세요, 많이", "네, 올려 주세요 좀", "네, 올려 주세요 제발"])
def test_what_is_added_behind_a_pause_or_to_soften_may_follow(judge: Judge, text: str):
    assert codes(judge(text, CREAM)) == []


UPSTAIRS = expect("위층에 자리 있습니다.", "그럼 위층에서 마실게요.", "네, 위층으로 갈게요.")
WAY_OUT = expect("도와드릴까요?", "어디로 나가면 돼요?", "몇 번 출구로 나가면 돼요?")
AGE = expect("몇 살이세요?", "스무 살이에요.", "스무 살입니다.")


@pytest.mark.parametrize(
    ("text", "turn", "told", "better"),
    [
        ("그럼 위층에 마실게요", UPSTAIRS, "PARTICLE_WRONG", "그럼 위층에서 마실게요"),
        ("어디로 나가면 됩니다", WAY_OUT, "SENTENCE_TYPE", "어디로 나가면 됩니까"),
        ("이십 살이에요", AGE, "COUNTER_SYSTEM", "스무 살이에요"),
        ("스물 살이에요", AGE, "COUNTER_FORM", "스무 살이에요"),
    ],
)
def test_place_question_and_age_are_put_right(judge: Judge, text: str, turn: Expectation, told: str, better: str):
    evaluation = judge(text, turn)
    assert (codes(evaluation), evaluation.corrected) == ([told], better)


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("네, 위층에 갈게요", UPSTAIRS),
        ("어디로 나가면 됩니까?", WAY_OUT),
        ("어디로 나가는지 알려 주시면 됩니다", WAY_OUT),
        ("20살이에요", AGE),
    ],
)
def test_the_same_said_well_passes(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


THANKS = expect("물은 저쪽에 있습니다.", "네, 감사합니다.", "네, 알겠습니다.", "여기 있습니다.")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("네, 감사하니다", "SPELL_SEUMNIDA"),
        ("여기 이씁니다", "SPELL_LIAISON"),
        ("여기 이씀니다", "SPELL_LIAISON"),
    ],
)
def test_formal_endings_that_lost_a_consonant_are_told(judge: Judge, text: str, told: str):
    assert told in codes(judge(text, THANKS))


MEAL = expect("뭘 드시겠어요?", "닭고기로 주세요.", "닭고기 주세요.", slots={"meal": ("닭고기",)})
JUICE = expect("뭘 드릴까요?", "오렌지 주스 주세요.", slots={"drink": ("오렌지 주스",)})


@pytest.mark.parametrize(
    ("text", "turn", "told"),
    [
        ("고기로 주세요", MEAL, "SLOT_MISSING"),
        ("생선으로 주세요", MEAL, "SLOT_WRONG"),
        ("주스 주세요", JUICE, "SLOT_MISSING"),
        ("토마토 주스 주세요", JUICE, "SLOT_WRONG"),
    ],
)
def test_the_kind_of_a_value_leaves_it_open(judge: Judge, text: str, turn: Expectation, told: str):
    assert codes(judge(text, turn)) == [told]


SOY = expect("우유는 어떤 걸로 바꿔 드릴까요?", "두유로 바꿔 주세요.", "두유로 해 주세요.")
DOLLARS = expect("뭘 도와드릴까요?", "달러로 바꿔 주세요.", "백 달러로 환전해 주세요.")
TASTE = expect("커피 맛이 어떠세요?", "아주 맛있어요.", "좀 써요.")


@pytest.mark.parametrize(
    ("text", "turn", "better"),
    [
        ("두유를 바꿔 주세요", SOY, "두유로 바꿔 주세요"),
        ("달러를 바꿔 주세요", DOLLARS, "달러로 바꿔 주세요"),
        ("커피를 아주 맛있어요", TASTE, "커피가 아주 맛있어요"),
        ("케이크를 너무 맛있어요", TASTE, "케이크가 너무 맛있어요"),
    ],
)
def test_what_is_got_takes_ro_and_what_tastes_is_a_subject(
    judge: Judge, text: str, turn: Expectation, better: str
):
    evaluation = judge(text, turn)
    assert (codes(evaluation), evaluation.corrected) == (["PARTICLE_WRONG"], better)


@pytest.mark.parametrize(
    ("text", "turn"), [("우유를 두유로 바꿔 주세요", SOY), ("원화를 달러로 바꿔 주세요", DOLLARS)]
)
def test_what_is_given_up_keeps_its_own_particle(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


CARRY = expect("들어 드릴까요?", "아니요, 혼자 들 수 있어요.", "아니요, 괜찮습니다.")
LATER = expect("지금 가져다 드릴까요?", "아니요, 나중에 주세요.", "나중에 주세요.")


@pytest.mark.parametrize(("text", "turn"), [("네, 혼자 들 수 있어요", CARRY), ("네, 나중에 주세요", LATER)])
def test_yes_before_the_words_of_a_refusal_is_a_slip(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == ["ANSWER_POLARITY"]


SWAP = expect("자리 좀 바꿔 주실 수 있어요?", "네, 바꿔 드릴게요.", "네, 괜찮아요.")


@pytest.mark.parametrize("text", ["네, 그럴게요", "네, 그렇게 할게요", "괜찮아요", "네, 좋아요"])
def test_a_request_is_granted_in_any_words(judge: Judge, text: str):
    assert codes(judge(text, SWAP)) == []


def test_a_request_that_is_refused_says_no(judge: Judge):
    assert codes(judge("아니요, 싫어요", SWAP)) == ["NEGATION_MISMATCH"]


def test_all_but_the_direction_still_tells_what_was_meant(judge: Judge):
    turn = expect("어떻게 오셨어요?", "버스로 왔어요.", "버스 타고 왔어요.")
    evaluation = judge("버스로 갔어요", turn)
    assert (codes(evaluation), evaluation.corrected) == (["VERB_DIRECTION"], "버스로 왔어요")
    assert codes(judge("학교로 갔어요", turn)) == ["MEANING_OFF_TOPIC"]


LEAVE = expect("여기 앉아도 돼요?", "네, 앉아도 돼요.", "네, 괜찮아요.")
PRICE = expect("봉투값 백 원인데 괜찮으세요?", "네, 괜찮아요.", "네, 주세요.")
WIFI = expect("비밀번호 필요하세요?", "네, 비밀번호가 뭐예요?", "네, 비밀번호 알려 주세요.")
SIGN = expect("여기에 서명해 주시겠어요?", "네, 알겠어요.", "네, 어디에 해요?")
WHICH_BUS = expect("몇 번 버스를 타야 하는지 아세요?", "아니요, 몰라요.", "아니요, 잘 모르겠어요.")
HOT = expect("따뜻한 거 드릴까요?", "아니요, 차가운 걸로 주세요.", "차가운 거요.", slots={"temp": ("차가운",)})


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("아니요, 괜찮아요", LEAVE),
        ("필요 없어요", PRICE),
        ("아니요, 괜찮아요", PRICE),
        ("아니요, 괜찮아요", WIFI),
        ("필요 없어요", WIFI),
        ("싫어요", SIGN),
        ("아니요, 괜찮아요", SIGN),
        ("네, 알아요", WHICH_BUS),
        ("네, 부탁해요", WHICH_BUS),
        ("네, 주세요", HOT),
        ("네, 부탁해요", HOT),
    ],
)
def test_a_plain_no_or_yes_where_the_other_is_wanted_is_told_so(judge: Judge, text: str, turn: Expectation):
    assert "NEGATION_MISMATCH" in codes(judge(text, turn))


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("괜찮아요", LEAVE),
        ("네, 괜찮습니다", LEAVE),
        ("괜찮아요", PRICE),
        ("네, 괜찮아요", PRICE),
        ("네, 알겠어요", SIGN),
        ("잘 모르겠어요", WHICH_BUS),
        ("차가운 거 주세요", HOT),
        ("아니요, 괜찮아요", expect("숟가락 필요 없으세요?", "네, 필요 없어요.", "네, 괜찮아요.")),
    ],
)
def test_all_right_agrees_to_what_it_was_asked_about(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


TERRACE = expect("테라스 자리도 괜찮으세요?", "네, 테라스에 앉을게요.", "네, 좋아요.")
PARKED = expect("주차하셨어요?", "아니요, 걸어서 왔어요.", "아니요, 안 했어요.")
BREAD = expect("빵 데워 드릴까요?", "아니요, 그냥 먹을게요.", "아니요, 안 데워 주셔도 돼요.")
PARTY = expect("일행이 있으세요?", "아니요, 혼자 왔어요.", "아니요, 없어요.")
GIFT = expect("선물하실 거예요?", "네, 친구한테 줄 거예요.", "네, 친구 선물이에요.")


@pytest.mark.parametrize(
    ("text", "turn", "told", "better"),
    [
        ("네, 좋아", TERRACE, "LEVEL_TOO_LOW", "네, 좋아요"),
        ("네, 괜찮아", TERRACE, "LEVEL_TOO_LOW", "네, 괜찮아요"),
        ("아니요, 걸어서 오셨어요", PARKED, "HONORIFIC_SELF", "아니요, 걸어서 왔어요"),
        ("네, 그냥 먹을게요", BREAD, "ANSWER_POLARITY", "아니요, 그냥 먹을게요"),
        ("네, 혼자 왔어요", PARTY, "ANSWER_POLARITY", "아니요, 혼자 왔어요"),
        ("네, 친구한테 주실 거예요", GIFT, "HONORIFIC_SELF", "네, 친구한테 줄 거예요"),
    ],
)
def test_the_answer_is_told_by_its_own_words(judge: Judge, text: str, turn: Expectation, told: str, better: str):
    evaluation = judge(text, turn)
    assert (codes(evaluation), evaluation.corrected) == ([told], better)


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("네, 괜찮아요", TERRACE),
        ("괜찮아요", TERRACE),
        ("어서 오세요", expect("손님 오셨네요.", "어서 오세요.", "안녕하세요. 어서 오세요.")),
        ("네, 앉으세요", expect("여기 사람 있어요?", "아니요, 앉으세요.", "아니요, 없어요.")),
        ("아니요, 걸어왔어요", expect("타고 오셨어요?", "아니요, 걸어왔어요.", "아니요, 걸어서 왔어요.")),
    ],
)
def test_what_answers_well_is_left_alone(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


@pytest.mark.parametrize("text", ["아니요, 안에 앉을게요", "아니요, 밖에 앉을게요"])
def test_another_place_is_another_fact(judge: Judge, text: str):
    assert codes(judge(text, TERRACE)) == ["NEGATION_MISMATCH"]


def test_what_was_not_done_is_not_what_was_done(judge: Judge):
    turn = expect("어제 학교에 왜 안 왔어요?", "아파서 못 갔어요.", "머리가 아파서 못 갔어요.")
    assert codes(judge("아파서 갔어요", turn)) == ["NEGATION_MISMATCH"]


CLEAR = expect("여기 치워 드릴까요?", "네, 치워 주세요.", "네, 좀 치워 주시겠어요?")
NO_ICE = expect("얼음 빼 드릴까요?", "네, 빼 주세요.", "네, 얼음 빼 주세요.")
THROW = expect("영수증 버려 드릴까요?", "네, 버려 주세요.", "네, 부탁드려요.")
CANCEL = expect("예약 취소해 드릴까요?", "아니요, 취소하지 마세요.", "아니요, 괜찮아요.")


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("네, 부탁해요", CLEAR),
        ("네, 그렇게 해 주세요", CLEAR),
        ("네", CLEAR),
        ("네, 얼음 없이 주세요", NO_ICE),
        ("얼음 넣지 마세요", NO_ICE),
        ("네, 부탁해요", NO_ICE),
        ("네, 필요 없어요", THROW),
        ("아니요, 그냥 두세요", CANCEL),
    ],
)
def test_yes_to_an_offer_to_take_away_lets_it_go(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("아니요, 괜찮아요", CLEAR),
        ("아니요, 안 치워도 돼요", CLEAR),
        ("아니요, 그냥 두세요", CLEAR),
        ("아니요, 넣어 주세요", NO_ICE),
        ("아니요, 빼지 마세요", NO_ICE),
        ("아니요, 주세요", THROW),
        ("아니요, 버리지 마세요", THROW),
        ("네, 취소해 주세요", CANCEL),
    ],
)
def test_no_to_an_offer_to_take_away_keeps_it(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == ["NEGATION_MISMATCH"]


EAT_HERE = expect("물은 여기 있어요.", "감사합니다. 여기서 먹어도 돼요?", "여기서 먹어도 돼요?")
HOW_PAID = expect("어떻게 계산하시겠어요?", "카드로 할게요.", "카드로 계산할게요.", slots={"pay": ("카드",)})
MEMBER = expect("회원이세요?", "아니요, 회원 아니에요.", "아니요, 아니에요.")
TRIP = expect("어디에 가실 거예요?", "부산에 갈 거예요.", "부산에 가고 싶어요.", slots={"to": ("부산",)})
BROUGHT = expect("음식물 가지고 오셨어요?", "네, 과자를 가지고 왔어요.", "네, 과자가 있어요.")
DELAYED = expect("비행기가 늦어집니다.", "그럼 몇 시에 출발합니까?", "몇 시에 출발해요?")
RENTED = expect("며칠 빌리실 거예요?", "나흘 빌릴 거예요.", "사 일 동안 빌리고 싶어요.")


@pytest.mark.parametrize(
    ("text", "turn", "told", "better"),
    [
        ("여기서 드셔도 돼요?", EAT_HERE, "HONORIFIC_SELF", "여기서 먹어도 돼요?"),
        ("카드로 계산해 드릴게요", HOW_PAID, "GIVE_DIRECTION", "카드로 계산할게요"),
        ("아니요, 회원 아니세요", MEMBER, "HONORIFIC_SELF", "아니요, 회원 아니에요"),
        ("아니요, 회원 아니예요", MEMBER, "SPELL_EYO_YEYO", "아니요, 회원 아니에요"),
        ("부산에 올 거예요", TRIP, "VERB_DIRECTION", "부산에 갈 거예요"),
        ("부산에 오고 싶어요", TRIP, "VERB_DIRECTION", "부산에 가고 싶어요"),
        ("그럼 몇 시에 출발합니다?", DELAYED, "SENTENCE_TYPE", "그럼 몇 시에 출발합니까?"),
        ("네 일 동안 빌리고 싶어요", RENTED, "COUNTER_SYSTEM", "사 일 동안 빌리고 싶어요"),
    ],
)
def test_who_does_it_which_way_and_how_long_is_put_right(
    judge: Judge, text: str, turn: Expectation, told: str, better: str
):
    evaluation = judge(text, turn)
    assert (codes(evaluation), evaluation.corrected) == ([told], better)


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("여기서 먹어도 될까요?", EAT_HERE),
        ("카드로 드릴게요", HOW_PAID),
        ("들어 드릴게요", expect("가방 무거워요.", "제가 들게요.", "제가 들어 드릴게요.")),
        ("부산으로 갈 거예요", TRIP),
        ("네, 가지고 왔어요", BROUGHT),
        ("몇 시에 출발하나요?", DELAYED),
    ],
)
def test_what_is_said_of_oneself_plainly_passes(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


@pytest.mark.parametrize("text", ["아니요, 안 가지고 왔어요", "아니요, 못 가져왔어요"])
def test_what_was_not_brought_along_is_denied(judge: Judge, text: str):
    assert "NEGATION_MISMATCH" in codes(judge(text, BROUGHT))


LID = expect("창문 덮개 열어 주시겠어요?", "네, 열게요.", "네, 지금 열게요.")
LIGHT = expect("불 켜 드릴까요?", "네, 켜 주세요.", "켜 주세요.")
LESS_ICE = expect("얼음 적게 넣어 드릴까요?", "아니요, 많이 넣어 주세요.", "많이 주세요.")


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("네, 닫을게요", LID),
        ("창문 닫을게요", LID),
        ("네, 꺼 주세요", LIGHT),
        ("네, 적게 넣어 주세요", LESS_ICE),
    ],
)
def test_doing_the_opposite_is_told_as_that(judge: Judge, text: str, turn: Expectation):
    evaluation = judge(text, turn)
    assert evaluation.verdict is Verdict.RETRY
    assert "MEANING_OPPOSITE" in codes(evaluation)


@pytest.mark.parametrize(("text", "turn"), [("네, 열겠습니다", LID), ("아니요, 가득 넣어 주세요", LESS_ICE)])
def test_doing_the_same_in_other_words_passes(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


@pytest.mark.parametrize(
    ("text", "told", "better"),
    [("네, 여실게요", "HONORIFIC_SELF", "네, 열게요"), ("네, 지금 여실게요", "HONORIFIC_SELF", "네, 지금 열게요")],
)
def test_opening_is_known_also_where_it_is_raised(judge: Judge, text: str, told: str, better: str):
    evaluation = judge(text, LID)
    assert (codes(evaluation), evaluation.corrected) == ([told], better)


def test_when_it_was_stands_before_the_verb(judge: Judge):
    turn = expect("언제 오셨어요?", "어제 왔어요.", "어제 도착했어요.")
    assert codes(judge("왔어요 어제", turn)) == ["ORDER_VERB_FINAL"]
    assert codes(judge("도착했어요, 어제", turn)) == []


MAKING = expect("뭐 만들어 드릴까요?", "커피 한 잔 만들어 주세요.", "커피 한 잔 주세요.")


def test_making_is_known_also_where_it_is_raised(judge: Judge):
    evaluation = judge("커피 한 잔 만드세요", MAKING)
    assert (codes(evaluation), evaluation.corrected) == (["ENDING_AUX"], "커피 한 잔 만들어 주세요")
    assert codes(judge("커피 한 잔만 드세요", MAKING)) == ["GIVE_DIRECTION"]


@pytest.mark.parametrize(("text", "better"), [("네, 나예요", "네, 저예요"), ("네, 나입니다", "네, 저입니다")])
def test_it_is_i_is_said_humbly(judge: Judge, text: str, better: str):
    evaluation = judge(text, expect("본인이세요?", "네, 저예요.", "네, 제가 이다예요."))
    assert (codes(evaluation), evaluation.corrected) == (["PRONOUN_HUMBLE"], better)


def test_ones_age_is_no_pronoun(judge: Judge):
    turn = expect("몇 살이에요?", "제 나이는 스무 살이에요.", "스무 살이에요.")
    assert codes(judge("나이는 스무 살이에요", turn)) == []


THANKED = expect("도착했습니다.", "감사합니다.", "네, 감사합니다.")
PAID = expect("만 원입니다.", "여기요.", "여기 있어요.")


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("안녕하세요. 감사합니다.", THANKED),
        ("저기요, 감사합니다", THANKED),
        ("음… 여기요. 감사합니다.", PAID),
        ("저기요, 여기요. 감사합니다.", PAID),
    ],
)
def test_a_courtesy_that_is_taught_is_heard_among_others(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


def test_courtesies_alone_are_no_answer_where_none_is_taught(judge: Judge):
    assert "MEANING_OFF_TOPIC" in codes(judge("안녕하세요. 감사합니다.", SEAT))


SHIP = expect("뭐 타고 오셨어요?", "배를 타고 왔어요.", "배로 왔어요.", slots={"way": ("배",)})
PURPOSE = expect("왜 오셨어요?", "관광으로 왔어요.", "관광하러 왔어요.", slots={"why": ("관광",)})
PILLS = expect("도움 필요하세요?", "네, 두통약 있어요?", "네, 두통약을 사고 싶어요.", slots={"item": ("두통약",)})


@pytest.mark.parametrize(
    ("text", "turn", "told"),
    [
        ("비행기로 왔어요", SHIP, "SLOT_WRONG"),
        ("비행기로 왔어요", PURPOSE, "SLOT_MISSING"),
        ("네, 소화제 있어요?", PILLS, "SLOT_WRONG"),
        ("네, 약 있어요?", PILLS, "SLOT_MISSING"),
    ],
)
def test_a_value_is_wrong_where_it_could_have_been_one(judge: Judge, text: str, turn: Expectation, told: str):
    assert codes(judge(text, turn)) == [told]


def test_a_native_digit_before_hundreds_of_dollars_is_told(judge: Judge):
    turn = expect("얼마나 바꾸실 거예요?", "삼백 달러 바꿔 주세요.", "삼백 달러요.")
    assert codes(judge("셋백 달러 바꿔 주세요", turn)) == ["COUNTER_SYSTEM"]
