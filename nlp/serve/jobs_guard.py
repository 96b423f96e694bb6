"""What an uploaded file may not be: a bomb, or no table at all.

A few kilobytes of a ZIP or a Parquet file can unpack to more than any memory. Both say in their directories
how large they become; readers stop there, so a directory that lies only damages the file.
"""

from __future__ import annotations

import contextlib
import re
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.corpus.columns import Columns
from nlp.corpus.formats import OLE
from nlp.corpus.reader import read_documents
from nlp.errors import DangolError, InputError
from nlp.store.failures import pack, unpack

MOST_ENTRIES = 5_000
MOST_UNPACKED = 2 << 30
"""Bytes of a whole workbook."""

MOST_RATIO = 200
"""Bytes per packed byte; a worksheet of one repeated sentence reaches about 100."""

MOST_ELEMENTS = 30_000_000
"""XML elements of a whole workbook, of which the reader keeps some hundred bytes each: a million rows of 14 cells."""

_CHUNK = 1 << 20
_DAMAGE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error)

_RATIO_FROM = 10 << 20
"""Smaller parts may be packed as tightly as they like."""

_OPTION = re.compile(r"--([a-z-]+)-column")

MOST_OLD = 64 << 20
"""Bytes of an xls, of which the reader holds some six times as much."""

MOST_ROW_GROUP = 1 << 30
MOST_COLUMNS = 2_000


def check_upload(path: Path, *, name: str, columns: Columns, max_rows: int) -> None:
    """Raise InputError (also FileFormatError, ColumnError), under the user's name of the file, when it is no use."""
    try:
        with path.open("rb") as file:
            head = file.read(len(OLE))
        if head == OLE and (size := path.stat().st_size) > MOST_OLD:
            raise InputError(
                "{name}: an old workbook (.xls) of {size:,} MiB; up to {most:,} MiB are read, for its sheets are held "
                "in memory. Save it as xlsx or CSV",
                name=name,
                size=size >> 20,
                most=MOST_OLD >> 20,
            )
        if head.startswith(b"PK\x03\x04"):
            _check_archive(path, name)
        elif head.startswith(b"PAR1"):
            _check_parquet(path, name, max_rows)
        read_documents(path, columns=columns, name=name)
    except InputError as error:
        raise _named(error, path, name) from error


def _check_archive(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            dense = any(entry.file_size > max(_RATIO_FROM, MOST_RATIO * entry.compress_size) for entry in entries)
            large = len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or dense
            crowded = not large and _has_crowd(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return  # the reader says better what is wrong with it
    if large or crowded:
        raise InputError(
            "{name}: the workbook unpacks to {unpacked:,} MiB in {entries:,} parts, more than this server reads; send "
            "it as CSV",
            name=name,
            unpacked=unpacked >> 20,
            entries=len(entries),
        )


def _has_crowd(archive: zipfile.ZipFile) -> bool:
    """Whether the parts hold more XML elements than ``MOST_ELEMENTS``."""
    found = 0
    for entry in archive.infolist():
        # A damaged part ends the reader where it ends this; it must not keep the others from being counted.
        with contextlib.suppress(*_DAMAGE), archive.open(entry) as part:
            while found <= MOST_ELEMENTS and (chunk := part.read(_CHUNK)):
                found += chunk.count(b"<") - chunk.count(b"</")
    return found > MOST_ELEMENTS


def _check_parquet(path: Path, name: str, max_rows: int) -> None:
    try:
        with pq.ParquetFile(path) as file:
            found = file.metadata
            largest = max((found.row_group(at).total_byte_size for at in range(found.num_row_groups)), default=0)
    except (pa.ArrowException, OSError):
        return
    if found.num_rows > max_rows or largest > MOST_ROW_GROUP or found.num_columns > MOST_COLUMNS:
        raise InputError(
            "{name}: {rows:,} rows in {columns:,} columns, row groups of up to {largest:,} MiB; at most {most_rows:,} "
            "rows, {most_columns:,} columns and {most_group:,} MiB are read. Split the file",
            name=name,
            rows=found.num_rows,
            columns=found.num_columns,
            largest=largest >> 20,
            most_rows=max_rows,
            most_columns=MOST_COLUMNS,
            most_group=MOST_ROW_GROUP >> 20,
        )


def _named(error: InputError, path: Path, name: str) -> InputError:
    """The same error with the user's name of the file instead of a path here, and fields instead of options."""

    def say(text: str) -> str:
        option = _OPTION.fullmatch(text)
        return f"{option[1].replace('-', '_')}_column" if option else text.replace(str(path), name)

    told: DangolError = unpack(pack(error, say))
    return InputError(told.template, **told.fields)
