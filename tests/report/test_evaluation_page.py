from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from measured import ONE_LABEL, measured

from nlp.report.blocks import Grid
from nlp.report.evaluation.confusions import most_confused
from nlp.report.evaluation.headlines import headlines
from nlp.report.evaluation.page import evaluation_page, render_evaluation
from nlp.taxonomy import Taxonomy
from nlp.training.figures import Confusion, Evaluation

TAXONOMY = Taxonomy.load()


def _said(page: str) -> str:
    return re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("n", "given"),
    [
        (120, {}),
        (30, {}),
        (1, {}),
        (60, {"taxonomy": ONE_LABEL}),
        (60, {"taxonomy": ONE_LABEL, "without": ("urgent:yes",)}),
        (60, {"without": ("cause:price", "cause:ethics")}),
        (60, {"unlabelled": ("cause", "severity")}),
        (12, {"unlabelled": tuple(group.id for group in TAXONOMY)}),
    ],
    ids=["all", "30 rows", "1 row", "one label", "no positives", "two without", "groups unlabelled", "nothing"],
)
def test_whatever_was_measured_becomes_a_page_that_needs_nothing_else(n: int, given: dict[str, Any]) -> None:
    page = render_evaluation(measured(n, **given))

    markup = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    links = re.findall(r"(?:src|href)=\"([^\"]*)", markup)
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)
    said = _said(page)
    assert "nan" not in said.lower()
    charts = re.search(r'<script type="application/json" id="charts">(.*?)</script>', page, re.DOTALL)
    assert charts
    assert list(json.loads(charts[1])) == re.findall(r'data-chart="([^"]+)"', page)
    assert "이 수치가 말하지 않는 것" in said
    assert "00ff00ff00ff00ff" in said


def test_every_group_has_its_charts_and_every_label_its_row() -> None:
    case = measured(120)
    page = evaluation_page(case)
    names = {chart.id for chart in page.charts}

    for group in TAXONOMY:
        assert {f"f1_{group.id}", f"coverage_{group.id}", f"confusion_{group.id}"} <= names
        assert {f"reliability_{group.id}_{label}" for label in group.ids} <= names
    tables = {chart.id: chart.table for chart in page.charts if chart.id.startswith("confusion_")}
    for group in TAXONOMY:
        table, found = tables[f"confusion_{group.id}"], case.evaluation.confusions[group.id]
        assert table is not None
        assert len(table.rows) == len(found.labels)
        if group.kind == "one-of":
            assert [list(row[1:]) for row in table.rows] == [[f"{n:,}" for n in row] for row in found.table]
    assert "slice_length" in names
    assert "slice_domain" not in names, "one domain alone is no comparison"
    said = _said(render_evaluation(case))
    for key, row in case.evaluation.labels.items():
        assert f"{row.f1.value:.3f}" in said, key


def test_a_group_of_one_label_has_no_confusions() -> None:
    names = {chart.id for chart in evaluation_page(measured(60, taxonomy=ONE_LABEL)).charts}

    assert "confusion_branch" in names
    assert "confusion_urgent" not in names


def test_no_text_is_shown_unless_it_is_asked_for_and_none_becomes_markup() -> None:
    attack = "<img src=x onerror=alert(1)>환불해 주세요</script>"

    assert "환불해" not in render_evaluation(measured(60, text=attack))
    shown = render_evaluation(measured(60, text=attack, texts=1))
    assert "&lt;img src=x" in shown
    assert "<img" not in shown
    assert "고객의 글이 들어 있습니다" in shown


def test_the_page_opens_in_the_language_asked_for_and_holds_both() -> None:
    page = render_evaluation(measured(60), lang="en")

    assert '<html lang="en" data-lang="en">' in page
    assert "What these figures do not say" in page
    assert "이 수치가 말하지 않는 것" in page


def test_the_summary_says_what_is_left_out() -> None:
    said = " ".join(line.ko for line in headlines(measured(60, without=("cause:price",), unlabelled=("stage",))))

    assert "접점 단계" in said
    assert re.search(r"15건보다 적은 라벨(이)? \d+개", said)


def test_a_page_made_from_figures_read_back_is_the_same() -> None:
    case = measured(60)
    again = replace(case, evaluation=Evaluation.from_dict(case.evaluation.to_dict()))

    assert render_evaluation(again) == render_evaluation(replace(case, evaluation=again.evaluation))
    assert [line.ko for line in headlines(again)] == [line.ko for line in headlines(case)]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (((0, 2), (3, 0)), ("b", "a", 3)),
        (((9, 1), (0, 9)), ("a", "b", 1)),
        (((5, 0), (0, 7)), None),
    ],
)
def test_the_most_frequent_confusion_is_off_the_diagonal(
    table: tuple[tuple[int, ...], ...], expected: tuple[str, str, int] | None
) -> None:
    assert most_confused(Confusion(labels=("a", "b"), table=table)) == expected


def test_reliability_is_explained_once() -> None:
    trust = next(section for section in evaluation_page(measured(60)).sections if section.id == "trust")
    notes = [block.note for block in trust.blocks if isinstance(block, Grid)]

    assert notes[0] is not None
    assert notes[1:] == [None] * (len(TAXONOMY.groups) - 1)
