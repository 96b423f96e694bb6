"""Why customers leave, and where in the service it happens."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

from nlp.report.analysis import Analysis
from nlp.report.charts.style import BLUE, BLUES, GREEN, INK, Chart, Table, Trace, known, whiskers
from nlp.report.selection import cause_shares, leads, stage_shares
from nlp.report.titled import share_table
from nlp.report.words import (
    Words,
    broken,
    label_words,
    narrow,
    number,
    percent,
    percent_range,
    plain,
    say,
    short_names,
    unbroken,
    with_value,
)
from nlp.wom.estimates import LEVEL, Estimate, z_value
from nlp.wom.shares import Share
from nlp.wom.slices import By

FEWEST = 10
"""Slices of fewer documents are left to the workbook: their shares jump with every text."""

MOST_SLICES = 12
"""Slices that a picture shows; the workbook has the others."""

_LINE = 18
"""Letters of a row's name on one line."""


def cause_chart(analysis: Analysis) -> Chart | None:
    """Shares of the causes with their intervals, the largest on top."""
    rows = cause_shares(analysis)
    if not rows or not rows[0].best.value:
        return None
    names = [label_words(analysis.taxonomy, "cause", row.event.label) for row in rows]
    return Chart(
        id="causes",
        title=say("chart", "causes", cause=names[0], share=percent(rows[0].best.value))
        if leads([row.best for row in rows])
        else say("chart", "causes_even"),
        note=say("chart", "causes_note" if rows[0].corrected else "causes_note_raw"),
        data=(_bars(names, [row.best for row in rows], BLUE),),
        layout=_bar_layout(),
        height=90 + 38 * len(rows),
        table=share_table("cause", names, rows),
    )


def heat_chart(analysis: Analysis) -> Chart | None:
    """Shares of every cause in every stage, as a heat map."""
    rows = stage_shares(analysis)
    if not rows or not rows[0].best.value:
        return None
    top = rows[0].event
    cells = {(row.event.label, row.event.stage): row for row in rows}
    causes = [row.event.label for row in cause_shares(analysis)]
    stages = analysis.taxonomy.group("stage").ids
    cause_names = [label_words(analysis.taxonomy, "cause", cause) for cause in causes]
    stage_names = [label_words(analysis.taxonomy, "stage", stage) for stage in stages]
    shares = [[cells[cause, stage] for stage in stages] for cause in causes]
    return _heat(
        "heat",
        title=say(
            "chart",
            "heat" if leads([row.best for row in rows]) else "heat_even",
            cause=label_words(analysis.taxonomy, "cause", top.label),
            stage=label_words(analysis.taxonomy, "stage", str(top.stage)),
        ),
        note=say("chart", "heat_note"),
        rows=[broken(name) for name in cause_names],
        columns=stage_names,
        shares=shares,
        table=_heat_table("cause", cause_names, stage_names, shares),
    )


def slice_chart(analysis: Analysis, by: By) -> Chart | None:
    """Shares of the causes in each channel, branch or product, as a heat map.

    All slices are compared; the picture shows those that stand out and, beside them, the largest.
    """
    found = analysis.slices[by]
    names = list(dict.fromkeys(row.name for row in found.rows if row.name is not None and row.documents >= FEWEST))
    if len(names) < 2:
        return None
    causes = [row.event.label for row in cause_shares(analysis)]
    cells = {
        (row.name, row.event.label): row for row in found.rows if row.event.group == "cause" and not row.event.stage
    }
    overall = {row.event.label: row.best.value for row in cause_shares(analysis)}
    compared = sorted(
        (cells[name, cause] for name in names for cause in causes),
        key=lambda row: -_excess(row, overall[row.event.label]),
    )
    top = compared[0]
    # The largest of many cells stands out by chance alone: Bonferroni's bound for as many as are compared.
    bound = NormalDist().inv_cdf(1 - (1 - LEVEL) / 2 / len(compared))
    high = [str(row.name) for row in compared if _excess(row, overall[row.event.label]) > bound]
    kept = list(dict.fromkeys([*high, *names]))[:MOST_SLICES]
    shown = [name for name in names if name in kept]
    called = short_names(shown)
    sizes = {name: cells[name, causes[0]].documents for name in shown}
    cause_names = [label_words(analysis.taxonomy, "cause", cause) for cause in causes]
    shares = [[cells[name, cause] for cause in causes] for name in shown]
    return _heat(
        f"slices_{by}",
        title=say(
            "chart",
            f"slices_{by}" if high else f"slices_{by}_even",
            name=str(top.name),
            whole=percent(overall[top.event.label]),
            cause=label_words(analysis.taxonomy, "cause", top.event.label),
            share=percent(top.best.value),
            range=percent_range(top.best),
        ),
        note=say("chart", "slices_note_part" if len(shown) < len(names) else "slices_note", n=number(len(names))),
        rows=[_row_name(called[name], documents) for name, documents in sizes.items()],
        columns=[narrow(name) for name in cause_names],
        shares=shares,
        table=_heat_table(
            by, [plain(f"{name} ({number(documents)})") for name, documents in sizes.items()], cause_names, shares
        ),
        wide=True,
    )


