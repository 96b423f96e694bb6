"""What a page is made of: sections of blocks, before they become HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nlp.report.cards import Card
from nlp.report.charts.style import Chart
from nlp.report.titled import Titled
from nlp.report.words import Words

Block: TypeAlias = "Chart | Grid | Titled | Deck | Lines"


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Small charts side by side; ``note`` is said once for all. ``dense`` ones stand in pairs on a phone."""

    note: Words | None
    charts: tuple[Chart, ...]
    title: Words | None = None
    dense: bool = False


@dataclass(frozen=True, kw_only=True)
class Deck:
    """The cards of the queue."""

    title: Words
    cards: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A list: plain sentences, or terms with their definitions."""

    title: Words
    lines: tuple[tuple[Words | None, Words], ...]
    callout: bool = False
    wide: bool = True


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter of the report."""

    id: str
    title: Words
    intro: Words | None
    blocks: tuple[Block, ...]


def sections_of(parts: Iterable[tuple[str, Iterable[Block | None]]], texts: Mapping[str, Words]) -> tuple[Section, ...]:
    """Chapters by their ids; blocks that are None are left out, and chapters without any. ``texts`` are their words."""
    return tuple(
        Section(id=name, title=texts[name], intro=texts.get(f"{name}_intro"), blocks=blocks)
        for name, found in parts
        if (blocks := tuple(block for block in found if block is not None))
    )


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One large figure at the top."""

    name: Words
    figure: str
    note: Words


@dataclass(frozen=True, kw_only=True)
class Page:
    """The whole report."""

    headlines: tuple[Words, ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts, in the order of the page."""
        return tuple(
            chart
            for section in self.sections
            for block in section.blocks
            for chart in (block.charts if isinstance(block, Grid) else (block,))
            if isinstance(chart, Chart)
        )


BlockKind: TypeAlias = Literal["chart", "grid", "titled", "deck", "lines"]


def kind_of(block: Block) -> BlockKind:
    """Name of a block's kind, for the template."""
    kinds: dict[type, BlockKind] = {Chart: "chart", Grid: "grid", Titled: "titled", Deck: "deck", Lines: "lines"}
    return kinds[type(block)]
