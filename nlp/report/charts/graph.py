"""Causes and phrases that go together, laid out once so that the picture is the same every time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.report.analysis import Analysis
from nlp.report.charts.style import BLUE, INK, PALE, SKY, Chart, Trace
from nlp.report.words import label_words, number, percent, say
from nlp.wom.keyphrases import Edge, Graph, Node

PHRASES_SHOWN = 4
"""Phrases per cause in the picture; the table beside it has them all."""

FEWEST_EDGES = 8
"""Fewer lines make no picture: the marks drift to the corners, and the table says it all."""


def graph_chart(analysis: Analysis) -> Chart | None:
    """Causes as large marks, their most typical phrases around them."""
    if analysis.phrases is None:
        return None
    nodes, edges = _shown(analysis.phrases.graph)
    if len(edges) < FEWEST_EDGES:
        return None
    place = _layout(nodes, edges)
    at = {node.id: position for node, position in zip(nodes, place, strict=True)}
    lines_x: list[Any] = []
    lines_y: list[Any] = []
    for edge in edges:
        for end in (edge.left, edge.right):
            lines_x.append(round(float(at[end][0]), 3))
            lines_y.append(round(float(at[end][1]), 3))
        lines_x.append(None)
        lines_y.append(None)
    sampled = analysis.phrases.read < analysis.phrases.population
    return Chart(
        id="graph",
        title=say("chart", "graph"),
        note=say(
            "chart",
            "graph_note",
            read=number(analysis.phrases.read),
            share=percent(analysis.phrases.read / max(analysis.phrases.population, 1)) if sampled else "100%",
        ),
        data=(
            {
                "type": "scatter",
                "mode": "lines",
                "x": lines_x,
                "y": lines_y,
                "line": {"color": PALE, "width": 1.2},
                "hoverinfo": "skip",
            },
            _marks(analysis, [node for node in nodes if node.kind == "phrase"], at),
            _marks(analysis, [node for node in nodes if node.kind == "cause"], at),
        ),
        layout={
            "xaxis": {"visible": False, "range": [-1.4, 1.4], "fixedrange": True},
            "yaxis": {"visible": False, "range": [-1.12, 1.12], "fixedrange": True},
            "margin": {"t": 4, "b": 4, "l": 4, "r": 4},
        },
        height=560,
        wide=True,
        least_width=640,
    )


def _marks(analysis: Analysis, nodes: list[Node], at: dict[str, NDArray[np.float64]]) -> Trace:
    cause = bool(nodes) and nodes[0].kind == "cause"
    most = max((node.documents for node in nodes), default=1)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [round(float(at[node.id][0]), 3) for node in nodes],
        "y": [round(float(at[node.id][1]), 3) for node in nodes],
        "text": [
            label_words(analysis.taxonomy, "cause", node.id.partition(":")[2]) if cause else node.shown
            for node in nodes
        ],
        "textposition": "bottom center" if cause else [_side(*at[node.id]) for node in nodes],
        "textfont": {"size": 13 if cause else 11, "color": INK, "weight": 600 if cause else 400},
        "marker": {
            "size": [round((14 if cause else 6) + 14 * (node.documents / most) ** 0.5, 1) for node in nodes],
            "color": BLUE if cause else SKY,
            "line": {"color": "#FFFFFF", "width": 1},
        },
        "customdata": [number(node.documents) for node in nodes],
        "hovertemplate": "%{text}: %{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _side(x: float, y: float) -> str:
    """Where the label of a mark on the ring leaves the ring free."""
    if abs(x) > 0.3:
        return "middle right" if x > 0 else "middle left"
    return "top center" if y > 0 else "bottom center"


def _shown(graph: Graph) -> tuple[list[Node], list[Edge]]:
    """The causes, their strongest phrases, and the edges between those."""
    kinds = {node.id: node.kind for node in graph.nodes}
    kept: dict[str, None] = {}
    count: dict[str, int] = {}
    for edge in graph.edges:
        if {kinds[edge.left], kinds[edge.right]} == {"cause", "phrase"}:
            cause, phrase = (edge.left, edge.right) if kinds[edge.left] == "cause" else (edge.right, edge.left)
            if count.get(cause, 0) < PHRASES_SHOWN:
                count[cause] = count.get(cause, 0) + 1
                kept.update({cause: None, phrase: None})
    edges = [
        edge
        for edge in graph.edges
        if edge.left in kept and edge.right in kept and "cause" in (kinds[edge.left], kinds[edge.right])
    ]
    return [node for node in graph.nodes if node.id in kept], edges


def _layout(nodes: list[Node], edges: list[Edge], *, rounds: int = 20) -> NDArray[np.float64]:
    """Places ``(n, 2)`` in [-1, 1]: causes on an inner ring, phrases on an outer one, each next to its neighbours.

    Each ring in turn is put in the order of the mean directions of what its marks are tied to, so that few lines
    cross, and spaced evenly, so that no label lies upon another.
    """
    index = {node.id: position for position, node in enumerate(nodes)}
    tied = np.zeros((len(nodes), len(nodes)))
    for edge in edges:
        tied[index[edge.left], index[edge.right]] = tied[index[edge.right], index[edge.left]] = 1.0
    causes = np.array([node.kind == "cause" for node in nodes])
    rings = [np.flatnonzero(~causes), np.flatnonzero(causes)]
    turn = np.zeros(len(nodes), dtype=np.complex128)
    turn[rings[1]] = np.exp(2j * np.pi * np.arange(len(rings[1])) / len(rings[1]))
    for _ in range(rounds):
        for ring in rings:
            toward = tied[ring] @ turn
            order = np.argsort(np.angle(toward), kind="stable")
            even = np.exp(2j * np.pi * np.arange(len(ring)) / len(ring))
            # Turned so that the marks keep about their directions.
            drift = np.vdot(even, toward[order])
            turn[ring[order]] = even * (drift / abs(drift) if abs(drift) > 1e-9 else 1.0)
    radius = np.where(causes, 0.5, 1.0)
    return np.stack([turn.real * radius, turn.imag * radius], axis=1)
