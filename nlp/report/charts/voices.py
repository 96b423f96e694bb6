"""Word of mouth: what the public can read, what is told in private, and who wins on what."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.report.analysis import Analysis
from nlp.report.charts.causes import MOST_SLICES
from nlp.report.charts.style import BLUE, GREY, INK, LEGEND_BELOW, ORANGE, RED, Chart, Table, known, whiskers
from nlp.report.selection import whole_voices
from nlp.report.words import (
    Words,
    label_words,
    number,
    percent,
    percent_range,
    plain,
    points,
    points_range,
    say,
    short_names,
)
from nlp.wom.estimates import Estimate
from nlp.wom.wordofmouth import RESPONSES, Voices

_COLORS = {"public": ORANGE, "private": BLUE, "all": BLUE}
_FEWEST = 5
"""Slices of fewer documents have intervals too wide to be worth a line."""


def response_chart(analysis: Analysis) -> Chart | None:
    """Dissuasion, advice, switching and third parties, in public and in private."""
    sides = [voices for voices in analysis.voices.voices if voices.volume]
    if not sides or not sides[0].responses:
        return None
    labels = [label for label in RESPONSES if label in sides[0].responses]
    names = [label_words(analysis.taxonomy, "response", label) for label in labels]
    both = {voices.side for voices in sides} >= {"public", "private"}
    return Chart(
        id="responses",
        title=say("chart", "responses", **_shares(sides)) if both else say("chart", "responses_one"),
        note=say("chart", "responses_note" if both else "responses_note_one"),
        data=tuple(
            {
                "type": "bar",
                "orientation": "h",
                "name": say("side", voices.side, n=number(voices.volume)),
                "y": names,
                "x": [known(voices.responses[label].value * 100) for label in labels],
                "error_x": whiskers([voices.responses[label] for label in labels], scale=100),
                "marker": {"color": _COLORS[voices.side]},
                "customdata": [percent_range(voices.responses[label]) for label in labels],
                "hovertemplate": "%{y}: %{x:.1f}% (%{customdata})<extra></extra>",
            }
            for voices in sides
        ),
        layout={
            "barmode": "group",
            "yaxis": {"autorange": "reversed", "automargin": True, "ticks": ""},
            "xaxis": {"ticksuffix": "%", "rangemode": "tozero"},
            "legend": {**LEGEND_BELOW, "traceorder": "normal"},
            "margin": {"t": 8, "b": 72},
            "showlegend": True,
        },
        height=320,
        table=_table(analysis, sides),
    )


def advocacy_chart(analysis: Analysis) -> Chart | None:
    """Net advocacy with its interval: both sides, then each channel."""
    lines: list[tuple[Words, Voices, str]] = [
        (say("side", side, n=number(voices.volume)), voices, _COLORS[side])
        for side, voices in whole_voices(analysis).items()
        if voices.volume
    ]
    channels = analysis.voices_by["channel"].voices
    largest = sorted(channels, key=lambda voices: -voices.volume)[:MOST_SLICES]
    called = short_names(voices.name for voices in largest if voices.name is not None)
    lines += [
        (plain(f"{called[voices.name]} ({number(voices.volume)})"), voices, _COLORS[voices.side])
        for voices in channels
        if voices in largest and voices.volume >= _FEWEST and voices.name is not None
    ]
    lines = [line for line in lines if line[1].net_advocacy is not None]
    if not lines:
        return None
    nets: list[Estimate] = [voices.net_advocacy for _, voices, _ in lines if voices.net_advocacy is not None]
    # The public side comes first where it has a text.
    tone = "negative" if nets[0].high < 0 else "positive" if nets[0].low > 0 else "even"
    return Chart(
        id="advocacy",
        title=say("chart", f"advocacy_{tone}"),
        note=say("chart", "advocacy_note"),
        data=(
            {
                "type": "scatter",
                "mode": "markers",
                "y": [name for name, _, _ in lines],
                "x": [known(net.value * 100) for net in nets],
                "error_x": whiskers(nets, scale=100, color=GREY),
                "marker": {"size": 11, "color": [color for _, _, color in lines], "line": {"color": INK, "width": 0.5}},
                "customdata": [points_range(net) for net in nets],
                "hovertemplate": "%{y}: %{x:+.1f}%p (%{customdata})<extra></extra>",
            },
        ),
        layout={
            "yaxis": {"autorange": "reversed", "automargin": True, "ticks": "", "type": "category"},
            "xaxis": {"ticksuffix": "%p", "zeroline": True, "zerolinecolor": INK, "zerolinewidth": 1.2},
            "margin": {"t": 8, "b": 36},
        },
        height=90 + 34 * len(lines),
        table=Table(
            columns=(say("column", "side"), say("word", "net_advocacy"), say("column", "range")),
            rows=tuple(
                (name, points(net.value), points_range(net)) for (name, _, _), net in zip(lines, nets, strict=True)
            ),
        ),
    )


def competitor_chart(analysis: Analysis, *, most: int = 8) -> Chart | None:
    """Competitors by the number of texts that name them."""
    found = analysis.competitors.competitors[:most]
    # Names met once each are no finding.
    if not found or found[0].documents < 2:
        return None
    first = found[0]
    wins = [cause for cause, count, _ in first.wins_on if count]
    named = {"name": first.name, "count": number(first.documents)}
    return Chart(
        id="competitors",
        title=say("chart", "competitors", cause=label_words(analysis.taxonomy, "cause", wins[0]), **named)
        if wins
        else say("chart", "competitors_plain", **named),
        note=say("chart", "competitors_note", pulled=number(analysis.competitors.pulled)),
        data=(
            {
                "type": "bar",
                "orientation": "h",
                "y": [item.name for item in found],
                "x": [known(item.share.value * 100) for item in found],
                "error_x": whiskers([item.share for item in found], scale=100),
                "marker": {"color": RED},
                "customdata": [f"{number(item.documents)}, {percent_range(item.share)}" for item in found],
                "hovertemplate": "%{y}: %{x:.1f}% (%{customdata})<extra></extra>",
            },
        ),
        layout={
            "yaxis": {"autorange": "reversed", "automargin": True, "ticks": "", "type": "category"},
            "xaxis": {"ticksuffix": "%", "rangemode": "tozero"},
            "margin": {"t": 8, "b": 32},
            "bargap": 0.36,
        },
        height=80 + 34 * len(found),
        table=Table(
            columns=tuple(
                say("column", code) for code in ("competitor", "texts", "share_of_pulled", "range", "wins_on")
            ),
            rows=tuple(
                (
                    item.name,
                    number(item.documents),
                    percent(item.share.value),
                    percent_range(item.share),
                    _wins(analysis, item.wins_on),
                )
                for item in found
            ),
        ),
    )


def _wins(analysis: Analysis, wins_on: Sequence[tuple[str, int, Estimate]]) -> Words:
    """The two causes that go along most: ``가격 4, 불편 2``."""
    shown = [(label_words(analysis.taxonomy, "cause", cause), count) for cause, count, _ in wins_on[:2] if count]
    return Words(
        code="wins",
        ko=", ".join(f"{name.ko} {count}" for name, count in shown) or "–",
        en=", ".join(f"{name.en} {count}" for name, count in shown) or "–",
    )


def _shares(sides: Sequence[Voices]) -> dict[str, object]:
    by = {voices.side: voices for voices in sides}
    return {
        "public": percent(by["public"].responses["negative_wom"].value),
        "private": percent(by["private"].responses["negative_wom"].value),
    }


def _table(analysis: Analysis, sides: Sequence[Voices]) -> Table:
    rows: list[tuple[Words | str, ...]] = []
    for voices in sides:
        side = say("side", voices.side, n=number(voices.volume))
        entries: list[tuple[Words, Estimate | None, bool]] = [
            (label_words(analysis.taxonomy, "response", label), estimate, False)
            for label, estimate in voices.responses.items()
        ]
        entries += [
            (say("word", "net_advocacy"), voices.net_advocacy, True),
            (say("word", "valence"), voices.valence, True),
        ]
        rows += [
            (side, name, points(estimate.value), points_range(estimate))
            if signed
            else (side, name, percent(estimate.value, digits=1), percent_range(estimate))
            for name, estimate, signed in entries
            if estimate is not None
        ]
    return Table(columns=tuple(say("column", code) for code in ("side", "figure", "value", "range")), rows=tuple(rows))
