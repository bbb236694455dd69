"""Endings on a form of the verb that they do not stand on, and what a verb rightly looks like."""

import pytest

from kotoserver.korean.orthography.misshapen import find_misshapen
from kotoserver.korean.reading.conjugation import conjugate
from kotoserver.korean.reading.sentence import analyse
from kotoserver.korean.words.stems import Kind, everyday_stems, infinitive, traced
from kotoserver.providers.kiwi import KiwiAnalyzer


def mended(text: str, analyzer: KiwiAnalyzer, *nouns: str) -> tuple[str, list[str]]:
    findings = list(find_misshapen(analyse(text, analyzer), frozenset(nouns), frozenset(), analyzer))
    for finding in reversed(findings):
        text = text[: finding.start] + (finding.replacement or "") + text[finding.end :]
    return text, [finding.code.value for finding in findings]


@pytest.mark.parametrize(
    ("said", "right", "code"),
    [
        ("머리가 아프서 왔어요.", "머리가 아파서 왔어요.", "SPELL_CONJUGATION"),
        ("길을 모르서 물어봤어요.", "길을 몰라서 물어봤어요.", "SPELL_CONJUGATION"),
        ("기차를 놓치서 늦었어요.", "기차를 놓쳐서 늦었어요.", "SPELL_CONJUGATION"),
        ("방이 추어서 못 잤어요.", "방이 추워서 못 잤어요.", "SPELL_CONJUGATION"),
        ("짐이 무거었어요.", "짐이 무거웠어요.", "SPELL_CONJUGATION"),
        ("친구를 만나았어요.", "친구를 만났어요.", "SPELL_CONJUGATION"),
        ("물을 마시고 싶아요.", "물을 마시고 싶어요.", "SPELL_CONJUGATION"),
        ("배가 아파고 열이 나요.", "배가 아프고 열이 나요.", "ENDING_CONNECTIVE"),
        ("가격은 싸지만 매워지만 맛있어요.", "가격은 싸지만 맵지만 맛있어요.", "ENDING_CONNECTIVE"),
        ("시간이 있면 갈게요.", "시간이 있으면 갈게요.", "ENDING_CONNECTIVE"),
        ("너무 비싸으니까 안 살래요.", "너무 비싸니까 안 살래요.", "ENDING_CONNECTIVE"),
        ("밥을 먹러 가요.", "밥을 먹으러 가요.", "ENDING_PURPOSE"),
        ("친구를 만나으러 가요.", "친구를 만나러 가요.", "ENDING_PURPOSE"),
        ("여기 앉세요.", "여기 앉으세요.", "SPELL_ENDING"),
        ("이름을 써세요.", "이름을 쓰세요.", "SPELL_ENDING"),
        ("여기서 내려을게요.", "여기서 내릴게요.", "SPELL_ENDING"),
        ("예쁘는데 비싸요.", "예쁜데 비싸요.", "SPELL_ENDING"),
        ("크는 사이즈로 주세요.", "큰 사이즈로 주세요.", "ENDING_MODIFIER"),
        ("매우는 음식을 못 먹어요.", "매운 음식을 못 먹어요.", "ENDING_MODIFIER"),
        ("재미있은 영화를 봤어요.", "재미있는 영화를 봤어요.", "ENDING_MODIFIER"),
        ("서울에 살는 친구가 있어요.", "서울에 사는 친구가 있어요.", "ENDING_MODIFIER"),
        ("내일 가 거예요.", "내일 갈 거예요.", "ENDING_MODIFIER"),
        ("천천히 말하세 주세요.", "천천히 말해 주세요.", "ENDING_AUX"),
        ("창문을 닫으 주세요.", "창문을 닫아 주세요.", "ENDING_AUX"),
        ("사진을 찍도 돼요?", "사진을 찍어도 돼요?", "ENDING_AUX"),
        ("여기에서 찍으지 마세요.", "여기에서 찍지 마세요.", "ENDING_CONNECTIVE"),
        ("공항에 갈고 싶어요.", "공항에 가고 싶어요.", "ENDING_AUX"),
        ("서울에 살습니다.", "서울에 삽니다.", "SPELL_SEUMNIDA"),
        ("어제는 추웠다요.", "어제는 추웠어요.", "DICTIONARY_FORM"),
    ],
)
def test_a_verb_is_made_anew_with_its_ending(analyzer: KiwiAnalyzer, said: str, right: str, code: str):
    assert mended(said, analyzer) == (right, [code])


@pytest.mark.parametrize(
    "text",
    [
        "우산을 펴고 걸어가요.",
        "소매를 걷어서 씻어요.",
        "불을 켜고 기다려요.",
        "커피를 갈고 물을 부어요.",
        "잘 크는 나무예요.",
        "먹는데 시간이 걸려요.",
        "걸어서 가고 들어서 알아요.",
        "문을 닫아도 돼요?",
        "맛있는데 비싸네요.",
        "집도 괜찮아요.",
        "여기 서세요.",
        "가게 옆에 있어요.",
        "빵을 자르고 싸서 가져가요.",
        "어제 만난 친구가 도와줬어요.",
        "해가 지면 추우니까 들어가세요.",
        "라면하고 냉면이 있어요.",
        "읽은 책을 팔려고 해요.",
        "좁은 길로 가지 마세요.",
        "얇아서 좋아요.",
        "힘듭니다.",
        "얼마입니까?",
        "얼마 입니까?",
        "춤을 추어요.",
        "바다를 보았어요.",
        "선물을 주었고 받았어요.",
        "길이 막히어서 늦었어요.",
        "도와주어서 고마워요.",
        "요금을 덜 내려면 어떻게 해요?",
    ],
)
def test_what_some_verb_really_has_is_left_alone(analyzer: KiwiAnalyzer, text: str):
    assert mended(text, analyzer) == (text, [])


def test_what_describes_takes_its_form_before_a_noun_of_the_turn(analyzer: KiwiAnalyzer):
    assert mended("따뜻해 녹차 하나 주세요.", analyzer, "녹차") == (
        "따뜻한 녹차 하나 주세요.",
        ["ENDING_MODIFIER"],
    )
    assert mended("예쁘 가방 주세요.", analyzer, "가방") == ("예쁜 가방 주세요.", ["ENDING_MODIFIER"])
    assert mended("추워 물 좀 주세요.", analyzer) == ("추워 물 좀 주세요.", [])


def test_every_infinitive_is_the_one_that_the_analyser_joins(analyzer: KiwiAnalyzer):
    for stem in everyday_stems().values():
        assert infinitive(stem) == conjugate([(stem.form, stem.tag), ("어", "EC")], analyzer)


def test_a_form_is_traced_to_every_verb_that_it_may_be_made_of():
    assert {(stem.form, kind) for stem, kind in traced("추어")} == {("춥", Kind.CLIPPED)}
    assert {(stem.form, kind) for stem, kind in traced("쓰")} == {("쓰", Kind.BARE)}
    assert ("예약하", Kind.LINKED) in {(stem.form, kind) for stem, kind in traced("예약하으")}
    assert list(traced("좋하")) == []
