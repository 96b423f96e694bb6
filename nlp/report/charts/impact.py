"""What to fix first: what each cause costs, and who had control of the failures."""

from __future__ import annotations

from nlp.recovery.causes import CauseImpact
from nlp.report.analysis import Analysis
from nlp.report.charts.style import BLUE, GREEN, Chart, Table, known, whiskers
from nlp.report.words import Words, number, percent, plain, points, points_range, say, unbroken, with_value, won
from nlp.wom.estimates import Estimate


def impact_chart(analysis: Analysis) -> Chart | None:
    """Customers that each cause is expected to cost within a year."""
    causes = [impact for impact in analysis.causes if impact.documents]
    if not causes:
        return None
    names = [Words(code=impact.cause, ko=impact.ko, en=impact.en) for impact in causes]
    customers = [impact.customers for impact in causes]
    return Chart(
        id="impact",
        title=say("chart", "impact", cause=names[0], value=won(causes[0].value.value)),
        note=say("chart", "impact_note"),
        data=(
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "x": [known(item.value) for item in customers],
                "error_x": whiskers(customers),
                "marker": {"color": BLUE},
                "customdata": [_range(item) for item in customers],
                "hovertemplate": "%{y}: %{x:.1f} (%{customdata})<extra></extra>",
            },
        ),
        layout={
            "yaxis": {"autorange": "reversed", "automargin": True, "ticks": ""},
            "xaxis": {"rangemode": "tozero", "title": {"text": say("axis", "customers")}},
            "bargap": 0.34,
            "margin": {"t": 8, "b": 48},
        },
        height=100 + 36 * len(causes),
        table=Table(
            columns=tuple(
                say("column", code)
                for code in (
                    "cause",
                    "count",
                    "sufferers",
                    "range90",
                    "customers",
                    "range90",
                    "worth",
                    "range90",
                    "satisfaction",
                )
            ),
            rows=tuple(_row(impact) for impact in causes),
            whole=True,
        ),
    )


def triad_chart(analysis: Analysis) -> Chart | None:
    """Failures by who had control of them."""
    shares = analysis.triad.shares
    if not analysis.triad.counts.sum():
        return None
    return Chart(
        id="triad",
        title=say("chart", "triad", who=analysis.triad.names[int(shares.argmax())], share=percent(float(shares.max()))),
        note=say("chart", "triad_note"),
        data=(
            {
                "type": "bar",
                "orientation": "h",
                "y": [
                    with_value(name, percent(share))
                    for name, share in zip(analysis.triad.names, shares.tolist(), strict=True)
                ],
                "x": [known(share * 100) for share in shares.tolist()],
                "marker": {"color": GREEN},
                "hovertemplate": "%{y}<extra></extra>",
            },
        ),
        layout={
            "yaxis": {"autorange": "reversed", "automargin": True, "ticks": ""},
            "xaxis": {"ticksuffix": "%", "rangemode": "tozero"},
            "bargap": 0.4,
            "margin": {"t": 8, "b": 36},
        },
        height=190,
        table=Table(
            columns=(say("column", "item"), say("column", "share")),
            rows=tuple(
                (name, percent(share, digits=1))
                for name, share in zip(analysis.triad.names, shares.tolist(), strict=True)
            ),
        ),
    )


def _row(impact: CauseImpact) -> tuple[Words | str, ...]:
    value = Words(
        code="range",
        ko=f"{won(impact.value.low).ko} ~ {won(impact.value.high).ko}",
        en=f"{won(impact.value.low).en} ~ {won(impact.value.high).en}",
    )
    mood = impact.satisfaction
    return (
        Words(code=impact.cause, ko=impact.ko, en=impact.en),
        number(impact.documents),
        number(impact.sufferers.value),
        unbroken(_range(impact.sufferers)),
        f"{impact.customers.value:,.1f}",
        unbroken(_range(impact.customers)),
        won(impact.value.value),
        value,
        plain(f"{points(mood.value)} ({points_range(mood)})") if mood is not None else "–",
    )


def _range(estimate: Estimate) -> str:
    digits = 0 if estimate.high >= 20 else 1
    low, high = (f"{bound:,.{digits}f}".replace("-", "−") for bound in (estimate.low, estimate.high))
    return f"{low} ~ {high}" if estimate.low < 0 else f"{low}–{high}"
