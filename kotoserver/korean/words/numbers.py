"""Numbers in Korean: native and Sino-Korean, with their counters, read from the surface."""

import re
from dataclasses import dataclass

from kotoserver.korean.sounds.number_words import DAYS, NATIVE_FULL, NATIVE_SHORT, NATIVE_TENS, sino_value

NATIVE_COUNTERS = frozenset(
    {
        "잔",
        "개",
        "명",
        "병",
        "장",
        "권",
        "마리",
        "살",
        "시간",
        "시",
        "사람",
        "그릇",
        "조각",
        "캔",
        "컵",
        "봉지",
        "줄",
        "가지",
        "달",
        "켤레",
        "벌",
        "송이",
        "접시",
        "통",
        "팩",
        "세트",
        "박스",
        "상자",
        "대",
        "군데",
        "포기",
        "자루",
        "다발",
        "판",
        "그루",
        "근",
        "공기",
        "끼",
        "꼬치",
        "토막",
        "덩어리",
        "쌍",
        "곡",
        "냄비",
    }
)
SINO_COUNTERS = frozenset(
    {
        "원",
        "일",
        "월",
        "년",
        "층",
        "호",
        "호선",
        "인분",
        "주일",
        "박",
        "개월",
        "퍼센트",
        "달러",
        "킬로",
        "킬로그램",
        "그램",
        "미터",
        "학년",
        "페이지",
        "초",
        "번지",
        "루피아",
    }
)
_EITHER = frozenset({"분", "번", "주", "번째"})
COUNT_UNITS = NATIVE_COUNTERS - {"시", "시간", "살", "달"}
"""Counters that count things one orders."""

_COUNTER_GROUPS = (
    frozenset({"명", "분", "사람"}),
    frozenset({"잔", "컵", "병", "캔", "그릇", "팩", "통"}),
    frozenset({"마리"}),
    frozenset({"살"}),
    frozenset({"시", "시간", "분"}),
    frozenset({"권"}),
    frozenset({"장"}),
    frozenset({"대"}),
    frozenset({"켤레", "벌"}),
    frozenset({"일", "주일", "주", "박", "달", "개월", "년", "월"}),
    frozenset({"원", "달러", "루피아"}),
    frozenset({"층", "호", "호선", "번"}),
    frozenset({"포기", "그루", "다발", "송이"}),
    frozenset({"근", "킬로", "킬로그램", "그램"}),
    frozenset({"공기", "그릇", "냄비", "끼"}),
    frozenset({"꼬치", "토막", "덩어리", "조각"}),
    frozenset({"개", "조각", "봉지", "줄", "세트", "박스", "상자", "송이", "접시", "인분", "가지"}),
)

