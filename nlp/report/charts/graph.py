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
            "xaxis": {"visible": False, "range": [-1.3, 1.3], "fixedrange": True},
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
        "textposition": "bottom center" if cause else "top center",
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


def _layout(nodes: list[Node], edges: list[Edge], *, steps: int = 400) -> NDArray[np.float64]:
    """Places ``(n, 2)`` in [-1, 1] by springs and repulsion (Fruchterman & Reingold 1991), from a fixed start."""
    index = {node.id: position for position, node in enumerate(nodes)}
    n = len(nodes)
    angle = np.zeros(n)
    causes = [position for position, node in enumerate(nodes) if node.kind == "cause"]
    angle[causes] = np.linspace(0, 2 * np.pi, len(causes), endpoint=False)
    ends = np.array([[index[edge.left], index[edge.right]] for edge in edges])
    for left, right in ends:
        phrase, cause = (left, right) if nodes[left].kind == "phrase" else (right, left)
        angle[phrase] = angle[cause] + 0.13 * (int(phrase) % 7 - 3)
    radius = np.array([0.55 if node.kind == "cause" else 0.9 for node in nodes])
    place = np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=1)
    place += np.random.default_rng(7).normal(0, 0.01, place.shape)
    ideal = 1.25 / np.sqrt(n)
    heavy = np.where(np.isin(np.arange(n), causes), 2.2, 1.0)
    room = np.outer(heavy, heavy)
    for step in range(steps):
        apart = place[:, None] - place[None, :]
        # Labels are wider than high: what stands side by side needs more room.
        apart[..., 0] *= 0.7
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1e-3)
        push = (apart * (room * ideal**2 / distance**2)[..., None]).sum(axis=1)
        pull = np.zeros_like(place)
        span = place[ends[:, 1]] - place[ends[:, 0]]
        force = span * (np.linalg.norm(span, axis=1) / ideal)[:, None]
        np.add.at(pull, ends[:, 0], force)
        np.add.at(pull, ends[:, 1], -force)
        move = push + 0.5 * pull - 0.05 * place
        size = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        place += move / size * np.minimum(size, 0.1 * (1 - step / steps))
    place -= (place.max(axis=0) + place.min(axis=0)) / 2
    scaled: NDArray[np.float64] = place / np.maximum(np.abs(place).max(axis=0), 1e-9)
    return scaled
