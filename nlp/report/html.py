"""The page as one HTML file that needs no network: fonts, charts, styles and scripts are inside."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from nlp.report.analysis import Analysis
from nlp.report.blocks import Page, kind_of
from nlp.report.charts.style import BLUE, INK, Chart
from nlp.report.page import build_page
from nlp.report.words import LANGS, Lang, Words, say, texts_of
from nlp.resources import data_path

FONTS: Final = {400: "dangol-sans-400.woff2", 600: "dangol-sans-600.woff2"}
_TEMPLATES: Final = Path(__file__).parent / "templates"
_LIBRARY: Final = "plotly/plotly-cartesian.min.js"


def render_report(
    analysis: Analysis, *, lang: Lang = "ko", sources: Sequence[str] = (), model: str = "", made: datetime | None = None
) -> str:
    """The report as HTML, opened in ``lang``; the reader can switch.

    ``sources`` are the names of the files read, ``model`` that of the classifier, ``made`` when the report is
    written.
    """
    ui = texts_of("ui")
    period, now = analysis.period, f"{analysis.now:%Y-%m-%d %H:%M}"
    from_data = Words(code="now", ko=f"{now} ({ui['now_from_data'].ko})", en=f"{now} ({ui['now_from_data'].en})")
    meta: list[tuple[Words, Words | str]] = [
        (ui["period"], f"{period[0]} – {period[1]}" if period else ui["no_period"]),
        (ui["now"], from_data if analysis.now_from_data else now),
    ]
    if sources:
        meta.insert(0, (ui["sources"], ", ".join(sources)))
    if model:
        meta.append((ui["model"], model))
    return render_page(
        build_page(analysis),
        brand=ui["title"],
        title=ui["subtitle"],
        meta=meta,
        lang=lang,
        footer=ui["footer"],
        made=made,
    )


def render_page(
    page: Page,
    *,
    brand: Words,
    title: Words,
    meta: Sequence[tuple[Words, Words | str]],
    footer: Words,
    lang: Lang = "ko",
    made: datetime | None = None,
) -> str:
    """Any page as HTML: ``brand`` over its ``title``, and the terms and values of ``meta`` below.

    All texts are escaped, and a Content-Security-Policy forbids every connection and every script but the
    page's own.
    """
    scripts = [_library(), (_TEMPLATES / "report.js").read_text(encoding="utf-8")]
    return (
        _environment()
        .get_template("report.html")
        .render(
            page=page,
            brand=brand,
            title=title,
            meta=meta,
            footer=footer,
            lang=lang,
            made=made,
            ui=texts_of("ui"),
            charts=charts_json(page.charts),
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            script_hashes=" ".join(f"'sha256-{_hash(script)}'" for script in scripts),
            style=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            fonts=_fonts(),
            accent=BLUE,
        )
    )


def charts_json(charts: Sequence[Chart]) -> Markup:
    """Charts by id as JSON that is safe inside a script element; Words become ``{"ko": …, "en": …}``."""
    found = {
        chart.id: {
            "data": chart.data,
            "layout": {**chart.layout, "height": chart.height},
            "least": chart.least_width,
        }
        for chart in charts
    }
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, default=_plain, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - no markup character is left


def _plain(value: object) -> Mapping[str, str]:
    if isinstance(value, Words):
        return {lang: getattr(value, lang) for lang in LANGS}
    raise TypeError(f"{value!r} cannot be part of a chart")


def _both(value: object) -> Markup:
    """A value in both languages; the style sheet hides the one that is not read."""
    if not isinstance(value, Words):
        return escape(value)
    if value.ko == value.en:
        return escape(value.ko)
    return Markup('<span lang="ko">{}</span><span lang="en">{}</span>').format(value.ko, value.en)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["both"] = _both
    environment.filters["words"] = lambda action: Words(code=action.id, ko=action.ko, en=action.en)
    environment.globals.update(kind_of=kind_of, say=say, ink=INK)
    return environment


@cache
def _library() -> str:
    """Plotly's own bundle; a script element must not hold the end of a script."""
    return data_path(_LIBRARY).read_text(encoding="utf-8").replace("</script", "<\\/script")


@cache
def _fonts() -> dict[int, Markup]:
    return {
        weight: Markup(base64.b64encode(data_path(f"fonts/{name}").read_bytes()).decode())  # noqa: S704 - base64
        for weight, name in FONTS.items()
    }


def _hash(script: Any) -> str:
    return base64.b64encode(hashlib.sha256(str(script).encode()).digest()).decode()
