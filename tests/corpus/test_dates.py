"""Dates as Korean exports write them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.corpus.dates import clock_seconds, parse_time


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-21", at(2026, 11, 21)),
        ("2026.11.21 14:03", at(2026, 11, 21, 14, 3)),
        ("2026. 11. 21.", at(2026, 11, 21)),
        ("2026/1/2 9:05:07", at(2026, 1, 2, 9, 5, 7)),
        ("26.11.21", at(2026, 11, 21)),
        ("20261121", at(2026, 11, 21)),
        ("1793000000", at(2026, 10, 26, 16, 33, 20)),
        ("1793000000123", at(2026, 10, 26, 16, 33, 20)),
        ("1793000000.5", at(2026, 10, 26, 16, 33, 20)),
        ("20261121140305", at(2026, 11, 21, 14, 3, 5)),
        ("2026년 11월 21일 오후 3:05", at(2026, 11, 21, 15, 5)),
        ("2026년 11월 21일 오전 12시 5분", at(2026, 11, 21, 0, 5)),
        ("2026년11월21일(토) 15시", at(2026, 11, 21, 15)),
        ("2026-11-21 토요일 3:05:00 PM", at(2026, 11, 21, 15, 5)),
        ("2026-11-21T14:03:05.123Z", at(2026, 11, 21, 23, 3, 5)),
        ("2026-11-21T20:00-05:00", at(2026, 11, 22, 10)),
        ("2026-11-21 20:00:00-0500", at(2026, 11, 22, 10)),
        ("2026-11-21 09:00-18:00", at(2026, 11, 21, 9)),
        ("2026-11-21 09:00-11:00", at(2026, 11, 21, 9)),
        ("2026-11-21 14:03+99:99", at(2026, 11, 21, 14, 3)),
        ("2026-11-21T14:03+24:00", at(2026, 11, 21, 14, 3)),
        ("2026-11-21T14:03:05+09:00", at(2026, 11, 21, 14, 3, 5)),
        ("2026-11-21 24:00", at(2026, 11, 22)),
        ("46347.5", at(2026, 11, 21, 12)),
    ],
)
def test_common_forms_are_read(written: str, meant: datetime) -> None:
    assert parse_time(written) == meant


@pytest.mark.parametrize("written", ["", "언젠가", "2026-13-01", "2026-02-30", "1234", "20269999", "10:30", "-"])
def test_what_is_no_date_is_none(written: str) -> None:
    assert parse_time(written) is None


@given(st.datetimes(min_value=at(2000, 1, 1), max_value=at(2099, 12, 31)))
def test_iso_times_survive(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert parse_time(moment.isoformat(" ")) == parse_time(moment.isoformat()) == moment


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_none(text: str) -> None:
    parse_time(text)
    clock_seconds(text)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("00:01:23", 83.0), ("1:23.5", 83.5), ("83.5", 83.5), ("45000", 45000.0), ("곧", None), ("", None)],
)
def test_turn_clocks_are_read(written: str, seconds: float | None) -> None:
    assert clock_seconds(written) == seconds
