"""Parquet, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.corpus.tables import RawRow, cell_text, composed
from nlp.errors import FileFormatError

_BATCH = 4096


class ParquetTable:
    """A Parquet file; see ``nlp.corpus.tables.Table``. A row's line is its number, the first being 1."""

    format = "Parquet"
    sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    sampled: Sequence[RawRow] | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done = 0
        try:
            with pq.ParquetFile(path) as file:
                self.names: list[str] = [composed(str(name)) for name in file.schema_arrow.names]
                self._strings = [field.name for field in file.schema_arrow if _is_text(field.type)]
                self._total = file.metadata.num_rows
        except (pa.ArrowInvalid, OSError) as error:
            raise FileFormatError(
                "{path}: the Parquet file is damaged or cut off ({error}); export it again", path=path, error=error
            ) from error

    def rows(self) -> Iterator[RawRow]:
        """All rows, every cell as text."""
        self._done = 0
        # A text that a file holds once, for all its rows, must not be in memory once a row.
        with pq.ParquetFile(self._path, read_dictionary=self._strings) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                columns = [_texts(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    self._done += 1
                    yield RawRow(self._done, list(cells))

    def position(self) -> int:
        """Bytes read so far, estimated from the share of rows."""
        return int(self._path.stat().st_size * self._done / max(1, self._total))


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string(), pa.binary())


def _texts(column: pa.Array) -> list[str]:
    if pa.types.is_dictionary(column.type):
        used = column.indices.drop_null().unique()
        texts = dict(zip(used.to_pylist(), _texts(column.dictionary.take(used)), strict=True))
        return [texts.get(at, "") for at in column.indices.to_pylist()]
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        # By the clock of Korea, given as an offset: Windows has no table of time zones.
        column = column.cast(pa.timestamp(column.type.unit, "+09:00"))
    return [cell_text(value) for value in column.to_pylist()]
