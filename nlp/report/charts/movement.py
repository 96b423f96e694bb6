"""How causes move over the weeks, and where the journey breaks."""

from __future__ import annotations

from nlp.report.analysis import Analysis
from nlp.report.charts.style import BLUE, GREY, PALE, RED, Cell, Chart, Table, band, known, whiskers
from nlp.report.selection import cause_shares
from nlp.report.words import label_words, number, percent, percent_range, plain, points, say, with_value
from nlp.wom.trends import WeekPoint

MOST_WEEKS = 26
"""Weeks that a trend shows; older ones crowd the axis and say little about now."""


def trend_charts(analysis: Analysis) -> tuple[Chart, ...]:
    """One small chart a cause: its weekly share with its interval, all on one scale."""
    lines: dict[str, list[WeekPoint]] = {}
    for point in analysis.trend.weeks:
        if point.event.group == "cause" and point.event.stage is None:
            lines.setdefault(point.event.label, []).append(point)
    lines = {cause: points_of[-MOST_WEEKS:] for cause, points_of in lines.items()}
    if not lines or len(next(iter(lines.values()))) < 2:
        return ()
    changes = {
        change.event.label: change
        for change in analysis.trend.changes
        if change.event.group == "cause" and change.event.stage is None
    }
    sudden = {
        item.event.label: item.emergence.ratio
        for item in analysis.emerging.events
        if item.event.group == "cause" and item.event.stage is None
    }
    shares = [point.share for weeks in lines.values() for point in weeks if point.documents]
    # Whole intervals, but not so that those of a few thin weeks press all lines to the ground.
    top = 100 * min(max(share.high for share in shares), 2.0 * max(share.value for share in shares)) * 1.03
    charts = []
    for row in cause_shares(analysis):
        weeks = lines[row.event.label]
        name = label_words(analysis.taxonomy, "cause", row.event.label)
        change = changes.get(row.event.label)
        direction: str = change.direction if change is not None else "unclear"
        if row.event.label in sudden:
            direction = "sudden"
        color = {"up": RED, "sudden": RED, "down": BLUE, "unclear": GREY}[direction]
        filled = [week for week in weeks if week.documents]
        mondays = [week.monday.isoformat() for week in filled]
        charts.append(
            Chart(
                id=f"trend_{row.event.label}",
                title=say(
                    "chart",
                    f"trend_{direction}",
                    cause=name,
                    points=points(change.points.value) if change is not None else "",
                    ratio=f"{sudden.get(row.event.label, 1.0):.1f}",
                ),
                note=say("chart", "trend_note"),
                data=(
                    band(mondays, [week.share for week in filled], color=color, scale=100),
                    {
                        "type": "scatter",
                        "mode": "lines+markers",
                        "x": mondays,
                        "y": [known(week.share.value * 100) for week in filled],
                        "line": {"color": color, "width": 2},
                        "marker": {
                            "size": 6,
                            "color": [color if week.complete else "#FFFFFF" for week in filled],
                            "line": {"color": color, "width": 1.5},
                        },
                        "customdata": [
                            f"{percent_range(week.share)}, {week.count.value:.0f}/{week.documents}" for week in filled
                        ],
                        "hovertemplate": "%{x|%Y-%m-%d}: %{y:.1f}% (%{customdata})<extra></extra>",
                        "showlegend": False,
                    },
                ),
                layout={
                    "yaxis": {"range": [0, top], "ticksuffix": "%", "nticks": 4},
                    "xaxis": {"type": "date", "tickformat": "%m-%d", "nticks": 5},
                    "margin": {"t": 8, "b": 28, "l": 40, "r": 12},
                },
                height=170,
            )
        )
    return tuple(charts)


def volume_chart(analysis: Analysis) -> Chart | None:
    """Documents a week."""
    weeks = {point.monday: point for point in analysis.trend.weeks}
    shown = list(weeks.values())[-MOST_WEEKS:]
    if len(shown) < 2:
        return None
    mean = sum(week.documents for week in shown) / len(shown)
    return Chart(
        id="volume",
        title=say("chart", "volume", n=number(mean) if mean >= 10 else f"{mean:.1f}"),
        note=say("chart", "volume_note"),
        data=(
            {
                "type": "bar",
                "x": [week.monday.isoformat() for week in shown],
                "y": [week.documents for week in shown],
                "marker": {"color": [BLUE if week.complete else PALE for week in shown]},
                "hovertemplate": "%{x|%Y-%m-%d}: %{y:,}<extra></extra>",
            },
        ),
        layout={
            "xaxis": {"type": "date", "tickformat": "%m-%d", "nticks": 5},
            "yaxis": {"nticks": 4, "rangemode": "tozero"},
            "margin": {"t": 8, "b": 28, "l": 44, "r": 12},
            "bargap": 0.25,
        },
        height=170,
    )


def journey_chart(analysis: Analysis) -> Chart | None:
    """Shares of the complaints along the stages; with volumes, the share of contacts that ends in one."""
    stages = analysis.journey.stages
    if not any(stage.complaints for stage in stages):
        return None
    names = [label_words(analysis.taxonomy, "stage", stage.stage) for stage in stages]
    peak = max(range(len(stages)), key=lambda at: stages[at].share.value)
    repair = analysis.journey.repair_first
    index = analysis.journey.index
    if repair is not None and index is not None:
        title = say(
            "chart",
            "journey_index",
            stage=label_words(analysis.taxonomy, "stage", repair),
            index=percent(index.value, digits=1),
        )
    else:
        title = say("chart", "journey", stage=names[peak], share=percent(stages[peak].share.value))
    marked = repair if repair is not None else stages[peak].stage
    return Chart(
        id="journey",
        title=title,
        note=say("chart", "journey_note"),
        data=(
            {
                "type": "bar",
                # Beside the name, where no whisker runs through it.
                "x": [
                    with_value(name, percent(stage.share.value), "<br>")
                    for name, stage in zip(names, stages, strict=True)
                ],
                "y": [known(stage.share.value * 100) for stage in stages],
                "error_y": whiskers([stage.share for stage in stages], scale=100),
                "marker": {"color": [RED if stage.stage == marked else BLUE for stage in stages]},
                "customdata": [percent_range(stage.share) for stage in stages],
                "hovertemplate": "%{x} (%{customdata})<extra></extra>",
            },
        ),
        layout={
            "yaxis": {"ticksuffix": "%", "rangemode": "tozero"},
            "xaxis": {"ticks": ""},
            "margin": {"t": 8, "b": 48, "l": 44},
            "bargap": 0.4,
        },
        height=300,
        table=_journey_table(analysis),
    )


def _journey_table(analysis: Analysis) -> Table:
    with_volumes = analysis.journey.index is not None
    codes = ("stage", "complaints", "complaint_share", "range") + (
        ("contacts", "success", "lift") if with_volumes else ()
    )
    rows = []
    for stage in analysis.journey.stages:
        cells: list[Cell] = [
            label_words(analysis.taxonomy, "stage", stage.stage),
            number(stage.complaints),
            percent(stage.share.value, digits=1),
            percent_range(stage.share),
        ]
        if with_volumes:
            cells += [
                number(stage.contacts) if stage.contacts else plain("–"),
                percent(stage.success.value, digits=2) if stage.success else plain("–"),
                points(stage.lift.value) if stage.lift else plain("–"),
            ]
        rows.append(tuple(cells))
    return Table(columns=tuple(say("column", code) for code in codes), rows=tuple(rows))
