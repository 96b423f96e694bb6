"""What training a finished model on a few rows brings, going on from its head and with a new one.

    python benchmarks/retraining.py MODEL --rows ROWS.jsonl [--train 200] [--test 1500] [--new cause:ethics] [--report]

MODEL must not have learnt from the rows. The labels under ``--new`` are taken out of its head first, so that they are
labels that did not exist before.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoConfig, AutoModelForSequenceClassification

from nlp.model.classifier import ComplaintClassifier
from nlp.model.decision import Decision
from nlp.taxonomy import Taxonomy
from nlp.training.encoder import quietly, save_encoder
from nlp.training.examples import read_examples
from nlp.training.figures import FEW
from nlp.training.loop import Hyperparameters, fit, predict_logits
from nlp.training.metrics import average_precision, bootstrap_weights
from nlp.training.selective import figure
from nlp.training.warm_start import inherit_head

REPORT = Path(__file__).parent / "reports" / "retraining.md"


def main() -> None:
    options = _options()
    taxonomy = Taxonomy.load()
    examples = read_examples(options.rows, taxonomy)
    drawn = np.random.default_rng(0).permutation(len(examples))
    test = [examples[row] for row in drawn[: options.test]]
    train = [examples[row] for row in drawn[options.test : options.test + options.train]]
    texts, truth = [row.prepared() for row in test], np.stack([row.target for row in test])
    settings = Hyperparameters(epochs=options.epochs, max_length=256, threads=options.threads)

    def retrained(base: Path, folder: Path) -> NDArray[np.float32]:
        fitted = fit(
            [row.prepared() for row in train],
            np.stack([row.target for row in train]),
            base=base,
            taxonomy=taxonomy,
            hyperparameters=settings,
            folder=folder,
        )
        neutral = Decision.neutral(taxonomy, max_length=fitted.windows.max_length)
        return neutral.probabilities(predict_logits(fitted, texts, taxonomy), taxonomy)

    lines = []

    def measured(name: str, scores: NDArray[np.float32]) -> None:
        lines.append(f"| {name} | {' | '.join(_figures(scores, truth, taxonomy, options.new))} |")
        print(lines[-1], flush=True)

    measured(
        "as it is, with the new labels" if options.new else "as it is",
        ComplaintClassifier.from_pretrained(options.model).predict_proba(texts),
    )
    with TemporaryDirectory() as scratch:
        base = options.model
        if options.new:
            base = _without(options.model, options.new, Path(scratch) / "base")
        measured("trained, its head kept", retrained(base, Path(scratch) / "kept"))
        with patch("nlp.training.loop.inherit_head", lambda *_: frozenset()):
            measured("trained, a new head", retrained(base, Path(scratch) / "new"))
    if options.report:
        _append(lines, options, len(train))


def _figures(
    scores: NDArray[np.float32], truth: NDArray[np.float32], taxonomy: Taxonomy, new: Sequence[str]
) -> list[str]:
    """Mean average precision of the causes, of all labels but the new ones, and of these, with 95 % intervals."""
    weights = bootstrap_weights(len(truth), 500, np.random.default_rng(0))
    many = [column for column in range(truth.shape[1]) if np.nansum(truth[:, column]) >= FEW]
    by_label = {column: average_precision(scores[:, column], truth[:, column], weights) for column in many}
    fresh = [column for column in many if taxonomy.labels[column] in new]
    causes = range(truth.shape[1])[taxonomy.columns("cause")]
    old = [column for column in many if column not in fresh]
    groups = [[column for column in old if column in causes], old, fresh]
    return [str(figure(np.mean([by_label[c] for c in group], axis=0))) if group else "–" for group in groups]


def _without(model: Path, new: Sequence[str], folder: Path) -> Path:
    """The model as if it had never had these labels."""
    earlier = AutoModelForSequenceClassification.from_pretrained(model, dtype=torch.float32)
    kept = [label for label in earlier.config.id2label.values() if label not in new]
    config = AutoConfig.from_pretrained(
        model, id2label=dict(enumerate(kept)), label2id={k: i for i, k in enumerate(kept)}
    )
    with quietly():
        smaller = AutoModelForSequenceClassification.from_pretrained(
            model, config=config, ignore_mismatched_sizes=True, dtype=torch.float32
        )
    inherit_head(smaller, earlier)
    save_encoder(smaller, tokenizer_of=model, folder=folder)
    return folder


def _append(lines: Sequence[str], options: argparse.Namespace, rows: int) -> None:
    name = ComplaintClassifier.from_pretrained(options.model).name
    what = f", as if {', '.join(options.new)} had not existed before" if options.new else ""
    text = REPORT.read_text(encoding="utf-8") if REPORT.is_file() else "# Training a finished model on a few rows\n"
    text += "\n".join(
        [
            "",
            f"{datetime.now().astimezone().date()}, {platform.machine()}: `{name}`{what}, {rows} rows, "
            f"{options.epochs:g} epochs. Mean average precision on {options.test:,} other rows, over labels with at "
            f"least {FEW} positives; brackets are 95 % bootstrap intervals.",
            "",
            "| model | causes that it knew | all labels that it knew | new labels |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )
    REPORT.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--rows", type=Path, nargs="+", required=True)
    parser.add_argument("--train", type=int, default=200)
    parser.add_argument("--test", type=int, default=1500)
    parser.add_argument("--new", nargs="*", default=[], help="labels, such as cause:ethics")
    parser.add_argument("--epochs", type=float, default=5.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--report", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
