"""Each case is (spelling, standard pronunciation); the standard dictionary has them so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.korean.sounds.sound_changes import respell


def sounds(*cases: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("written", "heard"), [case.split("=") for case in cases])


def heard_as(written: str) -> str:
    return " ".join(respell(written.split()))


@sounds("꽃=꼳", "부엌=부억", "낮=낟", "값=갑", "닭=닥", "앞=압", "여덟=여덜", "삶=삼", "안=안", "방=방")
def test_only_seven_finals_are_heard_at_the_end(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("먹어요=머거요", "한국어=한구거", "있어요=이써요", "밖에=바께", "부엌에=부어케", "영어=영어", "책을=채글")
def test_a_final_moves_over_to_a_vowel(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("앉아요=안자요", "읽어요=일거요", "없어요=업써요", "값이=갑씨", "젊은=절믄", "밟아요=발바요", "핥아=할타")
def test_of_two_finals_the_second_moves_over(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("같이=가치", "굳이=구지", "붙여요=부처요", "닫혀요=다처요", "굳히다=구치다", "벼훑이=벼훌치")
def test_d_and_t_soften_before_i(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("좋아요=조아요", "많아요=마나요", "싫어요=시러요", "괜찮아요=괜차나요", "끓여요=끄려요")
def test_h_is_silent_between_a_stem_and_a_vowel(written: str, heard: str):
    assert heard_as(written) == heard


@sounds(
    "넣고=너코",
    "어떻게=어떠케",
    "좋습니다=조씀니다",
    "잃고=일코",
    "옳지=올치",
    "많다=만타",
    "놓는=논는",
    "뚫네=뚤레",
)
def test_h_before_a_consonant_leaves_its_breath(written: str, heard: str):
    assert heard_as(written) == heard


@sounds(
    "입학=이팍",
    "축하=추카",
    "못해요=모태요",
    "앉히다=안치다",
    "밝히다=발키다",
    "맞히다=마치다",
    "따뜻해요=따뜨태요",
)
def test_an_obstruent_before_h_is_aspirated(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("감사합니다=감사함니다", "국물=궁물", "앞문=암문", "있는=인는", "작년=장년", "없는=엄는", "꽃만=꼰만")
def test_obstruents_become_nasal_before_nasals(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("종로=종노", "독립=동닙", "협력=혐녁", "대통령=대통녕", "음료=음뇨", "심리=심니", "국립=궁닙")
def test_r_becomes_n_after_other_consonants(written: str, heard: str):
    assert heard_as(written) == heard


@sounds(
    "신라=실라", "연락=열락", "설날=설랄", "칼날=칼랄", "편리=펼리", "일년=일련", "생산량=생산냥", "의견란=의견난"
)
def test_n_becomes_l_beside_l_with_known_exceptions(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("학교=학꾜", "국밥=국빱", "식당=식땅", "덥습니다=덥씀니다", "값지다=갑찌다", "잡지=잡찌", "옷장=옫짱")
def test_a_consonant_after_an_obstruent_is_tense(written: str, heard: str):
    assert heard_as(written) == heard


@sounds(
    "읽고=일꼬",
    "맑게=말께",
    "읽다=익따",
    "앉고=안꼬",
    "닮고=담꼬",
    "넓다=널따",
    "핥다=할따",
    "밟다=밥따",
    "밟는=밤는",
)
def test_stems_with_two_finals_tense_their_endings(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("닭과=닥꽈", "닭도=닥또", "여덟도=여덜도", "삶과=삼과", "여덟이=여덜비", "닭을=달글")
def test_nouns_with_two_finals_do_not(written: str, heard: str):
    assert heard_as(written) == heard


@sounds(
    "할게요=할께요",
    "먹을게요.=머글께요.",
    "할걸요=할껄료",
    "갈수록=갈쑤록",
    "남습니다=남씀니다",
    "달게=달게",
    "길게=길게",
)
def test_some_endings_are_tense_by_what_they_mean(written: str, heard: str):
    assert heard_as(written) == heard


@sounds(
    "할 수 있어요.=할 쑤 이써요.",
    "갈 거예요.=갈 꺼예요.",
    "먹을 게 없어요=머글 께 업써요",
    "할 줄 몰라요=할 쭐 몰라요",
    "오늘 수업=오늘 수업",
)
def test_bound_nouns_are_tense_after_a_future_form(written: str, heard: str):
    assert heard_as(written) == heard


@sounds(
    "못 해요=모 태요",
    "못 먹어요=몬 머거요",
    "못 읽어요=몬 닐거요",
    "못 와요=모 돠요",
    "몇 시예요?=멷 씨예요?",
    "몇 명=면 명",
    "첫 번째=첟 뻔째",
    "다섯 명=다선 명",
)
def test_some_words_lean_on_the_next_one(written: str, heard: str):
    assert heard_as(written) == heard


@sounds("희망=히망", "가져와요=가저와요", "다쳐요=다처요", "의사=의사", "띄어=띠어")
def test_some_vowels_are_plainer_than_written(written: str, heard: str):
    assert heard_as(written) == heard


@sounds(
    "꽃잎=꼰닙",
    "꽃잎이=꼰니피",
    "십육=심뉵",
    "서울역=서울력",
    "맛없어요=마덥써요",
    "맛있어요=마시써요",
    "김밥=김빱",
    "결제=결쩨",
)
def test_words_that_follow_no_rule_are_known(written: str, heard: str):
    assert heard_as(written) == heard


@given(st.lists(st.text(), max_size=6))
def test_every_word_keeps_its_place_and_its_length(words: list[str]):
    changed = respell(words)
    assert [len(word) for word in changed] == [len(word) for word in words]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Lo"])), max_size=6))
def test_nothing_but_hangul_changes(words: list[str]):
    assert respell(words) == words


@given(st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=12))
def test_any_syllables_at_all_can_be_said(word: str):
    (heard,) = respell([word])
    assert all("가" <= letter <= "힣" for letter in heard)
