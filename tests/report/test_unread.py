"""Texts that are not Korean, or hold no word of a customer, count nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from synthetic import complaint_table

from nlp.classified import ClassifiedTable
from nlp.errors import InputError
from nlp.report.analysis import analyze_table
from nlp.report.summary import summary
from nlp.types import Scope

NOW = datetime(2026, 11, 22)  # noqa: DTZ001 - a clock time


def _scoped(table: ClassifiedTable, **rows: list[int]) -> ClassifiedTable:
    scopes = np.full(len(table), "complaint", dtype=object)
    for scope, which in rows.items():
        scopes[which] = scope
    return replace(table, scopes=scopes)


@pytest.fixture(scope="module")
def table() -> ClassifiedTable:
    return complaint_table(120)


def test_figures_are_those_of_the_readable_documents_alone(table: ClassifiedTable) -> None:
    left_out = [0, 5, 50, 119]
    rest = table.take(np.delete(np.arange(len(table)), left_out))

    found = analyze_table(_scoped(table, not_korean=left_out[:2], no_words=left_out[2:]), now=NOW, draws=20)
    expected = analyze_table(rest, now=NOW, draws=20)

    assert found.unread == 4
    assert found.shares.rows == expected.shares.rows
    assert found.ranking.ids.tolist() == expected.ranking.ids.tolist()
    assert summary(found)["unread"] == 4
    assert any(note.code == "unread" and "4건" in note.ko for note in found.notes)


def test_evidence_speaks_of_the_rows_that_were_given(table: ClassifiedTable) -> None:
    found = analyze_table(
        _scoped(table, not_korean=[0, 1]), now=NOW, draws=20, evidence=lambda row: (str(table.ids[row]),)
    )

    for place in range(5):
        case = found.ranking.case(place)
        assert set(case.evidence) <= {str(found.table.ids[row]) for row in case.rows}


def test_strange_texts_are_counted_and_named(table: ClassifiedTable) -> None:
    found = analyze_table(_scoped(table, unlike=[3, 4, 5]), now=NOW, draws=20)

    assert len(found.table) == len(table)
    assert found.unread == 0
    assert any(note.code == "unlike" and "3건" in note.ko for note in found.notes)


def test_a_table_of_before_there_were_scopes_is_counted_whole(table: ClassifiedTable) -> None:
    assert analyze_table(table, now=NOW, draws=20).unread == 0


def test_a_table_without_a_readable_document_is_refused(table: ClassifiedTable) -> None:
    with pytest.raises(InputError, match="not Korean"):
        analyze_table(_scoped(table, not_korean=list(range(len(table)))), now=NOW)


@pytest.mark.parametrize("scope", ["not_korean", "no_words"])
def test_only_texts_without_korean_words_are_unreadable(table: ClassifiedTable, scope: Scope) -> None:
    assert not _scoped(table, **{scope: [7]}).readable[7]
    assert _scoped(table, unlike=[7], no_complaint=[8]).readable.all()
