"""Which rows a person should label so that shares can be corrected, and the rows that came back.

Strata come from what the model says, because there the errors differ: a rare cause would get no row in a
plain random sample, and rows the model is unsure of teach most. Inclusion probabilities are kept with the
rows, so that unequal sampling biases nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.errors import InputError

NEAR_MISS = 0.1
"""Above this highest cause probability, a document without a cause is sampled apart from the clear ones."""

DOCUMENT, TEXT, STRATUM, INCLUSION = "문서번호", "글", "층", "추출확률"
"""Columns of the file that a person labels, beside one for each group; no other file has both of the last."""

ANYWHERE = "anywhere"
"""The stratum of rows of which nobody knows where they were drawn from."""

_FEWEST = 3


@dataclass(frozen=True, kw_only=True)
class AuditSample:
    """``m`` rows to label: positions ``rows`` int64, ``ids``, ``strata`` (names) and ``inclusion`` (0, 1]."""

    rows: NDArray[np.int64]
    ids: NDArray[np.object_]
    strata: NDArray[np.object_]
    inclusion: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """``m`` rows that a person has labelled.

    ``truth`` is float32 ``(m, n_labels)``: 1 has the label, 0 has it not, NaN not labelled. ``inclusion`` is
    the probability with which each row was drawn, in (0, 1]; ``strata`` names where it was drawn from. Rows
    drawn at random from the whole file share one stratum and one probability; any common value will do.
    """

    ids: NDArray[np.object_]
    truth: NDArray[np.float32]
    inclusion: NDArray[np.float64]
    strata: NDArray[np.object_]

    def __post_init__(self) -> None:
        m = len(self.ids)
        if self.truth.shape[:1] != (m,) or self.inclusion.shape != (m,) or self.strata.shape != (m,):
            raise ValueError(
                f"truth {self.truth.shape}, inclusion {self.inclusion.shape} and strata {self.strata.shape} "
                f"must all have {m} rows, one per id"
            )
        bad = np.flatnonzero(~((self.inclusion > 0) & (self.inclusion <= 1)))
        if len(bad):
            raise InputError(
                "audited row {id!r}: the inclusion probability is {written}; it must lie in (0, 1]; keep the "
                "column that 'dangol audit-sample' wrote",
                id=self.ids[bad[0]],
                written=self.inclusion[bad[0]],
            )
        if len(set(self.ids.tolist())) != m:
            raise InputError("audited rows: an id occurs twice; keep one row per document")

    @property
    def is_random(self) -> bool:
        """Whether nothing tells where rows were drawn from, so that they count as drawn at random."""
        return bool((self.strata == ANYWHERE).all())

    @classmethod
    def at_random(cls, ids: NDArray[np.object_], truth: NDArray[np.float32]) -> Audit:
        """Rows that were drawn at random, each document with the same chance."""
        return cls(ids=ids, truth=truth, inclusion=np.ones(len(ids)), strata=np.full(len(ids), ANYWHERE, dtype=object))

    def positions(self, table: ClassifiedTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Audited rows that are in the table: their positions here and there, both int64 ``(k,)``.

        Raises InputError when none is, because then the rows belong to another file.
        """
        place = {identity: row for row, identity in enumerate(table.ids)}
        here = [row for row, identity in enumerate(self.ids) if identity in place]
        if len(self.ids) and not here:
            raise InputError(
                "audited rows: none of {count} ids (first: {first!r}) is in the classified file; audit rows of "
                "the same file, drawn with 'dangol audit-sample'",
                count=len(self.ids),
                first=self.ids[0],
            )
        return np.array(here, dtype=np.int64), np.array([place[self.ids[row]] for row in here], dtype=np.int64)


def audit_sample(table: ClassifiedTable, n: int, rng: np.random.Generator) -> AuditSample:
    """Draw ``n`` rows to label (all rows when there are fewer), at random within strata.

    For shares that count copies once, give documents without copies (``nlp.wom.copies.distinct``).
    A stratum is the rarest decided cause of a document; documents without one are parted into near misses
    and clear ones. Half of the rows are shared out in proportion to size, half by Neyman's (1934) optimal
    allocation with the spread that the calibrated probabilities imply, and each stratum gets at least three.
    """
    if n < 1:
        raise ValueError(f"n is {n}; at least one row must be drawn")
    names, codes = cause_strata(table)
    sizes = np.bincount(codes, minlength=len(names))
    spread = np.bincount(codes, weights=_uncertainty(table), minlength=len(names)) / np.maximum(sizes, 1)
    draws = _allocate(min(n, len(table)), sizes, spread)
    chosen = [rng.choice(np.flatnonzero(codes == code), size=draw, replace=False) for code, draw in enumerate(draws)]
    rows = np.sort(np.concatenate(chosen)).astype(np.int64)
    inclusion = np.divide(draws, sizes, out=np.ones(len(sizes)), where=sizes > 0)
    return AuditSample(rows=rows, ids=table.ids[rows], strata=names[codes[rows]], inclusion=inclusion[codes[rows]])


def cause_strata(table: ClassifiedTable) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Names of the strata and the stratum of each document, codes ``(n,)``: its rarest decided cause, or none."""
    if "cause" not in table.taxonomy:
        return np.array(["all"], dtype=object), np.zeros(len(table), dtype=np.int64)
    columns = table.taxonomy.columns("cause")
    decided = table.decided[:, columns]
    rarity = np.argsort(np.argsort(decided.sum(axis=0), kind="stable"))
    rank = np.where(decided, rarity, len(rarity))
    codes = rank.argmin(axis=1)
    unsure = table.probabilities[:, columns].max(axis=1) >= NEAR_MISS
    codes = np.where(decided.any(axis=1), codes, len(rarity) + np.where(unsure, 0, 1))
    names = [*table.taxonomy.group("cause").ids, "near_miss", "no_cause"]
    return np.array(names, dtype=object), codes.astype(np.int64)


def _uncertainty(table: ClassifiedTable) -> NDArray[np.float64]:
    p = table.probabilities.astype(np.float64)
    return np.asarray(np.sqrt((p * (1 - p)).sum(axis=1)))


def _allocate(n: int, sizes: NDArray[np.int64], spread: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows to draw per stratum: ``n`` in total, never more than there are."""
    weight = sizes * spread
    neyman = weight / weight.sum() if weight.sum() > 0 else sizes / sizes.sum()
    wanted = n * (sizes / sizes.sum() + neyman) / 2
    draws = np.minimum(sizes, np.maximum(np.floor(wanted), _FEWEST)).astype(np.int64)
    while draws.sum() > n:
        draws[np.argmax(draws)] -= 1
    while draws.sum() < n:
        room = np.where(draws < sizes, wanted - draws, -np.inf)
        draws[np.argmax(room)] += 1
    return np.asarray(draws)
