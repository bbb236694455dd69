"""Digits, signs and abbreviations as a Korean reads them aloud: 2잔 -> 두 잔, 4,500원 -> 사천오백 원.

A number before a native counter (잔, 개, 명, 시 …) is read with native words, any other with
Sino-Korean ones; National Institute of Korean Language, Hangul spelling rules, article 44 and the
counters of the standard dictionary.
"""

import re
import unicodedata

from kotoserver.domain.numbers import native_before_counter

_DIGITS = "영일이삼사오육칠팔구"
_PLACES = ("", "십", "백", "천")
_MYRIADS = ("", "만", "억", "조")
_LONGEST_NUMBER = 16
"""Digits; longer ones are read digit by digit, as are telephone numbers."""

_NATIVE_COUNTERS = (
    "번째 가지 그루 그릇 켤레 송이 숟가락 마리 봉지 상자 자루 접시 조각 컵 통 팩 캔 병 잔 개 명 사람 살 시간 시 "
    "달 권 장 대 벌 줄 군데 곡 알 판 박스 세트 끼 척 채 쌍 모금 마디 번"
)
_SINO_LOOKALIKES = "개월 개국 장조 대째 시리즈 분기 명령 줄거리 번지 번가 번호 통신 판매 달러"
"""Words that begin like a native counter and are none."""

_PLACE_NUMBERED = ("출구", "버스", "홈", "게이트", "창구", "테이블", "문제", "손님", "고객", "방", "트랙")
"""After these, `3번` is the name of a thing (삼 번 출구) and not three times."""

_PEOPLE = re.compile(r"분(이|께|의|만|도|은)")
"""`2분이세요` counts guests; a bare `2분` is two minutes."""

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_TELEPHONE = re.compile(r"\d{2,4}-\d{3,4}-\d{4}|\d{4}-\d{4}")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_RANGE = re.compile(r"(?<=[\d가-힣])\s*[~∼〜]\s*(?=\d)")
_SPELLED = re.compile(r"[A-Z]{2,5}(?![a-z])")
_LETTER_NAMES = (
    "에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 아르 에스 티 유 브이 더블유 엑스 와이 제트"
)
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTER_NAMES.split(), strict=True))
_SIGNS = {"%": "퍼센트", "℃": "도", "&": " 앤드 ", "+": " 더하기 ", "=": "는 ", "㎏": "킬로그램", "㎞": "킬로미터"}


def read_aloud(word: str, following: str = "") -> str:
    """The word in Hangul and Latin letters with its punctuation; may hold several words.

    `following` is the next word of the text, which tells how a bare number is read (`2` in `2 잔`).
    """
    text = unicodedata.normalize("NFC", word)
    text = re.sub(r"[₩￦](\d[\d,]*)", r"\1원", text)
    text = _CLOCK.sub(r"\1시 \2분", text)
    text = _RANGE.sub("에서 ", text)
    text = _TELEPHONE.sub(lambda found: _digit_by_digit(found[0]), text)
    text = _NUMBER.sub(lambda found: _read_number(found[0], text[found.end() :] or following, following), text)
    text = _SPELLED.sub(lambda found: "".join(_LETTERS[letter] for letter in found[0]), text)
    for sign, name in _SIGNS.items():
        text = text.replace(sign, name)
    return " ".join(text.split())


def sino(number: int) -> str:
    """Sino-Korean words for 0 up to 16 digits: 4500 -> 사천오백. ValueError outside that."""
    if not 0 <= number < 10**_LONGEST_NUMBER:
        raise ValueError(f"no Sino-Korean words for {number}")
    if number == 0:
        return "영"
    groups = []
    for myriad in _MYRIADS:
        number, group = divmod(number, 10_000)
        if group == 1 and myriad == "만" and number == 0:
            groups.append(myriad)  # 만, not 일만
        elif group:
            groups.append(_sino_below_myriad(group) + myriad)
    return "".join(reversed(groups))


def native(number: int) -> str:
    """Native words before a counter, the hundreds being Sino: 2 -> 두, 105 -> 백다섯."""
    hundreds, rest = divmod(number, 100)
    if hundreds == 0:
        return native_before_counter(rest)
    if rest == 0 or rest >= 20:  # 백이십 개 rather than 백스무 개
        return sino(number)
    return sino(hundreds * 100) + native_before_counter(rest)


def _sino_below_myriad(number: int) -> str:
    words = ""
    for place, digit in enumerate(reversed(str(number))):
        if digit != "0":
            one_is_silent = digit == "1" and place > 0
            words = ("" if one_is_silent else _DIGITS[int(digit)]) + _PLACES[place] + words
    return words


def _read_number(digits: str, after: str, following: str) -> str:
    whole, _, fraction = digits.replace(",", "").partition(".")
    if len(whole) > _LONGEST_NUMBER or (len(whole) > 1 and whole.startswith("0")):
        return _digit_by_digit(digits)
    number = int(whole)
    if fraction:
        return sino(number) + " 점 " + _digit_by_digit(fraction, zero="영")
    if after.startswith("번째") and number == 1:
        return "첫 "
    if _counts_natively(number, after, following):
        return native(number) + " "
    if after.startswith("월") and number in (6, 10):
        return "유" if number == 6 else "시"  # 유월, 시월
    return sino(number)


def _counts_natively(number: int, after: str, following: str) -> bool:
    if number == 0 or after.startswith(tuple(_SINO_LOOKALIKES.split())):
        return False
    if after.startswith("시") and not after.startswith("시간"):
        return number <= 12
    if after.startswith("번") and not after.startswith("번째"):
        named = after.removeprefix("번").lstrip() or following
        return not named.startswith(_PLACE_NUMBERED)
    return bool(_PEOPLE.match(after)) or after.startswith(tuple(_NATIVE_COUNTERS.split()))


def _digit_by_digit(digits: str, *, zero: str = "공") -> str:
    """As telephone numbers and decimals are read, the parts set apart."""
    names = {" ": " ", "-": " ", "0": zero} | {str(digit): _DIGITS[digit] for digit in range(1, 10)}
    return "".join(names.get(digit, "") for digit in digits)
