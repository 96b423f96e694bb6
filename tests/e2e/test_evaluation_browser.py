"""The page of an evaluation in a real browser: wide and narrow, every chart drawn, no word to the outside."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from measured import measured

from nlp.report.evaluation.page import render_evaluation

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright, to drive the browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]

BARE = """() => [...document.querySelectorAll('[data-chart]')].filter(place => {
    const marks = place.querySelectorAll('.scatterlayer .points path, .heatmaplayer image, .js-line');
    const seen = mark => mark.getBoundingClientRect().height + mark.getBoundingClientRect().width > 0;
    return !place.querySelector('.main-svg') || ![...marks].some(seen);
}).map(place => place.dataset.chart)"""


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_an_evaluation_is_drawn_whole_in_both_languages(width: int, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.html"
    path.write_text(render_evaluation(measured(120, texts=1)), encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.set_default_timeout(240_000)
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn]")

        assert page.evaluate(BARE) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click("#language")
        page.wait_for_function("document.querySelector('h1').innerText.includes('agrees with the labels')")
        text = page.inner_text("main")
        for word in ("NaN", "undefined"):
            assert word not in text
        assert said == []
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        browser.close()
