"""The report in a real browser: wide, narrow and on paper, with every chart drawn and no word to the outside."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from synthetic import complaint_table

from nlp.report.analysis import analyze_table
from nlp.report.html import render_report
from nlp.text.morphemes import kiwi
from nlp.wom.journey import StageVolume

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright, to drive the browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]

MARKS = """() => Object.fromEntries([...document.querySelectorAll('[data-chart]')].map(place => {
    const kinds = '.barlayer .point path, .scatterlayer .points path, .heatmaplayer image, .js-line';
    const drawn = [...place.querySelectorAll(kinds)].filter(mark => {
        const box = mark.getBoundingClientRect();
        return box.width + box.height > 0;
    });
    const figure = place.closest('figure');
    const svg = place.querySelector('.main-svg');
    return [place.dataset.chart, {
        marks: drawn.length,
        text: figure.innerText + ' ' + [...place.querySelectorAll('text')].map(text => text.textContent).join(' '),
        title: figure.querySelector('h3, h4').innerText,
        width: svg ? svg.getBoundingClientRect().width : 0,
        room: place.getBoundingClientRect().width,
        font: svg ? getComputedStyle(svg.querySelector('text') || svg).fontFamily : '',
    }];
}))"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = complaint_table(900)  # the graph of phrases needs that many
    stages = table.taxonomy.group("stage").ids
    volumes = tuple(StageVolume(stage=stage, contacts=4000) for stage in stages)
    analysis = analyze_table(table, capacity=30, draws=40, volumes=volumes, morphemes=kiwi())
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(analysis, sources=["상담.csv"]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """An open page with all that it said and asked for."""

    def __init__(self, browser: Any, report: Path, width: int) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.set_default_timeout(240_000)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(report.as_uri())
        self.page.wait_for_selector("html[data-drawn]")


@pytest.fixture(params=[1280, 390])
def visit(request: pytest.FixtureRequest, browser: Any, report: Path) -> Iterator[Visit]:
    found = Visit(browser, report, request.param)
    yield found
    found.page.close()


def test_every_chart_is_drawn_with_korean_text_at_desktop_and_phone_width(visit: Visit, report: Path) -> None:
    charts = visit.page.evaluate(MARKS)
    assert len(charts) >= 24
    assert {"gain", "causes", "heat", "journey", "graph", "importance_cause", "advocacy", "volume"} <= charts.keys()
    for name, chart in charts.items():
        assert chart["marks"] > 0, name
        assert re.search("[가-힣]{2}", chart["text"]), name
        assert "Dangol Sans" in chart["font"], name
        assert "NaN" not in chart["text"], name
        assert "undefined" not in chart["text"], name
    assert visit.page.evaluate("document.fonts.check('16px \"Dangol Sans\"', '가')")
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visit.said == []
    assert [url for url in visit.asked if not url.startswith("data:")] == [report.as_uri()]


def test_the_language_changes_without_loading_anything(visit: Visit) -> None:
    before = list(visit.asked)
    visit.page.click("#language")
    visit.page.wait_for_function("document.querySelector('h1').innerText.includes('win back')")
    visit.page.wait_for_function(
        "![...document.querySelectorAll('#plot-causes text')].some(t => /[가-힣]/.test(t.textContent))"
    )
    charts = visit.page.evaluate(MARKS)
    # Names of branches, products and competitors stay as they are.
    named = ("competitors", "slices_")
    titles = [chart["title"] for name, chart in charts.items() if not name.startswith(named)]
    assert [title for title in titles if re.search("[가-힣]", title)] == []
    visit.page.click("#language")
    visit.page.wait_for_function("document.querySelector('h1').innerText.includes('되찾을까')")
    assert visit.asked == before
    assert visit.said == []


CUT = """() => [...document.querySelectorAll('.plot .main-svg')].flatMap(picture => {
    const frame = picture.getBoundingClientRect();
    return [...picture.querySelectorAll('text')].filter(text => {
        const box = text.getBoundingClientRect();
        return box.width && (box.left < frame.left - 2 || box.right > frame.right + 2 || box.bottom > frame.bottom + 2);
    }).map(text => text.textContent);
})"""


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_on_a_small_phone_no_letter_is_cut_and_keys_reach_all_that_slides(
    browser: Any, report: Path, lang: str
) -> None:
    visit = Visit(browser, report, 320)
    if lang == "en":
        visit.page.click("#language")
        visit.page.wait_for_function("document.querySelector('h1').innerText.includes('win back')")
        visit.page.wait_for_timeout(500)
        assert visit.page.title() == "Dangol report"
    assert visit.page.evaluate(CUT) == []
    out_of_reach = """() => [...document.querySelectorAll('.plot, .scroll')]
        .filter(place => (place.scrollWidth > place.clientWidth) !== (place.tabIndex === 0))
        .map(place => place.id)"""
    visit.page.click("#figure-causes details summary")
    visit.page.wait_for_timeout(200)
    assert visit.page.evaluate(out_of_reach) == []
    assert visit.page.locator("#plot-slices_channel").get_attribute("tabindex") == "0"
    visit.page.close()


def test_without_scripts_the_tables_are_left_and_the_page_says_so(browser: Any, report: Path) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(report.as_uri())
    assert page.locator("main noscript p").is_visible()
    assert not page.locator("#plot-causes").is_visible()
    assert not page.locator("#language").is_visible()
    page.click("#figure-causes details summary")
    assert page.locator("#figure-causes tbody tr").first.is_visible()
    page.context.close()


def test_on_paper_every_chart_fits_the_page(browser: Any, report: Path, tmp_path: Path) -> None:
    visit = Visit(browser, report, 1280)
    visit.page.emulate_media(media="print")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    visit.page.wait_for_function("document.querySelector('#plot-gain .main-svg').getBoundingClientRect().width <= 700")
    for name, chart in visit.page.evaluate(MARKS).items():
        assert chart["marks"] > 0, name
        assert chart["width"] <= 700, name
    target = tmp_path / "report.pdf"
    visit.page.pdf(path=str(target), prefer_css_page_size=True, print_background=True)
    visit.page.close()
    pages = len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))
    assert 8 <= pages <= 40
    assert visit.said == []
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", str(target), "-"], capture_output=True, check=True).stdout.decode()
        for words in ("왜 떠나는가", "핵심 서비스 실패", "기대 이익", "방법과 한계"):
            assert words in text


def test_a_click_on_a_table_shows_the_figures_behind_a_chart(visit: Visit) -> None:
    visit.page.click("#figure-causes details summary")
    rows = visit.page.locator("#figure-causes tbody tr")
    assert rows.count() == 7
    assert rows.first.is_visible()
