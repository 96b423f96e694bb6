"""Numbers as they are said: 삼만 이천 원, 두 시, 일오팔팔."""

from __future__ import annotations

import re

_DIGITS = "영일이삼사오육칠팔구"
_PLACES = ("", "십", "백", "천")
_MYRIADS = ("", "만", "억", "조")
_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_COUNTED = "시간|시|번째|번|명|개월|개|살|달|군데|가지|마리|잔|병|대|벌|켤레|통|장|권|곳|사람|박스|시쯤|시반"
_SINO = ("개월",)
_NUMBER = re.compile(
    rf"(?<![\dA-Za-z.,-])(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.(?P<part>\d+))?(?![\dA-Za-z]|[-:/.]\d)"
    rf"(?=\s?(?P<unit>{_COUNTED}|[만천백])?)(?P<percent>\s?%)?"
)
_DIGIT_BY_DIGIT = re.compile(r"\d|(?<=\d)-(?=\d)")


def spoken_numbers(text: str) -> str:
    """Numbers in words: with their places before most units, in Korean words before what is counted by them
    (3번: 세 번), digit by digit in telephone and order numbers.
    """
    said = _NUMBER.sub(_said, text)
    return _DIGIT_BY_DIGIT.sub(lambda match: _DIGITS[int(match.group())] if match.group().isdecimal() else " ", said)


def _said(match: re.Match[str]) -> str:
    digits = match["number"].replace(",", "")
    value = int(digits)
    if len(digits) > 12 or (digits[0] == "0" and len(digits) > 1):
        return match.group()
    unit = match["unit"] or ""
    if match["part"]:
        words = sino(value) + " 점 " + "".join(_DIGITS[int(digit)] for digit in match["part"])
    elif unit in ("만", "천", "백"):
        words = "" if value == 1 else sino(value)
    elif unit and unit not in _SINO and 0 < value < 100:
        words = native(value)
    else:
        words = sino(value)
    return words + (" 퍼센트" if match["percent"] else "")


def sino(value: int) -> str:
    """A whole number below 10¹⁶ in Sino-Korean words: 32000 → 삼만 이천."""
    if not value:
        return "영"
    groups = []
    for place, myriad in enumerate(_MYRIADS):
        group = value // 10000**place % 10000
        if not group:
            continue
        words = "".join(
            ("" if digit == 1 and power else _DIGITS[digit]) + _PLACES[power]
            for power in (3, 2, 1, 0)
            if (digit := group // 10**power % 10)
        )
        groups.append(("" if words == "일" and myriad == "만" else words) + myriad)
    return " ".join(reversed(groups))


def native(value: int) -> str:
    """A number from 1 to 99 in Korean words as they stand before a unit: 3 → 세, 20 → 스무."""
    return "스무" if value == 20 else _TENS[value // 10] + _ONES[value % 10]
