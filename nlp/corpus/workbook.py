"""Excel workbooks (xlsx), sheet by sheet."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.functions import iterparse

from nlp.corpus.tables import RawRow, SheetsTable, cell_text
from nlp.errors import FileFormatError

# openpyxl raises OSError where the archive holds no workbook.
_BROKEN = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError, EOFError, OSError)

_CHUNK: Final = 1 << 20
_MOST_ROWS: Final = 1_048_576
"""Rows of a worksheet in Excel."""

_ROW: Final = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_HIDDEN: Final = re.compile(rb"""\shidden=["'](?:1|true)["']""")
_NUMBER: Final = re.compile(rb"""\sr=["'](\d+)["']""")


class WorkbookTable(SheetsTable):
    """A sheet of a workbook, or several with the same columns; see ``nlp.corpus.tables.Table``."""

    format = "XLSX"
    _done = _last = 0

    def rows(self) -> Iterator[RawRow]:
        """All rows that hold anything; formulas give their last computed value."""
        with _opened(self._path) as book:
            self._done, self._last = 0, sum(book[name].max_row or 0 for name in self.sheets)
            for name in self.sheets:
                before, hidden = self._done, _hidden_rows(book[name])
                for row in _rows_of(book[name]):
                    self._done = before + row.line
                    sheet = name if len(self.sheets) > 1 else ""
                    yield row._replace(sheet=sheet, hidden=row.line in hidden)

    def merged_lines(self, columns: Collection[int]) -> frozenset[int]:
        """See ``SheetsTable``; reads all sheets once more."""
        lines: set[int] = set()
        with _opened(self._path) as book:
            for name in self.sheets:
                # A sheet that is read row by row knows nothing of merged cells: they stand behind its rows.
                with book[name]._get_source() as source:
                    for _, element in iterparse(source):
                        if element.tag.endswith("}mergeCell"):
                            left, top, right, bottom = range_boundaries(element.get("ref", ""))
                            if any(left <= column + 1 <= right for column in columns):
                                lines.update(range(top + 1, bottom + 1))
                        element.clear()
        return frozenset(lines)

    def position(self) -> int:
        """Bytes read so far, estimated from the share of rows."""
        return int(self._path.stat().st_size * min(1.0, self._done / max(1, self._last, self._done)))


def workbook_tables(path: Path, *, sample: int) -> list[WorkbookTable]:
    """The visible sheets of a workbook with their first ``sample`` rows; raises FileFormatError for a damaged one."""
    with _opened(path) as book:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        others = [sheet for sheet in book.worksheets if sheet not in sheets]
        hidden = tuple(sheet.title for sheet in others if next(_rows_of(sheet), None) is not None)
        # Opening is what takes long: all texts of all sheets lie in one place.
        return [WorkbookTable(path, sheet.title, list(islice(_rows_of(sheet), sample)), hidden) for sheet in sheets]


def _rows_of(sheet: Any) -> Iterator[RawRow]:
    # Some systems write a wrong extent ("A1") into the file; without it every row is read.
    sheet.reset_dimensions()
    # Rows that are left out come as empty ones, up to the number that stands in the file.
    for number, values in enumerate(islice(sheet.iter_rows(values_only=True), _MOST_ROWS), start=1):
        cells = [_unescaped(cell_text(value)) for value in values]
        if any(cells):
            yield RawRow(number, cells)


def _hidden_rows(sheet: Any) -> frozenset[int]:
    """Numbers of rows hidden by a filter or by hand; openpyxl tells them only where a whole sheet is in memory."""
    found: set[int] = set()
    rest = b""
    with sheet._get_source() as stream:
        while chunk := stream.read(_CHUNK):
            rest += chunk
            for row in _ROW.findall(rest):
                if _HIDDEN.search(row) and (number := _NUMBER.search(row)):
                    found.add(int(number[1]))
            rest = rest[rest.rfind(b"<") :] if b"<" in rest else b""
    return frozenset(found)


def _unescaped(text: str) -> str:
    """Excel writes what XML cannot hold as ``_x000D_``."""
    return unescape(text).replace("\r\n", "\n") if "_x" in text else text


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        # openpyxl refuses a workbook by its name, such as "export.csv", but not a stream.
        with path.open("rb") as stream, closing(openpyxl.load_workbook(stream, read_only=True, data_only=True)) as book:
            yield book
    except _BROKEN as error:
        raise FileFormatError(
            "{path}: the workbook is damaged or no Excel file ({error}); open it in Excel, save it as xlsx "
            "or 'CSV UTF-8' and try again",
            path=path,
            error=error,
        ) from error
