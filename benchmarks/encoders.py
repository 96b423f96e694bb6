"""Encoders at equal fine-tuning: quality, size and speed, in one run.

    python benchmarks/encoders.py FOLDER… [--train ROWS.jsonl …] [--held-out ROWS.jsonl …] [--rows N] [--seeds N]
        [--layers 6 4 --texts UNLABELLED.txt.gz --align-steps 200]

Every encoder is fine-tuned with the same recipe on the same rows. ``--layers`` adds pruned copies of the last encoder
(evenly spaced layers), without distillation and, given ``--texts``, with it. What is done is kept in the scratch
folder; the same command goes on from there.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import torch

from nlp.model.classifier import ComplaintClassifier
from nlp.model.decision import Decision
from nlp.resources import data_path
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.training.calibration import fit_decision
from nlp.training.examples import Example, read_examples
from nlp.training.export import save_model
from nlp.training.figures import FEW
from nlp.training.loop import Fitted, Hyperparameters, fit, load_base, predict_logits
from nlp.training.metrics import average_precision, bootstrap_weights, counts, f1
from nlp.training.pretrain import pretrain
from nlp.training.pretraining import Pretraining
from nlp.training.selective import figure
from nlp.training.split import fold_of, without_leaks
from nlp.training.unlabelled import drawn, read_unlabelled

GROUPS = ("cause", "sentiment")
THRESHOLD_FOLDS = 7
"""One part in so many of the rows is not trained on, and sets the thresholds."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows to train on, to set thresholds on and to measure on."""

    train: list[Example]
    thresholds: list[Example]
    measured: list[Example]

    @property
    def texts(self) -> list[PreparedText]:
        return [example.prepared() for example in self.measured]


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Of every seed, probabilities and decisions ``(n_seeds, n_texts, n_labels)`` of the measured rows."""

    probabilities: np.ndarray
    decided: np.ndarray


def main() -> None:
    options = _options()
    torch.set_num_threads(options.threads)
    taxonomy = Taxonomy.load()
    rows = read_rows(options, taxonomy)
    folders = {folder.name: folder for folder in options.encoders} | pruned(options, rows)
    scores = {name: scored(name, folder, rows, taxonomy, options) for name, folder in folders.items()}
    speed = milliseconds({name: options.scratch / name / "shipped" for name in folders}, rows, options)
    lines = report(folders, scores, speed, rows, taxonomy, options)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def read_rows(options: argparse.Namespace, taxonomy: Taxonomy) -> Rows:
    train = read_examples(options.train, taxonomy)
    rng = np.random.default_rng(0)
    if options.held_out:
        measured = read_examples(options.held_out, taxonomy)
        kept = without_leaks([e.text for e in train], [e.text for e in measured])
        train = [example for example, keep in zip(train, kept, strict=True) if keep]
    else:
        parts = fold_of([example.text for example in train], folds=5, seed=0)
        measured = [example for example, part in zip(train, parts, strict=True) if part == 0]
        train = [example for example, part in zip(train, parts, strict=True) if part != 0]
    train = [train[at] for at in rng.permutation(len(train))[: options.rows]]
    parts = fold_of([example.text for example in train], folds=THRESHOLD_FOLDS, seed=1)
    return Rows(
        train=[example for example, part in zip(train, parts, strict=True) if part != 0],
        thresholds=[example for example, part in zip(train, parts, strict=True) if part == 0],
        measured=measured,
    )


def pruned(options: argparse.Namespace, rows: Rows) -> dict[str, Path]:
    """Folders of the last encoder with fewer layers, plain and distilled."""
    whole = options.encoders[-1]
    made: dict[str, Path] = {}
    texts: list[str] = []
    if options.texts and options.layers:
        texts = drawn(
            read_unlabelled(options.texts),
            most=options.align_steps * 32 * 2,
            rng=np.random.default_rng(0),
            excluded=[example.text for example in rows.measured],
        )
    for layers in options.layers:
        for steps in (0, options.align_steps) if texts else (0,):
            name = f"{whole.name}, {layers} layers" + (f", distilled {steps} steps" if steps else "")
            made[name] = folder = options.scratch / name / "base"
            if not folder.exists():
                pretrain(
                    Pretraining(
                        base=whole,
                        out=folder,
                        layers=layers,
                        align_steps=steps,
                        steps=0,
                        threads=options.threads,
                        scratch=options.scratch / name / "pretraining",
                    ),
                    texts or [example.text for example in rows.train],
                    say=lambda message, name=name: print(f"{name}: {message}", flush=True),
                )
    return made


def scored(name: str, folder: Path, rows: Rows, taxonomy: Taxonomy, options: argparse.Namespace) -> Scores:
    kept = options.scratch / name / "scores.npz"
    if kept.is_file():
        found = np.load(kept)
        return Scores(probabilities=found["probabilities"], decided=found["decided"])
    probabilities, decided = [], []
    for seed in range(1, options.seeds + 1):
        print(f"{name}: fine-tuning, seed {seed}", flush=True)
        fitted = fit(
            [example.prepared() for example in rows.train],
            np.stack([example.target for example in rows.train]),
            base=folder,
            taxonomy=taxonomy,
            hyperparameters=Hyperparameters(
                epochs=options.epochs,
                learning_rate=options.learning_rate,
                max_length=options.max_length,
                seed=seed,
                threads=options.threads,
            ),
            folder=options.scratch / name / f"seed-{seed}",
        )
        decision = fit_decision(
            predict_logits(fitted, [example.prepared() for example in rows.thresholds], taxonomy),
            np.stack([example.target for example in rows.thresholds]),
            taxonomy,
            max_length=fitted.windows.max_length,
        )
        found = decision.probabilities(predict_logits(fitted, rows.texts, taxonomy), taxonomy)
        probabilities.append(found)
        decided.append(decision.decide(found, taxonomy))
        if seed == 1:
            ship(fitted, decision, folder, options.scratch / name / "shipped")
    result = Scores(probabilities=np.stack(probabilities), decided=np.stack(decided))
    np.savez(kept, probabilities=result.probabilities, decided=result.decided)
    return result


def ship(fitted: Fitted, decision: Decision, base: Path, folder: Path) -> None:
    """As a user would get it: int8, on ONNX Runtime."""
    save_model(
        fitted.model,
        base=base,
        taxonomy_text=data_path("taxonomy.toml").read_text(encoding="utf-8"),
        decision=decision,
        version="compared",
        folder=folder,
    )


def milliseconds(shipped: dict[str, Path], rows: Rows, options: argparse.Namespace) -> dict[str, list[float]]:
    """CPU milliseconds per text of every round, one thread, int8; rounds interleave the encoders."""
    classifiers = {name: ComplaintClassifier.from_pretrained(folder, threads=1) for name, folder in shipped.items()}
    texts = rows.texts[: options.timed]
    taken: dict[str, list[float]] = {name: [] for name in shipped}
    for classifier in classifiers.values():
        classifier.predict_proba(texts[:20])
    for _ in range(options.rounds):
        for name, classifier in classifiers.items():
            started = time.process_time()
            classifier.predict_proba(texts)
            taken[name].append(1000.0 * (time.process_time() - started) / len(texts))
    return taken


def figures(scores: Scores, targets: np.ndarray, weights: np.ndarray, taxonomy: Taxonomy) -> dict[str, np.ndarray]:
    """Bootstrap values ``(n_resamples + 1,)`` of every figure, averaged over seeds; the first is the plain one."""
    support = np.nansum(targets, axis=0)
    found: dict[str, list[np.ndarray]] = {}
    for probabilities, decided in zip(scores.probabilities, scores.decided, strict=True):
        every = f1(*counts(decided, targets, weights))
        for group in GROUPS:
            span = taxonomy.columns(group)
            enough = [at for at in range(span.start, span.stop) if support[at] >= FEW]
            found.setdefault(f"{group} macro-F1", []).append(every[:, enough].mean(axis=1))
        by_label = [average_precision(probabilities[:, at], targets[:, at], weights) for at in np.flatnonzero(support)]
        found.setdefault("mean average precision", []).append(np.nanmean(by_label, axis=0))
    return {name: np.mean(values, axis=0) for name, values in found.items()}


def report(
    folders: dict[str, Path],
    scores: dict[str, Scores],
    speed: dict[str, list[float]],
    rows: Rows,
    taxonomy: Taxonomy,
    options: argparse.Namespace,
) -> list[str]:
    targets = np.stack([example.target for example in rows.measured])
    weights = bootstrap_weights(len(targets), options.resamples, np.random.default_rng(0))
    values = {name: figures(found, targets, weights, taxonomy) for name, found in scores.items()}
    first = next(iter(folders))
    names = list(values[first])
    lines = [
        "# Encoders at equal fine-tuning",
        "",
        f"Measured on {datetime.now().astimezone().date()} with `python {shlex.join(said())}`.",
        "",
        f"Each is fine-tuned on the same {len(rows.train):,} rows ({options.epochs:g} epochs, {options.seeds} seed(s), "
        f"learning rate {options.learning_rate:g}); {len(rows.thresholds)} other rows set thresholds and temperatures; "
        f"{len(targets):,} held-out rows are measured. Macro-F1 counts labels with at least {FEW} positives, average "
        "precision is the mean over all labels. Brackets are 95 % bootstrap intervals over the texts.",
        "",
        "| encoder | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    lines += [
        f"| {name} | " + " | ".join(str(figure(found[n])) for n in names) + " |" for name, found in values.items()
    ]
    lines += [
        "",
        f"Differences from `{first}`, paired on the same texts:",
        "",
        "| encoder | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for name, found in list(values.items())[1:]:
        cells = (str(figure(found[n] - values[first][n])) for n in names)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        f"Size is that of the int8 ONNX file that ships; CPU milliseconds per text on one thread, median of "
        f"{options.rounds} rounds that interleave the encoders, {min(options.timed, len(targets))} texts.",
        "",
        "| encoder | layers | pieces | tokens per text | int8 MB | ms per text | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, folder in folders.items():
        model = options.scratch / name / "shipped" / "onnx" / "model.onnx"
        windows, _ = load_base(folder, max_length=options.max_length)
        tokens = sum(len(window.ids) for window in windows.cut(rows.texts)) / len(targets)
        layers, pieces = shape(folder)
        ratio = float(np.median(np.array(speed[name]) / np.array(speed[first])))
        size = sum(path.stat().st_size for path in model.parent.glob("model.onnx*")) / 1e6
        cells = (
            f"{layers}",
            f"{pieces:,}",
            f"{tokens:.1f}",
            f"{size:.1f}",
            f"{np.median(speed[name]):.1f}",
            f"{ratio:.2f}",
        )
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def shape(folder: Path) -> tuple[int, int]:
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder)
    return int(config.num_hidden_layers), int(config.vocab_size)


def said() -> list[str]:
    """The command, with names for files that lie elsewhere."""
    return ["benchmarks/encoders.py", *(Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:])]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("encoders", type=Path, nargs="+")
    parser.add_argument("--train", type=Path, nargs="+", default=sorted(data_path("complaints").glob("*.jsonl")))
    parser.add_argument("--held-out", type=Path, nargs="+", default=[])
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--max-length", type=int, default=192)
    parser.add_argument("--layers", type=int, nargs="+", default=[])
    parser.add_argument("--texts", type=Path, nargs="+", default=[])
    parser.add_argument("--align-steps", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--timed", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--scratch", type=Path, default=Path("runs/encoders"))
    parser.add_argument("--output", type=Path, default=Path("benchmarks/reports/encoders.md"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
