"""What the user's own columns tell of a customer: which column is which, and how its cells read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from math import isnan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlp.corpus.dates import parse_time
from nlp.errors import ColumnError
from nlp.resources import data_path

TIERS: Final = ("top", "high", "middle", "base")
_MONEY_ROLES: Final = (
    "margin", "yearly_margin", "total_margin", "revenue", "yearly_revenue", "total_revenue", "saving", "premium"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueColumns:
    """The column for each role, by its name in the file; None where there is none.

    Money columns hold won, or the unit that stands in brackets in their name. ``margin`` and ``revenue`` are a
    month's, ``yearly_…`` a year's, ``total_…`` since the customer joined (over the tenure, or a year where the
    tenure is unknown). ``saving`` and ``premium`` are won a month, ``referrals`` the people introduced so far.
    ``churned`` tells whether the customer left after the text, ``status`` whether the case is closed.
    """

    margin: str | None = None
    yearly_margin: str | None = None
    total_margin: str | None = None
    revenue: str | None = None
    yearly_revenue: str | None = None
    total_revenue: str | None = None
    tenure: str | None = None
    joined: str | None = None
    purchases: str | None = None
    tier: str | None = None
    saving: str | None = None
    referrals: str | None = None
    premium: str | None = None
    churned: str | None = None
    status: str | None = None

    def filled_from(self, names: Collection[str]) -> ValueColumns:
        """Recognise the roles that are not set among the column names of a file.

        A column that is set must exist (ColumnError). A role that two columns fit takes the first of them; money in
        anything but won is not recognised.
        """
        chosen: dict[str, str | None] = {role.name: getattr(self, role.name) for role in fields(self)}
        for role, name in chosen.items():
            if name is not None and name not in names:
                raise ColumnError(
                    "value column {role}: {name!r} is no column of the file; its columns: {columns}",
                    role=role,
                    name=name,
                    columns=", ".join(names),
                )
        taken = {name for name in chosen.values() if name is not None}
        for name in names:
            role = _role_of(name)
            if role and chosen[role] is None and name not in taken and not _not_in_won(name):
                chosen[role] = name
        return ValueColumns(**chosen)

    @property
    def used(self) -> dict[str, str]:
        """The columns that play a role, by name, and the role."""
        return {name: role.name for role in fields(self) if (name := getattr(self, role.name)) is not None}


def passed_over(names: Collection[str], used: Collection[str]) -> tuple[str, ...]:
    """Columns that would have a role, had not another column of the same role come first: those of a second file."""
    return tuple(name for name in names if _role_of(name) and name not in used and not _not_in_won(name))


def not_in_won(names: Collection[str]) -> tuple[str, ...]:
    """The columns that would tell a customer's money, were it in won: 월매출(USD), 마진(%)."""
    return tuple(name for name in names if _not_in_won(name))


def money_unit(name: str) -> float:
    """How many won one unit of a column is, from its name's brackets: 월매출(VAT 별도, 만원) → 10,000; NaN: not won."""
    parts = [
        part.replace(" ", "").lower() for inside in _BRACKETS.findall(name) for part in re.split("[,/·:;：]", inside)
    ]
    in_won = any(part in ("원", "krw") or part.endswith(tuple(f"{word}원" for word in _UNITS)) for part in parts)
    if not in_won and any(map(_NOT_WON.search, parts)):
        return float("nan")
    written = [part.removeprefix("단위") for part in parts]
    return next(
        (won for part in written for word, won in _UNITS.items() if part == word or part.endswith(f"{word}원")), 1.0
    )


def says_total(name: str) -> bool:
    """Whether a column's name says that its amounts are totals: 누적매출, 총결제금액, total sales."""
    return _key(name).startswith(("누적", "총", "total"))


def parse_money(text: str, *, unit: float = 1.0) -> float:
    """Won from a cell: 12,000원 · 3만 5천원 · 2천만원 · 1억 2,000만원 · ₩9,900 · -500 · (500) · △500; NaN otherwise.

    A cell that is a mere number counts ``unit`` won for each.
    """
    cell = re.sub(r"[\s,₩￦\\]", "", text)
    if (negative := _NEGATIVE.fullmatch(cell)) is not None:
        return -parse_money(negative.group(1) or negative.group(2), unit=unit)
    if _PLAIN.fullmatch(cell) is not None:
        return float(cell) * unit
    found = _MONEY.fullmatch(cell)
    if found is None or not any(found.groups()):
        return float("nan")
    return sum(_group(part) * worth for part, worth in zip(found.groups(), (1e8, 1e4, 1.0), strict=True) if part)


def parse_months(text: str) -> float:
    """Months from a cell: 24 · 24개월 · 2년 · 2년 3개월 · 90일; a bare number is months; NaN otherwise."""
    found = _MONTHS.fullmatch(_NOISE.sub("", text))
    if found is None or not any(found.groups()):
        return float("nan")
    years, months, days = (float(part or 0.0) for part in found.groups())
    return 12.0 * years + months + days / 30.44


