"""Number words: native (하나, 스물둘), Sino-Korean (십오, 삼만) and days (사흘), between word and value."""

NATIVE_FULL = {"하나": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}
NATIVE_SHORT = {"한": 1, "두": 2, "세": 3, "석": 3, "서": 3, "네": 4, "넉": 4}
NATIVE_TENS = {
    "열": 10,
    "스물": 20,
    "스무": 20,
    "서른": 30,
    "마흔": 40,
    "쉰": 50,
    "예순": 60,
    "일흔": 70,
    "여든": 80,
    "아흔": 90,
}
_SINO_DIGITS = {
    "영": 0,
    "공": 0,
    "일": 1,
    "이": 2,
    "삼": 3,
    "사": 4,
    "오": 5,
    "육": 6,
    "륙": 6,
    "칠": 7,
    "팔": 8,
    "구": 9,
}
_SINO_POWERS = {"십": 10, "백": 100, "천": 1000}
DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "열흘": 10, "보름": 15}


def native_form(value: int) -> str:
    """Native number as it stands alone: 하나, 스물둘."""
    units = {amount: word for word, amount in NATIVE_FULL.items()}
    tens = {amount: word for word, amount in NATIVE_TENS.items() if word != "스무"}
    return tens.get(value // 10 * 10, "") + units.get(value % 10, "")


def sino_form(value: int) -> str:
    """Sino-Korean number below 100 million: 십오, 삼천이백."""
    if value == 0:
        return "영"
    digits = {amount: word for word, amount in _SINO_DIGITS.items() if word not in ("공", "륙")}
    high, low = divmod(value, 10_000)
    spoken = "" if high == 0 else ("만" if high == 1 else sino_form(high) + "만")
    for power, name in ((1000, "천"), (100, "백"), (10, "십")):
        digit, low = divmod(low, power)
        if digit:
            spoken += (digits[digit] if digit > 1 else "") + name
    return spoken + (digits[low] if low else "")


def sino_value(word: str) -> int:
    """What a run of Sino-Korean digits and powers says (삼만오천 → 35000, 공일공 → 10)."""
    total = section = digit = 0
    for character in word:
        if character in _SINO_DIGITS:
            digit = digit * 10 + _SINO_DIGITS[character]
        elif character in _SINO_POWERS:
            section += max(digit, 1) * _SINO_POWERS[character]
            digit = 0
        elif character == "만":
            total += max(section + digit, 1) * 10_000
            section = digit = 0
    return total + section + digit
