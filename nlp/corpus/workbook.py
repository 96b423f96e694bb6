"""Excel workbooks (xlsx), sheet by sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from nlp.corpus.tables import RawRow, cell_text
from nlp.errors import FileFormatError

_BROKEN = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError, EOFError)


class WorkbookTable:
    """A sheet of a workbook, or several with the same columns; see ``nlp.corpus.tables.Table``.

    A row's line is its row number in Excel.
    """

    format = "XLSX"
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, sheet: str) -> None:
        self._path = path
        self._done = 0
        self._last = 0
        self.sheets = [sheet]
        self.names: list[str] = []

    def rows(self) -> Iterator[RawRow]:
        """All rows that hold anything; formulas give their last computed value."""
        with _opened(self._path) as book:
            self._done, self._last = 0, sum(book[name].max_row or 0 for name in self.sheets)
            for name in self.sheets:
                sheet, told = book[name], name if len(self.sheets) > 1 else ""
                # Some systems write a wrong extent ("A1") into the file; without it every row is read.
                sheet.reset_dimensions()
                for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                    self._done += 1
                    cells = [_unescaped(cell_text(value)) for value in values]
                    if any(cells):
                        yield RawRow(number, cells, sheet=told)

    def position(self) -> int:
        """Bytes read so far, estimated from the share of rows."""
        return int(self._path.stat().st_size * min(1.0, self._done / max(1, self._last, self._done)))


def sheets_of(path: Path) -> list[str]:
    """Names of the worksheets that hold cells; raises FileFormatError for a damaged workbook."""
    with _opened(path) as book:
        return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] or [
            sheet.title for sheet in book.worksheets
        ]


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
