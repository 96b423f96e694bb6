"""Dates and times as Korean exports write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - exports give wall-clock time without a zone
_WRITTEN = re.compile(
    r"(?P<year>\d{4}|\d{2})\s*[-./년]\s*(?P<month>\d{1,2})\s*[-./월]\s*(?P<day>\d{1,2})\s*[.일]?"
    r"\s*(?:\([^)]*\)|[월화수목금토일]요일)?\s*T?\s*"
    r"(?:(?P<half>오전|오후|am|pm)?\s*(?P<hour>\d{1,2})\s*[:시]\s*(?P<minute>\d{1,2})?\s*[:분]?\s*"
    r"(?P<second>\d{1,2})?(?:[.,]\d+)?\s*초?\s*(?P<after>am|pm)?)?"
    r"\s*(?:(?P<zone>z|[+-]\d{2}:?\d{2})|kst)?",
    re.IGNORECASE,
)
KST = timezone(timedelta(hours=9))
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_EPOCH = re.compile(r"(1\d{9})(?:\d{3}|\.\d+)?")
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:\.\d+)?)")


def parse_time(value: str) -> datetime | None:
    """Read a date, perhaps with a time of day; None when it is no date.

    Knows ``2026-11-21``, ``2026.11.21 14:03``, ``26/11/21``, ``20261121``, ``2026년 11월 21일 오후 3:05`` and
    Excel's serial days (``46347.5``), and seconds or milliseconds since 1970 (``1793000000``). The clock is kept as
    written; a time with a zone is turned into that of Korea.
    """
    value = value.strip()
    if (match := _WRITTEN.fullmatch(value)) is not None:
        part = match.groupdict()
        half = (part["half"] or part["after"] or "").lower()
        hour = int(part["hour"] or 0)
        if half in ("오후", "pm") and hour < 12:
            hour += 12
        elif half in ("오전", "am") and hour == 12:
            hour = 0
        year = int(part["year"])
        moment = _moment(
            year + 2000 if year < 100 else year,
            int(part["month"]),
            int(part["day"]),
            hour,
            int(part["minute"] or 0),
            int(part["second"] or 0),
        )
        zone = _zone(part["zone"] or "", exact="T" in value.upper() or part["second"] is not None)
        return moment if moment is None or zone is None else in_korea(moment.replace(tzinfo=zone))
    if (match := _COMPACT.fullmatch(value)) is not None:
        return _moment(*(int(piece or 0) for piece in match.groups()))
    if _SERIAL.fullmatch(value):
        return _EXCEL_EPOCH + timedelta(seconds=round(float(value) * 86400))
    if (match := _EPOCH.fullmatch(value)) is not None:
        return in_korea(datetime.fromtimestamp(int(match.group(1)), UTC))
    return None


def in_korea(moment: datetime) -> datetime:
    """The moment as a clock in Korea shows it, without a zone; one without a zone is taken to be that already."""
    return moment if moment.tzinfo is None else moment.astimezone(KST).replace(tzinfo=None)


def clock_seconds(value: str) -> float | None:
    """A number for ordering the turns of a call, from a date and time, ``00:01:23``, ``83.5`` or ``83500`` (ms)."""
    value = value.strip()
    if (match := _CLOCK.fullmatch(value)) is not None:
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    if _NUMBER.fullmatch(value):
        return float(value)
    moment = parse_time(value)
    return None if moment is None else (moment - _EXCEL_EPOCH).total_seconds()


def turn_moment(value: str) -> datetime | None:
    """When a turn was said; None for a place within the call, such as ``00:01:23`` or the milliseconds ``45000``."""
    return None if _SERIAL.fullmatch(value.strip()) else parse_time(value)


def _zone(written: str, *, exact: bool) -> timezone | None:
    """The zone of ``Z``, ``+09:00`` or ``-0500``; None where there is none, as in the range ``09:00-18:00``."""
    if written in ("Z", "z"):
        return UTC
    if not written or (written[0] == "-" and not exact):
        return None
    minutes = int(written[1:3]) * 60 + int(written[-2:])
    if int(written[-2:]) > 59 or minutes > 14 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime | None:
    if not 1970 <= year < 2100:
        return None
    try:
        if hour == 24 and minute == second == 0:
            return datetime(year, month, day) + timedelta(days=1)  # noqa: DTZ001
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
