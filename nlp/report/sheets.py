"""What the workbook holds, sheet by sheet, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from nlp.recovery.texts import sourced, words
from nlp.report.analysis import Analysis
from nlp.report.cards import causes_of, stage_words
from nlp.report.charts.queue import FAMILIES, families
from nlp.report.headlines import headlines
from nlp.report.selection import case_unit, shown_id
from nlp.report.sheet import Column, Sheet, Value, column
from nlp.report.sheet_figures import (
    causes_sheet,
    cells_sheet,
    competitors_sheet,
    labels_sheet,
    phrases_sheet,
    slices_sheet,
    stages_sheet,
    voices_sheet,
    weeks_sheet,
)
from nlp.report.words import Words, joined, plain, say, terms_of

_SENTENCES: Final = 10
_TEXTS: Final = 5
"""Of a customer who wrote many texts, so many sentences and numbers of the newest."""


def sheets_of(analysis: Analysis, shown: int) -> Iterator[Sheet]:
    """The sheets in their order, the first ``shown`` cases of the queue ahead; empty ones are left out."""
    yield _queue(analysis, shown)
    yield causes_sheet(analysis)
    yield cells_sheet(analysis)
    yield stages_sheet(analysis)
    yield labels_sheet(analysis)
    if any(shares.rows for shares in analysis.slices.values()):
        yield slices_sheet(analysis)
    if analysis.trend.weeks:
        yield weeks_sheet(analysis)
    yield voices_sheet(analysis)
    if analysis.competitors.competitors:
        yield competitors_sheet(analysis)
    if analysis.phrases is not None and analysis.phrases.typical:
        yield phrases_sheet(analysis)
    yield _limits(analysis)
    yield _constants(analysis)


def _queue(analysis: Analysis, shown: int) -> Sheet:
    columns = [
        column("rank", "count", 7),
        column("rank_low", "count", 10),
        column("rank_high", "count", 10),
        column("customer", "text", 18),
        column("tier", "text", 28),
        column("gain", "won"),
        column("customer_value", "won"),
        column("p_ignored", "share"),
        column("p_recovered", "share"),
        column("urgency", "won"),
        column("deadline", "time"),
        column("recovery_stage", "text", 28),
        column("repeated", "share"),
        column("causes", "text", 36),
        column("evidence", "long", 70),
        column("actions", "long", 80),
        *(Column(name=say("family", family), kind="won") for family in FAMILIES),
        column("documents", "text", 30),
    ]
    if analysis.capacity is not None:
        columns.append(column("within_capacity", "share"))
    note = say(
        "sheet",
        "queue_note",
        unit=case_unit(analysis),
        shown=f"{shown:,}",
        n=f"{len(analysis.ranking):,}",
    )
    rows = (_case(analysis, place) for place in range(shown))
    return Sheet(title=say("sheet", "queue"), note=note, columns=tuple(columns), rows=rows)


def _case(analysis: Analysis, place: int) -> Sequence[Value]:
    case = analysis.ranking.case(place)
    parts = dict(families(case))
    within = [case.within_capacity] if analysis.capacity is not None else []
    return [
        case.rank,
        case.rank_low,
        case.rank_high,
        shown_id(case.id),
        words("tier", case.tier),
        round(case.gain),
        round(case.value),
        case.p_leave_ignored,
        case.p_leave_recovered,
        round(case.urgency) if case.speed == "fast" else None,
        case.deadline,
        stage_words(case),
        case.repeated,
        joined(causes_of(analysis, place)),
        "\n".join(list(dict.fromkeys(case.evidence))[:_SENTENCES]),
        joined([Words(code=a.id, ko=a.ko, en=a.en) for a in case.actions], "\n"),
        *(round(parts.get(family, 0.0)) for family in FAMILIES),
        _texts([str(analysis.table.ids[row]) for row in case.rows]),
        *within,
    ]


def _texts(ids: list[str]) -> Words:
    """The newest of a case's texts, and how many older ones there are."""
    shown, more = ", ".join(ids[-_TEXTS:]), len(ids) - _TEXTS
    return say("word", "older", shown=shown, n=more) if more > 0 else plain(shown)


def _limits(analysis: Analysis) -> Sheet:
    rows: list[list[Value]] = [[say("section", "summary"), line] for line in headlines(analysis)]
    rows += [[say("section", "missing"), note] for note in analysis.notes]
    rows += map(list, terms_of("definition"))
    columns = (column("term", "text", 30), column("definition", "long", 130))
    return Sheet(title=say("sheet", "limits"), note=say("ui", "subtitle"), columns=columns, rows=iter(rows))


def _constants(analysis: Analysis) -> Sheet:
    rows: Iterator[Sequence[Value]] = (
        [
            constant.key,
            constant.used,
            constant.value,
            constant.low,
            constant.high,
            say("status", constant.status),
            sourced(constant.unit),
            sourced(constant.source),
        ]
        for constant in analysis.priors
    )
    columns = (
        column("constant", "text", 32),
        column("used", "number"),
        column("value", "number"),
        column("low", "number"),
        column("high", "number"),
        column("status", "text", 12),
        column("unit", "long", 50),
        column("source", "long", 80),
    )
    return Sheet(title=say("sheet", "constants"), note=say("sheet", "constants_note"), columns=columns, rows=rows)
