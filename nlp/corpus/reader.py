"""Files to Documents: every usable row becomes one, every other row a Reject that says why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from nlp.corpus.calls import CallSpool
from nlp.corpus.columns import Columns, Roles, header_of, normalize_name, resolve, texts_among
from nlp.corpus.dates import clock_seconds, parse_time, turn_moment
from nlp.corpus.formats import SAMPLE, format_named, open_tables
from nlp.corpus.rejects import as_came
from nlp.corpus.tables import SPREADSHEETS, RawRow, Table, first_rows, unique_names, without_surrogates
from nlp.errors import ColumnError, FileFormatError, Message
from nlp.text.segment import has_unmarked_agent
from nlp.types import Document

MAX_CELL = 100_000
"""Longest text in characters; a longer cell is a damaged export rather than something a customer said."""


_ERRORS = frozenset(("#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"))
_SUM = re.compile(r"(?:총\s*)?[\d,.]*\s*[건개명원행]?")
_SHOWN = 5
_TOTALS = frozenset(("합계", "총계", "소계", "누계", "계", "total", "subtotal", "grandtotal"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """A row that cannot be used.

    ``reason`` goes into the reject file in the user's language. ``cells`` are those of the row, not masked yet; a
    row that cannot be split into its columns has none, and ``whole`` holds it in one piece.
    """

    place: str
    line: int
    reason: Message
    cells: tuple[str, ...] = ()
    whole: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadReport:
    """What was found in a file, and what became of its rows; counts are final once iteration has ended.

    ``roles`` maps each recognised role to the column that plays it. ``guessed_text`` is true when the text
    column was found by its cells; by their names ``other_texts`` might have been it, too. ``documents`` counts calls
    once, ``rows`` counts their utterances. Of a workbook ``sheets`` were read, and ``unread`` hold something and were
    not; ``hidden_sheets`` neither, for they are hidden, while ``hidden_rows`` of the rows are and were read. Of calls
    ``unattributed`` counts utterances that nobody known spoke, and ``strangers`` are some of the names that stand
    there; in ``told`` calls nameless speakers were known by what they said; ``torn`` calls became a document a row. In
    ``unmarked`` texts an agent speaks as well, and no mark says who.
    """

    path: str
    format: str
    encoding: str | None
    delimiter: str | None
    sheets: tuple[str, ...]
    unread: tuple[str, ...]
    header_line: int
    columns: tuple[str, ...]
    roles: dict[str, str]
    text_column: str
    guessed_text: bool
    by_turns: bool
    rows: int = 0
    documents: int = 0
    rejected: int = 0
    undated: int = 0
    hidden_rows: int = 0
    hidden_sheets: tuple[str, ...] = ()
    unattributed: int = 0
    strangers: tuple[str, ...] = ()
    told: int = 0
    unmarked: int = 0
    torn: bool = False
    other_texts: tuple[str, ...] = ()

    @property
    def scattered(self) -> bool:
        """Whether a column says who speaks, but none which rows are one call, so that each row became a document."""
        return "speaker" in self.roles and "call_id" not in self.roles

    @property
    def misnamed(self) -> str | None:
        """The format that the file's name speaks of, where its content is of another; else None."""
        named = format_named(Path(self.path))
        return named if named != self.format else None


def read_documents(path: str | Path, *, columns: Columns | None = None, name: str | None = None) -> Reader:
    """Open a CSV, TSV, XLSX, HTML, JSON Lines or Parquet file, recognised by its content.

    ``name`` stands for the path in the places of rows, where the path itself says nothing to the user.

    Format, encoding, header and roles are found at once, so InputError, FileFormatError and ColumnError
    are raised here and not in the middle of a job.
    """
    return Reader(Path(path), columns or Columns(), name or str(path))


