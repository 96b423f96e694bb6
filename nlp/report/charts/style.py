"""What all charts share: the value that describes one, its colours, and how intervals are drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from nlp.report.words import Words
from nlp.wom.estimates import Estimate

Trace: TypeAlias = dict[str, Any]
"""A Plotly trace or layout as plain values; Words in it are shown in the reader's language."""

Cell: TypeAlias = Words | str | float

# Okabe & Ito (2008), Color Universal Design: told apart with every common colour blindness.
BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
GREEN: Final = "#009E73"
RED: Final = "#D55E00"
SKY: Final = "#56B4E9"
PINK: Final = "#CC79A7"
PLUM: Final = "#7A4A8C"
INK: Final = "#1F2933"
GREY: Final = "#7B8794"
PALE: Final = "#CBD2D9"
BLUES: Final = ((0.0, "#F5F8FB"), (0.5, "#B5D6EC"), (1.0, "#5FA8D6"))
"""Light enough for dark figures on every shade."""

LEGEND_BELOW: Final[Trace] = {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0}
"""At the lower edge of the picture. A place relative to the plot would move with the margin that the legend asks
for, and the margin with it."""


_FIGURES: Final = re.compile(r"(?=.*\d)[\d\s.,:;·%+×÷±()/–−~→₩\u2060-]*(?:억|만)?(?: ?원)?|[–-]?")
"""A cell of figures, whatever parts them."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The figures behind a chart: headings and rows of texts or numbers.

    The words of a table that is ``whole`` are never broken; it is scrolled sideways where the screen is narrow.
    """

    columns: tuple[Words, ...]
    rows: tuple[tuple[Cell, ...], ...]
    whole: bool = False

    @property
    def numeric(self) -> tuple[bool, ...]:
        """For each column whether all its cells are figures, which are set flush right."""
        return tuple(
            bool(self.rows) and all(_FIGURES.fullmatch(_shown(row[at])) for row in self.rows)
            for at in range(len(self.columns))
        )


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart: ``title`` says what it shows, ``note`` how to read it and what the figures are.

    ``height`` is in pixels; a chart of ``least_width`` pixels is scrolled sideways where the screen is narrower.
    """

    id: str
    title: Words
    note: Words
    data: tuple[Trace, ...]
    layout: Trace
    height: int
    table: Table | None = None
    wide: bool = False
    least_width: int = 330


def _shown(cell: Cell) -> str:
    return cell.ko if isinstance(cell, Words) else str(cell)


def whiskers(estimates: Sequence[Estimate], *, scale: float = 1.0, color: str = INK) -> Trace:
    """Error bars from each value to the bounds of its interval."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [known((item.high - item.value) * scale) for item in estimates],
        "arrayminus": [known((item.value - item.low) * scale) for item in estimates],
        "color": color,
        "thickness": 1.4,
        "width": 4,
    }


def band(x: Sequence[Any], estimates: Sequence[Estimate], *, color: str, scale: float = 1.0) -> Trace:
    """The area between the bounds of a line's intervals."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *reversed(x)],
        "y": [
            *(known(item.high * scale) for item in estimates),
            *(known(item.low * scale) for item in reversed(estimates)),
        ],
        "fill": "toself",
        "fillcolor": f"{color}2E",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def known(value: float) -> float | None:
    """The number, or None (a gap) where it is not known; JSON has no NaN."""
    return None if math.isnan(value) else round(float(value), 6)
