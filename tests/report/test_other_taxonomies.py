"""A taxonomy of one's own may lack every group but the causes; the report leaves out what it cannot know."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from synthetic import complaint_table

from nlp.classified import ClassifiedTable
from nlp.report.analysis import analyze_table
from nlp.report.html import render_report
from nlp.report.page import build_page
from nlp.report.summary import cause_rows, summary
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


def test_a_single_document_is_reported_on() -> None:
    analysis = analyze_table(complaint_table(10).take(np.array([3])), draws=20)
    assert "<html" in render_report(analysis)
    assert write_workbook(BytesIO(), analysis) == 1
