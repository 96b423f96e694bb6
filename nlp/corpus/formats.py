"""Which format a file really has; its name is not asked."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from nlp.corpus.delimited import DelimitedTable
from nlp.corpus.encoding import detect_encoding
from nlp.corpus.html import html_tables
from nlp.corpus.jsonlines import JsonLinesTable
from nlp.corpus.parquet import ParquetTable
from nlp.corpus.tables import Table
from nlp.errors import FileFormatError, InputError

SAMPLE = 200
"""Rows that columns are recognised by."""

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""What files of Office before 2007 begin with."""

_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"7z\xbc\xaf": "7-Zip", b"\x28\xb5\x2f\xfd": "Zstandard"}

_PAGES = ("<html", "<!doctype", "<!--", "<table", "<?xml", "<meta", "<head", "<style", "<body", "mime-version:")

_NAMES = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), "CSV"),
    **dict.fromkeys((".xlsx", ".xlsm"), "XLSX"),
    ".xls": "XLS",
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "JSONL"),
    **dict.fromkeys((".parquet", ".pq"), "Parquet"),
    **dict.fromkeys((".html", ".htm"), "HTML"),
}


def format_named(path: Path) -> str | None:
    """The format that a file's name speaks of, None where it names none; the content may be of another."""
    return _NAMES.get(path.suffix.lower())


def open_tables(path: Path) -> list[Table]:
    """The tables of a file, recognised by content: one, or one per sheet of a workbook or table of a page.

    Raises InputError when there is no such file, FileFormatError when it is no table that can be read.
    """
    if path.is_dir():
        raise InputError("{path}: this is a folder; give the files in it, for example {path}/*.csv", path=path)
    if path.exists() and not path.is_file():
        raise InputError(
            "{path}: this is a pipe or a device, which can be read only once; write it into a file first", path=path
        )
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except FileNotFoundError as error:
        raise InputError("{path}: there is no such file; check the path", path=path) from error
    except OSError as error:
        raise InputError(
            "{path}: the file cannot be opened ({error.strerror}); close it where it is open, in Excel for example, or "
            "check its rights",
            path=path,
            error=error,
        ) from error
    if not head.strip():
        raise FileFormatError("{path}: the file is empty; a header row and data rows are needed", path=path)
    if head.startswith(b"PAR1"):
        return [ParquetTable(path)]
    if head.startswith(b"PK\x03\x04"):
        # A server that answers single texts has no use for openpyxl.
        from nlp.corpus.workbook import workbook_tables

        _check_workbook(path)

        return list(workbook_tables(path, sample=SAMPLE))
    if head.startswith(OLE):
        from nlp.corpus.old_workbook import old_workbook_tables

        return list(old_workbook_tables(path, sample=SAMPLE))
    for mark, packer in _PACKED.items():
        if head.startswith(mark):
            raise FileFormatError("{path}: the file is packed with {packer}; unpack it first", path=path, packer=packer)
    encoding = detect_encoding(path)
    with path.open(encoding=encoding.codec, errors="replace", newline="") as file:
        start = file.read(1 << 16).lstrip("\ufeff \t\r\n")
    if start.startswith("{") and start.split("\n", 1)[0].strip() == "{":
        raise FileFormatError(
            "{path}: this is one JSON object over several lines; write each object, for example each call, on one line "
            "(JSON Lines) instead",
            path=path,
        )
    if start.startswith("{") and _is_object(start):
        return [JsonLinesTable(path, encoding)]
    if start.startswith("["):
        try:
            json.JSONDecoder().raw_decode(start.lstrip("[ \t\r\n"))
        except (ValueError, RecursionError):
            pass
        else:
            raise FileFormatError(
                "{path}: this is a JSON array; write one object a line (JSON Lines) instead", path=path
            )
    if start[:200].lower().startswith(_PAGES):
        # Of a web archive, the page itself is encoded once more.
        tables = [] if start[:13].lower() == "mime-version:" else html_tables(path, encoding, sample=SAMPLE)
        if tables:
            return list(tables)
        raise FileFormatError(
            "{path}: this is a page without a table, or one of Excel's older kinds (XML, MHT); open it in Excel and "
            "save it as xlsx",
            path=path,
        )
    return [DelimitedTable(path, encoding)]


def _is_object(start: str) -> bool:
    """Whether the text starts with a JSON object; one longer than the sample counts by its first key."""
    try:
        value, _ = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return start[1:].lstrip().startswith('"')
    return isinstance(value, dict)


def _check_workbook(path: Path) -> None:
    """Raise FileFormatError for what else begins like an xlsx: packed files, and the formats of other programs."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = frozenset(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return  # Opening it as a workbook says what is wrong.
    if "[Content_Types].xml" not in names and "mimetype" not in names:
        raise FileFormatError("{path}: the file is packed with {packer}; unpack it first", path=path, packer="ZIP")
    if "xl/workbook.bin" in names or "[Content_Types].xml" not in names:
        raise FileFormatError(
            "{path}: this is a workbook of another kind (xlsb, ods …); open it in Excel and save it as xlsx", path=path
        )
