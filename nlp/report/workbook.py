"""The recovery queue and what stands behind it as an Excel workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, Final, TypeAlias
from unicodedata import east_asian_width

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from nlp.corpus.workbook_writer import keep_beside
from nlp.report.analysis import Analysis
from nlp.report.sheet import Sheet, Value
from nlp.report.sheets import sheets_of
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
    "day": "yyyy-mm-dd",
}
_WIDTHS: Final = {
    "text": 16,
    "long": 60,
    "count": 10,
    "share": 12,
    "points": 12,
    "won": 15,
    "number": 12,
    "time": 17,
    "day": 14,
}
_TEXTS: Final = ("text", "long")
_PAPER: Final = 260
"""Characters of a sheet's columns that a page can still hold in readable print."""
_ACROSS: Final = 200
"""Those that each page of a wider sheet takes."""
_A4: Final = 9
"""The code of the paper size."""
_BEFORE: Final = 4
"""Columns up to the customer: they stay in sight, and on every page, where a sheet is wider than that."""
_FIRST: Final = 3
"""The first row below note and headings."""
_LINE, _HIGHEST = 15.0, 409.0
"""Points of a line, and the most that a row can have."""
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
        _write(book, sheet, stream, lang, clean)
    book.save(stream)
    return shown


def _write(book: Any, sheet: Sheet, stream: BinaryIO, lang: Lang, clean: Clean) -> None:
    target = book.create_sheet(getattr(sheet.title, lang))
    last = get_column_letter(len(sheet.columns))
    widths = [column.width or _WIDTHS[column.kind] for column in sheet.columns]
    kept = _BEFORE if sum(widths) > _PAPER else 1 if len(widths) > 3 else 0
    target.freeze_panes = f"{get_column_letter(kept + 1)}{_FIRST}"
    for at, width in enumerate(widths, start=1):
        target.column_dimensions[get_column_letter(at)].width = width
    _for_paper(target, widths)
    keep_beside(target, stream)
    note = WriteOnlyCell(target, value=getattr(sheet.note, lang))
    note.font = Font(italic=True, color="52606D")
    target.append([note])
    head = []
    for column in sheet.columns:
        cell = WriteOnlyCell(target, value=getattr(column.name, lang))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEAD
        side = "left" if column.kind in _TEXTS else "right"
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=side, indent=side == "left")
        head.append(cell)
    target.append(head)
    styles = [_style(target, column.kind) for column in sheet.columns]
    number = _FIRST - 1
    target.row_dimensions[number].height = 2 * _LINE
    for number, row in enumerate(sheet.rows, start=_FIRST):
        cells = [_cell(target, value, style, lang, clean) for value, style in zip(row, styles, strict=True)]
        lines = max(
            (
                _lines(str(cell.value), width)
                for cell, column, width in zip(cells, sheet.columns, widths, strict=True)
                if cell is not None and column.kind in _TEXTS
            ),
            default=1,
        )
        # A worksheet keeps rows one line high unless told: what is below the first line would lie upon the next row.
        if lines > 1:
            target.row_dimensions[number].height = min(lines * _LINE, _HIGHEST)
        target.append(cells)
    # In write-only books what stands behind the rows is written last.
    target.auto_filter.ref = f"A2:{last}{number}"


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column of so many narrow letters; Korean letters are twice as wide."""
    room = max(width - 3, 1)
    return sum(-(-max(len(line) + sum(map(_is_wide, line)), 1) // room) for line in text.split("\n"))


def _is_wide(letter: str) -> bool:
    return letter >= "\u1100" and east_asian_width(letter) in "WF"


def _for_paper(sheet: Any, widths: list[int]) -> None:
    """Across A4 pages with the headings on each: on one, or on as few as can be read with the customer on each."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:2"
    sheet.HeaderFooter.oddFooter.center.text = "&A  &P / &N"
    if sum(widths) > _PAPER:
        before = sum(widths[:_BEFORE])
        sheet.print_title_cols = f"A:{get_column_letter(_BEFORE)}"
        sheet.page_setup.fitToWidth = -(-(sum(widths) - before) // (_ACROSS - before))


def _style(sheet: Any, kind: str) -> Any:
    """The look of a kind's cells, made once: setting it anew for each cell takes most of a workbook's time."""
    cell = WriteOnlyCell(sheet)
    cell.number_format = _FORMATS[kind]
    # An indent keeps a text off the number to its left.
    side = {"horizontal": "left", "indent": 1} if kind in _TEXTS else {}
    cell.alignment = Alignment(wrap_text=kind in _TEXTS, vertical="top", **side)
    return cell._style


def _cell(sheet: Any, value: Value, style: Any, lang: Lang, clean: Clean) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, Words):
        value = str(getattr(value, lang))
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=clean(value))
        # A text such as "=1+1" or "#N/A" stays a text.
        cell.data_type = "s"
    else:
        cell = WriteOnlyCell(sheet, value=value)
    cell._style = style
    return cell
