"""Charts of an evaluation: agreement, reliability, risk against coverage, places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nlp.report.charts.style import (
    BLUE,
    GREY,
    INK,
    LEGEND_BELOW,
    ORANGE,
    PALE,
    Chart,
    Table,
    Trace,
    band,
    known,
    whiskers,
)
from nlp.report.evaluation.measured import Measured, both, group_words, value
from nlp.report.titled import table_of
from nlp.report.words import Words, broken, number, plain, say, with_value
from nlp.taxonomy import Group
from nlp.training.figures import FEW, Curve, Figure, Slice
from nlp.training.mistakes import FEWEST_IN_SLICE
from nlp.wom.estimates import Estimate

_UNIT: Trace = {"range": [0, 1], "tickvals": [0, 0.25, 0.5, 0.75, 1], "zeroline": False}
_SHARE: Trace = {"range": [0, 100], "tickvals": [0, 50, 100], "ticktext": ["0%", "50%", "100%"], "zeroline": False}
_ANSWERED: Trace = {
    "range": [0, 101],
    "tickvals": [20, 50, 80, 100],
    "ticktext": ["20%", "50%", "80%", "100%"],
    "zeroline": False,
}
_TALL = 12
"""A chart of more rows takes the whole width: beside a low one it would leave a hole."""


def groups_chart(measured: Measured) -> Chart:
    """Micro and macro F1 of every group."""
    names = [broken(group_words(group)) for group in measured.groups]
    figures = [measured.evaluation.groups[group.id] for group in measured.groups]
    return Chart(
        id="groups",
        title=say("evaluation", "groups_chart"),
        note=say("evaluation", "groups_note", few=FEW),
        data=(
            _marks(names, [item.micro_f1 for item in figures], say("column", "micro_f1"), BLUE, "circle"),
            _marks(names, [item.macro_f1 for item in figures], say("column", "macro_f1"), ORANGE, "diamond"),
        ),
        layout={
            **_rows_layout(),
            "showlegend": True,
            "legend": LEGEND_BELOW,
            "scattermode": "group",
            "scattergap": 0.55,
        },
        height=120 + 46 * len(names),
        wide=True,
    )


def f1_chart(measured: Measured, group: Group) -> Chart:
    """F1 of one group's labels."""
    rows = [(label, measured.evaluation.labels[f"{group.id}:{label}"]) for label in group.ids]
    names = [
        with_value(broken(measured.label(f"{group.id}:{label}")), f"({number(row.support)})") for label, row in rows
    ]
    trace = _marks(names, [row.f1 for _, row in rows], say("column", "f1"), BLUE, "circle")
    colors = [BLUE if row.support >= FEW else GREY for _, row in rows]
    trace["marker"] = {"color": colors, "size": 10}
    return Chart(
        id=f"f1_{group.id}",
        title=say("evaluation", "f1_chart", group=group_words(group)),
        note=say("evaluation", "f1_note", few=FEW),
        data=(trace,),
        layout=_rows_layout(),
        height=70 + 40 * len(names),
    )


def reliability_charts(measured: Measured, group: Group) -> tuple[Chart, ...]:
    """Small reliability diagrams of one group's labels."""
    return tuple(_reliability(measured, f"{group.id}:{label}") for label in group.ids)


def _reliability(measured: Measured, key: str) -> Chart:
    row = measured.evaluation.labels[key]
    points, error = row.reliability, row.calibration.value
    return Chart(
        id=f"reliability_{key.replace(':', '_')}",
        title=measured.label(key) if math.isnan(error) else with_value(measured.label(key), value(row.calibration)),
        note=say("evaluation", "reliability_note"),
        data=(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [0, 100],
                "y": [0, 100],
                "line": {"color": GREY, "width": 1, "dash": "dot"},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [known(x * 100) for x in points.curve.x],
                "y": [known(y * 100) for y in points.curve.value],
                "error_y": whiskers(_estimates(points.curve), scale=100, color=f"{BLUE}80"),
                "line": {"color": BLUE, "width": 1.6},
                "marker": {"color": BLUE, "size": 6},
                "customdata": list(points.n),
                "hovertemplate": "%{x:.0f}% → %{y:.0f}% (%{customdata})<extra></extra>",
                "cliponaxis": False,
            },
        ),
        layout={"xaxis": dict(_SHARE), "yaxis": dict(_SHARE), "margin": {"l": 8, "r": 14, "t": 10, "b": 28}},
        height=190,
    )