def parse_count(text: str) -> float:
    """A count from a cell: 12 · 12회 · 1,204건 · 3명; NaN otherwise."""
    found = _COUNT.fullmatch(_NOISE.sub("", text))
    return float(found.group(1)) if found else float("nan")


def parse_months_since(text: str, now: datetime) -> float:
    """Months from a date cell until ``now``: what ``parse_time`` reads, or a month (2021-03); NaN otherwise."""
    text = text.strip()
    date = parse_time(text) or parse_time(f"{text}01" if _YEAR_MONTH.fullmatch(text) else f"{text.rstrip('.월 ')}-01")
    if date is None:
        return float("nan")
    return max(0.0, (now.replace(tzinfo=None) - date).days / 30.44)


def parse_tier(text: str) -> float:
    """Position in ``TIERS`` of a membership tier such as VIP, 골드 or 일반회원; NaN where unknown."""
    return _tier_positions().get(re.sub("(회원|고객|등급)$", "", _key(text)), float("nan"))


def parse_answer(text: str, *, yes: str = "yes", no: str = "no") -> float:
    """1 for an answer that means ``yes``, 0 for one that means ``no`` (lists of the data file), NaN otherwise."""
    answers = _table()["answers"]
    key = _key(text)
    if key in answers[yes]:
        return 1.0
    return 0.0 if key in answers[no] else float("nan")


def parse_column(cells: NDArray[np.object_], parse: Callable[[str], float]) -> NDArray[np.float64]:
    """Apply ``parse`` to each cell ``(n,)``; equal cells are parsed once, empty ones and absurd numbers are NaN."""
    known: dict[Any, float] = {None: float("nan"), "": float("nan")}
    numbers = np.empty(len(cells))
    for row, cell in enumerate(cells):
        if cell not in known:
            number = parse(str(cell))
            known[cell] = number if abs(number) < _BEYOND else float("nan")
        numbers[row] = known[cell]
    return numbers


_BEYOND: Final = 1e15
"""No customer is worth as many won as the country earns in half a year; such a cell holds something else."""

_YEAR_MONTH: Final = re.compile(r"\d{6}")
_NOISE: Final = re.compile(r"[\s,]")
_NUMBER: Final = r"(\d+(?:\.\d+)?)"
_PLAIN: Final = re.compile(r"\+?\d+(?:\.\d+)?")
_NEGATIVE: Final = re.compile(r"[-\u2212\uff0d△▲]([\d.천백십만억]+(?:원|KRW)?)|\(([\d.천백십만억]+(?:원|KRW)?)\)")
_UNITS: Final[Mapping[str, float]] = {
    "십억": 1e9, "억": 1e8, "천만": 1e7, "백만": 1e6, "십만": 1e5, "만": 1e4, "천": 1e3
}  # fmt: skip
_MONEY: Final = re.compile(r"(?:(\d[\d.천백십]*)억)?(?:(\d[\d.천백십]*)만)?(\d[\d.천백십]*)?(?:원|KRW)?")
_GROUP: Final = re.compile(rf"(?:{_NUMBER}천)?(?:{_NUMBER}백)?(?:{_NUMBER}십)?{_NUMBER}?")
_BRACKETS: Final = re.compile(r"[(\[（]([^)\]）]*)[)\]）]")
_NOT_WON: Final = re.compile(
    r"usd|eur|jpy|cny|rmb|gbp|[$€¥￥£]|^%$|달러|유로|위안|파운드|(?:^|[^가-힣]|[천만억])엔화?$"
)
_MONTHS: Final = re.compile(rf"(?:{_NUMBER}년)?(?:{_NUMBER}(?:개월|달)?)?(?:{_NUMBER}일)?")
_COUNT: Final = re.compile(rf"{_NUMBER}(?:회|건|번|명|개)?")


def _not_in_won(name: str) -> bool:
    return _role_of(name) in _MONEY_ROLES and isnan(money_unit(name))


def _role_of(name: str) -> str:
    return _roles().get(_key(name), "")


def _group(text: str) -> float:
    """A number below 만: 3500 · 3천5백 · 2.5천; NaN otherwise."""
    found = _GROUP.fullmatch(text)
    if found is None:
        return float("nan")
    return sum(float(part or 0.0) * worth for part, worth in zip(found.groups(), (1e3, 1e2, 1e1, 1.0), strict=True))


@cache
def _roles() -> dict[str, str]:
    return {_key(known): role for role, names in _table()["names"].items() for known in names}


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(data_path("value_columns.toml").read_text(encoding="utf-8"))


@cache
def _tier_positions() -> dict[str, float]:
    return {_key(name): float(TIERS.index(tier)) for tier, names in _table()["tiers"].items() for name in names}


def _key(name: str) -> str:
    bare = re.sub(r"[(\[（][^)\]）]*[)\]）]", "", name)
    return "".join(character for character in bare.lower() if character.isalnum())
