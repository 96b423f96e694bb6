"""Small tables that people fill in: audited labels, contacts per stage. And the files that results are written to."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nlp.corpus.columns import normalize_name
from nlp.corpus.formats import open_tables
from nlp.corpus.writers import neutral
from nlp.errors import ColumnError, InputError
from nlp.files import replacing


class FormRow(NamedTuple):
    """One filled-in row: its place (``file:line``) and its cells by the names asked for."""

    place: str
    cells: dict[str, str]


def read_form(path: Path, known: Mapping[str, Sequence[str]], *, needed: Sequence[str]) -> list[FormRow]:
    """Rows of a table whose first row names the columns.

    ``known`` maps a key to the names that its column may have; case, blanks and punctuation do not count.
    Columns that are not known are passed over. Raises ColumnError when one of ``needed`` is missing.
    """
    table = open_tables(path)[0]
    names = list(table.names)
    rows: list[FormRow] = []
    at: dict[str, int] | None = None
    for row in table.rows():
        if at is None:
            header = names or row.cells
            at = _positions(path, header, known, needed)
            if not names:
                continue
        if row.problem:
            raise InputError(
                "{path}:{line}: the row cannot be read ({problem}); correct it",
                path=path,
                line=row.line,
                problem=row.problem,
            )
        if any(cell.strip() for cell in row.cells):
            cells = {key: row.cells[index].strip() for key, index in at.items() if index < len(row.cells)}
            rows.append(FormRow(place=f"{path}:{row.line}", cells=cells))
    if not rows:
        raise InputError("{path}: the table holds no rows below its header; fill it in", path=path)
    return rows


def _positions(
    path: Path, header: Sequence[str], known: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> dict[str, int]:
    keys = [normalize_name(name) for name in header]
    at = {
        key: keys.index(normalize_name(name))
        for key, names in known.items()
        for name in reversed(names)
        if normalize_name(name) in keys
    }
    missing = [known[key][0] for key in needed if key not in at]
    if missing:
        raise ColumnError(
            "{path}: the column {missing} is missing; the file has {found}. Name the columns in the first row",
            path=path,
            missing=", ".join(map(repr, missing)),
            found=", ".join(map(repr, header)),
        )
    return at


@contextlib.contextmanager
def result_file(target: Path) -> Iterator[BinaryIO]:
    """A stream whose content becomes ``target`` in one step at the end; on an error nothing is changed.

    Raises InputError when the file cannot be written. On Windows that is so while Excel has it open.
    """
    try:
        with replacing(target) as stream:
            yield stream
    except OSError as error:
        raise InputError(
            "{path}: the file cannot be written ({error.strerror}); close it where it is open, in Excel for example, "
            "or make room, and give the command again, for an analysis with --resume",
            path=target,
            error=error,
        ) from error


def write_csv(target: Path, rows: Iterable[Sequence[str]]) -> None:
    """A CSV as Excel opens it: UTF-8 with a byte order mark, CRLF, no formulas; written in one step."""
    with result_file(target) as stream:
        text = TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        csv.writer(text, lineterminator="\r\n").writerows([neutral(cell) for cell in row] for row in rows)
        text.flush()
        text.detach()
