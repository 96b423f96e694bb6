"""What is analysed: files, tables in memory, predictions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.corpus.formats import open_tables
from nlp.corpus.rejects import is_rejects
from nlp.corpus.results import is_result
from nlp.corpus.tables import first_rows
from nlp.errors import InputError

Source: TypeAlias = Any
"""Paths, raw texts in a table (pyarrow, pandas, polars), or a ClassifiedTable."""


def without_own(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files to read, and those that Dangol wrote and that are passed over: of ``*.csv``, results and rejects.

    A file given alone is read, whatever it is, and so are reject files among nothing but files of ours.
    """
    if len(paths) < 2:
        return list(paths), []
    kinds = {path: _kind(path) for path in paths}
    wanted = None if None in kinds.values() else "rejects"
    kept = [path for path in paths if kinds[path] == wanted]
    if not kept:
        raise InputError(
            "{names}: Dangol wrote these files, their rows are classified; give the files that came in",
            names=", ".join(map(str, paths)),
        )
    return kept, [path for path in kinds if path not in kept]


def _kind(path: Path) -> Literal["result", "rejects"] | None:
    """What a file is that Dangol wrote; None for any other."""
    for table in open_tables(path):
        rows = first_rows(table, 1)
        names = table.names or (rows[0].cells if rows else [])
        if is_rejects(names):
            return "rejects"
        if is_result(names):
            return "result"
    return None


def files_of(source: Source, folder: Path) -> list[Path]:
    """The source as files; a table in memory becomes one, so that it takes the same road as any file.

    Raises InputError for what is no source, and for a table that Arrow cannot hold.
    """
    if isinstance(source, (str, Path)):
        return [Path(source)]
    if isinstance(source, pa.Table) or hasattr(source, "__arrow_c_stream__") or hasattr(source, "__dataframe__"):
        path = folder / "input.parquet"
        try:
            pq.write_table(_arrow(source), path)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise InputError(
                "the table cannot be read ({error}); every column needs one type and a name of its own", error=error
            ) from error
        return [path]
    if isinstance(source, Iterable):
        paths = list(source)
        if paths and all(isinstance(path, (str, Path)) for path in paths):
            return [Path(path) for path in paths]
    raise InputError(
        "the source is a {kind}; give paths, a data frame, an Arrow table or a ClassifiedTable",
        kind=type(source).__name__,
    )


def _arrow(source: Source) -> pa.Table:
    if isinstance(source, pa.Table):
        return source
    if hasattr(source, "__arrow_c_stream__"):
        return pa.table(source)
    from pyarrow.interchange import from_dataframe

    return from_dataframe(source)