def _row_name(name: str, documents: int) -> Words:
    """A slice with its documents, over two lines where it would take a phone's whole width."""
    words = plain(f"{name} ({number(documents)})")
    return broken(words) if len(words.ko) > _LINE else words


def _excess(share: Share, overall: float) -> float:
    """How many standard errors a slice's share lies above the overall one, by the lower half of its interval."""
    spread = (share.best.value - share.best.low) / z_value(LEVEL)
    return (share.best.value - overall) / spread if spread > 0 else 0.0


def servqual_chart(analysis: Analysis) -> Chart | None:
    """Share of documents that complain of each SERVQUAL dimension."""
    dimensions = sorted(analysis.servqual.dimensions, key=lambda item: -item.share.value)
    if not dimensions or not dimensions[0].share.value > 0:
        return None
    names = [label_words(analysis.taxonomy, "servqual", item.id) for item in dimensions]
    return Chart(
        id="servqual",
        title=say("chart", "servqual", dimension=names[0])
        if leads([item.share for item in dimensions])
        else say("chart", "servqual_even"),
        note=say("chart", "servqual_note"),
        data=(_bars(names, [item.share for item in dimensions], GREEN),),
        layout=_bar_layout(),
        height=90 + 38 * len(dimensions),
        table=Table(
            columns=tuple(say("column", code) for code in ("item", "share", "range")),
            rows=tuple(
                (name, percent(item.share.value, digits=1), percent_range(item.share))
                for name, item in zip(names, dimensions, strict=True)
            ),
        ),
    )


def _bars(names: Sequence[Words], estimates: Sequence[Estimate], color: str) -> Trace:
    return {
        "type": "bar",
        "orientation": "h",
        "y": [with_value(name, percent(item.value)) for name, item in zip(names, estimates, strict=True)],
        "x": [known(item.value * 100) for item in estimates],
        "error_x": whiskers(estimates, scale=100),
        "marker": {"color": color},
        "customdata": [percent_range(item) for item in estimates],
        "hovertemplate": "%{y} (%{customdata})<extra></extra>",
    }


def _bar_layout() -> Trace:
    return {
        "yaxis": {"autorange": "reversed", "automargin": True, "ticks": ""},
        "xaxis": {"ticksuffix": "%", "rangemode": "tozero"},
        "bargap": 0.34,
        "margin": {"t": 8, "b": 36},
    }


def _heat_table(head: str, rows: list[Words], columns: list[Words], shares: list[list[Share]]) -> Table:
    """Every share with its interval and count."""
    return Table(
        columns=(say("column", head), *columns),
        rows=tuple(
            (
                name,
                *(
                    unbroken(f"{percent(cell.best.value)} ({percent_range(cell.best)}) · {number(cell.count)}")
                    for cell in line
                ),
            )
            for name, line in zip(rows, shares, strict=True)
        ),
        whole=True,
    )


def _heat(
    chart_id: str,
    *,
    title: Words,
    note: Words,
    rows: list[Words],
    columns: list[Words],
    shares: list[list[Share]],
    table: Table,
    wide: bool = False,
) -> Chart:
    return Chart(
        id=chart_id,
        title=title,
        note=note,
        data=(
            {
                "type": "heatmap",
                "x": columns,
                "y": rows,
                "z": [[known(cell.best.value * 100) for cell in line] for line in shares],
                "text": [[percent(cell.best.value) for cell in line] for line in shares],
                "texttemplate": "%{text}",
                "textfont": {"color": INK},
                "customdata": [
                    [f"{percent_range(cell.best)} · {number(cell.count)}" for cell in line] for line in shares
                ],
                "hovertemplate": "%{y} · %{x}<br>%{z:.1f}% (%{customdata})<extra></extra>",
                "colorscale": [list(stop) for stop in BLUES],
                "showscale": False,
                "xgap": 2,
                "ygap": 2,
            },
        ),
        layout={
            "yaxis": {"autorange": "reversed", "automargin": True, "ticks": "", "showgrid": False},
            "xaxis": {
                "side": "top",
                "automargin": True,
                "ticks": "",
                "showgrid": False,
                **({"tickangle": 0, "tickfont": {"size": 11.5}} if wide else {}),
            },
            "margin": {"t": 40, "b": 8},
        },
        least_width=196 + 70 * len(columns) if wide else 330,
        height=(110 if wide else 70) + 40 * len(rows),
        table=table,
        wide=wide,
    )
