"""Results as an Excel workbook, block by block in constant memory."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl
import pyarrow as pa
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import ALL_TEMP_FILES, WorksheetWriter

from nlp.corpus.results import Layout
from nlp.corpus.writers import flat_rows

SHEET_ROWS = 1_048_575
"""Rows of a worksheet below its header."""

SHEET_CELL = 32_767
"""Characters that a cell of a worksheet holds."""

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d{0,10})(\.\d{0,5}[1-9])?")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WIDTH, _TEXT_WIDTH = 14, 70
_CUT = "…(이하 생략)"


class _SheetWriter(WorksheetWriter):  # type: ignore[misc]
    """Keeps a sheet under way beside its workbook: elsewhere its texts would outlive a process that is killed."""

    def __init__(self, sheet: Any, folder: Path) -> None:
        super().__init__(sheet, str(folder / f".sheet.{secrets.token_hex(4)}.tmp"))
        ALL_TEMP_FILES.append(self.out)


class WorkbookWriter:
    """An Excel workbook; rows that a worksheet cannot hold go on to the next one."""

    def __init__(self, stream: BinaryIO, layout: Layout, *, sheet_rows: int = SHEET_ROWS) -> None:
        self._stream = stream
        self._layout = layout
        self._sheet_rows = sheet_rows
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet: Any = None
        self._left = 0
        text = layout.roles.get("text")
        kept = {
            layout.id,
            layout.place,
            *(name for role, name in layout.roles.items() if role.endswith("id")),
        }
        self._typed = [name not in kept and name != text for name in layout.names]
        self._next_sheet()

    def write(self, block: pa.Table) -> None:
        """Append a block."""
        for row in flat_rows(block, self._layout, without_controls):
            if self._left == 0:
                self._next_sheet()
            self._left -= 1
            self._sheet.append([self._cell(value, typed) for value, typed in zip(row, self._typed, strict=True)])

    def close(self) -> None:
        """Write the workbook into the stream."""
        self._book.save(self._stream)

    def _next_sheet(self) -> None:
        number = len(self._book.worksheets) + 1
        self._sheet = self._book.create_sheet("분류 결과" if number == 1 else f"분류 결과 {number}")
        self._sheet.freeze_panes = "A2"
        names = self._layout.names
        for at, name in enumerate(names, start=1):
            wide = name == self._layout.roles.get("text")
            self._sheet.column_dimensions[get_column_letter(at)].width = _TEXT_WIDTH if wide else _WIDTH
        keep_beside(self._sheet, self._stream)
        header = [WriteOnlyCell(self._sheet, value=without_controls(name)) for name in names]
        for cell in header:
            cell.data_type = "s"
            cell.font = Font(bold=True)
        self._sheet.append(header)
        self._left = self._sheet_rows

    def _cell(self, value: Any, typed: bool) -> Any:
        if not isinstance(value, str):
            return value
        if typed and _PLAIN_NUMBER.fullmatch(value):
            number = float(value) if "." in value else int(value)
            return number if str(number) == value else value
        if value[:1] in "=#" and value:
            cell = WriteOnlyCell(self._sheet, value=value)
            cell.data_type = "s"
            return cell
        return value


def keep_beside(sheet: Any, stream: BinaryIO) -> None:
    """Keep a sheet, whose columns and panes are set, beside the file of ``stream`` until its workbook is saved."""
    name = getattr(stream, "name", None)
    if isinstance(name, str):
        sheet._writer = _SheetWriter(sheet, Path(name).parent)
        sheet._writer.write_top()


def without_controls(text: str) -> str:
    """Text that a worksheet can hold: no control characters, at most 32,767 UTF-16 units."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text).replace("\r\n", "\n").replace("\ufffe", "").replace("\uffff", "")
    text = _ESCAPE_LIKE.sub("_x005F_", text) if "_x" in text else text
    if len(text) * 2 > SHEET_CELL and len(units := text.encode("utf-16-le")) > 2 * SHEET_CELL:
        kept = units[: 2 * (SHEET_CELL - len(_CUT))].decode("utf-16-le", "ignore")
        return kept + _CUT
    return text
