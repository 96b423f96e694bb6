"""The sentences a manager can repeat: each says one thing, with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from nlp.report.analysis import Analysis
from nlp.report.selection import (
    by_customer,
    case_unit,
    cause_changes,
    cause_shares,
    in_focus,
    in_tiers,
    leads,
    shown_id,
    stage_shares,
    weeks_compared,
    whole_voices,
)
from nlp.report.words import Words, label_words, number, percent, percent_range, points, points_range, say, won
from nlp.wom.estimates import difference

FEWEST: Final = 10
"""Texts below which a headline gives counts instead of shares, and says nothing of what comes first."""


def headlines(analysis: Analysis) -> tuple[Words, ...]:
    """Headline sentences, the most important first; those whose figures are missing are left out."""
    return tuple(
        sentence for part in (_causes, _queue, _stages, _movement, _voices, _competitor) for sentence in part(analysis)
    )


def still_in_time(analysis: Analysis, first: int) -> int | None:
    """How many of the first cases have a deadline that is not over; None where none has a deadline."""
    deadlines = analysis.ranking.deadline[:first]
    now = np.datetime64(analysis.now.replace(tzinfo=None), "s")
    return None if np.isnat(deadlines).all() else int((deadlines >= now).sum())


def _few(analysis: Analysis) -> bool:
    return len(analysis.distinct.table) < FEWEST


def _causes(analysis: Analysis) -> Iterator[Words]:
    few = _few(analysis)
    if few:
        yield say("headline", "few", n=len(analysis.distinct.table))
    if not analysis.complaints:
        yield say("headline", "no_complaints", n=number(len(analysis.distinct.table)))
    rows = [row for row in cause_shares(analysis) if row.best.value]
    for row, code in zip(rows, ("top_cause_few",) if few else ("top_cause", "second_cause"), strict=False):
        yield say(
            "headline",
            code,
            n=number(row.documents),
            count=number(row.best_count),
            cause=label_words(analysis.taxonomy, "cause", row.event.label),
            share=percent(row.best.value),
            range=percent_range(row.best),
        )


def _stages(analysis: Analysis) -> Iterator[Words]:
    cells = stage_shares(analysis)
    if leads([cell.best for cell in cells]) and not _few(analysis):
        event = cells[0].event
        yield say(
            "headline",
            "top_cell",
            cause=label_words(analysis.taxonomy, "cause", event.label),
            stage=label_words(analysis.taxonomy, "stage", str(event.stage)),
            count=number(cells[0].best_count),
        )
    journey = analysis.journey
    if journey.index is not None and journey.repair_first is not None:
        stage = next(stage for stage in journey.stages if stage.stage == journey.repair_first)
        yield say(
            "headline",
            "journey_index",
            index=percent(journey.index.value, digits=1),
            range=percent_range(journey.index),
            stage=label_words(analysis.taxonomy, "stage", stage.stage),
            lift=points(stage.lift.value) if stage.lift else "",
        )


def _movement(analysis: Analysis) -> Iterator[Words]:
    single = [item for item in analysis.emerging.events if item.event.stage is None]
    for item in single[:1]:
        yield say(
            "headline",
            "emerging",
            monday=analysis.emerging.monday,
            cause=label_words(analysis.taxonomy, item.event.group, item.event.label),
            ratio=f"{item.emergence.ratio:.1f}",
            expected=number(item.emergence.expected),
            count=number(item.emergence.count),
        )
    weeks = weeks_compared(analysis)
    if not weeks:
        return
    moved = [change for change in cause_changes(analysis) if change.direction != "unclear"]
    for change in moved[:1]:
        yield say(
            "headline",
            "growing" if change.direction == "up" else "shrinking",
            weeks=weeks,
            cause=label_words(analysis.taxonomy, "cause", change.event.label),
            points=f"{abs(change.points.value) * 100:.1f}",
            range=points_range(change.points),
        )
    # Single weeks have no direction: how much weeks differ cannot be known from one.
    if not moved and not single and weeks > 1:
        yield say("headline", "steady", weeks=weeks)


def _voices(analysis: Analysis) -> Iterator[Words]:
    leaving = [row for row in analysis.shares.rows if row.event.group == "response" and row.event.label == "switching"]
    few = _few(analysis)
    for row in leaving[:1]:
        yield say(
            "headline",
            "switching_none" if not row.best.value else "switching_few" if few else "switching",
            n=number(row.documents),
            count=number(row.best_count),
            share=percent(row.best.value),
            range=percent_range(row.best),
        )
    sides = whole_voices(analysis)
    side = sides.get("public") or sides.get("all")
    if side is None or side.net_advocacy is None or side.volume < FEWEST:
        return
    bad, good, net = side.responses["negative_wom"], side.responses["positive_wom"], side.net_advocacy
    if side.side == "all":
        against, towards = (analysis.shares.get("response", label) for label in ("negative_wom", "positive_wom"))
        if against.corrected and towards.corrected:
            bad, good, net = against.best, towards.best, difference(towards.best, against.best)
    if not bad.value and not good.value:
        return
    yield say(
        "headline",
        "advocacy_public" if side.side == "public" else "advocacy_all",
        n=number(side.volume),
        bad=percent(bad.value),
        good=percent(good.value),
        net=points(net.value),
        range=points_range(net),
    )


def _competitor(analysis: Analysis) -> Iterator[Words]:
    found = analysis.competitors
    # A name met once is no finding.
    if found.competitors and found.competitors[0].documents > 1:
        first = found.competitors[0]
        yield say(
            "headline",
            "competitor",
            pulled=number(found.pulled),
            named=number(found.named),
            name=first.name,
            count=number(first.documents),
        )


def _queue(analysis: Analysis) -> Iterator[Words]:
    ranking, focus = analysis.ranking, in_focus(analysis)
    if not focus:
        yield say("headline", "queue_none")
        return
    due = still_in_time(analysis, focus)
    gain = float(ranking.gain[:focus].sum())
    ending = "_cost" if gain <= 0 else "_undated" if due is None else "" if due else "_late"
    yield say(
        "headline",
        ("queue" if by_customer(analysis) else "queue_texts") + ending,
        first=shown_id(ranking.ids[0]),
        n=number(focus),
        gain=won(abs(gain)),
        **({"due": number(due)} if due else {}),
    )
    for tier, count in in_tiers(analysis).items():
        if count and tier != "ordinary":
            yield say("headline", tier, n=number(count), unit=case_unit(analysis))
