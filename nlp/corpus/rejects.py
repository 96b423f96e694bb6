"""Rows that cannot be used, as a file that Excel opens: the columns that came in, behind those that say what to do.

Corrected, the file is read as the rows that it was made of: our columns are passed over.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from typing import BinaryIO, Final, NamedTuple

from nlp.corpus.results import PLACE_COLUMN, bare, free_name
from nlp.corpus.tables import RawRow, Table, first_rows
from nlp.corpus.writers import neutral, plain
from nlp.errors import Message

_OURS: Final = (PLACE_COLUMN, "행", "사유", "할 일", "원래 줄(가림)")
_BARE: Final = tuple(map(bare, _OURS))


class RejectLine(NamedTuple):
    """A row of a reject file. ``whole`` is the row in one piece where it could not be split into ``cells``."""

    place: str
    line: int
    reason: str
    step: str
    whole: str
    cells: Sequence[str]


def step_of(*, split: bool) -> Message:
    """What to do with a rejected row, or with a line that could not be split into columns."""
    if split:
        return Message("correct the row, or delete it")
    return Message("write the line's parts into the columns behind it, or delete the row")


def write_rejects(stream: BinaryIO, names: Sequence[str], rows: Iterable[RejectLine]) -> None:
    """The reject file, as CSV for Excel; ``names`` are those of the columns that came in."""
    text = TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    table = csv.writer(text, lineterminator="\r\n")
    taken = set(names)
    table.writerow(map(neutral, [*(free_name(name, taken) for name in _OURS), *names]))
    for row in rows:
        ours = (row.place, str(row.line), row.reason, row.step, row.whole)
        cells = [*row.cells, *[""] * (len(names) - len(row.cells))]
        table.writerow(map(neutral, [*ours, *cells]))
    text.flush()
    text.detach()


def is_rejects(names: Sequence[str]) -> bool:
    """Whether these are the columns of a reject file."""
    return tuple(map(bare, names[: len(_BARE)])) == _BARE


def as_came(table: Table) -> Table:
    """The rows that a reject file was made of; any other table as it is."""
    head = first_rows(table, 1) if not table.names else []
    return _Corrected(table, head[0].cells) if head and is_rejects(head[0].cells) else table


class _Corrected:
    """A reject file that a person corrected, without our columns; see ``nlp.corpus.tables.Table``."""

    sampled: Sequence[RawRow] | None = None
    hidden_sheets: tuple[str, ...] = ()

    def __init__(self, table: Table, header: Sequence[str]) -> None:
        self._table = table
        self.format, self.encoding, self.delimiter, self.sheets = (
            table.format,
            table.encoding,
            table.delimiter,
            table.sheets,
        )
        names = list(map(plain, header[len(_OURS) :]))
        while names and not names[-1].strip():
            names.pop()
        self.names: list[str] = names

    def rows(self) -> Iterator[RawRow]:
        """All rows below the header; a line that nobody has split yet carries that as its problem."""
        self._table.sheets = self.sheets
        for row in self._table.rows():
            if row.problem:
                yield row
                continue
            if is_rejects(row.cells):
                continue
            whole, cells = row.cells[len(_OURS) - 1 : len(_OURS)], list(map(plain, row.cells[len(_OURS) :]))
            if any(map(str.strip, cells)):
                # Excel leaves out empty cells at the end of a row.
                yield row._replace(cells=[*cells, *[""] * (len(self.names) - len(cells))])
            elif any(whole):
                yield row._replace(cells=list(map(plain, whole)), problem=Message("the line is not split into columns"))

    def position(self) -> int:
        """Bytes of the file read so far."""
        return self._table.position()
