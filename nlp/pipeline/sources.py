"""What is analysed: files, tables in memory, predictions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.errors import InputError

Source: TypeAlias = Any
"""Paths, raw texts in a table (pyarrow, pandas, polars), or a ClassifiedTable."""


def files_of(source: Source, folder: Path) -> list[Path]:
    """The source as files; a table in memory becomes one, so that it takes the same road as any file."""
    if isinstance(source, (str, Path)):
        return [Path(source)]
    if isinstance(source, pa.Table) or hasattr(source, "__arrow_c_stream__") or hasattr(source, "__dataframe__"):
        path = folder / "input.parquet"
        pq.write_table(_arrow(source), path)
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
