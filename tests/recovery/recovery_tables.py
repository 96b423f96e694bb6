"""Small classified tables for the tests: say only what matters, the rest is a plain complaint."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.taxonomy import Taxonomy

NOW = datetime(2026, 11, 21, 12, 0)  # noqa: DTZ001 - exports hold wall-clock time
TAXONOMY = Taxonomy.load()


def document(
    *,
    text: str = "주문한 물건이 오지 않았어요",
    customer: str | None = None,
    days_ago: float | None = 1.0,
    channel: str | None = "전화",
    sure: float = 0.95,
    severity: str = "1",
    recovery: str = "none",
    sentiment: str = "negative",
    abstained: tuple[str, ...] = (),
    fields: dict[str, str] | None = None,
    **labels: list[str],
) -> dict[str, Any]:
    """One document; ``labels`` are any-of groups, such as ``cause=["price"]``."""
    one_of = {"severity": severity, "recovery": recovery, "sentiment": sentiment}
    return {
        "text": text,
        "customer": customer,
        "time": None if days_ago is None else NOW - timedelta(days=days_ago),
        "channel": channel,
        "sure": sure,
        "labels": {**{group: [] for group in ("cause", "response", "stage", "servqual")}, **one_of, **labels},
        "abstained": abstained,
        "fields": fields or {},
    }


def table(*documents: dict[str, Any], taxonomy: Taxonomy = TAXONOMY) -> ClassifiedTable:
    """A table of documents whose decided labels have the probability ``sure``."""
    n = len(documents)
    decided = np.zeros((n, len(taxonomy.labels)), dtype=bool)
    probabilities = np.zeros((n, len(taxonomy.labels)), dtype=np.float32)
    abstained = np.zeros((n, len(taxonomy.groups)), dtype=bool)
    for row, entry in enumerate(documents):
        decided[row] = taxonomy.encode({g: v for g, v in entry["labels"].items() if g in taxonomy}) > 0.5
        sure = entry["sure"]
        for number, group in enumerate(taxonomy.groups):
            span = taxonomy.columns(group.id)
            rest = 1.0 - sure if group.kind == "any-of" else (1.0 - sure) / (len(group.labels) - 1)
            probabilities[row, span] = np.where(decided[row, span], sure, rest)
            abstained[row, number] = group.id in entry["abstained"]
    names = dict.fromkeys(name for entry in documents for name in entry["fields"])
    return ClassifiedTable(
        taxonomy=taxonomy,
        ids=_objects([f"doc-{row}" for row in range(n)]),
        texts=_objects([entry["text"] for entry in documents]),
        probabilities=probabilities,
        decided=decided,
        abstained=abstained,
        times=np.array([np.datetime64(entry["time"] or "NaT", "s") for entry in documents], dtype="datetime64[s]"),
        customer_ids=_objects([entry["customer"] for entry in documents]),
        channels=_objects([entry["channel"] for entry in documents]),
        branches=_objects([None] * n),
        products=_objects([None] * n),
        fields={name: _objects([entry["fields"].get(name, "") for entry in documents]) for name in names},
    )


def _objects(values: list[Any]) -> np.ndarray[Any, np.dtype[np.object_]]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