def coverage_chart(measured: Measured, group: Group) -> Chart:
    """Micro F1 and error of one group against the share of texts answered."""
    found = measured.evaluation.groups[group.id].selective
    x = [round(at * 100) for at in found.micro_f1.x]
    return Chart(
        id=f"coverage_{group.id}",
        title=group_words(group),
        note=say("evaluation", "coverage_note"),
        data=(
            *_band_and_line(x, found.micro_f1, say("column", "micro_f1"), BLUE),
            *_band_and_line(x, found.error, say("column", "wrong_share"), ORANGE),
        ),
        layout={
            "xaxis": dict(_ANSWERED),
            "yaxis": dict(_UNIT),
            "shapes": [_dotted(80)],
            "margin": {"l": 8, "r": 14, "t": 10, "b": 28},
        },
        height=210,
    )


def slice_chart(measured: Measured, field: str, group: Group, slices: Sequence[Slice]) -> Chart | None:
    """Micro F1 of one group by source, domain, channel or length; the table holds the other groups."""
    rows = [item for item in slices if group.id in item.micro_f1]
    if len(rows) < 2:
        return None
    names = [plain(f"{item.name}  ({number(item.n_texts)})") for item in rows]
    whole = measured.evaluation.groups[group.id].micro_f1
    return Chart(
        id=f"slice_{field}",
        title=say("evaluation", f"slice_{field}", group=group_words(group)),
        note=say(
            "evaluation",
            "slice_length_note" if field == "length" else "slice_note",
            whole=value(whole),
            few=FEWEST_IN_SLICE,
        ),
        data=(_marks(names, [item.micro_f1[group.id] for item in rows], say("column", "micro_f1"), BLUE, "circle"),),
        layout={**_rows_layout(), "shapes": [_dotted(known(whole.value))]},
        height=80 + 34 * len(names),
        wide=len(names) > _TALL,
        table=_slice_table(measured, slices),
    )


def _slice_table(measured: Measured, slices: Sequence[Slice]) -> Table:
    groups = measured.groups
    table = table_of(
        ("name", "texts"),
        [
            (
                item.name,
                number(item.n_texts),
                *(both(item.micro_f1[group.id]) if group.id in item.micro_f1 else "–" for group in groups),
            )
            for item in slices
        ],
    )
    return Table(columns=(*table.columns, *map(group_words, groups)), rows=table.rows, whole=True)


def _marks(names: Sequence[Words], figures: Sequence[Figure], name: Words, color: str, symbol: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [known(item.value) for item in figures],
        "y": list(names),
        "error_x": whiskers([_estimate(item) for item in figures], color=f"{INK}90"),
        "marker": {"color": color, "size": 10, "symbol": symbol},
        "customdata": [both(item) for item in figures],
        "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _band_and_line(x: Sequence[Any], curve: Curve, name: Words, color: str) -> tuple[Trace, Trace]:
    there = [at for at, found in enumerate(curve.value) if known(found) is not None]
    estimates = _estimates(curve)
    return (
        band([x[at] for at in there], [estimates[at] for at in there], color=color),
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": list(x),
            "y": [known(found) for found in curve.value],
            "line": {"color": color, "width": 2},
            "hovertemplate": "%{x}% · %{y:.3f}<extra></extra>",
        },
    )


def _rows_layout() -> dict[str, Any]:
    return {
        "xaxis": dict(_UNIT),
        "yaxis": {"autorange": "reversed", "showgrid": False, "ticksuffix": " "},
        "margin": {"t": 8, "b": 34},
    }


def _dotted(x: float | None) -> Trace:
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": PALE if x is None else GREY, "width": 1, "dash": "dot"},
    }


def _estimate(found: Figure) -> Estimate:
    """Bounds around the value: those of a bootstrap may leave it out by a hair."""
    if known(found.value) is None or known(found.low) is None:
        return Estimate(value=found.value, low=found.value, high=found.value)
    return Estimate(value=found.value, low=min(found.low, found.value), high=max(found.high, found.value))


def _estimates(curve: Curve) -> list[Estimate]:
    return [
        _estimate(Figure(value=at, low=low, high=high))
        for at, low, high in zip(curve.value, curve.low, curve.high, strict=True)
    ]
