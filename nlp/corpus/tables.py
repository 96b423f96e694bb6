"""What every table format gives: rows of text cells with the place they came from."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from nlp.errors import Message

SPREADSHEETS = ("XLSX", "XLS", "HTML")
"""Formats that leave out empty cells at a row's end."""


class RawRow(NamedTuple):
    """One row as it stands in the file; ``problem`` says why its cells cannot be trusted ('' if they can).

    ``sheet`` names the sheet, or the table of a page, where several of a file are read, else it is ''. ``hidden`` is
    true where Excel shows the row to nobody.
    """

    line: int
    cells: list[str]
    problem: Message = Message("")
    sheet: str = ""
    hidden: bool = False


class Table(Protocol):
    """An open table. ``names`` is empty until known for formats whose header is a row like any other.

    ``names`` may grow while JSON Lines are read: a later line can bring a new key. ``sheets`` are those of a workbook,
    or the tables of a page, that the table is made of, ``sampled`` its first rows where opening it gave them.
    ``hidden_sheets`` hold something and belong to no table.
    """

    format: str
    sheets: tuple[str, ...]
    hidden_sheets: tuple[str, ...]
    sampled: Sequence[RawRow] | None
    encoding: str | None
    delimiter: str | None
    names: list[str]

    def rows(self) -> Iterator[RawRow]:
        """All rows from the start of the file, a header row among them."""

    def position(self) -> int:
        """Bytes of the file read so far."""


class SheetsTable:
    """What the tables of workbooks have in common: their sheets, and nothing that a text file has.

    A row's line is its row number in Excel.
    """

    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, sheet: str, sampled: Sequence[RawRow], hidden: tuple[str, ...]) -> None:
        self._path = path
        self.sheets: tuple[str, ...] = (sheet,)
        self.hidden_sheets = hidden
        self.sampled: Sequence[RawRow] | None = sampled
        self.names: list[str] = []

    def merged_lines(self, columns: Collection[int]) -> frozenset[int]:
        """Lines where a cell of one of these columns, counted from 0, is merged with the one above it, which alone
        holds what is written there."""
        raise NotImplementedError


def first_rows(table: Table, count: int) -> list[RawRow]:
    """Up to ``count`` rows from the start of a table, a header row among them."""
    return list(islice(table.rows() if table.sampled is None else table.sampled, count))


def cell_text(value: Any) -> str:
    """A typed cell as the text a person would have typed: ``12.0`` → ``12``, a midnight time → its date,
    a length of time → ``26:03:07``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, timedelta):
        hours, rest = divmod(round(value.total_seconds()), 3600)
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False, default=str)


def unique_names(cells: list[str]) -> list[str]:
    """Column names without blanks or repeats: the second ``내용`` becomes ``내용 (2)``, a blank ``열 3``."""
    names: dict[str, None] = {}
    copies: dict[str, int] = {}
    for at, cell in enumerate(cells, start=1):
        base = " ".join(cell.split()) or blank_name(at)
        name, copy = base, copies.get(base, 2)
        while name in names:
            name, copy = f"{base} ({copy})", copy + 1
        names[name], copies[base] = None, copy
    return list(names)


def blank_name(at: int) -> str:
    """What the column in this place is called whose header is blank; the first is 1."""
    return f"열 {at}"


def composed(text: str) -> str:
    """Text as Windows writes it: macOS takes 한 apart into ㅎ, ㅏ and ㄴ, which no list of names knows."""
    return unicodedata.normalize("NFC", text)


def undecodable(encoding: str) -> Message:
    """The problem of a row with bytes that are no text in its file's encoding."""
    return Message("some bytes are no text in {encoding}", encoding=encoding)


def without_surrogates(text: str) -> str:
    """Text that UTF-8 can write: half an emoji, or a byte that was not decoded, becomes ``U+FFFD``."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
