"""Tables of HTML pages, which many Korean systems hand out as ``.xls``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import BinaryIO, Final

from nlp.corpus.encoding import Encoding
from nlp.corpus.tables import RawRow, composed, undecodable

_CHUNK: Final = 1 << 16
_MOST_SPAN: Final = 1000
"""Columns or rows that a cell may span; browsers bound it the same."""

_FREE_AREA: Final = 1_000_000
_AREA_PER_CELL: Final = 10
"""Cells that all spans of a page may fill, and how many more for each cell; beyond, a cell fills one."""

_BLANKS = re.compile(r"\s+")


class HtmlTable:
    """A table of a page, or several with the same columns; see ``nlp.corpus.tables.Table``.

    A row's line is its number within its table.
    """

    format = "HTML"
    hidden_sheets: tuple[str, ...] = ()
    delimiter: str | None = None

    def __init__(self, path: Path, encoding: Encoding, name: str, sampled: Sequence[RawRow]) -> None:
        self._path = path
        self._encoding = encoding
        self._raw: BinaryIO | None = None
        self.encoding: str | None = encoding.name
        self.sheets: tuple[str, ...] = (name,)
        self.sampled: Sequence[RawRow] | None = sampled
        self.names: list[str] = []

    def rows(self) -> Iterator[RawRow]:
        """All rows that hold anything."""
        with self._path.open(encoding=self._encoding.codec, errors=self._encoding.errors, newline="") as file:
            self._raw = file.buffer.raw  # type: ignore[attr-defined]
            page = _Page(self._encoding)
            while chunk := file.read(_CHUNK):
                page.feed(chunk)
                for row in page.taken():
                    if row.sheet in self.sheets:
                        yield row if len(self.sheets) > 1 else row._replace(sheet="")
            self._raw = None

    def position(self) -> int:
        """Bytes handed to the decoder so far."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed else 0


def html_tables(path: Path, encoding: Encoding, *, sample: int) -> list[HtmlTable]:
    """The tables of a page with two rows or more, named ``표 1``, ``표 2`` …, with their first ``sample`` rows."""
    rows: dict[str, list[RawRow]] = {}
    page = _Page(encoding)
    with path.open(encoding=encoding.codec, errors=encoding.errors, newline="") as file:
        while chunk := file.read(_CHUNK):
            page.feed(chunk)
            for row in page.taken():
                found = rows.setdefault(row.sheet, [])
                if len(found) < sample:
                    found.append(row._replace(sheet=""))
    return [HtmlTable(path, encoding, name, found) for name, found in rows.items() if len(found) > 1]


@dataclass(kw_only=True, slots=True)
class _Open:
    """A table whose end has not come: its row and cell, and the cells that reach down from rows before."""

    name: str
    line: int = 0
    row: list[str] | None = None
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    hanging: dict[int, tuple[int, str]] = field(default_factory=dict)

    def begin_row(self) -> None:
        self.line += 1
        self.row = []

    def begin_cell(self, columns: int, rows: int) -> None:
        if self.row is None:
            self.begin_row()
        self.end_cell()
        self._hang()
        self.cell, self.span = [], (columns, rows)

    def end_cell(self) -> None:
        """Put the cell into its row: its text once, and again in every row that it reaches down to."""
        if self.cell is None or self.row is None:
            return
        lines = (_BLANKS.sub(" ", line).strip() for line in "".join(self.cell).split("\n"))
        text = composed("\n".join(filter(None, lines)))
        columns, rows = self.span
        for at in range(columns):
            if rows > 1:
                self.hanging[len(self.row)] = (rows - 1, "" if at else text)
            self.row.append("" if at else text)
        self.cell = None

    def end_row(self) -> list[str]:
        self.end_cell()
        if self.row is None:
            return []
        self._hang()
        row, self.row = self.row, None
        return row

    def _hang(self) -> None:
        row = self.row
        while row is not None and len(row) in self.hanging:
            left, text = self.hanging.pop(len(row))
            if left > 1:
                self.hanging[len(row)] = (left - 1, text)
            row.append(text)


class _Page(HTMLParser):
    """Turns a page, given piece by piece, into rows; ``sheet`` of a row is its table's name."""

    def __init__(self, encoding: Encoding) -> None:
        super().__init__()
        self._encoding = encoding
        self._tables = 0
        self._cells = 0
        self._filled = 0
        self._open: list[_Open] = []
        self._rows: list[RawRow] = []

    def taken(self) -> list[RawRow]:
        """The rows that ended since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._tables += 1
            self._open.append(_Open(name=f"표 {self._tables}"))
        elif not self._open:
            return
        elif tag == "tr":
            self._end_row()
            self._open[-1].begin_row()
        elif tag in ("td", "th"):
            given = dict(attrs)
            self._open[-1].begin_cell(*self._area(_span(given.get("colspan")), _span(given.get("rowspan"))))
        elif tag in ("br", "p", "div", "li"):
            self._say("\n")

    def _area(self, columns: int, rows: int) -> tuple[int, int]:
        """What a cell may fill: a few bytes of spans could make a table that no memory holds."""
        self._cells += 1
        self._filled += columns * rows
        return (columns, rows) if self._filled <= _FREE_AREA + _AREA_PER_CELL * self._cells else (1, 1)

    def handle_endtag(self, tag: str) -> None:
        if not self._open:
            return
        if tag in ("td", "th"):
            self._open[-1].end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_row()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        # In a page, only a tag breaks a line.
        self._say(_BLANKS.sub(" ", data))

    def _say(self, text: str) -> None:
        if self._open and self._open[-1].cell is not None:
            self._open[-1].cell.append(text)

    def _end_row(self) -> None:
        table = self._open[-1]
        cells = table.end_row()
        if any(cells):
            row = RawRow(table.line, cells, sheet=table.name)
            broken = any(map(self._encoding.undecodable, cells))
            self._rows.append(row._replace(problem=undecodable(self._encoding.name)) if broken else row)


def _span(given: str | None) -> int:
    return min(max(1, int(given)), _MOST_SPAN) if given and given.isascii() and given.isdigit() else 1
