"""Workbooks of Excel 97 to 2003 (xls), sheet by sheet.

A sheet is held in memory while it is read; it has 65,536 rows at most.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

import xlrd
from xlrd.compdoc import CompDocError

from nlp.corpus.tables import RawRow, SheetsTable, cell_text
from nlp.errors import FileFormatError

# xlrd trusts what stands in the file, and raises whatever that leads to.
_BROKEN: Final = (
    *(xlrd.XLRDError, CompDocError, xlrd.xldate.XLDateError, struct.error, LookupError, ValueError, TypeError),
    *(AssertionError, AttributeError, ArithmeticError, MemoryError, OSError),
)

_FIRST_DAY: Final = 1.0
"""Below it, a date's cell holds a time alone."""


class OldWorkbookTable(SheetsTable):
    """A sheet of an old workbook, or several with the same columns; see ``nlp.corpus.tables.Table``."""

    format = "XLS"
    _share = 0.0

    def rows(self) -> Iterator[RawRow]:
        """All rows that hold anything; formulas give their last computed value."""
        with _opened(self._path) as book:
            for at, name in enumerate(self.sheets):
                sheet = book.sheet_by_name(name)
                for row in _rows_of(sheet):
                    self._share = (at + row.line / sheet.nrows) / len(self.sheets)
                    yield row._replace(sheet=name if len(self.sheets) > 1 else "")
                book.unload_sheet(name)

    def merged_lines(self, columns: Collection[int]) -> frozenset[int]:
        """See ``SheetsTable``; reads all sheets once more."""
        with _opened(self._path) as book:
            return frozenset(
                line
                for name in self.sheets
                for top, end, left, right in book.sheet_by_name(name).merged_cells
                if any(left <= column < right for column in columns)
                for line in range(top + 2, end + 1)
            )

    def position(self) -> int:
        """Bytes read so far, estimated from the share of rows."""
        return int(self._path.stat().st_size * self._share)


def old_workbook_tables(path: Path, *, sample: int) -> list[OldWorkbookTable]:
    """The visible sheets of an old workbook with their first ``sample`` rows; raises FileFormatError for others."""
    found: dict[str, tuple[bool, list[RawRow]]] = {}
    with _opened(path) as book:
        for name in book.sheet_names():
            sheet = book.sheet_by_name(name)
            found[name] = not sheet.visibility, list(islice(_rows_of(sheet), sample))
            book.unload_sheet(name)
    shown = [name for name, (visible, _) in found.items() if visible] or list(found)
    hidden = tuple(name for name, (_, rows) in found.items() if rows and name not in shown)
    return [OldWorkbookTable(path, name, found[name][1], hidden) for name in shown]


def _rows_of(sheet: Any) -> Iterator[RawRow]:
    hidden = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
    for row in range(sheet.nrows):
        cells = [_text(cell, sheet.book.datemode) for cell in sheet.row(row)]
        if any(cells):
            yield RawRow(row + 1, cells, hidden=row in hidden)


def _text(cell: Any, datemode: int) -> str:
    value = cell.value
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(value, datemode)
        except (ValueError, OverflowError):
            return cell_text(value)  # Excel shows ##### for a date that cannot be.
        return cell_text(moment.time() if value < _FIRST_DAY else moment)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return cell_text(bool(value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, ""))
    return cell_text(value).replace("\r\n", "\n")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    # xlrd tells of oddities on standard output.
    told = io.StringIO()
    try:
        with xlrd.open_workbook(
            str(path), logfile=told, on_demand=True, formatting_info=True, ragged_rows=True
        ) as book:
            yield book
    except _BROKEN as error:
        if "encrypted" in str(error) or _holds_encrypted(path):
            raise FileFormatError(
                "{path}: the workbook is protected by a password; open it in Excel, remove the password (File > "
                "Info > Protect Workbook) and save it",
                path=path,
            ) from error
        raise FileFormatError(
            "{path}: this is an old Office file (.xls, .hwp …) that cannot be read ({error}); open it and save it as "
            "xlsx or 'CSV UTF-8'",
            path=path,
            error=str(error) or type(error).__name__,
        ) from error


def _holds_encrypted(path: Path) -> bool:
    # Excel keeps an encrypted xlsx inside the container of the old xls, with this stream's name in it.
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(1 << 24)
