"""The first cases of the queue as cards: why here, until when, what the customer said, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nlp.recovery.actions import Action
from nlp.recovery.queue import Case
from nlp.recovery.texts import words
from nlp.report.analysis import Analysis
from nlp.report.charts.queue import FAMILIES, families
from nlp.report.selection import case_unit, shown_id, to_recover, until
from nlp.report.words import Words, label_words, percent, plain, say, shortened, won

CARDS: Final = 10
_SENTENCES: Final = 3
_LONGEST: Final = 160
_SHOWN_WON: Final = 50
"""Less would be shown as 0원."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One family of factors in a case's gain; ``width`` in [0, 100] is its bar against the case's largest."""

    name: Words
    amount: Words
    width: float
    positive: bool
    color: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """One case, ready to be shown."""

    case: Case
    id: str
    rank: Words
    interval: Words
    tier: Words
    causes: tuple[Words, ...]
    gain: Words
    value: Words
    leave: str
    deadline: Words
    due: Words
    stage: Words
    texts: Words
    within: Words | None
    parts: tuple[Part, ...]
    evidence: tuple[str, ...]
    actions: tuple[Action, ...]


def cards(analysis: Analysis, *, most: int = CARDS) -> tuple[Card, ...]:
    """Cards of the first ``most`` cases that are worth a recovery."""
    return tuple(_card(analysis, place) for place in range(min(most, to_recover(analysis))))


def causes_of(analysis: Analysis, place: int) -> tuple[Words, ...]:
    """Causes decided in any of a case's texts, in the taxonomy's order."""
    decided = analysis.ranking.cases.decided[analysis.ranking.position[place]]
    return tuple(
        label_words(analysis.taxonomy, "cause", label)
        for label in analysis.taxonomy.group("cause").ids
        if decided[analysis.taxonomy.column("cause", label)]
    )


def stage_words(case: Case) -> Words:
    """Stage of recovery, with the outcome where it is known."""
    if case.outcome == "unknown":
        return words("stage", case.stage)
    return words("outcome", case.outcome)


def _card(analysis: Analysis, place: int) -> Card:
    case = analysis.ranking.case(place)
    parts = sorted((part for part in families(case) if abs(part[1]) >= _SHOWN_WON), key=lambda part: -part[1])
    largest = max((abs(amount) for _, amount in parts), default=1.0)
    within = None
    if case.within_capacity is not None and analysis.capacity is not None:
        within = say(
            "ui",
            "in_capacity",
            capacity=analysis.capacity,
            unit=case_unit(analysis),
            share=percent(case.within_capacity),
        )
    return Card(
        case=case,
        id=shown_id(case.id),
        rank=say("ui", "rank", rank=case.rank),
        interval=say("ui", "interval", low=f"{case.rank_low:,}", high=f"{case.rank_high:,}"),
        tier=words("tier", case.tier),
        causes=causes_of(analysis, place),
        gain=won(case.gain),
        value=won(case.value),
        leave=f"{percent(case.p_leave_ignored)} → {percent(case.p_leave_recovered)}",
        deadline=plain(_clock(case.deadline, analysis.now)) if case.deadline is not None else say("due", "none"),
        due=until(case.deadline, analysis.now),
        stage=stage_words(case),
        texts=say("ui", "texts", n=len(case.rows)),
        within=within,
        parts=tuple(
            Part(
                name=say("family", family),
                amount=won(amount),
                width=round(100 * abs(amount) / largest, 1),
                positive=amount > 0,
                color=FAMILIES[family][1],
            )
            for family, amount in parts
        ),
        evidence=tuple(shortened(line, _LONGEST) for line in dict.fromkeys(case.evidence))[:_SENTENCES],
        actions=case.actions,
    )


def _clock(moment: datetime, now: datetime) -> str:
    """A day and time, with the year where it is not this one."""
    return f"{moment:%m-%d %H:%M}" if moment.year == now.year else f"{moment:%Y-%m-%d %H:%M}"