class Reader:
    """Documents and Rejects of one file, in constant memory, in file order; iterate as often as needed."""

    def __init__(self, path: Path, columns: Columns, name: str) -> None:
        self._path = path
        self._name = name
        self.size = path.stat().st_size if path.is_file() else 0
        self._table, self._headers, self._roles, self._unread = _choose(
            list(map(as_came, open_tables(path))), columns, path
        )
        self._named = columns.text is not None or columns.utterance is not None
        self._share_done = 0.0
        self._rows = self._documents = self._rejected = self._undated = self._hidden = 0
        self._strangers = Counter[str]()
        self._told = self._unmarked = 0

    @property
    def position(self) -> int:
        """Bytes of ``size`` that are done, for a progress bar."""
        if self._roles.by_turns or self._share_done:
            return int(self.size * self._share_done)
        return min(self.size, self._table.position())

    @property
    def report(self) -> ReadReport:
        """What was found so far."""
        names = tuple(self._table.names)
        return ReadReport(
            path=str(self._path),
            format=self._table.format,
            encoding=self._table.encoding,
            delimiter=self._table.delimiter,
            sheets=self._table.sheets,
            unread=self._unread,
            header_line=self._headers[""],
            columns=names,
            roles={role: names[at] for role, at in self._roles.index.items()},
            text_column=names[self._roles.text],
            guessed_text=self._roles.guessed_text,
            other_texts=tuple(names[at] for at in self._other_texts()),
            by_turns=self._roles.by_turns,
            rows=self._rows,
            documents=self._documents,
            rejected=self._rejected,
            undated=self._undated,
            hidden_rows=self._hidden,
            hidden_sheets=self._table.hidden_sheets,
            torn=self._roles.torn,
            unattributed=sum(self._strangers.values()),
            told=self._told,
            unmarked=self._unmarked,
            strangers=tuple(name for name, _ in self._strangers.most_common(_SHOWN)),
        )

    def _other_texts(self) -> list[int]:
        if self._named or self._roles.by_turns:
            return []
        return [at for at in texts_among(self._table.names) if at not in self._roles.index.values()]

    def __iter__(self) -> Iterator[Document | Reject]:
        self._rows = self._documents = self._rejected = self._undated = self._hidden = 0
        self._strangers.clear()
        self._told = self._unmarked = 0
        self._share_done = 0.0
        return self._calls() if self._roles.by_turns else self._single()

    def _single(self) -> Iterator[Document | Reject]:
        for row in self._checked():
            if isinstance(row, Reject):
                yield row
            else:
                text = row.cells[self._roles.text].strip()
                self._unmarked += has_unmarked_agent(text)
                yield self._document(row, text)
        self._share_done = 1.0

    def _calls(self) -> Iterator[Document | Reject]:
        with CallSpool(self._roles) as spool:
            for row in self._checked():
                if isinstance(row, Reject):
                    yield row
                else:
                    spool.add(row)
            for done, call in enumerate(spool.calls(), start=1):
                self._share_done = done / len(spool)
                self._strangers.update(call.strangers)
                self._told += call.told
                if len(call.text) > MAX_CELL:
                    whole = RawRow(call.row.line, [call.text], sheet=call.row.sheet)
                    problem = Message("the whole call exceeds {limit:,} characters", limit=MAX_CELL)
                    yield self._reject(whole, problem, split=False)
                    continue
                yield replace(self._document(call.row, call.text), turns=call.turns)
        self._share_done = 1.0

    def _checked(self) -> Iterator[RawRow | Reject]:
        """Data rows with as many cells as columns and a text; others as Rejects."""
        names, text_at = self._table.names, self._roles.text
        call_at = self._roles.index.get("call_id") if self._roles.by_turns else None
        padded = self._table.format in SPREADSHEETS
        # A sheet of some customers may repeat rows of the sheet of all; texts alone may well be equal.
        seen: dict[int, str] | None = {} if len(self._table.sheets) > 1 and len(self._roles.index) > 1 else None
        for row in self._table.rows():
            if row.line <= self._headers[row.sheet]:
                continue
            self._rows += 1
            self._hidden += row.hidden
            cells, problem = row.cells, row.problem
            width = len(names)
            if not problem and len(cells) != width:
                # Spreadsheets saved as CSV add empty cells.
                if padded and len(cells) < width:
                    cells = cells + [""] * (width - len(cells))
                elif len(cells) > width and not any(map(str.strip, cells[width:])):
                    cells = cells[:width]
                elif self._table.format != "JSONL":
                    problem = Message(
                        "the row has {cells} cells, the header {columns}", cells=len(cells), columns=width
                    )
            split = not problem
            if not problem and text_at < len(cells) and cells[text_at].strip() == names[text_at]:
                problem = Message("the header is repeated") if unique_names(cells) == names else problem
            if not problem and _is_total(cells, text_at):
                problem = Message("a row of totals")
            if not problem:
                text = cells[text_at] if text_at < len(cells) else ""
                if not text or text.isspace():
                    problem = Message("the cell {column!r} is empty", column=names[text_at])
                elif text.strip() in _ERRORS:
                    problem = Message(
                        "the cell {column!r} holds Excel's error {error}", column=names[text_at], error=text.strip()
                    )
                elif len(text) > MAX_CELL:
                    problem, split = Message("the text exceeds {limit:,} characters", limit=MAX_CELL), False
                elif call_at is not None and not cells[call_at].strip():
                    problem = Message("the cell {column!r} is empty", column=names[call_at])
            if not problem and seen is not None:
                first = seen.setdefault(hash(tuple(cells)), row.sheet)
                if first != row.sheet:
                    problem = Message("the same row stands in sheet {sheet!r}", sheet=first)
            row = row._replace(cells=cells)
            yield self._reject(row, problem, split=split) if problem else row

    def _place(self, row: RawRow) -> str:
        return f"{self._name}[{row.sheet}]:{row.line}" if row.sheet else f"{self._name}:{row.line}"

    def _reject(self, row: RawRow, reason: Message, *, split: bool) -> Reject:
        self._rejected += 1
        if split:
            return Reject(place=self._place(row), line=row.line, reason=reason, cells=tuple(row.cells))
        whole = without_surrogates(" | ".join(row.cells)[:MAX_CELL])
        return Reject(place=self._place(row), line=row.line, reason=reason, whole=whole)

    def _document(self, row: RawRow, text: str) -> Document:
        self._documents += 1
        index, cells = self._roles.index, row.cells

        def cell(role: str) -> str | None:
            at = index.get(role)
            return (cells[at].strip() or None) if at is not None else None

        place = self._place(row)
        time, undated = self._time(cell("time"), cell("turn_time"))
        self._undated += undated
        return Document(
            id=cell("id") or cell("call_id") or place,
            text=text,
            customer_id=cell("customer_id"),
            time=time,
            channel=cell("channel"),
            branch=cell("branch"),
            product=cell("product"),
            place=place,
            fields=dict(zip(self._table.names, cells, strict=False)),
        )

    def _time(self, written: str | None, turn: str | None) -> tuple[datetime | None, bool]:
        """When it was said, and whether a time stood there that cannot be read; ``00:01:23`` into a call is none."""
        turn = turn if self._roles.by_turns else None
        found = parse_time(written) if written else turn_moment(turn or "")
        wrong = "time" in self._roles.index or (turn is not None and clock_seconds(turn) is None)
        return found, found is None and wrong


