"""The sentences a manager can repeat: each says one thing, with its interval."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from nlp.recovery.queue import TIERS
from nlp.report.analysis import Analysis
from nlp.report.words import Words, label_words, number, percent, percent_range, points, points_range, say, won
from nlp.wom.estimates import Estimate, difference
from nlp.wom.shares import Share
from nlp.wom.trends import Change
from nlp.wom.wordofmouth import Voices

FEWEST: Final = 10
"""Texts below which a headline gives counts instead of shares, and says nothing of what comes first."""

QUEUE_SHARE: Final = 0.1
"""Part of the customers that the queue's headline speaks of unless a capacity is given."""


_PLACE: Final = re.compile(r".*[/\\]([^/\\]+:\d+)", re.DOTALL)


def headlines(analysis: Analysis) -> tuple[Words, ...]:
    """Headline sentences, the most important first; those whose figures are missing are left out."""
    return tuple(
        sentence for part in (_causes, _queue, _stages, _movement, _voices, _competitor) for sentence in part(analysis)
    )


def cause_shares(analysis: Analysis) -> list[Share]:
    """Shares of the causes over all documents, the largest first."""
    rows = [row for row in analysis.shares.rows if row.event.group == "cause" and row.event.stage is None]
    return sorted(rows, key=lambda row: -row.best.value)


def stage_shares(analysis: Analysis) -> list[Share]:
    """Shares of every cause in every stage, the largest first."""
    rows = [row for row in analysis.shares.rows if row.event.stage is not None]
    return sorted(rows, key=lambda row: -row.best.value)


def leads(shares: Sequence[Estimate]) -> bool:
    """Whether the first of the shares, largest first, stands alone at the top."""
    return bool(shares) and shares[0].value > max(0.0, *(share.value for share in shares[1:2]))


def whole_voices(analysis: Analysis) -> dict[str, Voices]:
    """Word of mouth of all documents by side: ``public`` and ``private``, or ``all`` without channels."""
    return {voices.side: voices for voices in analysis.voices.voices}


def weeks_compared(analysis: Analysis) -> int:
    """How many weeks stand on each side of the comparison; 0 where nothing is compared, or one side has no text."""
    if analysis.trend.after is None or all(np.isnan(change.points.value) for change in analysis.trend.changes):
        return 0
    first, last = analysis.trend.after
    return (last - first).days // 7 + 1


def cause_changes(analysis: Analysis) -> list[Change]:
    """How the shares of the causes moved, the largest move first."""
    found = [
        change for change in analysis.trend.changes if change.event.group == "cause" and change.event.stage is None
    ]
    return sorted(found, key=lambda change: -abs(np.nan_to_num(change.points.value)))


def to_recover(analysis: Analysis) -> int:
    """How many of the first cases are worth a recovery: those with a gain, and whatever is urgent or for a person."""
    ranking = analysis.ranking
    return int(((ranking.gain > 0) | (ranking.tier != TIERS.index("ordinary"))).sum())


def in_focus(analysis: Analysis) -> int:
    """How many of the first cases the headline speaks of: the capacity, else a tenth."""
    wanted = analysis.capacity or max(1, round(len(analysis.ranking) * QUEUE_SHARE))
    return min(wanted, to_recover(analysis))


def still_in_time(analysis: Analysis, first: int) -> int | None:
    """How many of the first cases have a deadline that is not over; None where none has a deadline."""
    deadlines = analysis.ranking.deadline[:first]
    now = np.datetime64(analysis.now.replace(tzinfo=None), "s")
    return None if np.isnat(deadlines).all() else int((deadlines >= now).sum())


def shown_id(identity: object) -> str:
    """A case's id for readers: of a document named by its place, the file's name and line."""
    place = _PLACE.fullmatch(str(identity))
    return place[1] if place else str(identity)


def until(deadline: datetime | None, now: datetime) -> Words:
    """Time left to a deadline, in days and hours."""
    if deadline is None:
        return say("due", "none")
    left = deadline - now.replace(tzinfo=None)
    if left < timedelta(0):
        return say("due", "over")
    days, hours = divmod(int(left.total_seconds() // 3600), 24)
    code = ("days" if hours else "whole_days") if days else "hours" if hours else "soon"
    return say("due", code, days=days, hours=hours)


def _few(analysis: Analysis) -> bool:
    return len(analysis.distinct.table) < FEWEST


def _causes(analysis: Analysis) -> Iterator[Words]:
    few = _few(analysis)
    if few:
        yield say("headline", "few", n=len(analysis.distinct.table))
    rows = [row for row in cause_shares(analysis) if row.best.value]
    for row, code in zip(rows, ("top_cause_few",) if few else ("top_cause", "second_cause"), strict=False):
        yield say(
            "headline",
            code,
            n=number(row.documents),
            count=number(row.count),
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
            count=number(row.count),
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
        ("queue" if ranking.cases.known_customer.any() else "queue_texts") + ending,
        first=shown_id(ranking.ids[0]),
        n=number(focus),
        gain=won(abs(gain)),
        **({"due": number(due)} if due else {}),
    )
    for code in ("urgent", "person"):
        count = int((ranking.tier == TIERS.index(code)).sum())
        if count:
            yield say("headline", code, n=number(count))
