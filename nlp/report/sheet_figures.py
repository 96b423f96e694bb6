"""The sheets of figures: causes, stages, labels, slices, weeks, word of mouth, competitors, phrases."""

from __future__ import annotations

from nlp.report.analysis import SLICED, Analysis
from nlp.report.selection import cause_shares, stage_shares
from nlp.report.sheet import Sheet, bounds, column, triple
from nlp.report.words import Words, event_words, joined, label_words, plain, say


def causes_sheet(analysis: Analysis) -> Sheet:
    """Share, sufferers and cost of each cause."""
    impacts = {impact.cause: impact for impact in analysis.causes}
    rows = []
    for share in cause_shares(analysis):
        impact = impacts[share.event.label]
        rows.append(
            [
                label_words(analysis.taxonomy, "cause", share.event.label),
                share.count,
                *bounds(share.raw),
                *(bounds(share.best) if share.corrected else (None, None, None)),
                *bounds(impact.sufferers),
                *bounds(impact.customers),
                *bounds(impact.value),
                *(bounds(impact.satisfaction, scale=100) if impact.satisfaction is not None else (None, None, None)),
            ]
        )
    columns = (
        column("cause", "text", 28),
        column("count", "count"),
        *triple("raw_share", "share"),
        *triple("best_share", "share"),
        *triple("sufferers", "count"),
        *triple("customers", "number"),
        *triple("worth", "won"),
        *triple("satisfaction", "points"),
    )
    return Sheet(title=say("sheet", "causes"), note=say("sheet", "causes_note"), columns=columns, rows=iter(rows))


def cells_sheet(analysis: Analysis) -> Sheet:
    """Share of each cause at each stage."""
    rows = (
        [
            label_words(analysis.taxonomy, "cause", share.event.label),
            label_words(analysis.taxonomy, "stage", str(share.event.stage)),
            share.count,
            *bounds(share.raw),
            *(bounds(share.best) if share.corrected else (None, None, None)),
        ]
        for share in stage_shares(analysis)
    )
    columns = (
        column("cause", "text", 28),
        column("stage", "text"),
        column("count", "count"),
        *triple("raw_share", "share"),
        *triple("best_share", "share"),
    )
    return Sheet(title=say("sheet", "cells"), note=say("sheet", "cells_note"), columns=columns, rows=rows)


def stages_sheet(analysis: Analysis) -> Sheet:
    """Complaints, contacts and index of each stage."""
    rows = (
        [
            label_words(analysis.taxonomy, "stage", stage.stage),
            stage.complaints,
            *bounds(stage.share),
            stage.contacts,
            *(bounds(stage.success) if stage.success else (None, None, None)),
            *(bounds(stage.lift, scale=100) if stage.lift else (None, None, None)),
        ]
        for stage in analysis.journey.stages
    )
    columns = (
        column("stage", "text"),
        column("complaints", "count"),
        *triple("complaint_share", "share"),
        column("contacts", "count"),
        *triple("success", "share"),
        *triple("lift", "points"),
    )
    return Sheet(title=say("sheet", "stages"), note=say("chart", "journey_note"), columns=columns, rows=rows)


def labels_sheet(analysis: Analysis) -> Sheet:
    """Share of every label of every group."""
    rows = (
        [
            Words(code=group.id, ko=group.ko, en=group.en),
            label_words(analysis.taxonomy, group.id, share.event.label),
            share.count,
            *bounds(share.raw),
            *(bounds(share.best) if share.corrected else (None, None, None)),
        ]
        for group in analysis.taxonomy
        for share in analysis.shares.rows
        if share.event.group == group.id and share.event.stage is None
    )
    columns = (
        column("group", "text", 20),
        column("label", "text", 28),
        column("count", "count"),
        *triple("raw_share", "share"),
        *triple("best_share", "share"),
    )
    return Sheet(title=say("sheet", "labels"), note=say("sheet", "labels_note"), columns=columns, rows=rows)


def slices_sheet(analysis: Analysis) -> Sheet:
    """Share of each cause by channel, branch and product."""
    rows = (
        [
            say("column", by),
            share.name,
            label_words(analysis.taxonomy, "cause", share.event.label),
            share.documents,
            share.count,
            *bounds(share.best),
            say("word", "yes" if share.corrected else "no"),
        ]
        for by in SLICED
        for share in analysis.slices[by].rows
        if share.event.group == "cause" and share.event.stage is None
    )
    columns = (
        column("group", "text", 10),
        column("name", "text", 20),
        column("cause", "text", 28),
        column("texts", "count"),
        column("count", "count"),
        *triple("share", "share"),
        column("corrected", "text", 10),
    )
    return Sheet(title=say("sheet", "slices"), note=say("sheet", "slices_note"), columns=columns, rows=rows)


def weeks_sheet(analysis: Analysis) -> Sheet:
    """Share of each label by week."""
    rows = (
        [
            week.monday,
            event_words(analysis.taxonomy, week.event),
            week.documents,
            week.count.value,
            *(bounds(week.share) if week.documents else (None, None, None)),
            say("word", "yes" if week.complete else "no"),
        ]
        for week in analysis.trend.weeks
        if week.event.group in ("cause", "response") and week.event.stage is None
    )
    columns = (
        column("week", "day"),
        column("label", "text", 26),
        column("texts", "count"),
        column("count", "count"),
        *triple("share", "share"),
        column("complete", "text", 10),
    )
    return Sheet(title=say("sheet", "weeks"), note=say("sheet", "weeks_note"), columns=columns, rows=rows)


def voices_sheet(analysis: Analysis) -> Sheet:
    """Word of mouth by side, channel, branch, product and month."""
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
                [kind, name, side, voices.volume, figure, *bounds(estimate, scale=100.0)]
                for figure, estimate in figures
            ]
    columns = (
        column("group", "text", 10),
        column("name", "text", 28),
        column("side", "text", 12),
        column("texts", "count"),
        column("figure", "text", 28),
        *triple("percent_value", "points"),
    )
    return Sheet(title=say("sheet", "voices"), note=say("sheet", "voices_note"), columns=columns, rows=iter(rows))


def competitors_sheet(analysis: Analysis) -> Sheet:
    """Competitors named, and what they win on."""
    rows = (
        [
            item.name,
            item.documents,
            *bounds(item.share),
            joined([label_words(analysis.taxonomy, "cause", cause) for cause, n, _ in item.wins_on if n]),
        ]
        for item in analysis.competitors.competitors
    )
    columns = (
        column("competitor", "text", 20),
        column("texts", "count"),
        *triple("share", "share"),
        column("wins_on", "text", 50),
    )
    note = say("chart", "competitors_note", pulled=f"{analysis.competitors.pulled:,}")
    return Sheet(title=say("sheet", "competitors"), note=note, columns=columns, rows=rows)


def phrases_sheet(analysis: Analysis) -> Sheet:
    """Phrases typical of a cause."""
    typical = analysis.phrases.typical if analysis.phrases is not None else ()
    rows = (
        [
            label_words(analysis.taxonomy, "cause", item.label),
            item.phrase.shown,
            item.inside,
            item.outside,
            *bounds(item.log_odds),
        ]
        for item in typical
    )
    columns = (
        column("cause", "text", 28),
        column("phrase", "text", 28),
        column("inside", "count"),
        column("outside", "count"),
        *triple("log_odds", "number"),
    )
    return Sheet(title=say("sheet", "phrases"), note=say("sheet", "phrases_note"), columns=columns, rows=rows)
