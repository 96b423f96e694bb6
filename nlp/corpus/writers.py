"""Result files: CSV, TSV, XLSX, JSON Lines and Parquet, block by block in constant memory."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Protocol, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.corpus.results import Format, Layout
from nlp.errors import InputError

METADATA_KEY = b"dangol"

_RISKY = frozenset("=+-@\0\t\r\n＝＋－＠")
_HARMLESS = re.compile(r"[+-]?(\d+(,\d{3})*(\.\d+)?|\.\d+)%?|-")


class Writer(Protocol):
    """Takes blocks in the final columns, then is closed; the file is whole only after ``close``."""

    def write(self, block: pa.Table) -> None:
        """Append a block."""

    def close(self) -> None:
        """Finish the file; the stream stays open."""


def format_of(path: Path) -> Format:
    """The result format that a file name asks for; raises InputError with those that can be written."""
    for name in get_args(Format):
        if path.suffix.lower() == f".{name}":
            found: Format = name
            return found
    allowed = ", ".join(f".{name}" for name in get_args(Format))
    raise InputError(
        "{path}: results cannot be written as {suffix!r}; use one of {allowed}",
        path=path,
        suffix=path.suffix,
        allowed=allowed,
    )


def open_writer(stream: BinaryIO, kind: Format, layout: Layout, *, job: str = "") -> Writer:
    """A writer of ``kind`` on a binary stream; Parquet keeps ``job``, which names what its rows were made of."""
    if kind == "csv":
        return DelimitedWriter(stream, layout, delimiter=",")
    if kind == "tsv":
        return DelimitedWriter(stream, layout, delimiter="\t")
    if kind == "xlsx":
        # A server that answers single texts has no use for openpyxl.
        from nlp.corpus.workbook_writer import WorkbookWriter

        return WorkbookWriter(stream, layout)
    if kind == "jsonl":
        return JsonLinesWriter(stream)
    return ParquetWriter(stream, layout, job=job)


def neutral(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: ``=1+1`` → ``'=1+1``; numbers like ``-3.5`` stay."""
    if cell[:1] in _RISKY and not _HARMLESS.fullmatch(cell):
        return "'" + cell
    return cell


def plain(cell: str) -> str:
    """The cell as it was before ``neutral``."""
    return cell[1:] if cell[:1] == "'" and neutral(cell[1:]) == cell else cell


class DelimitedWriter:
    """CSV or TSV as Excel opens it: UTF-8 with a byte order mark, CRLF, no formulas."""

    def __init__(self, stream: BinaryIO, layout: Layout, *, delimiter: str) -> None:
        self._text = TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=False)
        self._layout = layout
        self._rows = csv.writer(self._text, delimiter=delimiter, lineterminator="\r\n")
        self._rows.writerow([neutral(name) for name in layout.names])

    def write(self, block: pa.Table) -> None:
        """Append a block."""
        fields = [
            # Arrow writes 0.000001 where Python writes 1e-06, and is twice as fast.
            column.cast(pa.string()) if pa.types.is_floating(column.type) else column
            for column in block.columns
        ]
        table = pa.table(fields, names=block.column_names)
        self._rows.writerows(flat_rows(table, self._layout, neutral))

    def close(self) -> None:
        """Flush everything into the stream."""
        self._text.flush()
        self._text.detach()


class JsonLinesWriter:
    """One object a line, labels as lists."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._encode = json.JSONEncoder(ensure_ascii=False).encode

    def write(self, block: pa.Table) -> None:
        """Append a block."""
        names = block.column_names
        rows = zip(*map(_values, block.columns), strict=True)
        lines = [self._encode(dict(zip(names, row, strict=True))) for row in rows]
        self._stream.write("".join(f"{line}\n" for line in lines).encode())

    def close(self) -> None:
        """Nothing is held back."""


class ParquetWriter:
    """Parquet with the meaning of its columns in the schema's metadata."""

    def __init__(self, stream: BinaryIO, layout: Layout, *, job: str) -> None:
        self._stream = stream
        metadata = layout.metadata() | {"job": job}
        self._metadata = {METADATA_KEY: json.dumps(metadata, ensure_ascii=False).encode()}
        self._writer: Any = None

    def write(self, block: pa.Table) -> None:
        """Append a block as one row group."""
        block = block.replace_schema_metadata(self._metadata)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, block.schema, compression="zstd")
        self._writer.write_table(block)

    def close(self) -> None:
        """Write the footer."""
        if self._writer is not None:
            self._writer.close()


def flat_rows(block: pa.Table, layout: Layout, clean: Callable[[str], str]) -> Iterator[tuple[Any, ...]]:
    """Rows of cells for formats without lists: labels joined by ", ", an empty any-of by its own name."""
    empty = dict(zip(layout.groups, (group.empty_ko for group in layout.taxonomy), strict=True))
    columns = []
    for name, column in zip(block.column_names, block.columns, strict=True):
        values = _values(column)
        if pa.types.is_list(column.type):
            values = [", ".join(value) or empty.get(name, "") for value in values]
        elif pa.types.is_string(column.type):
            values = [clean(value) if value else "" for value in values]
        columns.append(values)
    return zip(*columns, strict=True)


def _values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column; NumPy hands out floats ten times as fast as Arrow."""
    values: list[Any] = column.to_numpy().tolist() if pa.types.is_floating(column.type) else column.to_pylist()
    return values
