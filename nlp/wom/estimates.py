"""Numbers with their uncertainty, and what to say when a number cannot be computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Missing: TypeAlias = Literal[
    "time", "channel", "branch", "product", "customer", "volume", "audit", "audited", "label", "text"
]

LEVEL: Final = 0.95
"""Confidence level of every interval of this package unless a caller asks for another."""

_PRIOR_WEEKS: Final = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A value with the bounds of its interval, ``low <= high``; the unit is that of the field it stands in."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"the interval [{self.low}, {self.high}] is upside down; low must not exceed high")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Why a figure is absent and what would bring it: for the reader, in Korean and English."""

    missing: Missing
    ko: str
    en: str


_NOTES: Mapping[Missing, tuple[str, str]] = {
    "time": (
        "접수일시 열이 없어 주별 추이와 급증을 볼 수 없습니다. 날짜를 더하면 언제부터 늘었는지 알 수 있습니다.",
        "No time column: weekly trends and bursts are left out. Dates would show since when a cause has grown.",
    ),
    "channel": (
        "채널 열이 없어 공개된 구전(리뷰·게시판·소셜)과 비공개 상담(전화·채팅·메모)을 나누지 못합니다. "
        "채널을 더하면 구전의 양과 퍼진 정도를 알 수 있습니다.",
        "No channel column: public word of mouth (reviews, boards, social media) cannot be told from private "
        "contacts (calls, chats, memos). Channels would add its volume and its dispersion.",
    ),
    "branch": (
        "지점 열이 없어 지점끼리 비교하지 못합니다. 지점을 더하면 어느 지점을 먼저 지원할지 알 수 있습니다.",
        "No branch column: branches cannot be compared. It would show which branch to help first.",
    ),
    "product": (
        "상품 열이 없어 상품별 비중이 없습니다. 상품을 더하면 어느 상품에 불만이 많은지 알 수 있습니다.",
        "No product column: shares by product are left out. It would show which product draws complaints.",
    ),
    "customer": (
        "고객번호 열이 없어 한 고객의 여러 글을 묶지 못합니다. 고객번호를 더하면 사람 수로 셀 수 있습니다.",
        "No customer column: several texts of one customer count as several. It would let people be counted.",
    ),
    "volume": (
        "단계별 이용 건수표가 없어 여정 지수를 내지 않고 단계별 비중만 보여 줍니다. "
        "예약·주문·처리·제공·사후의 기간별 이용 건수를 '--volumes'로 지정하면 어느 단계를 개선할 때 "
        "지수가 가장 오르는지 계산합니다.",
        "No volume table: only the stage shares are shown, no journey index. Contacts per stage and period "
        "would show which stage's repair lifts the journey most.",
    ),
    "audit": (
        "사람이 확인한 표본이 없어 분류기 오차를 보정하지 않은 비중입니다. "
        "'dangol audit-sample'로 뽑은 글에 라벨을 달아 '--audited'로 지정하면 보정합니다.",
        "No audited rows: shares are not corrected for classifier error. Label the rows that "
        "'dangol audit-sample' draws to correct them.",
    ),
    "audited": (
        "사람이 확인한 글이 30건이 안 되어 분류기 오차를 보정하지 않았습니다. "
        "'dangol audit-sample'로 뽑은 글에 라벨을 더 달아 '--audited'로 지정하면 보정합니다.",
        "Fewer than 30 rows were audited: shares are not corrected for classifier error. Label more of the rows "
        "that 'dangol audit-sample' draws to correct them.",
    ),
    "label": (
        "이 분류 체계에 필요한 라벨이 없어 계산하지 않았습니다.",
        "The taxonomy lacks a label that this figure needs.",
    ),
    "text": (
        "해당하는 글이 없어 계산하지 않았습니다.",
        "No document qualifies for this figure.",
    ),
}


def note(missing: Missing) -> Note:
    """The note for something that is missing."""
    ko, en = _NOTES[missing]
    return Note(missing=missing, ko=ko, en=en)


def z_value(level: float) -> float:
    """Two-sided standard normal quantile of a confidence level in (0, 1): 1.96 for 0.95."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; a confidence level must lie in (0, 1), for example 0.95")
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson_bounds(
    counts: NDArray[Any], totals: NDArray[Any], *, level: float = LEVEL
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds of shares ``counts / totals`` by the score interval (Wilson 1927), arrays of the broadcast shape.

    Where a total is 0 the bounds are 0 and 1.
    """
    z2 = z_value(level) ** 2
    counts, totals = np.broadcast_arrays(np.asarray(counts, float), np.asarray(totals, float))
    share = np.divide(counts, totals, out=np.full(counts.shape, 0.5), where=totals > 0)
    middle = (counts + z2 / 2) / (totals + z2)
    spread = np.sqrt(z2 * (share * (1 - share) * totals + z2 / 4)) / (totals + z2)
    return np.clip(middle - spread, 0.0, 1.0), np.clip(middle + spread, 0.0, 1.0)


