"""Whether more labels would help: the linear baseline on ever more rows, and models of ours beside it.

    python benchmarks/learning_curve.py --train ROWS.jsonl … --held-out HELD.jsonl [--model FOLDER …] [--report]

Each size holds the rows of the smaller ones. A model of ours stands at the number of rows that its card names.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from nlp.model.classifier import ComplaintClassifier
from nlp.resources import default_model_path
from nlp.taxonomy import Taxonomy
from nlp.training.baseline import LinearBaseline
from nlp.training.examples import read_examples
from nlp.training.figures import FEW, Figure
from nlp.training.metrics import average_precision, bootstrap_weights, interval
from nlp.training.split import without_leaks

GROUPS = ("cause", "response", "stage", "servqual")
SMALLEST = 1000
REPORT = Path("benchmarks/reports/learning_curve.md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train", type=Path, nargs="+", required=True, help="drawn from all files alike")
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--model", type=Path, nargs="*", default=[default_model_path()])
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()

    taxonomy = Taxonomy.load()
    held_out = read_examples([options.held_out], taxonomy)
    rows = read_examples(options.train, taxonomy)
    kept = np.flatnonzero(without_leaks([row.text for row in rows], [row.text for row in held_out]))
    order = np.random.default_rng(0).permutation(kept)
    texts = [rows[at].prepared().customer for at in order]
    targets = np.stack([rows[at].target for at in order])
    measured = [row.prepared() for row in held_out]
    truth = np.stack([row.target for row in held_out])

    found: list[tuple[str, int, Sequence[Figure]]] = []
    for size in sizes(len(order)):
        linear = LinearBaseline().fit(texts[:size], targets[:size])
        scores = linear.predict_proba([text.customer for text in measured])
        found.append(("linear", size, curve_point(scores, truth, taxonomy)))
        print(*found[-1], flush=True)
    for folder in options.model:
        trained_on = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["training"]["rows"]
        classifier = ComplaintClassifier.from_pretrained(folder)
        point = curve_point(classifier.predict_proba(measured), truth, classifier.taxonomy)
        found.append((f"`{classifier.name}`", trained_on, point))
    lines = report(found, len(measured))
    if options.report:
        REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def sizes(most: int) -> list[int]:
    """1,000, 2,000, 4,000 … and all."""
    doubled = [SMALLEST * 2**power for power in range(32) if SMALLEST * 2**power < most]
    return [*doubled, most]


def curve_point(scores: np.ndarray, truth: np.ndarray, taxonomy: Taxonomy) -> list[Figure]:
    """Mean average precision of every group, over labels with enough positives, with its interval over the texts."""
    weights = bootstrap_weights(len(truth), 500, np.random.default_rng(0))
    point = []
    for group in GROUPS:
        columns = [c for c in range(truth.shape[1])[taxonomy.columns(group)] if np.nansum(truth[:, c]) >= FEW]
        values = np.nanmean([average_precision(scores[:, c], truth[:, c], weights) for c in columns], axis=0)
        low, high = interval(values[1:])
        point.append(Figure(value=float(values[0]), low=low, high=high))
    return point


def report(found: Sequence[tuple[str, int, Sequence[Figure]]], n_measured: int) -> list[str]:
    rows = [f"| {name} | {size:,} | {' | '.join(map(str, point))} |" for name, size, point in found]
    linear = [(size, point[0].value) for name, size, point in found if name == "linear"]
    (before, less), (after, more) = linear[-2:]
    doubling = (more - less) / np.log2(after / before)
    return [
        "# Learning curve",
        "",
        f"{datetime.now().astimezone().date()}, {platform.machine()}. Mean average precision on {n_measured:,} "
        f"held-out rows, over labels with at least {FEW} positives, with 95 % bootstrap intervals. The linear model "
        "is TF-IDF of character n-grams with balanced logistic regression on rows drawn at random.",
        "",
        f"| model | rows | {' | '.join(GROUPS)} |",
        f"|---|---|{'---|' * len(GROUPS)}",
        *rows,
        "",
        f"From {before:,} to {after:,} rows the linear model's causes gain {100 * doubling:.1f} points per doubling.",
    ]


if __name__ == "__main__":
    main()
