"""CSV and its relatives: any delimiter, quoted cells over many lines, true line numbers, constant memory."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import BinaryIO

from nlp.corpus.encoding import Encoding
from nlp.corpus.tables import RawRow, composed, undecodable
from nlp.errors import Message

DELIMITERS = (",", "\t", ";", "|", "^")
_NONE = "\x1f"
_SAMPLE_LINES = 400
_MAX_RECORD_LINES = 2000
_UNCLOSED = Message("a quote is not closed, or a cell exceeds {limit:,} characters", limit=csv.field_size_limit())


class DelimitedTable:
    """A text file with one row a record; see ``nlp.corpus.tables.Table``."""

    format = "CSV"
    sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    sampled: Sequence[RawRow] | None = None

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._path = path
        self._encoding = encoding
        self._raw: BinaryIO | None = None
        self.names: list[str] = []
        self.encoding: str | None = encoding.name
        with path.open(encoding=encoding.codec, errors=encoding.errors, newline="") as file:
            self._separator = sniff_delimiter(list(map(self._clean, islice(file, _SAMPLE_LINES))))
        self.delimiter: str | None = None if self._separator == _NONE else self._separator

    def rows(self) -> Iterator[RawRow]:
        """All rows; a row with undecodable bytes or an unclosed quote carries its problem."""
        codec, errors = self._encoding.codec, self._encoding.errors
        with self._path.open(encoding=codec, errors=errors, newline="") as file:
            self._raw = file.buffer.raw  # type: ignore[attr-defined]
            doubtful = self._encoding.bad_lines != 0
            for row in parse(map(self._clean, file), self._separator):
                if doubtful and any(map(self._encoding.undecodable, row.cells)):
                    row = row._replace(problem=undecodable(self._encoding.name))
                yield row
            self._raw = None

    def _clean(self, line: str) -> str:
        """A line as Windows writes it; files that were joined have a byte order mark in the middle."""
        return composed(self._encoding.mended(line)).removeprefix("\ufeff")

    def position(self) -> int:
        """Bytes handed to the decoder so far."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed else 0


def parse(lines: Iterable[str], delimiter: str) -> Iterator[RawRow]:
    """Split lines into rows, skipping blank ones, with the number of each row's first line.

    A quote that is never closed would swallow the rest of the file: the line that opened it becomes a row
    with a problem, and reading goes on with the next line.
    """
    feed = _Lines(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.start_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            text = feed.keep_first()
            if not text:
                return
            cells = _leniently(text, delimiter)
            if not cells:
                yield RawRow(feed.first, [text.rstrip("\r\n")], _UNCLOSED)
                continue
        if any(cells):
            yield RawRow(feed.first, cells)


def sniff_delimiter(lines: list[str]) -> str:
    """The delimiter that splits most rows into the same number (at least two) of columns.

    Without one, the file is one column and a control character that no text holds is returned.
    """
    best, best_score = _NONE, (0.5, 0)
    for delimiter in DELIMITERS:
        # The sample may end within a cell of many lines; what follows its opening quote is no row.
        rows = list(parse(lines, delimiter))
        whole = list(takewhile(lambda row: not row.problem, rows))
        widths = Counter(len(row.cells) for row in whole or rows)
        total = sum(widths.values())
        # A column of free texts with stray commas has ragged widths; a real delimiter gives one width.
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and (count / total, width) > best_score:
            best, best_score = delimiter, (count / total, width)
    return best


def _leniently(line: str, delimiter: str) -> list[str]:
    """Cells of one line whose quotes are sloppy (``"5" 화면``); empty when a quote stays open."""
    if line.count('"') % 2:
        return []
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


class _Lines:
    """Feeds lines to the CSV reader and can take back those of a record that went wrong."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._next = 1
        self.first = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._record) > _MAX_RECORD_LINES:
            raise csv.Error("too many lines in one record")
        line = self._again.popleft() if self._again else next(self._lines)
        self._record.append(line)
        return line

    def start_record(self) -> None:
        self._next += len(self._record)
        self._record.clear()
        self.first = self._next

    def keep_first(self) -> str:
        """Give back all lines of the record but its first, which is returned."""
        if not self._record:
            return ""
        self._again.extendleft(reversed(self._record[1:]))
        del self._record[1:]
        return self._record[0]
