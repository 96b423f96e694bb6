"""A taxonomy of one's own may lack every group but the causes; the report leaves out what it cannot know."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import openpyxl
import pytest
from synthetic import complaint_table

from nlp.classified import ClassifiedTable
from nlp.report.analysis import analyze_table
from nlp.report.html import render_report
from nlp.report.page import build_page
from nlp.report.summary import cause_rows, summary
from nlp.report.titled import Titled
from nlp.report.words import Words, percent
from nlp.report.workbook import write_workbook
from nlp.taxonomy import Taxonomy


def reduced(table: ClassifiedTable, groups: tuple[str, ...]) -> ClassifiedTable:
    taxonomy = Taxonomy(groups=tuple(group for group in table.taxonomy if group.id in groups))
    columns = [table.taxonomy.labels.index(label) for label in taxonomy.labels]
    kept = [at for at, group in enumerate(table.taxonomy) if group.id in groups]
    return replace(
        table,
        taxonomy=taxonomy,
        probabilities=table.probabilities[:, columns],
        decided=table.decided[:, columns],
        abstained=table.abstained[:, kept],
    )


@pytest.mark.parametrize("groups", [("cause",), ("cause", "sentiment"), ("cause", "response", "severity")])
def test_every_output_is_written_for_a_smaller_taxonomy(groups: tuple[str, ...]) -> None:
    analysis = analyze_table(reduced(complaint_table(90), groups), draws=20)
    shown = {chart.id for chart in build_page(analysis).charts}
    assert "causes" in shown
    assert not shown & {"heat", "servqual", "journey"}
    assert ("responses" in shown) == ("response" in groups)
    assert "<html" in render_report(analysis)
    assert write_workbook(BytesIO(), analysis) == len(analysis.ranking)
    assert {note["code"] for note in summary(analysis)["notes"]} >= {"no_audit", "no_label"}
    assert len(cause_rows(analysis)) == 1 + len(analysis.taxonomy.group("cause").ids)


OWN = Taxonomy.parse(
    """
[[group]]
id = "product"
kind = "one-of"
ko = "제품군"
en = "Product"
[[group.label]]
id = "water"
ko = "정수기"
[[group.label]]
id = "bidet"
ko = "비데"
"""
)


def extended(table: ClassifiedTable) -> ClassifiedTable:
    """The table with a group of one's own, of which every third text has the second label."""
    second = np.arange(len(table)) % 3 == 0
    decided = np.column_stack([~second, second])
    return replace(
        table,
        taxonomy=Taxonomy(groups=(*table.taxonomy, *OWN)),
        probabilities=np.concatenate([table.probabilities, decided.astype(np.float32)], axis=1),
        decided=np.concatenate([table.decided, decided], axis=1),
        abstained=np.column_stack([table.abstained, np.zeros(len(table), dtype=bool)]),
    )


def test_a_group_of_ones_own_has_its_shares_on_the_page_and_in_the_workbook() -> None:
    analysis = analyze_table(extended(complaint_table(90)), draws=20)
    share = analysis.shares.get("product", "bidet")

    section = next(section for section in build_page(analysis).sections if section.id == "own")
    (block,) = section.blocks
    assert isinstance(block, Titled)
    assert block.title.ko == "제품군"
    assert block.table is not None
    name, count, raw, *_ = block.table.rows[1]
    assert isinstance(name, Words)
    assert (name.ko, count, raw) == ("비데", str(share.count), percent(share.raw.value, digits=1))
    assert "제품군" in render_report(analysis)

    stream = BytesIO()
    write_workbook(stream, analysis)
    rows = list(openpyxl.load_workbook(BytesIO(stream.getvalue()))["라벨"].iter_rows(values_only=True))
    assert len(rows) == 2 + len(analysis.taxonomy.labels)
    assert rows[-1][:3] == ("제품군", "비데", share.count)


def test_without_groups_of_ones_own_the_page_has_no_chapter_for_them() -> None:
    analysis = analyze_table(complaint_table(60), draws=20)
    assert "own" not in {section.id for section in build_page(analysis).sections}


def test_a_single_document_is_reported_on() -> None:
    analysis = analyze_table(complaint_table(10).take(np.array([3])), draws=20)
    assert "<html" in render_report(analysis)
    assert write_workbook(BytesIO(), analysis) == 1
