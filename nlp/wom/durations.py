"""How long a Korean span of time is, and what a clock shows: "이틀" is 2,880 minutes, "오후 두 시 반" 14:30."""

from __future__ import annotations

import re
from typing import Final

_NATIVE: Final = dict(
    zip(
        ("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"),
        range(1, 13),
        strict=True,
    )
) | {"스무": 20}
_DIGITS: Final = {digit: value for value, digit in enumerate("일이삼사오육칠팔구", start=1)}
_DAY: Final = 24 * 60
_UNITS: Final = {
    "분": 1,
    "시간": 60,
    "일": _DAY,
    "영업일": _DAY,
    "주": 7 * _DAY,
    "주일": 7 * _DAY,
    "달": 30 * _DAY,
    "개월": 30 * _DAY,
    "년": 365 * _DAY,
}
_WORDS: Final = {
    "반나절": _DAY // 4,
    "종일": _DAY // 2,
    "하루": _DAY,
    "이틀": 2 * _DAY,
    "사흘": 3 * _DAY,
    "나흘": 4 * _DAY,
    "닷새": 5 * _DAY,
    "엿새": 6 * _DAY,
    "이레": 7 * _DAY,
    "일주일": 7 * _DAY,
    "열흘": 10 * _DAY,
    "보름": 15 * _DAY,
}
_SPAN: Final = re.compile(
    r"(\d{1,4}|[한두세네]|다섯|여섯|일곱|여덟|아홉|열한|열두|열|스무|[일이삼사오육칠팔구]?[십백][일이삼사오육칠팔구]?)"
    r"\s?(시간|분|주일|주|달|개월|년|영업일|일)(?:\s?(반)|\s?(\d{1,2})\s?분)?"
)
_CLOCK: Final = re.compile(
    r"(오전|오후|새벽|아침|낮|저녁|밤)?\s?(?:(\d{1,2}):(\d\d)|(\d{1,2}|[한두세네]|다섯|여섯|일곱|여덟|아홉|열한|열두|열)\s?시"
    r"(?:\s?(반)|\s?(\d{1,2})분)?)"
)
_EVENING: Final = ("오후", "저녁", "밤", "낮")


def minutes(written: str) -> int | None:
    """Minutes of a span such as "1시간 30분", "두 달 반" or "사흘"; None where it names no number."""
    text = written.strip()
    found = _SPAN.match(text)
    if found is None:
        return next((length for word, length in _WORDS.items() if text.startswith(word)), None)
    number, unit, half, more = found.groups()
    count = _number(number)
    return None if count is None else int((count + (0.5 if half else 0.0)) * _UNITS[unit]) + int(more or 0)


def of_day(written: str) -> int | None:
    """Minutes since midnight of a time of day such as "14:30" or "오후 두 시 반"; None where it names no hour.

    The hours that "밤" names after midnight (밤 1시) count from the midnight before: 25 hours.
    """
    found = _CLOCK.search(written)
    if found is None:
        return None
    part, hour, minute, name, half, more = found.groups()
    count = _number(hour or name)
    if count is None or count > 24:
        return None
    if part in ("오전", "새벽") and count == 12:
        count = 0
    elif part == "밤" and (count == 12 or count < 6):
        count = count % 12 + 24
    elif part in _EVENING and count < 12:
        count += 12
    return count * 60 + (30 if half else int(minute or more or 0))


def _number(written: str) -> int | None:
    """A number in digits, native or Sino-Korean words: "12", "열두", "이십"."""
    if written.isdecimal():
        return int(written)
    if written in _NATIVE:
        return _NATIVE[written]
    total, current = 0, 0
    for letter in written:
        if letter in _DIGITS:
            current = _DIGITS[letter]
        elif letter in ("십", "백"):
            total += max(current, 1) * (10 if letter == "십" else 100)
            current = 0
        else:
            return None
    return total + current or None
