"""The report as sections of blocks, before it becomes HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from nlp.report.analysis import SLICED, Analysis
from nlp.report.blocks import Block, Deck, Grid, Lines, Page, Tile, sections_of
from nlp.report.cards import cards
from nlp.report.charts.causes import cause_chart, heat_chart, servqual_chart, slice_chart
from nlp.report.charts.graph import graph_chart
from nlp.report.charts.impact import impact_chart, triad_chart
from nlp.report.charts.importance import importance_charts
from nlp.report.charts.movement import journey_chart, trend_charts, volume_chart
from nlp.report.charts.queue import gain_chart, rank_chart
from nlp.report.charts.voices import advocacy_chart, competitor_chart, response_chart
from nlp.report.headlines import headlines
from nlp.report.selection import by_customer, case_unit, in_tiers, to_recover, whole_voices
from nlp.report.tables import (
    ksqi_table,
    lever_table,
    own_tables,
    priors_table,
    queue_tables,
    rules_table,
    touchpoint_table,
    waiting_table,
)
from nlp.report.tables_movement import burst_table, change_table, emerging_table, phrase_table, weeks_table
from nlp.report.words import Words, number, percent, percent_range, plain, say, terms_of, texts_of

_FEWEST_PUBLIC: Final = 50
"""Public texts below which nothing is said of their spread: fewer miss channels."""


def build_page(analysis: Analysis) -> Page:
    """Lay out the report; blocks whose figures are missing are left out."""
    parts = (
        ("queue", _queue(analysis)),
        ("causes", _causes(analysis)),
        ("stages", _stages(analysis)),
        ("own", tuple(own_tables(analysis))),
        ("fix", _fix(analysis)),
        ("trend", _trend(analysis)),
        ("wom", _voices(analysis)),
        ("method", _method(analysis)),
    )
    sections = sections_of(parts, texts_of("section"))
    return Page(headlines=headlines(analysis), tiles=tuple(_tiles(analysis)), sections=sections)


def _tiles(analysis: Analysis) -> Iterator[Tile]:
    n = len(analysis.distinct.table)
    yield Tile(
        name=say("tile", "documents"),
        figure=number(n),
        note=say("tile", "documents_note", dropped=number(analysis.distinct.dropped)),
    )
    complaints = analysis.complaints / n
    yield Tile(
        name=say("tile", "complaints"),
        figure=percent(complaints),
        note=say("tile", "complaints_note", n=number(analysis.complaints)),
    )
    for code in ("switching", "negative_wom"):
        rows = [row for row in analysis.shares.rows if row.event.group == "response" and row.event.label == code]
        for row in rows[:1]:
            yield Tile(name=say("tile", code), figure=percent(row.best.value), note=plain(percent_range(row.best)))
    tiers = in_tiers(analysis)
    yield Tile(
        name=say("tile", "cases" if by_customer(analysis) else "cases_texts"),
        figure=number(to_recover(analysis)),
        note=say("tile", "cases_note", urgent=number(tiers["urgent"]), person=number(tiers["person"])),
    )


def _queue(analysis: Analysis) -> Sequence[Block | None]:
    shown = cards(analysis)
    if not shown:
        return ()
    return (
        gain_chart(analysis),
        Deck(title=say("ui", "cards", n=len(shown), unit=case_unit(analysis)), cards=shown),
        *queue_tables(analysis, first=len(shown)),
        rank_chart(analysis) if to_recover(analysis) > 1 else None,
    )


def _causes(analysis: Analysis) -> Sequence[Block | None]:
    return (
        cause_chart(analysis),
        heat_chart(analysis),
        *(slice_chart(analysis, by) for by in SLICED),
        phrase_table(analysis),
        graph_chart(analysis),
    )


def _stages(analysis: Analysis) -> Sequence[Block | None]:
    return (
        journey_chart(analysis),
        servqual_chart(analysis),
        waiting_table(analysis),
        touchpoint_table(analysis),
        ksqi_table(analysis),
    )


def _fix(analysis: Analysis) -> Sequence[Block | None]:
    return (
        impact_chart(analysis),
        triad_chart(analysis),
        *importance_charts(analysis),
        lever_table(analysis),
        rules_table("tactics"),
        rules_table("success"),
    )


def _trend(analysis: Analysis) -> Sequence[Block | None]:
    charts = trend_charts(analysis)
    volume = volume_chart(analysis)
    if not charts:
        return ()
    return (
        Grid(note=charts[0].note, charts=(*charts, *([volume] if volume is not None else []))),
        weeks_table(analysis),
        emerging_table(analysis),
        change_table(analysis),
    )


def _voices(analysis: Analysis) -> Sequence[Block | None]:
    spread = analysis.voices.dispersion
    lines: list[tuple[Words | None, Words]] = []
    public = whole_voices(analysis).get("public")
    # One channel has nothing to spread over.
    if spread is not None and spread.evenness is not None and public is not None and public.volume >= _FEWEST_PUBLIC:
        lines.append(
            (
                None,
                say(
                    "word",
                    "dispersion",
                    channels=spread.channels,
                    entropy=f"{spread.entropy.value:.2f}",
                    range=f"{spread.entropy.low:.2f}–{spread.entropy.high:.2f}",
                    evenness=percent(spread.evenness.value),
                ),
            )
        )
    return (
        response_chart(analysis),
        advocacy_chart(analysis),
        competitor_chart(analysis),
        Lines(title=say("table", "spread"), lines=tuple(lines), wide=False) if lines else None,
        burst_table(analysis),
    )


def _method(analysis: Analysis) -> Sequence[Block | None]:
    return (
        Lines(title=say("section", "missing"), lines=tuple((None, note) for note in analysis.notes), callout=True),
        _fit(analysis),
        Lines(title=say("table", "definitions"), lines=terms_of("definition")),
        priors_table(analysis),
    )


def _fit(analysis: Analysis) -> Block | None:
    fit = analysis.ranking.fit
    if fit is None:
        return None
    quality = fit.quality
    return Lines(
        title=say("table", "fit"),
        lines=(
            (
                None,
                say(
                    "table",
                    "fit_note",
                    n=number(quality.n),
                    left=number(quality.left),
                    auc=f"{quality.auc:.2f}",
                    range=f"{quality.auc_low:.2f}–{quality.auc_high:.2f}",
                    prior=f"{quality.prior_auc:.2f}",
                    slope=f"{quality.slope:.2f}",
                    brier=f"{quality.brier:.3f}",
                ),
            ),
        ),
    )
