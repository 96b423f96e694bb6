"""Classified tables for tests: written row by row, or simulated with a known truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.taxonomy import Taxonomy

TAXONOMY = Taxonomy.load()
CALM: dict[str, Any] = {
    "cause": [],
    "sentiment": "neutral",
    "response": [],
    "stage": [],
    "servqual": [],
    "severity": "0",
    "recovery": "none",
}


def table(rows: Sequence[Mapping[str, Any]], *, taxonomy: Taxonomy = TAXONOMY) -> ClassifiedTable:
    """A table of rows that name what differs from a calm text; keys that are no group are columns."""
    groups = {group.id for group in taxonomy}
    decided = np.array(
        [taxonomy.encode({**CALM, **{k: v for k, v in row.items() if k in CALM}}) for row in rows], dtype=np.float32
    ).reshape(len(rows), len(taxonomy.labels))
    assert groups <= set(CALM)
    return built(
        taxonomy,
        decided=decided > 0.5,
        probabilities=np.where(decided > 0.5, 0.9, 0.05).astype(np.float32),
        columns={
            "ids": [row.get("id", f"d{number}") for number, row in enumerate(rows)],
            "texts": [row.get("text", "보통입니다") for row in rows],
            "times": [np.datetime64(row.get("time", "NaT"), "s") for row in rows],
            **{f"{name}s": [row.get(name) for row in rows] for name in ("customer_id", "channel", "product")},
            "branches": [row.get("branch") for row in rows],
        },
    )


def built(
    taxonomy: Taxonomy,
    *,
    decided: NDArray[np.bool_],
    probabilities: NDArray[np.float32],
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> ClassifiedTable:
    n = len(decided)
    given = dict(columns or {})
    arrays = {
        name: _objects(given.get(name, [None] * n)) for name in ("customer_ids", "channels", "branches", "products")
    }
    return ClassifiedTable(
        taxonomy=taxonomy,
        ids=_objects(given.get("ids", [f"d{row}" for row in range(n)])),
        texts=_objects(given.get("texts", ["보통입니다"] * n)),
        probabilities=probabilities,
        decided=decided,
        abstained=np.zeros((n, len(taxonomy.groups)), dtype=bool),
        times=np.array(given.get("times", [np.datetime64("NaT", "s")] * n), dtype="datetime64[s]"),
        **arrays,
    )


def simulated(
    rng: np.random.Generator, n: int, *, bias: float = 0.6, columns: Mapping[str, Sequence[Any]] | None = None
) -> tuple[ClassifiedTable, NDArray[np.float32]]:
    """A table classified by a biased, overconfident model, and the truth ``(n, n_labels)`` it missed."""
    width = len(TAXONOMY.labels)
    truth, scores = np.zeros((n, width), np.float32), np.zeros((n, width), np.float32)
    decided = np.zeros((n, width), bool)
    prevalence = np.linspace(0.02, 0.45, width)
    for group in TAXONOMY:
        span = TAXONOMY.columns(group.id)
        size = len(group.ids)
        if group.kind == "any-of":
            latent = 2 * rng.normal(size=(n, size)) + np.log(prevalence[span] / (1 - prevalence[span]))
            truth[:, span] = rng.random((n, size)) < 1 / (1 + np.exp(-latent))
            noisy = 1 / (1 + np.exp(-(1.3 * latent + bias + 0.7 * rng.normal(size=latent.shape))))
            scores[:, span], decided[:, span] = noisy, noisy > 0.5
        else:
            latent = rng.normal(size=(n, size))
            chance = np.exp(latent) / np.exp(latent).sum(axis=1, keepdims=True)
            real = (chance.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=size - 1)
            noisy = np.exp(1.3 * latent + 0.5 * rng.normal(size=latent.shape))
            noisy /= noisy.sum(axis=1, keepdims=True)
            truth[:, span] = real[:, None] == np.arange(size)
            scores[:, span], decided[:, span] = noisy, noisy.argmax(axis=1)[:, None] == np.arange(size)
    return built(TAXONOMY, decided=decided, probabilities=scores, columns=columns), truth


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array
