"""What each step of the training recipe brings: the recipe without it, or with it, by cross-validation.

    python benchmarks/ablation.py BASE --rows ROWS.jsonl … [--unlabelled TEXTS.txt.gz] [--most N] [--folds 2] [--report]

Every recipe is fitted once per fold from the same base encoder and predicts the rows that it did not see; the
thresholds of a fold come from the predictions of the others. BASE must not have learnt from the rows: an encoder that
was only pretrained. What is done is kept in the scratch folder; the same command goes on from there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.training.calibration import fit_decision, platt_probabilities
from nlp.training.examples import read_examples
from nlp.training.figures import FEW
from nlp.training.loop import Hyperparameters, fit, load_base, predict_logits
from nlp.training.metrics import average_precision, bootstrap_weights, macro_f1
from nlp.training.out_of_fold import at, linear_out_of_fold
from nlp.training.pseudo import adapted_base
from nlp.training.run import TrainingRun
from nlp.training.selective import figure
from nlp.training.split import fold_of

REPORT = Path(__file__).parent / "reports" / "ablation.md"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to fit: hyperparameters that differ from the reference, and what the reference has no switch for."""

    changed: Mapping[str, Any] = field(default_factory=dict)
    soften: float = 0.3
    unlabelled: bool = False
    replaced: Mapping[str, Any] = field(default_factory=dict)


REFERENCE = "reference"
RECIPES: Mapping[str, Recipe] = {
    REFERENCE: Recipe(),
    "another seed": Recipe(changed={"seed": 2}),
    "a third seed": Recipe(changed={"seed": 3}),
    "without the linear probe": Recipe(replaced={"nlp.training.loop.warm_start": lambda *_: False}),
    "one learning rate for all layers": Recipe(changed={"layer_decay": 1.0}),
    "no hidden tokens": Recipe(changed={"token_masking": 0.0}),
    "no noise": Recipe(changed={"augment": 0.0}),
    "hard labels": Recipe(soften=0.0),
    "rare labels weigh as all": Recipe(replaced={"nlp.training.objective.RARE_WEIGHT_POWER": 0.0}),
    "and a quarter read twice": Recipe(changed={"paired": 0.25}),
    "and a pass over unlabelled texts": Recipe(unlabelled=True),
}


def main() -> None:
    options = _options()
    taxonomy = Taxonomy.load()
    examples = read_examples(options.rows, taxonomy)
    chosen = np.random.default_rng(0).permutation(len(examples))[: options.most]
    # What was done is used again for the very same options only.
    given = {
        name: str(value)
        for name, value in vars(options).items()
        if name not in ("scratch", "report", "note", "threads")
    }
    options.scratch /= hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:8]
    texts = [examples[row].prepared() for row in chosen]
    targets = np.stack([examples[row].target for row in chosen])
    folds = fold_of([text.masked for text in texts], folds=options.folds, seed=0)
    windows, _ = load_base(options.base, max_length=options.max_length)
    scored: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for name, recipe in RECIPES.items():
        if recipe.unlabelled and not options.unlabelled:
            continue
        logits = np.zeros_like(targets)
        for fold in range(options.folds):
            outside = np.flatnonzero(folds == fold)
            logits[outside] = predicted(name, recipe, fold, (texts, targets, folds), taxonomy, options)
        probabilities, decided = np.zeros_like(logits), np.zeros(logits.shape, dtype=np.bool_)
        for fold in range(options.folds):
            inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            decision = fit_decision(logits[inside], targets[inside], taxonomy, max_length=windows.max_length)
            probabilities[outside] = decision.probabilities(logits[outside], taxonomy)
            decided[outside] = decision.decide(probabilities[outside], taxonomy)
        scored[name] = probabilities, decided
        text = "\n".join(report(scored, targets, taxonomy, options)) + "\n"
        if options.report:
            REPORT.write_text(text, encoding="utf-8")
    print(text)


