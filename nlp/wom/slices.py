"""Documents by week, month, channel, branch or product, as integer codes that sums can run over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.wom.estimates import Missing

By: TypeAlias = Literal["week", "month", "channel", "branch", "product"]

MISSING: dict[By, Missing] = {
    "week": "time",
    "month": "time",
    "channel": "channel",
    "branch": "branch",
    "product": "product",
}
"""What to tell the reader when the column behind a slicing is absent."""

_EPOCH_MONDAY = np.datetime64("1970-01-05", "D")


@dataclass(frozen=True, kw_only=True)
class Slices:
    """``codes`` is int64 ``(n,)``: the position in ``names`` of each document's value, -1 where unknown.

    ``by`` is None for the one slice of all documents, which has no name. Weeks are named by the date of their
    Monday (ISO 8601), months as ``2026-11``; both run without gaps, so a week without documents is there. Other
    names are in the order of their first document.
    """

    by: By | None
    names: tuple[str, ...]
    codes: NDArray[np.int64]

    @classmethod
    def whole(cls, n: int) -> Slices:
        """One slice of all ``n`` documents."""
        return cls(by=None, names=("",), codes=np.zeros(n, dtype=np.int64))

    def shown(self, most: int) -> list[int]:
        """Positions in ``names``: all periods in order, or the ``most`` largest other slices, largest first."""
        if self.by in (None, "week", "month"):
            return list(range(len(self.names)))
        return [int(code) for code in np.argsort(-self.sizes, kind="stable")[:most]]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Documents per name, ``(n_names,)``."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names)).astype(np.int64)

    def sums(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Sum of ``values`` ``(n, m)`` per name, ``(n_names, m)``; documents of unknown slice are left out."""
        known = np.flatnonzero(self.codes >= 0)
        order = known[np.argsort(self.codes[known], kind="stable")]
        sizes = self.sizes
        totals = np.zeros((len(self.names), values.shape[1]))
        filled = np.flatnonzero(sizes)
        if len(filled):
            starts = np.concatenate([[0], np.cumsum(sizes[filled])[:-1]])
            totals[filled] = np.add.reduceat(values[order], starts, axis=0, dtype=np.float64)
        return totals


def slices(table: ClassifiedTable, by: By) -> Slices | None:
    """Cut the documents by a column; None when no document has a value there."""
    if by in ("week", "month"):
        return _periods(table, by) if table.dated else None
    column = {"channel": table.channels, "branch": table.branches, "product": table.products}[by]
    codes, names = encode(column)
    return Slices(by=by, names=names, codes=codes) if names else None


def encode(column: NDArray[np.object_]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Codes ``(n,)`` and the names they stand for; None and blank values get -1."""
    encoded = pa.array([value.strip() or None if value else None for value in column], pa.string())
    dictionary = encoded.dictionary_encode()
    codes = np.asarray(dictionary.indices.fill_null(-1)).astype(np.int64)
    return codes, tuple(dictionary.dictionary.to_pylist())


def weeks_of(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Weeks since that of 1970-01-05, ``(n,)``; meaningless where the time is NaT."""
    days = times.astype("datetime64[D]") - _EPOCH_MONDAY
    return np.asarray(np.floor_divide(days.astype(np.int64), 7))


def _periods(table: ClassifiedTable, by: By) -> Slices:
    known = ~np.isnat(table.times)
    months = table.times.astype("datetime64[M]").astype(np.int64)
    numbers = weeks_of(table.times) if by == "week" else months
    first, last = int(numbers[known].min()), int(numbers[known].max())
    if by == "week":
        starts = _EPOCH_MONDAY + 7 * np.arange(first, last + 1)
    else:
        starts = np.arange(first, last + 1).astype("datetime64[M]")
    codes = np.where(known, numbers - first, -1).astype(np.int64)
    return Slices(by=by, names=tuple(str(start) for start in starts), codes=codes)
