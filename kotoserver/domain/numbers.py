"""Native Korean numbers before a counter: 한 잔, 두 잔, 스무 잔."""

_UNITS = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")


def native_before_counter(number: int) -> str:
    """`number` (1 to 99) as it stands before a counter; ValueError outside that range."""
    if not 1 <= number <= 99:
        raise ValueError(f"native numbers before a counter run from 1 to 99, not {number}")
    if number == 20:
        return "스무"
    return _TENS[number // 10] + _UNITS[number % 10]
