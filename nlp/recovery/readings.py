"""What is read in the texts themselves, beside the labels; read once, for all who ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.recovery.cues import Cues
from nlp.wom.speech import customer_text


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Of each document, ``(n_documents,)`` each.

    ``involuntary``: it tells of leaving for a reason that no service can mend. ``unsafe``: it is of the gravest
    severity and tells of harm to life or body. ``copies``: the same number for near-copies of one text; None where
    nobody has looked for them yet.
    """

    involuntary: NDArray[np.bool_]
    unsafe: NDArray[np.bool_]
    copies: NDArray[np.int64] | None = None

    @classmethod
    def of(
        cls, table: ClassifiedTable, *, cues: Cues | None = None, copies: NDArray[np.int64] | None = None
    ) -> Readings:
        """Read what customers say in a table's texts by ``cues``; without them, by those that ship."""
        cues = cues or Cues.load()
        said = [customer_text(text) for text in table.texts]
        unsafe = np.zeros(len(table), dtype=bool)
        rows = np.arange(len(table))
        if "severity" in table.taxonomy:
            rows = np.flatnonzero(table.decided[:, table.taxonomy.columns("severity").stop - 1])
        unsafe[rows] = cues.safety.holds([said[row] for row in rows])
        return cls(involuntary=np.array(cues.involuntary.holds(said), dtype=bool), unsafe=unsafe, copies=copies)

    def take(self, rows: NDArray[np.int64]) -> Readings:
        """Those of the documents at ``rows``."""
        copies = None if self.copies is None else self.copies[rows]
        return Readings(involuntary=self.involuntary[rows], unsafe=self.unsafe[rows], copies=copies)
