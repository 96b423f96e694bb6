"""What the parts of a report read off an analysis alike: figures in order, cases to win back, and their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from nlp.recovery.queue import TIERS, Tier
from nlp.report.analysis import Analysis
from nlp.report.words import Words, say
from nlp.taxonomy import Group, Taxonomy
from nlp.wom.estimates import Estimate
from nlp.wom.shares import Share
from nlp.wom.trends import Change
from nlp.wom.wordofmouth import Voices

_QUEUE_SHARE: Final = 0.1
"""Part of the customers that headline and chart sum up unless a capacity is given."""

_PLACE: Final = re.compile(r".*[/\\]([^/\\]+:\d+)", re.DOTALL)


def cause_shares(analysis: Analysis) -> list[Share]:
    """Shares of the causes over all documents, the largest first."""
    rows = [row for row in analysis.shares.rows if row.event.group == "cause" and row.event.stage is None]
    return sorted(rows, key=lambda row: -row.best.value)


def own_shares(analysis: Analysis) -> list[tuple[Group, list[Share]]]:
    """Groups that Dangol's own taxonomy lacks, which no chapter speaks of, with the shares of their labels in order."""
    shipped = Taxonomy.load()
    return [
        (group, [row for row in analysis.shares.rows if row.event.group == group.id])
        for group in analysis.taxonomy
        if group.id not in shipped and analysis.shares.rows
    ]


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
    """How many of the first cases are worth a recovery: those with a gain, and whatever is urgent."""
    ranking = analysis.ranking
    return int(((ranking.gain > 0) | (ranking.tier == TIERS.index("urgent"))).sum())


def in_tiers(analysis: Analysis) -> dict[Tier, int]:
    """How many of the cases worth a recovery are of each tier."""
    tiers = analysis.ranking.tier[: to_recover(analysis)]
    return {tier: int((tiers == at).sum()) for at, tier in enumerate(TIERS)}


def by_customer(analysis: Analysis) -> bool:
    """Whether cases are customers: without a customer's number each text is a case of its own."""
    return bool(analysis.ranking.cases.known_customer.any())


def case_unit(analysis: Analysis) -> Words:
    """What cases are counted in: customers, or texts."""
    return say("word", "people" if by_customer(analysis) else "texts")


def in_focus(analysis: Analysis) -> int:
    """How many of the first cases the report sums up: the capacity, else a tenth."""
    wanted = analysis.capacity or max(1, round(len(analysis.ranking) * _QUEUE_SHARE))
    return min(wanted, to_recover(analysis))


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
