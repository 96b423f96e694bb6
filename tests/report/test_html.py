from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from nlp.classified import ClassifiedTable
from nlp.report.analysis import Analysis, analyze_table
from nlp.report.charts.graph import _layout
from nlp.report.charts.importance import _box, place_labels
from nlp.report.charts.queue import families
from nlp.report.html import charts_json, render_report
from nlp.report.page import build_page
from nlp.report.words import percent
from nlp.wom.keyphrases import Edge, Node

CHARTS = {
    "gain",
    "ranks",
    "causes",
    "heat",
    "slices_channel",
    "slices_branch",
    "slices_product",
    "journey",
    "servqual",
    "impact",
    "triad",
    "importance_cause",
    "importance_servqual",
    "volume",
    "responses",
    "advocacy",
}


@pytest.fixture(scope="module")
def html(analysis: Analysis) -> str:
    return render_report(analysis, sources=["상담.csv"], model="test")


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.plots: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given[name] or "" for name in ("src", "href") if name in given]
        if "data-chart" in given:
            self.plots.append(given["data-chart"] or "")


def test_the_report_asks_for_nothing_outside_itself(html: str) -> None:
    outline = _Outline()
    outline.feed(html)
    assert outline.links
    assert all(link.startswith(("#", "data:")) for link in outline.links)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    assert "@import" not in style[1]
    assert all(link.startswith("data:") for link in re.findall(r"url\(([^)]{0,20})", style[1]))


def test_the_policy_allows_exactly_the_scripts_that_are_there(html: str) -> None:
    scripts = re.findall(r"<script>(.*?)</script>\n", html, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert len(hashes) == 2
    assert set(re.findall(r"sha256-([^&']+)", policy[1].replace("&#39;", "'"))) == hashes
    assert "default-src 'none'" in policy[1]
    assert "connect-src" not in policy[1]


def test_every_chart_has_a_place_and_its_figures(analysis: Analysis, html: str) -> None:
    outline = _Outline()
    outline.feed(html)
    trends = {f"trend_{cause}" for cause in analysis.taxonomy.group("cause").ids}
    assert set(outline.plots) >= CHARTS | trends
    data = re.search(r'<script type="application/json" id="charts">(.*?)</script>', html, re.DOTALL)
    assert data
    figures = json.loads(data[1])
    assert list(figures) == outline.plots
    for name, figure in figures.items():
        assert any(trace.get("x") or trace.get("z") for trace in figure["data"]), name


def test_texts_of_customers_cannot_become_markup(table: ClassifiedTable) -> None:
    attack = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    channels = table.channels.copy()
    channels[:] = attack
    ids = table.customer_ids.copy()
    ids[:] = [f"{attack}{at}" for at in range(len(ids))]
    small = replace(table, channels=channels, customer_ids=ids).take(np.arange(60))
    analysis = analyze_table(small, draws=20, evidence=lambda row: [attack])
    page = render_report(analysis, sources=[attack], model=attack)
    assert "<img" not in page
    assert page.count("<script>") == 2
    assert "&lt;img src=x onerror" in page


def test_charts_are_plain_json_without_markup_characters(analysis: Analysis) -> None:
    text = str(charts_json(build_page(analysis).charts))
    assert not set(text) & set("<>&")
    assert "NaN" not in text
    assert json.loads(text)["causes"]["data"][0]["y"][0].keys() == {"ko", "en"}


def test_the_report_opens_in_the_language_asked_for(analysis: Analysis) -> None:
    assert '<html lang="en" data-lang="en">' in render_report(analysis, lang="en")
    assert "<title>Dangol report</title>" in render_report(analysis, lang="en")


def test_the_same_analysis_gives_the_same_report(analysis: Analysis) -> None:
    assert render_report(analysis) == render_report(analysis)


def test_the_parts_of_a_card_add_up_to_its_gain(analysis: Analysis) -> None:
    for place in range(10):
        case = analysis.ranking.case(place)
        assert sum(amount for _, amount in families(case)) == pytest.approx(case.gain)


def test_a_label_is_placed_where_it_covers_no_other() -> None:
    sides = place_labels([(100.0, 100.0), (130.0, 100.0)], [60.0, 60.0])
    assert sides[0] != "middle right"
    assert sides[1] != "middle left"


def test_labels_choose_again_until_none_covers_another() -> None:
    crowded = [(125.0, 60.0), (193.0, 67.0), (90.0, 45.0), (237.0, 89.0), (255.0, 87.0)]
    widths = [156.0, 24.0, 96.0, 96.0, 60.0]
    sides = place_labels(crowded, widths)
    boxes = [_box(x, y, width, side) for (x, y), width, side in zip(crowded, widths, sides, strict=True)]
    for at, one in enumerate(boxes):
        for other in boxes[:at]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_causes_that_share_no_phrase_do_not_crowd_together() -> None:
    nodes = [Node(id=f"cause:{c}", kind="cause", shown="", documents=9) for c in "ab"]
    edges = []
    for cause in "ab":
        for at in range(4):
            nodes.append(Node(id=f"{cause}{at}", kind="phrase", shown="", documents=5))
            edges.append(Edge(left=f"cause:{cause}", right=f"{cause}{at}", documents=5, pmi=1.0, weight=0.5))
    place = _layout(nodes, edges)
    apart = np.linalg.norm(place[:, None] - place[None, :], axis=2)
    assert apart[np.triu_indices(len(nodes), 1)].min() > 0.4
    assert np.abs(place).max() <= 1.0001


def test_no_whisker_runs_through_the_figures_of_the_stages(analysis: Analysis) -> None:
    chart = next(chart for chart in build_page(analysis).charts if chart.id == "journey")
    assert "text" not in chart.data[0]
    stages = analysis.journey.stages
    figures = [name.ko.split("<br>")[1] for name in chart.data[0]["x"]]
    assert figures == [percent(stage.share.value) for stage in stages]


def test_a_file_of_texts_alone_still_gives_the_causes_and_says_what_is_missing(bare: Analysis) -> None:
    page = build_page(bare)
    shown = {chart.id for chart in page.charts}
    assert shown >= {"gain", "causes", "heat", "journey", "servqual", "impact", "responses", "advocacy"}
    assert not shown & {"volume", "slices_channel", "slices_branch"}
    html = render_report(bare)
    for code in ("no_time", "no_channel", "no_customer", "no_value", "no_audit", "no_volume"):
        said = next((note.ko for note in bare.notes if note.code == code), None)
        assert said is not None, code
        assert said.split(".")[0][:20] in html, code
    assert "날짜 없음" in html
