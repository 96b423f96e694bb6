"""NSMC, the public yardstick of Korean encoders: film reviews, positive or negative, fine-tuned from our encoder.

    python benchmarks/nsmc.py --train ratings_train.tsv[.gz] --test ratings_test.tsv[.gz] [--base FOLDER] [--report]

Files have the columns id, document and label (https://github.com/e9t/nsmc). A run that was cut off goes on.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import numpy as np
from scipy.stats import binomtest

from nlp.resources import default_model_path
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.training.loop import Hyperparameters, fit, predict_logits

TAXONOMY = """[[group]]
id = "polarity"
kind = "one-of"
ko = "긍정/부정"
[[group.label]]
id = "negative"
ko = "부정"
[[group.label]]
id = "positive"
ko = "긍정"
"""

PUBLISHED = {
    "KcELECTRA-base (110M)": 91.71,
    "KoELECTRA-base-v3 (110M)": 90.63,
    "KcBERT-base (110M)": 89.62,
    "TUNiB-electra-ko-small (14M)": 89.56,
    "KoELECTRA-small-v3 (14M)": 89.36,
    "DistilKoBERT (28M)": 88.60,
}
"""Accuracies in per cent that the models' own pages give, most of them fine-tuned on the official training split."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--base", type=Path, default=default_model_path())
    parser.add_argument("--rows", type=int, help="train on so many rows instead of all")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--learning-rate", type=float, default=2e-4)
    parser.add_argument("--scratch", type=Path, default=Path("runs/nsmc"))
    parser.add_argument("--note", default="", help="what the reader must know of the training rows")
    parser.add_argument("--report", action="store_true", help="write benchmarks/reports/nsmc.md and .json")
    options = parser.parse_args()

    options.scratch.mkdir(parents=True, exist_ok=True)
    (options.scratch / "taxonomy.toml").write_text(TAXONOMY, encoding="utf-8")
    taxonomy = Taxonomy.load(options.scratch / "taxonomy.toml")
    texts, positive = read(options.train, most=options.rows)
    test_texts, test_positive = read(options.test)
    targets = np.stack([~positive, positive], axis=1).astype(np.float32)
    correct = {}
    for seed in range(1, options.seeds + 1):
        fitted = fit(
            texts,
            targets,
            base=options.base,
            taxonomy=taxonomy,
            hyperparameters=Hyperparameters(
                epochs=options.epochs,
                learning_rate=options.learning_rate,
                batch_size=64,
                max_length=128,
                seed=seed,
            ),
            folder=options.scratch / f"{options.base.name}-{len(texts)}-{seed}",
        )
        logits = predict_logits(fitted, test_texts, taxonomy)
        correct[seed] = int(((logits[:, 1] > logits[:, 0]) == test_positive).sum())
        print(f"seed {seed}: accuracy {correct[seed] / len(test_texts):.4f}", flush=True)

    text = "\n".join(report(options, len(texts), len(test_texts), correct)) + "\n"
    print(text)
    if options.report:
        folder = Path("benchmarks/reports")
        (folder / "nsmc.md").write_text(text, encoding="utf-8")
        shares = {str(seed): hits / len(test_texts) for seed, hits in correct.items()}
        (folder / "nsmc.json").write_text(json.dumps({"accuracy": shares, "rows": len(texts)}) + "\n", encoding="utf-8")


def read(path: Path, *, most: int | None = None) -> tuple[list[PreparedText], np.ndarray]:
    """Texts and whether each is positive ``(n_texts,)``; ``most`` of them, drawn at random."""
    with opened(path) as stream:
        rows = [
            (row["document"], row["label"] == "1")
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["document"]
        ]
    if most is not None and most < len(rows):
        rows = [rows[index] for index in np.random.default_rng(0).permutation(len(rows))[:most]]
    return [prepare(text, mask=False) for text, _ in rows], np.array([positive for _, positive in rows])


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        yield stream


def report(options: argparse.Namespace, rows: int, tested: int, correct: dict[int, int]) -> list[str]:
    shares = np.array([hits / tested for hits in correct.values()])
    first = binomtest(round(shares.mean() * tested), tested).proportion_ci(method="wilson")
    return [
        "# NSMC",
        "",
        f"{datetime.now().astimezone().date()}, {platform.machine()}, encoder `{options.base.name}`, {rows:,} training "
        f"and {tested:,} test rows, {options.epochs:g} epoch{'s' * (options.epochs != 1)}. {options.note}".rstrip(),
        "",
        f"Accuracy, mean of {len(correct)} seeds: **{shares.mean():.4f}** (95 % interval of the test set "
        f"{first.low:.4f}–{first.high:.4f}; seeds {', '.join(f'{share:.4f}' for share in shares)}).",
        "",
        "| model | accuracy, % |",
        "|---|---|",
        f"| `{options.base.name}` ({rows:,} rows) | {100 * shares.mean():.2f} |",
        *(f"| {name} | {value:.2f} |" for name, value in PUBLISHED.items()),
    ]


if __name__ == "__main__":
    main()
