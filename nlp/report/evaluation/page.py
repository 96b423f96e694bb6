"""The page of an evaluation, from its figures to HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nlp.report.blocks import Block, Grid, Lines, Page, sections_of
from nlp.report.evaluation.charts import coverage_chart, f1_chart, groups_chart, reliability_charts, slice_chart
from nlp.report.evaluation.confusions import confusion_chart, mistake_blocks
from nlp.report.evaluation.headlines import headlines, tiles
from nlp.report.evaluation.measured import Measured, group_words
from nlp.report.evaluation.tables import abstention_table, coverage_table, files_table, groups_table, labels_table
from nlp.report.html import render_page
from nlp.report.words import Lang, number, say, terms_of, texts_of
from nlp.training.mistakes import LENGTH_NAMES


def render_evaluation(measured: Measured, *, lang: Lang = "ko", made: datetime | None = None) -> str:
    """The evaluation as one HTML file, opened in ``lang``; the reader can switch.

    It holds texts only where ``measured`` has mistakes to show. ``made`` is when it is written.
    """
    ui = texts_of("ui")
    return render_page(
        evaluation_page(measured),
        brand=say("evaluation", "title"),
        title=say("evaluation", "subtitle"),
        meta=(
            (say("evaluation", "files"), ", ".join(source.name for source in measured.sources)),
            (say("evaluation", "texts"), number(measured.evaluation.n_texts)),
            (ui["model"], measured.model),
            (
                say("evaluation", "measured"),
                say("evaluation", "bootstrap", n=number(measured.resamples), seed=measured.seed),
            ),
        ),
        footer=say("evaluation", "footer_texts" if measured.mistakes else "footer"),
        lang=lang,
        made=made,
    )


def evaluation_page(measured: Measured) -> Page:
    """Lay out the page; what the file cannot tell is left out."""
    parts: tuple[tuple[str, Sequence[Block | None]], ...] = (
        ("groups", (groups_chart(measured), groups_table(measured)) if measured.groups else ()),
        ("labels", (*(f1_chart(measured, group) for group in measured.groups), labels_table(measured))),
        ("trust", tuple(_reliability(measured))),
        ("abstain", _abstain(measured)),
        ("mistakes", (*(confusion_chart(measured, group) for group in measured.groups), *mistake_blocks(measured))),
        ("slices", tuple(_slices(measured))),
        ("method", _method(measured)),
    )
    shown = (part for part in parts if measured.groups or part[0] == "method")
    return Page(
        headlines=tuple(headlines(measured)),
        tiles=tuple(tiles(measured)),
        sections=sections_of(shown, texts_of("evaluation_section")),
    )


def _reliability(measured: Measured) -> Iterator[Block]:
    for at, group in enumerate(measured.groups):
        charts = reliability_charts(measured, group)
        yield Grid(title=group_words(group), note=charts[0].note if at == 0 else None, charts=charts, dense=True)


def _abstain(measured: Measured) -> Sequence[Block | None]:
    charts = tuple(coverage_chart(measured, group) for group in measured.groups)
    return (
        Grid(note=say("evaluation", "coverage_note"), charts=charts, dense=True),
        coverage_table(measured),
        abstention_table(measured),
    )


def _slices(measured: Measured) -> Iterator[Block | None]:
    for field, found in measured.evaluation.slices.items():
        if field == "length":
            found = tuple(sorted(found, key=lambda item: LENGTH_NAMES.index(item.name)))
        if measured.main is not None:
            yield slice_chart(measured, field, measured.main, found)


def _method(measured: Measured) -> Sequence[Block]:
    limits = texts_of("evaluation_limit").values()
    return (
        Lines(title=say("evaluation", "limits_title"), lines=tuple((None, line) for line in limits), callout=True),
        files_table(measured),
        Lines(title=say("table", "definitions"), lines=terms_of("evaluation_definition")),
    )
