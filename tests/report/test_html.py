from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from nlp.classified import ClassifiedTable
from nlp.report import html as html_module
from nlp.report.analysis import Analysis, analyze_table
from nlp.report.charts.graph import _layout
from nlp.report.charts.impact import _range
from nlp.report.charts.importance import _box, place_labels
from nlp.report.charts.queue import families
from nlp.report.charts.style import Chart, Table
from nlp.report.html import charts_json, render_report
from nlp.report.page import build_page
from nlp.report.titled import Titled
from nlp.report.words import Words, narrow, percent, plain, say, won
from nlp.wom.estimates import Estimate
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


def test_every_chart_is_named_by_its_heading_in_both_languages(html: str) -> None:
    for chart in re.findall(r'data-chart="([^"]+)"', html):
        assert f'aria-labelledby="title-{chart}"' in html
        heading = re.search(rf'<h[34] id="title-{chart}">(.*?)</h[34]>', html)
        assert heading is not None, chart
        assert '<span lang="en">' in heading[1] or not re.search("[가-힣]", heading[1]), chart
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_bounds_below_zero_stand_apart_from_the_dash_between_them() -> None:
    assert _range(Estimate(value=4.8, low=-1.0, high=10.5)) == "−1.0 ~ 10.5"
    assert _range(Estimate(value=19.7, low=9.0, high=31.0)) == "9–31"


def test_the_weeks_of_the_charts_are_a_table_too(analysis: Analysis) -> None:
    table = next(
        block.table
        for section in build_page(analysis).sections
        for block in section.blocks
        if isinstance(block, Titled) and block.title == say("table", "weeks")
    )
    assert table is not None
    (price,) = [at for at, name in enumerate(table.columns) if name.ko == "가격"]
    points = [point for point in analysis.trend.weeks if point.event.label == "price" and point.event.stage is None]
    for row, point in zip(table.rows, points[-len(table.rows) :], strict=True):
        assert row[0] == f"{point.monday}" + ("" if point.complete else " *")
        assert row[1] == f"{point.documents:,}"
        assert row[price] == (f"{percent(point.share.value, digits=1)} ({point.count.value:,.0f})")


def test_every_chart_but_those_of_cases_and_words_has_its_figures_in_a_table(analysis: Analysis) -> None:
    shown = [block for section in build_page(analysis).sections for block in section.blocks if isinstance(block, Chart)]
    assert {chart.id for chart in shown if chart.table is None} <= {"gain", "ranks", "graph"}
    heat = next(chart.table for chart in shown if chart.id == "heat")
    assert heat is not None
    assert re.fullmatch(r"[\d.]+%\u00a0\([\d.]+\u2060–\u2060[\d.]+%\)\u00a0·\u00a0\d+", str(heat.rows[0][1]))


def test_columns_of_figures_stand_flush_right_behind_the_name_of_their_row(html: str) -> None:
    table = Table(
        columns=(plain("a"), plain("b"), plain("c"), plain("d")),
        rows=(("가격", "−1.4", won(46_000), plain("5G")), ("2", "0.69 (0.66\u2060–\u20600.72)", won(900), plain("–"))),
    )
    assert table.numeric == (False, True, True, False)
    assert "<tr><td" not in html
    assert re.search(r'<th scope="row">.{20,120}</th><td class="figure">', html)


def test_small_print_can_be_read() -> None:
    style = (Path(html_module.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#\w{6})", style))

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name in ("ink", "soft", "faint", "accent"):
        # WCAG 2.2, 1.4.3
        assert (light(colours["ground"]) + 0.05) / (light(colours[name]) + 0.05) >= 4.5, name


def test_names_over_a_heat_map_take_as_many_lines_as_they_need() -> None:
    name = narrow(Words(code="", ko="실패에 대한 종업원 반응", en="Employee response to a failure"))
    assert name.ko == "실패에 대한<br>종업원 반응"
    assert name.en == "Employee<br>response to<br>a failure"


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
