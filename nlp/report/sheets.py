"""What the workbook holds, sheet by sheet, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from nlp.recovery.texts import words
from nlp.report.analysis import SLICED, Analysis
from nlp.report.cards import causes_of, stage_words
from nlp.report.charts.queue import FAMILIES, families
from nlp.report.headlines import cause_shares, headlines, stage_shares
from nlp.report.words import Words, event_words, label_words, plain, say, texts_of
from nlp.wom.estimates import Estimate

Value: TypeAlias = Words | str | float | int | datetime | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its heading, and the kind that gives it format and width."""

    name: Words
    kind: str = "text"
    width: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A worksheet: a note above the table, headings, rows."""

    title: Words
    note: Words
    columns: tuple[Column, ...]
    rows: Iterator[Sequence[Value]]


def sheets_of(analysis: Analysis, shown: int) -> Iterator[Sheet]:
    """The sheets in their order, the first ``shown`` cases of the queue ahead; empty ones are left out."""
    yield _queue(analysis, shown)
    yield _causes(analysis)
    yield _cells(analysis)
    yield _stages(analysis)
    if any(shares.rows for shares in analysis.slices.values()):
        yield _slices(analysis)
    if analysis.trend.weeks:
        yield _weeks(analysis)
    yield _voices(analysis)
    if analysis.competitors.competitors:
        yield _competitors(analysis)
    if analysis.phrases is not None and analysis.phrases.typical:
        yield _phrases(analysis)
    yield _limits(analysis)
    yield _constants(analysis)


def _queue(analysis: Analysis, shown: int) -> Sheet:
    columns = [
        _column("rank", "count", 7),
        _column("rank_low", "count", 10),
        _column("rank_high", "count", 10),
        _column("customer", "text", 18),
        _column("tier", "text", 24),
        _column("gain", "won"),
        _column("customer_value", "won"),
        _column("p_ignored", "share"),
        _column("p_recovered", "share"),
        _column("urgency", "won"),
        _column("deadline", "time"),
        _column("recovery_stage", "text", 24),
        _column("repeated", "share"),
        _column("causes", "text", 36),
        _column("evidence", "long", 70),
        _column("actions", "long", 80),
        *(Column(name=say("family", family), kind="won") for family in FAMILIES),
        _column("documents", "text", 30),
    ]
    if analysis.capacity is not None:
        columns.append(_column("within_capacity", "share"))
    note = say("sheet", "queue_note", shown=f"{shown:,}", n=f"{len(analysis.ranking):,}")
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
        case.id,
        words("tier", case.tier),
        round(case.gain),
        round(case.value),
        case.p_leave_ignored,
        case.p_leave_recovered,
        round(case.urgency),
        case.deadline,
        stage_words(case),
        case.repeated,
        _joined(causes_of(analysis, place), ", "),
        "\n".join(dict.fromkeys(case.evidence)),
        _joined([Words(code=a.id, ko=a.ko, en=a.en) for a in case.actions], "\n"),
        *(round(parts.get(family, 0.0)) for family in FAMILIES),
        ", ".join(str(analysis.table.ids[row]) for row in case.rows[-5:]),
        *within,
    ]


def _causes(analysis: Analysis) -> Sheet:
    impacts = {impact.cause: impact for impact in analysis.causes}
    rows = []
    for share in cause_shares(analysis):
        impact = impacts[share.event.label]
        rows.append(
            [
                label_words(analysis.taxonomy, "cause", share.event.label),
                share.count,
                *_bounds(share.raw),
                *(_bounds(share.best) if share.corrected else (None, None, None)),
                *_bounds(impact.sufferers),
                *_bounds(impact.customers),
                *_bounds(impact.value),
                *(_bounds(impact.satisfaction, scale=100) if impact.satisfaction is not None else (None, None, None)),
            ]
        )
    columns = (
        _column("cause", "text", 24),
        _column("count", "count"),
        *_triple("raw_share", "share"),
        *_triple("best_share", "share"),
        *_triple("sufferers", "count"),
        *_triple("customers", "number"),
        *_triple("worth", "won"),
        *_triple("satisfaction", "points"),
    )
    return Sheet(title=say("sheet", "causes"), note=say("sheet", "causes_note"), columns=columns, rows=iter(rows))


def _cells(analysis: Analysis) -> Sheet:
    rows = (
        [
            label_words(analysis.taxonomy, "cause", share.event.label),
            label_words(analysis.taxonomy, "stage", str(share.event.stage)),
            share.count,
            *_bounds(share.raw),
            *(_bounds(share.best) if share.corrected else (None, None, None)),
        ]
        for share in stage_shares(analysis)
    )
    columns = (
        _column("cause", "text", 24),
        _column("stage", "text"),
        _column("count", "count"),
        *_triple("raw_share", "share"),
        *_triple("best_share", "share"),
    )
    return Sheet(title=say("sheet", "cells"), note=say("sheet", "cells_note"), columns=columns, rows=rows)


def _stages(analysis: Analysis) -> Sheet:
    rows = (
        [
            label_words(analysis.taxonomy, "stage", stage.stage),
            stage.complaints,
            *_bounds(stage.share),
            stage.contacts,
            *(_bounds(stage.success) if stage.success else (None, None, None)),
            *(_bounds(stage.lift, scale=100) if stage.lift else (None, None, None)),
        ]
        for stage in analysis.journey.stages
    )
    columns = (
        _column("stage", "text"),
        _column("complaints", "count"),
        *_triple("complaint_share", "share"),
        _column("contacts", "count"),
        *_triple("success", "share"),
        *_triple("lift", "points"),
    )
    return Sheet(title=say("sheet", "stages"), note=say("chart", "journey_note"), columns=columns, rows=rows)


def _slices(analysis: Analysis) -> Sheet:
    rows = (
        [
            say("column", by),
            share.name,
            label_words(analysis.taxonomy, "cause", share.event.label),
            share.documents,
            share.count,
            *_bounds(share.best),
            say("word", "yes" if share.corrected else "no"),
        ]
        for by in SLICED
        for share in analysis.slices[by].rows
        if share.event.group == "cause" and share.event.stage is None
    )
    columns = (
        _column("group", "text", 10),
        _column("name", "text", 20),
        _column("cause", "text", 24),
        _column("texts", "count"),
        _column("count", "count"),
        *_triple("share", "share"),
        _column("corrected", "text", 8),
    )
    return Sheet(title=say("sheet", "slices"), note=say("sheet", "slices_note"), columns=columns, rows=rows)


def _weeks(analysis: Analysis) -> Sheet:
    rows = (
        [
            week.monday.isoformat(),
            event_words(analysis.taxonomy, week.event),
            week.documents,
            week.count.value,
            *(_bounds(week.share) if week.documents else (None, None, None)),
            say("word", "yes" if week.complete else "no"),
        ]
        for week in analysis.trend.weeks
        if week.event.group in ("cause", "response") and week.event.stage is None
    )
    columns = (
        _column("week", "text", 14),
        _column("label", "text", 26),
        _column("texts", "count"),
        _column("count", "count"),
        *_triple("share", "share"),
        _column("complete", "text", 10),
    )
    return Sheet(title=say("sheet", "weeks"), note=say("sheet", "weeks_note"), columns=columns, rows=rows)


def _voices(analysis: Analysis) -> Sheet:
    found = [*analysis.voices.voices, *(voice for by in analysis.voices_by.values() for voice in by.voices)]
    rows = []
    for voices in found:
        name = plain(voices.name) if voices.name is not None else say("side", voices.side, n=f"{voices.volume:,}")
        kind = say("column", voices.by) if voices.by is not None else say("column", "side")
        figures = [
            (label_words(analysis.taxonomy, "response", label), estimate)
            for label, estimate in voices.responses.items()
        ]
        figures += [
            (say("word", code), estimate)
            for code, estimate in (("net_advocacy", voices.net_advocacy), ("valence", voices.valence))
            if estimate is not None
        ]
        side = say("visible", voices.side)
        if voices.volume:
            rows += [
                [kind, name, side, voices.volume, figure, *_bounds(estimate, scale=100.0)]
                for figure, estimate in figures
            ]
    columns = (
        _column("group", "text", 10),
        _column("name", "text", 24),
        _column("side", "text", 12),
        _column("texts", "count"),
        _column("figure", "text", 28),
        *_triple("percent_value", "points"),
    )
    return Sheet(title=say("sheet", "voices"), note=say("sheet", "voices_note"), columns=columns, rows=iter(rows))


def _competitors(analysis: Analysis) -> Sheet:
    rows = (
        [
            item.name,
            item.documents,
            *_bounds(item.share),
            _joined([label_words(analysis.taxonomy, "cause", cause) for cause, n, _ in item.wins_on if n], ", "),
        ]
        for item in analysis.competitors.competitors
    )
    columns = (
        _column("competitor", "text", 20),
        _column("texts", "count"),
        *_triple("share", "share"),
        _column("wins_on", "text", 50),
    )
    note = say("chart", "competitors_note", pulled=f"{analysis.competitors.pulled:,}")
    return Sheet(title=say("sheet", "competitors"), note=note, columns=columns, rows=rows)


def _phrases(analysis: Analysis) -> Sheet:
    typical = analysis.phrases.typical if analysis.phrases is not None else ()
    rows = (
        [
            label_words(analysis.taxonomy, "cause", item.label),
            item.phrase.shown,
            item.inside,
            item.outside,
            *_bounds(item.log_odds),
        ]
        for item in typical
    )
    columns = (
        _column("cause", "text", 24),
        _column("phrase", "text", 24),
        _column("inside", "count"),
        _column("outside", "count"),
        *_triple("log_odds", "number"),
    )
    return Sheet(title=say("sheet", "phrases"), note=say("sheet", "phrases_note"), columns=columns, rows=rows)


def _limits(analysis: Analysis) -> Sheet:
    rows: list[list[Value]] = [[say("section", "summary"), line] for line in headlines(analysis)]
    rows += [[say("section", "missing"), note] for note in analysis.notes]
    for entry in texts_of("definition").values():
        (ko_term, ko), (en_term, en) = entry.ko.split("|", 1), entry.en.split("|", 1)
        rows.append([Words(code=entry.code, ko=ko_term, en=en_term), Words(code=entry.code, ko=ko, en=en)])
    columns = (_column("term", "text", 30), _column("definition", "long", 130))
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
            constant.unit,
            constant.source,
        ]
        for constant in analysis.priors
    )
    columns = (
        _column("constant", "text", 32),
        _column("used", "number"),
        _column("value", "number"),
        _column("low", "number"),
        _column("high", "number"),
        _column("status", "text", 12),
        _column("unit", "long", 50),
        _column("source", "long", 80),
    )
    return Sheet(title=say("sheet", "constants"), note=say("sheet", "constants_note"), columns=columns, rows=rows)


def _column(code: str, kind: str = "text", width: int | None = None) -> Column:
    return Column(name=say("column", code), kind=kind, width=width)


def _triple(code: str, kind: str) -> tuple[Column, Column, Column]:
    """A figure and the two bounds of its interval."""
    name = say("column", code)
    return (
        Column(name=name, kind=kind),
        Column(name=Words(code="low", ko=f"{name.ko} 하한", en=f"{name.en}: low"), kind=kind),
        Column(name=Words(code="high", ko=f"{name.ko} 상한", en=f"{name.en}: high"), kind=kind),
    )


def _bounds(estimate: Estimate, *, scale: float = 1.0) -> tuple[float | None, float | None, float | None]:
    if estimate.value != estimate.value:
        return None, None, None
    return estimate.value * scale, estimate.low * scale, estimate.high * scale


def _joined(parts: Sequence[Words], between: str) -> Words:
    return Words(code="joined", ko=between.join(part.ko for part in parts), en=between.join(part.en for part in parts))
