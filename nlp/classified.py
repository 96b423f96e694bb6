"""Classified documents as columns: what word of mouth, ranking and report compute on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InputError
from nlp.taxonomy import Taxonomy
from nlp.types import UNREAD


@dataclass(frozen=True, kw_only=True)
class ClassifiedTable:
    """``n`` classified documents, one array entry each.

    ``probabilities`` is float32 ``(n, n_labels)`` in [0, 1], calibrated, columns as ``taxonomy.labels``.
    ``decided`` is bool of the same shape. ``abstained`` is bool ``(n, n_groups)``, groups in the taxonomy's
    order. ``times`` is ``datetime64[s]`` with NaT where unknown. ``texts`` and ``ids`` are str object arrays
    (masked text). ``scopes`` holds what each text is (``nlp.types.Scope``), None for tables of before there was one.
    ``customer_ids``, ``channels``, ``branches`` and ``products`` are object arrays of str, with None
    where unknown. ``fields`` holds further columns that came in, by name, as object arrays of str.
    """

    taxonomy: Taxonomy
    ids: NDArray[np.object_]
    texts: NDArray[np.object_]
    probabilities: NDArray[np.float32]
    decided: NDArray[np.bool_]
    abstained: NDArray[np.bool_]
    times: NDArray[np.datetime64]
    customer_ids: NDArray[np.object_]
    channels: NDArray[np.object_]
    branches: NDArray[np.object_]
    products: NDArray[np.object_]
    fields: dict[str, NDArray[np.object_]] = field(default_factory=dict)
    scopes: NDArray[np.object_] | None = None

    def __post_init__(self) -> None:
        n, width = len(self.ids), len(self.taxonomy.labels)
        expected = {
            "texts": (n,),
            "probabilities": (n, width),
            "decided": (n, width),
            "abstained": (n, len(self.taxonomy.groups)),
            "times": (n,),
            "customer_ids": (n,),
            "channels": (n,),
            "branches": (n,),
            "products": (n,),
        }
        for name, shape in expected.items():
            found = getattr(self, name).shape
            if found != shape:
                raise ValueError(f"{name} has shape {found}; {shape} is needed for {n} documents")
        if self.scopes is not None and self.scopes.shape != (n,):
            raise ValueError(f"scopes has shape {self.scopes.shape}; ({n},) is needed")
        for name, column in self.fields.items():
            if column.shape != (n,):
                raise ValueError(f"field {name!r} has shape {column.shape}; ({n},) is needed")

    def __len__(self) -> int:
        return len(self.ids)

    def probability(self, group: str, label: str) -> NDArray[np.float32]:
        """Calibrated probabilities of one label, ``(n,)`` in [0, 1]."""
        return self.probabilities[:, self.taxonomy.column(group, label)]

    def has(self, group: str, label: str) -> NDArray[np.bool_]:
        """Whether the label was decided, ``(n,)``."""
        return self.decided[:, self.taxonomy.column(group, label)]

    def chosen(self, group: str) -> NDArray[np.int64]:
        """Position of the decided label within a one-of group, ``(n,)``."""
        return np.asarray(self.decided[:, self.taxonomy.columns(group)].argmax(axis=1))

    def take(self, rows: NDArray[Any]) -> ClassifiedTable:
        """The documents at these positions (or where a bool mask is true), in that order."""
        return ClassifiedTable(
            taxonomy=self.taxonomy,
            ids=self.ids[rows],
            texts=self.texts[rows],
            probabilities=self.probabilities[rows],
            decided=self.decided[rows],
            abstained=self.abstained[rows],
            times=self.times[rows],
            customer_ids=self.customer_ids[rows],
            channels=self.channels[rows],
            branches=self.branches[rows],
            products=self.products[rows],
            fields={name: column[rows] for name, column in self.fields.items()},
            scopes=None if self.scopes is None else self.scopes[rows],
        )

    @cached_property
    def readable(self) -> NDArray[np.bool_]:
        """Documents in Korean words, ``(n,)``; what the model said of the others means nothing, and counts nowhere."""
        if self.scopes is None:
            return np.ones(len(self), dtype=bool)
        return ~np.isin(self.scopes.astype(str), UNREAD)

    def readable_rows(self) -> NDArray[np.int64]:
        """Rows of the ``readable`` documents. Raises InputError when there is none."""
        rows = np.flatnonzero(self.readable)
        if not len(rows):
            raise InputError(
                "none of the {count} texts can be read: they are not Korean, or hold no word of a customer; check the "
                "text column",
                count=len(self),
            )
        return rows

    @cached_property
    def dated(self) -> bool:
        """Whether any document has a time."""
        return bool((~np.isnat(self.times)).any())
