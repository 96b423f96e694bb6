"""The recovery queue and what stands behind it as an Excel workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, Final, TypeAlias

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from nlp.report.analysis import Analysis
from nlp.report.sheets import Sheet, Value, sheets_of
from nlp.report.words import Lang, Words

Clean: TypeAlias = Callable[[str], str]

MOST_CASES: Final = 5_000
"""Cases in the workbook unless a capacity asks for more; beyond it a worksheet serves nobody."""

_FORMATS: Final = {
    "text": "General",
    "long": "General",
    "count": "#,##0",
    "share": "0.0%",
    "points": "+0.0;-0.0;0.0",
    "won": "#,##0",
    "number": "#,##0.00",
    "time": "yyyy-mm-dd hh:mm",
}
_WIDTHS: Final = {"text": 16, "long": 60, "count": 10, "share": 12, "points": 12, "won": 15, "number": 12, "time": 17}
_HEAD: Final = PatternFill("solid", fgColor="12344D")


def write_workbook(
    stream: BinaryIO, analysis: Analysis, *, lang: Lang = "ko", clean: Clean = str, most: int = MOST_CASES
) -> int:
    """Write the workbook and return how many cases it holds.

    Texts are written as strings whatever they begin with, so that none runs as a formula; ``clean`` removes what
    a worksheet cannot hold. Headings are frozen and filtered.
    """
    shown = min(max(most, analysis.capacity or 0), len(analysis.ranking))
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets_of(analysis, shown):
        _write(book, sheet, lang, clean)
    book.save(stream)
    return shown


def _write(book: Any, sheet: Sheet, lang: Lang, clean: Clean) -> None:
    target = book.create_sheet(getattr(sheet.title, lang))
    target.freeze_panes = "B3" if len(sheet.columns) > 3 else "A3"
    target.auto_filter.ref = f"A2:{get_column_letter(len(sheet.columns))}2"
    for at, column in enumerate(sheet.columns, start=1):
        target.column_dimensions[get_column_letter(at)].width = column.width or _WIDTHS[column.kind]
    note = WriteOnlyCell(target, value=getattr(sheet.note, lang))
    note.font = Font(italic=True, color="52606D")
    target.append([note])
    head = []
    for column in sheet.columns:
        cell = WriteOnlyCell(target, value=getattr(column.name, lang))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        head.append(cell)
    target.append(head)
    for row in sheet.rows:
        target.append(
            [_cell(target, value, column.kind, lang, clean) for value, column in zip(row, sheet.columns, strict=True)]
        )


def _cell(sheet: Any, value: Value, kind: str, lang: Lang, clean: Clean) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, Words):
        value = str(getattr(value, lang))
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=clean(value))
        # A text such as "=1+1" or "#N/A" stays a text.
        cell.data_type = "s"
        if kind == "long":
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = _FORMATS[kind]
    return cell