_native_word = "|".join(sorted([*NATIVE_FULL, *NATIVE_SHORT], key=len, reverse=True))
_native_tens = "|".join(sorted(NATIVE_TENS, key=len, reverse=True))
_NATIVE = rf"(?:(?:{_native_tens})\s?(?:{_native_word})|{_native_tens}|{_native_word})"
_SINO = r"[일이삼사오육륙칠팔구십백천만영공]+"
_MIXED = rf"(?:{'|'.join([*NATIVE_FULL, *NATIVE_TENS])})[백천만](?=\s?(?:원|달러|루피아))"
"""다섯천: a native digit with a Sino-Korean power."""
_DIGITS = r"\d[\d,]*(?:\.\d+)?\s?[십백천만]*"
_counter = "|".join(sorted(NATIVE_COUNTERS | SINO_COUNTERS | _EITHER, key=len, reverse=True))
_AFTER = (
    r"(?=$|[^가-힣]|요|이요|이에요|예요|입니다|이고|씩|을|를|이|가|은|는|만|도|에|부터|까지|으로|로|정도|동안|짜리|어치"
    r"|쯤|가량|인데|이거든|거든|이죠|죠|이네|네요|고요|밖에|마다|이나|보다|뿐|인가|인지|전(?![가-힣])|후(?![가-힣])"
    r"|주세요|줘|좀|주|할|부탁|더|하고|이랑|랑|포장|시킬|주문|있|입니|째|이?면(?=\s?(?:되|돼|됩|충분)))"
)
_NEVER_POINTED_AT = frozenset(
    {"층", "월", "년", "인분", "주일", "박", "명", "시", "살", "마리", "포기", "근", "끼"}
    | {"개", "장", "권", "켤레", "송이", "그루"}
)
"""Counters before which 이 is two, never "this"."""
_MINUTES = frozenset("삼사오육칠팔십")
"""Numbers that are counted also where 분 is written to them; 구분 and 천분 are words, and 이분 is a person."""
_OPENING = re.compile(r"(?:^|[\s,.!?])(?:네|예|아니요|아뇨|음|어|저|전|난|그럼|그러면|그냥|혹시|저기요|여기요)$")
"""What may stand before 이 without being counted by it: 네, 이 병 주세요."""
_COUNTED = re.compile(
    rf"(?<![가-힣\d])(?P<number>{_DIGITS}|{_MIXED}|{_NATIVE}|{_SINO})(?P<gap>\s?)(?P<counter>{_counter}){_AFTER}"
)
_GLUED = re.compile(rf"(?P<number>{_NATIVE}|{_DIGITS})(?P<gap>\s?)(?P<counter>잔|개|명|병|장){_AFTER}")
_BARE = re.compile(
    r"(?<![가-힣\d])(?P<number>하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉|열|\d+)(?=$|[^가-힣\d]|요|이요|만|면(?=\s?(?:되|돼|됩|충분))|를|을|랑|이랑|하고|주|씩|더|예요|이에요|입니다"
    r"|쯤|인데|이고|이거든|거든|밖에|으로|로|이죠|죠|은|는)"
)
_BARE_SHORT = re.compile(
    r"(?<![가-힣])(?P<number>(?:두|세)(?=\s(?:주|부탁|시킬|할게))|(?<=[가-힣]\s)한(?=\s주(?:세요|시겠|실래|십시)))"
)
_DAY_WORD = re.compile(
    rf"(?<![가-힣])(?P<number>{'|'.join(DAYS)})(?=$|[^가-힣]|동안|만|요|이요|정도|예요|이에요|입니다|있"
    r"|쯤|인데|이고|을|를|간|밖에|이나|은|이면|치|씩|이거든)"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was said; `start` to `end` covers it with its counter."""

    value: int
    written: str
    """native, short (한, 두 …), sino, digits or day."""
    word: str
    counter: str | None
    gap: str
    start: int
    end: int

    @property
    def quantity(self) -> tuple[int, str | None]:
        """Value and unit, weeks being counted in days."""
        if self.counter == "주일":
            return self.value * 7, "일"
        return self.value, self.counter


def read_numbers(text: str) -> tuple[Number, ...]:
    """Every number that is certainly one, in order: with a counter, or a full native word by itself."""
    found: list[Number] = []
    for pattern in (_COUNTED, _DAY_WORD, _BARE, _BARE_SHORT, _GLUED):
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            number = _number(match)
            if number is not None and not _is_determiner(text, number):
                found.append(number)
    return tuple(sorted(found, key=lambda number: number.start))


def counters_fit(one: str, other: str) -> bool:
    """Whether two counters may count the same thing."""
    if one == other or "개" in (one, other):
        return not ({one, other} & {"명", "분", "사람", "마리", "살"}) or one == other
    return any(one in group and other in group for group in _COUNTER_GROUPS)


def _number(match: re.Match[str]) -> Number | None:
    word = match["number"]
    groups = match.groupdict()
    counter = groups.get("counter")
    value, written = _value(word)
    if written == "sino" and value == 0:
        return None
    if word in DAYS:
        return Number(DAYS[word], "day", word, "일", "", match.start(), match.end())
    return Number(value, written, word, counter, groups.get("gap") or "", match.start(), match.end())


def _value(word: str) -> tuple[int, str]:
    if word in DAYS:
        return DAYS[word], "day"
    if word[0].isdigit():
        digits = re.match(r"[\d,]+", word)
        amount = int(digits[0].replace(",", "")[:9]) if digits else 0
        power = word[digits.end() :].strip() if digits else ""
        return amount * (sino_value(power) if power and power[0].isalpha() else 1), "digits"
    compact = word.replace(" ", "")
    native = NATIVE_FULL | NATIVE_TENS
    if len(compact) > 1 and compact[-1] in "백천만" and compact[:-1] in native:
        return native[compact[:-1]] * sino_value(compact[-1]), "native"
    if compact in NATIVE_SHORT:
        return NATIVE_SHORT[compact], "short"
    if compact in NATIVE_FULL:
        return NATIVE_FULL[compact], "native"
    for ten, amount in NATIVE_TENS.items():
        if compact == ten:
            return amount, "short" if ten == "스무" else "native"
        rest = compact.removeprefix(ten)
        if rest != compact and rest in NATIVE_SHORT:
            return amount + NATIVE_SHORT[rest], "short"
        if rest != compact and rest in NATIVE_FULL:
            return amount + NATIVE_FULL[rest], "native"
    return sino_value(compact), "sino"


def _is_determiner(text: str, number: Number) -> bool:
    """`이 잔` opening a phrase is "this cup", `세일` is a sale, and `한 일`, `네 분` are rarely counted."""
    if number.counter == "일" and number.word == "세" and not number.gap:
        return True
    if number.word == "이" and number.counter not in _NEVER_POINTED_AT:
        before = text[: number.start].rstrip()
        opens = not before or before[-1] in ",.!?이가을를은는에도" or _OPENING.search(before) is not None
        return opens or number.counter is None
    if number.counter == "일" and number.word in ("한", "네"):
        return not text[number.end :].startswith((" 동안", "동안"))
    if number.written != "sino" or len(number.word) > 1:
        return False
    if not number.gap and text[number.end :].startswith("면"):
        return True  # 사시면 돼요
    if number.gap or (number.counter == "분" and number.word in _MINUTES):
        return False
    return number.counter in (
        "대",
        "장",
        "도",
        "주",
        "호",
        "분",
        "초",
    )  # 구장 and 공주 are words, 오 장 is counted