def predicted(
    name: str,
    recipe: Recipe,
    fold: int,
    data: tuple[list[PreparedText], np.ndarray, np.ndarray],
    taxonomy: Taxonomy,
    options: argparse.Namespace,
) -> np.ndarray:
    """Logits ``(n_rows, n_labels)`` of the fold's rows, by a model fitted on the others."""
    texts, targets, folds = data
    kept = options.scratch / name / f"fold-{fold}.npy"
    if kept.is_file():
        return np.asarray(np.load(kept, allow_pickle=False))
    started = time.monotonic()
    inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
    settings = Hyperparameters(
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        layer_decay=0.92,
        token_masking=0.1,
        augment=0.3,
        max_length=options.max_length,
        threads=options.threads,
    )
    run = TrainingRun(
        data=tuple(options.rows),
        out=options.scratch,
        base=options.base,
        version="ablation",
        unlabelled=tuple(options.unlabelled),
        n_unlabelled=options.n_unlabelled,
        hyperparameters=settings,
        scratch=options.scratch / f"fold-{fold}",
    )
    run.scratch.mkdir(parents=True, exist_ok=True)
    linear = linear_out_of_fold(run, at(texts, inside), targets[inside], print)
    by_words = platt_probabilities(linear, fitted_on=(linear, targets[inside]), taxonomy=taxonomy)
    with replaced(recipe.replaced):
        base = options.base
        if recipe.unlabelled:
            unseen = [texts[row].source for row in outside]
            base = adapted_base(run, at(texts, inside), targets[inside], linear, unseen, taxonomy, None, print)
        fitted = fit(
            at(texts, inside),
            (1.0 - recipe.soften) * targets[inside] + recipe.soften * by_words,
            base=base,
            taxonomy=taxonomy,
            hyperparameters=replace(settings, **recipe.changed),
            folder=kept.with_suffix(""),
        )
    logits = predict_logits(fitted, at(texts, outside), taxonomy)
    np.save(kept, logits, allow_pickle=False)
    print(f"{name}, fold {fold}: {time.monotonic() - started:.0f} s", flush=True)
    return logits


@contextmanager
def replaced(attributes: Mapping[str, Any]) -> Iterator[None]:
    with ExitStack() as stack:
        for name, value in attributes.items():
            stack.enter_context(patch(name, value))
        yield


def report(
    scored: Mapping[str, tuple[np.ndarray, np.ndarray]],
    targets: np.ndarray,
    taxonomy: Taxonomy,
    options: argparse.Namespace,
) -> list[str]:
    weights = bootstrap_weights(len(targets), options.resamples, np.random.default_rng(0))
    values = {name: figures(*found, targets, weights, taxonomy) for name, found in scored.items()}
    reference = values[REFERENCE]
    columns = "| recipe | " + " | ".join(reference) + " |"
    lines = [
        "# What each step of the recipe brings",
        "",
        f"{datetime.now().astimezone().date()}, {platform.machine()}. {len(targets):,} rows, {options.folds} folds: "
        "every row is predicted by a model that did not see it, thresholds come from the other folds. "
        f"{options.epochs:g} epochs at a learning rate of {options.learning_rate:g}, from an encoder that has seen no "
        "label. The reference begins with a linear probe, lowers the learning rate by 0.92 a layer, hides 10 % of the "
        "tokens, writes noise into 30 % of the texts, weighs rare labels, and mixes 30 % of a linear model's "
        f"out-of-fold predictions into the labels. Macro-F1 counts labels with at least {FEW} positives; brackets are "
        "95 % bootstrap intervals over the texts, of the differences paired. The other seeds show what chance does.",
        "",
        columns,
        f"|---{'|---' * len(reference)}|",
        f"| {REFERENCE} | {' | '.join(str(figure(found)) for found in reference.values())} |",
        "",
        "Differences from the reference:",
        "",
        columns,
        f"|---{'|---' * len(reference)}|",
    ]
    for name, found in values.items():
        if name != REFERENCE:
            gains = [figure(found[column] - reference[column]) for column in reference]
            cells = (f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]" for gain in gains)
            told = name.replace("unlabelled texts", f"{options.n_unlabelled:,} unlabelled texts")
            lines.append(f"| {told} | {' | '.join(cells)} |")
    return [*lines, "", options.note] if options.note else lines


def figures(
    probabilities: np.ndarray, decided: np.ndarray, targets: np.ndarray, weights: np.ndarray, taxonomy: Taxonomy
) -> dict[str, np.ndarray]:
    """Bootstrap values ``(n_resamples + 1,)`` of every figure; the first is the plain one."""
    support = np.nansum(targets, axis=0)
    span = taxonomy.columns("cause")
    causes = [column for column in range(span.start, span.stop) if support[column] >= FEW]
    precision = {
        column: average_precision(probabilities[:, column], targets[:, column], weights)
        for column in np.flatnonzero(support >= FEW)
    }
    return {
        "cause macro-F1": macro_f1(decided[:, causes], targets[:, causes], weights),
        "cause mean average precision": np.nanmean([precision[column] for column in causes], axis=0),
        "mean average precision": np.nanmean(list(precision.values()), axis=0),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("base", type=Path)
    parser.add_argument("--rows", type=Path, nargs="+", required=True)
    parser.add_argument("--unlabelled", type=Path, nargs="+", default=[])
    parser.add_argument("--n-unlabelled", type=int, default=8000)
    parser.add_argument("--most", type=int, help="rows drawn by chance; without it all")
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--learning-rate", type=float, default=2e-4)
    parser.add_argument("--max-length", type=int, default=192)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--resamples", type=int, default=500)
    parser.add_argument("--scratch", type=Path, default=Path("runs/ablation"))
    parser.add_argument("--note", default="", help="what the reader should make of it")
    parser.add_argument("--report", action="store_true", help=f"write benchmarks/reports/{REPORT.name}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
