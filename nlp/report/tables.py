"""Tables of the report that belong to no chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nlp.recovery.actions import retention_tactics, success_points
from nlp.recovery.levers import levers
from nlp.recovery.texts import sourced, words
from nlp.report.analysis import Analysis
from nlp.report.cards import causes_of, stage_words
from nlp.report.charts.style import Cell, Table
from nlp.report.selection import case_unit, in_tiers, own_shares, shown_id, stage_shares, to_recover, until
from nlp.report.titled import Titled, share_table, table_of
from nlp.report.words import DASH, Words, joined, label_words, number, percent, percent_range, plain, say, won

_QUEUE, _BEHIND = 40, 10


def queue_tables(analysis: Analysis, *, first: int) -> Iterator[Titled]:
    """The cases worth a recovery that follow the cards, a line each.

    Where urgent ones leave no room for others, the largest gains behind them have a table of their own.
    """
    worth, urgent = to_recover(analysis), in_tiers(analysis)["urgent"]
    end = min(first + _QUEUE, worth)
    if end < worth and urgent > end - _BEHIND:
        behind = range(urgent, min(urgent + _BEHIND, worth))
        tables = {"more": range(first, min(end, urgent)), "behind": behind}
    else:
        tables = {"more": range(first, end)}
    for code, places in tables.items():
        if places:
            title = say("ui", code, n=len(places), unit=case_unit(analysis))
            yield Titled(title=title, note=None, table=_lines(analysis, places), folded=True)


def _lines(analysis: Analysis, places: range) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for place in places:
        case = analysis.ranking.case(place)
        rows.append(
            (
                number(case.rank),
                f"{case.rank_low:,}–{case.rank_high:,}",
                shown_id(case.id),
                words("tier", case.tier),
                joined(causes_of(analysis, place), none=DASH),
                won(case.gain),
                f"{percent(case.p_leave_ignored)} → {percent(case.p_leave_recovered)}",
                until(case.deadline, analysis.now),
                stage_words(case),
            )
        )
    columns = ("rank", "rank_range", "customer", "tier", "causes", "gain_short", "leave", "deadline", "recovery_stage")
    return table_of(columns, rows)


def lever_table(analysis: Analysis, *, most: int = 8) -> Titled | None:
    """The cells of cause and stage with most complaints, and what a firm can pull there."""
    rows: list[tuple[Cell, ...]] = []
    for share in stage_shares(analysis)[:most]:
        stage = str(share.event.stage)
        found = levers(share.event.label, stage)
        if share.best_count and found:
            rows.append(
                (
                    label_words(analysis.taxonomy, "cause", share.event.label),
                    label_words(analysis.taxonomy, "stage", stage),
                    number(share.best_count),
                    joined(found),
                )
            )
    if not rows:
        return None
    return Titled(
        title=say("table", "levers"),
        note=say("table", "levers_note"),
        table=table_of(("cause", "stage", "count", "levers"), rows),
    )


def waiting_table(analysis: Analysis) -> Titled | None:
    """Waiting and broken time promises."""
    found = analysis.waiting
    if not found.eligible:
        return None
    lines = (
        ("waiting", int(found.waiting.sum()), found.waiting_share),
        ("broken_promise", int(found.broken_promise.sum()), found.broken_promise_share),
        ("eligible", int((found.waiting | found.broken_promise).sum()), found.waiting_of_eligible),
    )
    return Titled(
        title=say("table", "waiting"),
        note=say("table", "waiting_note"),
        table=table_of(
            ("figure", "count", "share", "range"),
            [
                (say("ui", code), number(count), percent(share.value, digits=1), percent_range(share))
                for code, count, share in lines
            ],
        ),
        wide=False,
    )


def own_tables(analysis: Analysis) -> Iterator[Titled]:
    """Shares of the labels of each group that Dangol's own taxonomy lacks."""
    for group, rows in own_shares(analysis):
        names = [label_words(analysis.taxonomy, group.id, row.event.label) for row in rows]
        title = Words(code=group.id, ko=group.ko, en=group.en)
        yield Titled(title=title, note=None, table=share_table("label", names, rows), wide=False)


def touchpoint_table(analysis: Analysis) -> Titled | None:
    """What the customer met: a person, a facility or product, a digital channel, the telephone."""
    found = sorted((item for item in analysis.touchpoints if item.count), key=lambda item: -item.count)
    if not found:
        return None
    return Titled(
        title=say("table", "touchpoints"),
        note=say("table", "touchpoints_note"),
        table=table_of(
            ("touchpoint", "count", "share", "range"),
            [
                (
                    Words(code=item.id, ko=item.ko, en=item.en),
                    number(item.count),
                    percent(item.share.value, digits=1),
                    percent_range(item.share),
                )
                for item in found
            ],
        ),
        wide=False,
    )


def ksqi_table(analysis: Analysis) -> Titled | None:
    """The interpersonal causes in KSQI's terms."""
    view = analysis.ksqi
    if not view.items or not analysis.complaints:
        return None
    return Titled(
        title=say("table", "ksqi"),
        note=say(
            "table",
            "ksqi_note",
            outside=percent(view.outside.value),
            range=percent_range(view.outside),
            never=number(len(view.never_rows)),
        ),
        table=table_of(
            ("cause", "phase", "ksqi_items", "complaint_share", "range"),
            [
                (
                    label_words(analysis.taxonomy, "cause", item.cause),
                    plain(item.phase_ko),
                    ", ".join(item.items_ko),
                    percent(item.share.value, digits=1),
                    percent_range(item.share),
                )
                for item in view.items
            ],
        ),
        folded=True,
    )


def rules_table(kind: str) -> Titled:
    """The retention tactics or the success points, for the firm as a whole."""
    found = retention_tactics() if kind == "tactics" else success_points()
    return Titled(
        title=say("table", kind),
        note=None,
        table=table_of(("actions", "source"), [(Words(code=a.id, ko=a.ko, en=a.en), sourced(a.source)) for a in found]),
        folded=True,
    )


def priors_table(analysis: Analysis) -> Titled:
    """Every constant behind the ranking, with its range, source and standing."""
    standing = Counter(constant.status for constant in analysis.priors)
    return Titled(
        title=say("table", "priors"),
        note=say(
            "table",
            "priors_note",
            n=sum(standing.values()),
            assumed=standing["assumed"],
            secondary=standing["secondary"],
            contested=standing["contested"],
        ),
        table=table_of(
            ("constant", "value", "low_high", "unit", "status", "source"),
            [
                (
                    constant.key,
                    say("word", "muted", neutral=f"{constant.used:g}") if constant.muted else f"{constant.used:,g}",
                    f"{constant.low:,g} – {constant.high:,g}",
                    sourced(constant.unit),
                    say("status", constant.status),
                    sourced(constant.source),
                )
                for constant in analysis.priors
            ],
        ),
        folded=True,
    )
