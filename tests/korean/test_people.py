"""With whom, to whom and from whom; and particles that have no noun to stand on."""

import pytest

from tests.korean.turns import Judge, codes, expect

FREE = expect(
    "어제 뭐 했어요?",
    "친구하고 영화를 봤어요.",
    "부모님한테 선물을 줬어요.",
    "어제부터 아팠어요.",
    "혼자 살아요.",
    "선생님을 만났어요.",
    "친구한테 전화했어요.",
    "공항까지 갔어요.",
)


@pytest.mark.parametrize(
    ("said", "right", "code"),
    [
        ("부모님을 살아요.", "부모님하고 살아요.", "PARTICLE_WRONG"),
        ("친구를 결혼했어요.", "친구하고 결혼했어요.", "PARTICLE_WRONG"),
        ("동생을 같이 여행했어요.", "동생하고 같이 여행했어요.", "PARTICLE_WRONG"),
        ("친구를 전화했어요.", "친구한테 전화했어요.", "PARTICLE_WRONG"),
        ("부모님을 선물을 줬어요.", "부모님한테 선물을 줬어요.", "PARTICLE_WRONG"),
        ("엄마에 전화했어요.", "엄마에게 전화했어요.", "PARTICLE_WRONG"),
        ("친구에게 만났어요.", "친구를 만났어요.", "PARTICLE_WRONG"),
        ("친구에서 선물을 받았어요.", "친구에게서 선물을 받았어요.", "PARTICLE_WRONG"),
        ("친구하고를 영화를 봤어요.", "친구하고 영화를 봤어요.", "PARTICLE_EXTRA"),
        ("혼자에서 살아요.", "혼자 살아요.", "PARTICLE_EXTRA"),
        ("어제에서 아팠어요.", "어제부터 아팠어요.", "PARTICLE_WRONG"),
        ("공항에서까지 갔어요.", "공항까지 갔어요.", "PARTICLE_EXTRA"),
        ("영화를 보는 게 좋아해요.", "영화를 보는 걸 좋아해요.", "PARTICLE_WRONG"),
    ],
)
def test_a_person_takes_the_particle_of_what_is_done(judge: Judge, said: str, right: str, code: str):
    evaluation = judge(said, FREE)
    assert code in codes(evaluation)
    assert evaluation.corrected == right


@pytest.mark.parametrize(
    "text",
    [
        "친구를 만났어요.",
        "친구를 같이 만났어요.",
        "부모님을 도와줬어요.",
        "동생을 데리고 갔어요.",
        "친구한테 영화를 보여 줬어요.",
        "혼자서 영화를 봤어요.",
        "친구에게서 선물을 받았어요.",
        "아침에서 저녁까지 영화를 봤어요.",
        "선생님과 이야기했어요.",
        "영화를 보는 게 좋아요.",
        "친구를 초대했어요.",
    ],
)
def test_a_person_who_stands_right_is_left_alone(judge: Judge, text: str):
    assert {code for code in codes(judge(text, FREE)) if code.startswith("PARTICLE")} == set()


@pytest.mark.parametrize(
    "text",
    [
        "수업이 몇 시에 시작해요?",
        "너희가 먼저 먹어요.",
        "무엇을 더 선호하나요?",
        "과자를 간식으로 먹는 게 더 좋아요.",
    ],
)
def test_what_the_verb_leaves_open_is_left_open(judge: Judge, text: str):
    turn = expect("무엇을 도와드릴까요?", "수업을 듣고 싶어요.", "친구가 좋아요.")
    assert {code for code in codes(judge(text, turn)) if code.startswith("PARTICLE")} == set()


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("문을 안 닫혀요.", "문이 안 닫혀요."),
        ("표를 다 팔렸어요.", "표가 다 팔렸어요."),
        ("불을 꺼졌어요.", "불이 꺼졌어요."),
        ("전화를 끊겼어요.", "전화가 끊겼어요."),
        ("일을 생겼어요.", "일이 생겼어요."),
    ],
)
def test_what_happens_to_a_thing_has_it_as_its_subject(judge: Judge, said: str, right: str):
    turn = expect(
        "무슨 일이에요?", "문을 닫았어요.", "표를 샀어요.", "불을 껐어요.", "전화를 끊었어요.", "일이 많아요."
    )
    assert judge(said, turn).corrected == right


@pytest.mark.parametrize(
    "text", ["문을 닫아요.", "불을 켰어요.", "옷을 갈아입었어요.", "문이 열렸어요.", "뜻을 알고 싶어져요."]
)
def test_what_one_does_to_a_thing_keeps_its_object(judge: Judge, text: str):
    turn = expect("무슨 일이에요?", "문을 닫았어요.", "불을 껐어요.", "우산이 있어요.")
    assert {code for code in codes(judge(text, turn)) if code.startswith("PARTICLE")} == set()