def _is_total(cells: list[str], text_at: int) -> bool:
    """Whether a row sums up others: ``합계`` stands first, and in the text column at most a number."""
    if text_at >= len(cells) or not _SUM.fullmatch(cells[text_at].strip()):
        return False
    return normalize_name(next((cell for cell in cells if cell.strip()), "")) in _TOTALS


class _Sheet(NamedTuple):
    """A table with a text column, the line of its header, its roles, and how much text its first rows hold."""

    table: Table
    header: int
    roles: Roles
    text: int


def _choose(tables: list[Table], columns: Columns, path: Path) -> tuple[Table, dict[str, int], Roles, tuple[str, ...]]:
    """The sheet that tells most of customers, joined by those with the same columns, as one table.

    Also the line of each sheet's header, the roles of the columns, and the sheets that hold something else.
    """
    failures: list[tuple[int, ColumnError]] = []
    found: list[_Sheet] = []
    filled: list[str] = []
    for table in tables:
        rows = first_rows(table, SAMPLE)
        if not rows:
            continue
        sound = [row for row in rows if not row.problem]
        header = 0
        if not table.names:
            if not sound:
                raise FileFormatError(
                    "{path}: no row could be read ({problem}); save the file again", path=path, problem=rows[0].problem
                )
            at, table.names = header_of([row.cells for row in sound], columns)
            header = sound[at].line
        filled += table.sheets
        place = Message("{path}, sheet {sheet!r}", path=path, sheet=table.sheets[0]) if table.sheets else str(path)
        sample = [row.cells for row in sound if row.line > header]
        try:
            roles = resolve(table.names, columns, sample, place=place)
        except ColumnError as error:
            failures.append((len(sample), error))
            continue
        text = sum(len(cells[roles.text]) for cells in sample if roles.text < len(cells))
        found.append(_Sheet(table, header, roles, text))
    if not found:
        if failures:
            # Of a workbook, what keeps the fullest sheet from being read is what the user has to know.
            raise max(failures, key=lambda failure: failure[0])[1]
        raise FileFormatError("{path}: the file holds no rows; a header row and data rows are needed", path=path)
    best = max(found, key=lambda sheet: (not sheet.roles.guessed_text, len(sheet.roles.index), sheet.text))
    same = [sheet for sheet in found if (sheet.table.names, sheet.roles) == (best.table.names, best.roles)]
    best.table.sheets = tuple(name for sheet in same for name in sheet.table.sheets)
    headers = {name: sheet.header for sheet in same for name in sheet.table.sheets} | {"": best.header}
    return best.table, headers, best.roles, tuple(name for name in filled if name not in best.table.sheets)
