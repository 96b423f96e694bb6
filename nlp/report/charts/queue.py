"""Whom to win back first: what the expected gain is made of, and how firm the ranks are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.recovery.queue import TIERS, Case, Ranking
from nlp.report.analysis import Analysis
from nlp.report.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LEGEND_BELOW,
    ORANGE,
    PINK,
    PLUM,
    RED,
    SKY,
    Chart,
    Trace,
    known,
)
from nlp.report.selection import case_unit, in_focus, shown_id, to_recover
from nlp.report.words import Words, number, plain, say, short, won

SHOWN: Final = 15

FAMILIES: Final[dict[str, tuple[str, str]]] = {
    "cause": ("cause:", BLUE),
    "response": ("response:", ORANGE),
    "severity": ("severity:", RED),
    "history": ("repeat recovery:", PINK),
    "return": ("already_left", PLUM),
    "speed": ("speed", GREEN),
    "word_of_mouth": ("word_of_mouth", SKY),
    "cost": ("cost", GREY),
}
"""Families of factors, as shown: the names or beginnings of names that belong to each, and a colour."""


def family_of(factor: str) -> str:
    """The family that a factor of the ranking belongs to."""
    for family, (names, _) in FAMILIES.items():
        if any(factor == name or (name.endswith(":") and factor.startswith(name)) for name in names.split()):
            return family
    return "cause"


def gain_chart(analysis: Analysis) -> Chart:
    """Expected gain of the first cases worth a recovery, split into families of factors."""
    ranking, shown = analysis.ranking, min(SHOWN, to_recover(analysis))
    names = [_name(ranking, place) for place in range(shown)]
    summed = in_focus(analysis)
    gain, unit = float(ranking.gain[:summed].sum()), case_unit(analysis)
    return Chart(
        id="gain",
        title=say("chart", "gain" if gain > 0 else "gain_cost", n=number(summed), gain=won(abs(gain)), unit=unit),
        note=say("chart", "gain_note", shown=shown, unit=unit),
        data=(*_families(ranking, names), _total(ranking, names)),
        layout={
            "barmode": "relative",
            "yaxis": {"autorange": "reversed", "automargin": True, "ticks": "", "type": "category"},
            "xaxis": {**_money_ticks(ranking, shown), "zeroline": True, "zerolinecolor": INK},
            "legend": {**LEGEND_BELOW, "traceorder": "normal"},
            "margin": {"t": 8, "b": 90},
            "bargap": 0.3,
            "showlegend": True,
        },
        height=150 + 27 * shown,
        wide=True,
    )


def rank_chart(analysis: Analysis) -> Chart:
    """5-95 % interval of each of the first ranks worth a recovery."""
    ranking, shown = analysis.ranking, min(SHOWN * 2, to_recover(analysis))
    low, high = ranking.rank_low[:shown].astype(float), ranking.rank_high[:shown].astype(float)
    rank = ranking.rank[:shown].astype(float)
    colors = [{"urgent": RED, "person": ORANGE, "ordinary": BLUE}[TIERS[tier]] for tier in ranking.tier[:shown]]
    symbols = [
        {"urgent": "diamond", "person": "square", "ordinary": "circle"}[TIERS[tier]] for tier in ranking.tier[:shown]
    ]
    return Chart(
        id="ranks",
        title=say(
            "chart",
            "ranks" if high[0] > low[0] else "ranks_firm",
            low=number(float(low[0])),
            high=number(float(high[0])),
        ),
        note=say("chart", "ranks_note"),
        data=(
            {
                "type": "scatter",
                "mode": "markers",
                "x": rank.tolist(),
                "y": rank.tolist(),
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": (high - rank).tolist(),
                    "arrayminus": (rank - low).tolist(),
                    "color": GREY,
                    "thickness": 1.4,
                    "width": 3,
                },
                "marker": {"color": colors, "symbol": symbols, "size": 8},
                "text": [shown_id(ranking.ids[place]) for place in range(shown)],
                "customdata": [f"{a:,.0f}–{b:,.0f}" for a, b in zip(low, high, strict=True)],
                "hovertemplate": "%{x}. %{text}: %{customdata}<extra></extra>",
            },
        ),
        layout={
            "xaxis": {
                "title": {"text": say("axis", "rank")},
                "range": [0.5, shown + 0.5],
                "zeroline": False,
                **({"dtick": 1} if shown <= 10 else {}),
            },
            "yaxis": {
                "title": {"text": say("axis", "rank_range")},
                "type": "log",
                "range": [float(np.log10(high.max() * 1.2)), float(np.log10(0.85))],
                "tickvals": [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000],
            },
            "margin": {"t": 8, "b": 48, "l": 56},
        },
        height=320,
        wide=True,
    )


def _money_ticks(ranking: Ranking, shown: int) -> Trace:
    """Round amounts along the axis, written as money."""
    parts = ranking.contributions[:shown]
    low, high = float(parts.clip(max=0).sum(axis=1).min()), float(parts.clip(min=0).sum(axis=1).max())
    rough = max(high - low, 1.0) / 5
    size = 10.0 ** np.floor(np.log10(rough))
    step = size * next(factor for factor in (1, 2, 5, 10) if factor * size >= rough)
    ticks = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    return {"tickvals": ticks.tolist(), "ticktext": [won(tick) for tick in ticks.tolist()]}


def _families(ranking: Ranking, names: list[Words]) -> Iterator[Trace]:
    belongs = np.array([family_of(factor) for factor in ranking.factors])
    for family, (_, color) in FAMILIES.items():
        parts = _part(ranking, belongs == family, len(names))
        if parts.any():
            yield {
                "type": "bar",
                "orientation": "h",
                "name": say("family", family),
                "y": names,
                "x": [known(value) for value in parts.tolist()],
                "marker": {"color": color},
                "customdata": [won(value) for value in parts.tolist()],
                "hovertemplate": "%{y}: %{customdata}<extra>%{fullData.name}</extra>",
            }


def _part(ranking: Ranking, members: NDArray[np.bool_], shown: int) -> NDArray[np.float64]:
    parts: NDArray[np.float64] = ranking.contributions[:shown][:, members].sum(axis=1)
    return parts


def _total(ranking: Ranking, names: list[Words]) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": say("family", "total"),
        "y": names,
        "x": [known(value) for value in ranking.gain[: len(names)].tolist()],
        "marker": {"symbol": "diamond", "size": 9, "color": "#FFFFFF", "line": {"color": INK, "width": 1.6}},
        "customdata": [won(value) for value in ranking.gain[: len(names)].tolist()],
        "hovertemplate": "%{y}: %{customdata}<extra>%{fullData.name}</extra>",
    }


def _name(ranking: Ranking, place: int) -> Words:
    mark = " ◆" if TIERS[ranking.tier[place]] == "urgent" else ""
    return plain(f"{place + 1}. {short(shown_id(ranking.ids[place]))}{mark}")


def families(case: Case) -> list[tuple[str, float]]:
    """What each family of factors adds to a case's gain, in won; families without a part are left out."""
    sums = dict.fromkeys(FAMILIES, 0.0)
    for part in case.contributions:
        sums[family_of(part.factor)] += part.won
    return [(family, amount) for family, amount in sums.items() if amount]
