"""Importance against performance: what is criticised often and goes along with leaving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from nlp.report.analysis import Analysis
from nlp.report.charts.style import BLUE, GREY, INK, LEGEND_BELOW, PALE, RED, SKY, Chart, Table, Trace, known, whiskers
from nlp.report.words import Words, label_words, percent, points, points_range, say
from nlp.wom.importance import ImportanceChart, ImportancePerformance, Quadrant

_MARKS: Final[dict[Quadrant, tuple[str, str]]] = {
    "fix_first": (RED, "diamond"),
    "keep_up": (BLUE, "circle"),
    "low_priority": (GREY, "square"),
    "possible_overkill": (SKY, "triangle-up"),
}
_WIDTH, _HEIGHT = 380.0, 290.0
"""Size of the plotting area in pixels that labels are placed for."""

_LETTER, _LINE = 12.0, 15.0
_SIDES: Final[dict[str, tuple[float, float]]] = {
    "middle right": (0.5, 0.0),
    "middle left": (-0.5, 0.0),
    "top center": (0.0, 0.9),
    "bottom center": (0.0, -0.9),
    "top right": (0.5, 0.9),
    "bottom right": (0.5, -0.9),
    "top left": (-0.5, 0.9),
    "bottom left": (-0.5, -0.9),
}


def importance_charts(analysis: Analysis) -> Iterator[Chart]:
    """One chart for the causes and one for the SERVQUAL dimensions."""
    for group, chart in analysis.importance.items():
        if chart.items and chart.mean_importance is not None:
            yield _importance(analysis, group, chart)


def _importance(analysis: Analysis, group: str, chart: ImportanceChart) -> Chart:
    low = min(item.performance.value for item in chart.items) * 100
    width = max(100 - low, 1.0)
    span = (low - width * 0.3, 100 + width * 0.3)
    ticks = _ticks(low, 100.0)
    bottom = min(item.importance.low for item in chart.items) * 100
    top = max(item.importance.high for item in chart.items) * 100
    rise = (bottom - (top - bottom) * 0.06, top + (top - bottom) * 0.06)
    sides = place_labels(
        [
            (
                (item.performance.value * 100 - span[0]) / (span[1] - span[0]) * _WIDTH,
                (item.importance.value * 100 - rise[0]) / (rise[1] - rise[0]) * _HEIGHT,
            )
            for item in chart.items
        ],
        [len(label_words(analysis.taxonomy, group, item.id).ko) * _LETTER for item in chart.items],
    )
    fix = sorted(
        (item for item in chart.items if item.quadrant == "fix_first" and item.tied),
        key=lambda item: -item.importance.value,
    )
    asked = analysis.taxonomy.group(group)
    return Chart(
        id=f"importance_{group}",
        title=say(
            "chart",
            "importance" if fix else "importance_none",
            name=label_words(analysis.taxonomy, group, fix[0].id) if fix else "",
            group=Words(code=group, ko=asked.ko, en=asked.en),
        ),
        note=say("chart", "importance_note"),
        data=tuple(_quadrant(analysis, group, chart, quadrant, sides) for quadrant in _MARKS),
        layout={
            "xaxis": {
                "title": {"text": say("axis", "performance")},
                "range": list(span),
                "tickvals": ticks,
                "ticktext": [f"{tick:.0f}%" for tick in ticks],
                "zeroline": False,
            },
            "yaxis": {
                "title": {"text": say("axis", "importance")},
                "ticksuffix": "%p",
                "range": list(rise),
                "zeroline": True,
                "zerolinecolor": PALE,
            },
            "shapes": [
                _line(x=known((chart.mean_performance or 0.0) * 100)),
                _line(y=known((chart.mean_importance or 0.0) * 100)),
            ],
            "showlegend": True,
            "legend": LEGEND_BELOW,
            "margin": {"t": 12, "b": 92},
        },
        height=440,
        least_width=420,
        table=_table(analysis, group, chart.items),
    )


def _quadrant(
    analysis: Analysis, group: str, chart: ImportanceChart, quadrant: Quadrant, sides: Sequence[str]
) -> Trace:
    color, symbol = _MARKS[quadrant]
    chosen = [(item, side) for item, side in zip(chart.items, sides, strict=True) if item.quadrant == quadrant]
    items = [item for item, _ in chosen]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": say("quadrant", quadrant),
        # An empty trace keeps its place in the legend only when it has a point.
        "x": [known(item.performance.value * 100) for item in items] or [None],
        "y": [known(item.importance.value * 100) for item in items] or [None],
        "error_y": whiskers([item.importance for item in items], scale=100, color=f"{color}70"),
        "text": [label_words(analysis.taxonomy, group, item.id) for item in items],
        "textposition": [side for _, side in chosen],
        "textfont": {"color": INK, "size": 12},
        "marker": {"color": color, "size": 11, "symbol": symbol},
        "hovertemplate": "%{text}<br>%{x:.1f}% · %{y:+.1f}%p<extra></extra>",
        "cliponaxis": False,
    }


def place_labels(points: Sequence[tuple[float, float]], widths: Sequence[float]) -> list[str]:
    """For each point the side on which its label overlaps least with marks and other labels.

    The longest label chooses first; later rounds let each choose again among the others. ``points`` and ``widths``
    are in pixels, y upwards.
    """
    marks = [(x - 7, y - 7, x + 7, y + 7) for x, y in points]
    boxes: dict[int, tuple[float, float, float, float]] = {}
    sides = [""] * len(points)
    for at in sorted(range(len(points)), key=lambda at: -widths[at]) * 3:
        others = [*marks, *(box for other, box in boxes.items() if other != at)]
        options = {side: _box(*points[at], widths[at], side) for side in _SIDES}
        sides[at] = min(_SIDES, key=lambda side: _cost(options[side], others))
        boxes[at] = options[sides[at]]
    return sides


def _box(x: float, y: float, width: float, side: str) -> tuple[float, float, float, float]:
    right, up = _SIDES[side]
    middle_x, middle_y = x + right * (width + 18), y + up * (_LINE + 6)
    return middle_x - width / 2, middle_y - _LINE / 2, middle_x + width / 2, middle_y + _LINE / 2


def _cost(box: tuple[float, float, float, float], boxes: Sequence[tuple[float, float, float, float]]) -> float:
    overlap = sum(
        max(0.0, min(box[2], other[2]) - max(box[0], other[0]))
        * max(0.0, min(box[3], other[3]) - max(box[1], other[1]))
        for other in boxes
    )
    outside = max(0.0, -box[0]) + max(0.0, box[2] - _WIDTH) + max(0.0, -box[1]) + max(0.0, box[3] - _HEIGHT)
    return overlap + outside * _LINE


def _ticks(low: float, high: float) -> list[float]:
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (high - low) / step <= 6)
    first = int(low // step + 1) * step
    return [float(value) for value in range(first, int(high) + 1, step)]


def _line(*, x: float | None = None, y: float | None = None) -> Trace:
    place = (
        {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
        if x is not None
        else {"y0": y, "y1": y, "x0": 0, "x1": 1, "xref": "paper"}
    )
    return {"type": "line", "line": {"color": GREY, "width": 1, "dash": "dot"}, **place}


def _table(analysis: Analysis, group: str, items: Sequence[ImportancePerformance]) -> Table:
    return Table(
        columns=tuple(say("column", code) for code in ("item", "importance", "range", "performance", "quadrant")),
        rows=tuple(
            (
                label_words(analysis.taxonomy, group, item.id),
                points(item.importance.value),
                points_range(item.importance),
                percent(item.performance.value, digits=1),
                say("quadrant", item.quadrant),
            )
            for item in sorted(items, key=lambda item: -item.importance.value)
        ),
        whole=True,
    )
