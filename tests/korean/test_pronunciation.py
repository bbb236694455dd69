import time

from hypothesis import given
from hypothesis import strategies as st

from kotoserver.korean.sounds.pronunciation import pronounce


def test_a_line_is_spelled_as_it_sounds():
    assert pronounce("감사합니다. 4,500원입니다!").spoken == "감사함니다. 사처노배궈님니다!"


def test_words_know_where_they_came_from():
    text = "따뜻한 라떼 2잔 주세요."
    found = [(text[word.start : word.start + word.length], word.at) for word in pronounce(text).words]
    assert found == [("따뜻한", 0), ("라떼", 4), ("2잔", 7), ("2잔", 9), ("주세요.", 11)]


def test_a_position_in_the_spoken_text_leads_to_its_word():
    pronunciation = pronounce("네, 두 잔이요.")
    at = [pronunciation.word_at(position) for position in (0, 3, 5, 6)]
    assert [word.start if word else None for word in at] == [0, 3, 5, 5]
    assert pronounce("").word_at(0) is None


def test_a_number_looks_at_the_next_word():
    assert pronounce("2 잔 주세요").spoken == "두 잔 주세요"


def test_punctuation_alone_leans_on_the_word_before():
    assert pronounce("네 / 주문 …").spoken == "네, 주문,"


def test_other_scripts_and_pictures_are_left_out():
    assert pronounce("안녕 漢字 привет 😀 친구").spoken == "안녕 친구"


def test_control_characters_part_words():
    assert pronounce("아\0이\x1b스\n크림").spoken == "아 이 스 크림"


def test_decomposed_hangul_is_read_as_composed():
    assert pronounce("\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165").spoken == "한구거"


def test_nothing_to_say_has_no_words():
    for text in ("", " ", "…", "\0", "!?", "😀"):
        assert pronounce(text).words == ()


def test_two_thousand_characters_take_no_time():
    started = time.perf_counter()
    pronounce("안녕하세요 " * 333)
    assert time.perf_counter() - started < 0.5


@given(st.text())
def test_any_text_gives_words_in_order_that_are_in_the_text(text: str):
    pronunciation = pronounce(text)
    places = [(word.at, word.start) for word in pronunciation.words]
    assert places == sorted(places)
    for word in pronunciation.words:
        assert 0 <= word.start < word.start + word.length <= len(text)
        assert pronunciation.spoken[word.at] != " "
    assert not set(pronunciation.spoken) & set("\0<>&0123456789\n")
