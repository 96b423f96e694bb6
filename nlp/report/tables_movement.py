"""Tables of what changes and what is said: periods compared, bursts, phrases, copies."""

from __future__ import annotations

from datetime import date

from nlp.report.analysis import Analysis
from nlp.report.charts.movement import MOST_WEEKS
from nlp.report.charts.style import Cell, Table
from nlp.report.selection import cause_changes, cause_shares, weeks_compared
from nlp.report.titled import Titled, table_of
from nlp.report.words import (
    DASH,
    event_words,
    label_words,
    number,
    percent,
    percent_range,
    plain,
    points,
    points_range,
    say,
    shortened,
)
from nlp.wom.trends import WeekPoint

_PHRASES = 8
_BURSTS = 6
_EMERGING = 10
_LONGEST = 90


def weeks_table(analysis: Analysis) -> Titled | None:
    """The figures of the weekly charts: a week a line, a cause a column."""
    causes = [share.event.label for share in cause_shares(analysis)]
    weeks: dict[date, dict[str, WeekPoint]] = {}
    for point in analysis.trend.weeks:
        if point.event.group == "cause" and point.event.stage is None:
            weeks.setdefault(point.monday, {})[point.event.label] = point
    if len(weeks) < 2:
        return None
    shown = sorted(weeks)[-MOST_WEEKS:]
    names = (label_words(analysis.taxonomy, "cause", cause) for cause in causes)
    rows: list[tuple[Cell, ...]] = []
    for monday in shown:
        points_of = weeks[monday]
        whole = points_of[causes[0]]
        shares = (
            f"{percent(week.share.value, digits=1)} ({number(week.count.value)})" if week.documents else DASH
            for week in (points_of[cause] for cause in causes)
        )
        rows.append((f"{monday}{'' if whole.complete else ' *'}", number(whole.documents), *shares))
    return Titled(
        title=say("table", "weeks"),
        note=say("table", "weeks_note"),
        table=Table(columns=(say("column", "week"), say("column", "texts"), *names), rows=tuple(rows)),
        folded=True,
    )


def change_table(analysis: Analysis) -> Titled | None:
    """How each cause's share moved between the two periods compared."""
    weeks = weeks_compared(analysis)
    if not weeks:
        return None
    return Titled(
        title=say("table", "changes", weeks=weeks),
        note=say("table", "changes_note"),
        table=table_of(
            ("cause", "before", "after", "change", "range", "verdict"),
            [
                (
                    label_words(analysis.taxonomy, "cause", change.event.label),
                    percent(change.before.value, digits=1),
                    percent(change.after.value, digits=1),
                    points(change.points.value),
                    points_range(change.points),
                    say("verdict", change.direction),
                )
                for change in cause_changes(analysis)
            ],
        ),
    )


def emerging_table(analysis: Analysis) -> Titled | None:
    """Causes and phrases that are suddenly frequent; says so when there are none."""
    found = analysis.emerging
    if found.monday is None or not found.watched:
        return None
    phrases = analysis.phrases.emerging if analysis.phrases is not None else None
    watched = found.watched + (phrases.watched if phrases is not None else 0)
    rows = [(event_words(analysis.taxonomy, item.event), item.emergence) for item in found.events[:_EMERGING]]
    if phrases is not None:
        rows += [(plain(f"“{item.phrase.shown}”"), item.emergence) for item in phrases.phrases[:_EMERGING]]
    filled = {"rate": f"{found.rate:.0%}", "watched": number(watched)}
    if not rows:
        return Titled(
            title=say("table", "emerging", monday=found.monday),
            note=say("table", "emerging_none", **filled),
            table=None,
        )
    return Titled(
        title=say("table", "emerging", monday=found.monday),
        note=say("table", "emerging_note", **filled),
        table=table_of(
            ("name", "count", "expected", "ratio", "share", "range", "q_value"),
            [
                (
                    name,
                    number(item.count),
                    f"{item.expected:.1f}",
                    f"×{item.ratio:.1f}",
                    percent(item.latest.value, digits=1),
                    percent_range(item.latest),
                    f"{item.q_value:.3f}" if item.q_value >= 0.001 else "<0.001",
                )
                for name, item in rows
            ],
        ),
    )


def phrase_table(analysis: Analysis) -> Titled | None:
    """The phrases that set each cause apart."""
    if analysis.phrases is None or not analysis.phrases.typical:
        return None
    rows: list[tuple[Cell, ...]] = []
    for share in cause_shares(analysis):
        found = [item for item in analysis.phrases.typical if item.label == share.event.label][:_PHRASES]
        if found:
            shown = ", ".join(f"{item.phrase.shown} ({number(item.inside)})" for item in found)
            rows.append((label_words(analysis.taxonomy, "cause", share.event.label), shown))
    return Titled(
        title=say("table", "phrases"), note=say("table", "phrases_note"), table=table_of(("cause", "phrase"), rows)
    )


def burst_table(analysis: Analysis) -> Titled | None:
    """Texts that were told again and again."""
    bursts = analysis.distinct.bursts[:_BURSTS]
    if not bursts:
        return None
    return Titled(
        title=say("table", "bursts"),
        note=say("table", "bursts_note"),
        table=table_of(
            ("text", "copies", "channels", "peak"),
            [
                (
                    shortened(burst.text, _LONGEST),
                    number(burst.copies),
                    ", ".join(burst.channels[:3]) + (" …" if len(burst.channels) > 3 else "") or "–",
                    f"{burst.peak} ({burst.peak_copies})" if burst.peak is not None else "–",
                )
                for burst in bursts
            ],
        ),
    )