def wilson(count: float, total: float, *, level: float = LEVEL) -> Estimate:
    """Share ``count / total`` with the score interval (Wilson 1927); NaN with bounds 0 and 1 when total is 0."""
    low, high = wilson_bounds(np.array([count]), np.array([total]), level=level)
    value = count / total if total else math.nan
    return Estimate(value=value, low=float(low[0]), high=float(high[0]))


def difference(first: Estimate, second: Estimate) -> Estimate:
    """``first - second`` of two independent shares: method 10 of Newcombe (1998), from their own intervals.

    The same recovery of variances from bounds (MOVER, Zou & Donner 2008) holds for any two independent
    estimates, so corrected shares may be given too.
    """
    value = first.value - second.value
    down = math.hypot(first.value - first.low, second.high - second.value)
    up = math.hypot(first.high - first.value, second.value - second.low)
    return Estimate(value=value, low=value - down, high=value + up)


def paired_difference(only_first: float, only_second: float, total: float, *, level: float = LEVEL) -> Estimate:
    """Difference of two shares of the same documents, in [-1, 1]: adjusted Wald of Bonett & Price (2012).

    ``only_first`` documents carry the first label alone, ``only_second`` the second alone, of ``total``.
    """
    if not total:
        return Estimate(value=math.nan, low=-1.0, high=1.0)
    first, second = (only_first + 1) / (total + 2), (only_second + 1) / (total + 2)
    spread = z_value(level) * math.sqrt(max(first + second - (first - second) ** 2, 0.0) / (total + 2))
    middle = first - second
    value = (only_first - only_second) / total
    low, high = max(-1.0, middle - spread), min(1.0, middle + spread)
    return Estimate(value=value, low=min(low, value), high=max(high, value))


def count_interval(count: float, *, level: float = LEVEL) -> Estimate:
    """A Poisson count with Byar's approximation to the exact interval (Breslow & Day 1987, p. 69)."""
    z = z_value(level)
    low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3 if count > 0 else 0.0
    more = count + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3
    return Estimate(value=count, low=max(0.0, low), high=high)


def overdispersion(
    weekly: NDArray[np.float64], sizes: NDArray[np.float64], periods: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Intra-week correlation per item in [0, 0.5], ``(n_items,)``: 0 when weeks differ by chance alone.

    ``weekly`` ``(n_weeks, n_items)`` of ``sizes`` ``(n_weeks,)`` documents, above 0, have the item. Weeks are held
    against the share in their own period where ``periods`` ``(n_weeks,)`` are given; one of them must have two weeks.

    The moment estimator of Kleinman (1973), shrunk towards the mean over items by four weeks' worth and never below
    it, because a dozen weeks tell little about one item.
    """
    of = np.zeros(len(sizes), dtype=np.int64) if periods is None else periods
    free, scale = 0, 0.0
    between, variance = np.zeros((2, weekly.shape[1]))
    for period in np.unique(of):
        counts, n = weekly[of == period], sizes[of == period]
        share = counts.sum(axis=0) / n.sum()
        between += (n[:, None] * (counts / n[:, None] - share) ** 2).sum(axis=0)
        variance += (len(n) - 1) * share * (1 - share)
        scale += n.sum() - (n**2).sum() / n.sum()
        free += len(n) - 1
    between, variance, scale = between / free, variance / free, scale / free
    known = variance > 0
    raw = np.divide(between - variance, variance * (scale - 1), out=np.zeros_like(variance), where=known & (scale > 1))
    found = weekly.sum(axis=0)
    information = np.where(known, np.minimum(found, sizes.sum() - found), 0.0)
    pooled = max(float((raw * information).sum() / information.sum()), 0.0) if information.any() else 0.0
    shrunk = (free * np.maximum(raw, 0.0) + _PRIOR_WEEKS * pooled) / (free + _PRIOR_WEEKS)
    return np.asarray(np.maximum(shrunk, pooled).clip(0.0, 0.5))


def step_up(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjusted p values of Benjamini & Hochberg (1995)."""
    n = len(p_values)
    order = np.argsort(p_values)
    scaled = p_values[order] * n / np.arange(1, n + 1)
    adjusted = np.empty(n)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    return adjusted
