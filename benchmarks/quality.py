"""The shipped model beside a linear baseline, and int8 beside float32, on rows neither was trained on.

    python benchmarks/quality.py --model models/NAME --train TRAIN.jsonl … --held-out HELD.jsonl [--gold GOLD.jsonl]

The baseline sees the model's training rows; its C and its thresholds come from five-fold out-of-fold scores.
"""

from __future__ import annotations

import argparse
import platform
from datetime import datetime
from pathlib import Path

import numpy as np

from nlp.model.classifier import ComplaintClassifier
from nlp.model.decision import Decision
from nlp.model.session import FILE as INT8_FILE
from nlp.model.session import Session
from nlp.model.windows import Windows
from nlp.taxonomy import Taxonomy
from nlp.training.baseline import LinearBaseline
from nlp.training.calibration import fit_decision
from nlp.training.evaluation import evaluate, macro_f1_difference
from nlp.training.examples import Example, read_examples
from nlp.training.figures import Evaluation
from nlp.training.metrics import macro_f1
from nlp.training.split import fold_of, without_leaks

GRID = (1.0, 4.0, 10.0, 30.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--train", type=Path, nargs="+", required=True)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--float-onnx", type=Path, help="float32 ONNX of the same weights")
    parser.add_argument("--c", type=float, nargs="+", default=GRID)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/reports/quality.md"))
    options = parser.parse_args()

    classifier = ComplaintClassifier.from_pretrained(options.model)
    taxonomy = classifier.taxonomy
    held_out = read_examples([options.held_out], taxonomy)
    train = read_examples(options.train, taxonomy)
    kept = without_leaks([e.text for e in train], [e.text for e in held_out])
    train = [example for example, keep in zip(train, kept, strict=True) if keep]
    baseline, decision, c = tuned_baseline(train, taxonomy, options.c)

    lines = [
        "# Model quality",
        "",
        f"{datetime.now().astimezone().date()}, {platform.machine()}, model `{classifier.name}`. The baseline is "
        f"TF-IDF of character n-grams with balanced logistic regression on the same {len(train)} rows (C = {c:g} and "
        "thresholds from out-of-fold scores).",
        "",
    ]
    sets = [(f"{len(held_out)} held-out silver rows", held_out)]
    if options.gold:
        gold = read_examples([options.gold], taxonomy)
        sets.append((f"{len(gold)} gold rows", gold))
    for title, examples in sets:
        lines += compared(title, examples, classifier, baseline, decision, taxonomy)
    if options.float_onnx:
        lines += int8_against_float(options.model, options.float_onnx, classifier, held_out)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def tuned_baseline(
    examples: list[Example], taxonomy: Taxonomy, grid: tuple[float, ...]
) -> tuple[LinearBaseline, Decision, float]:
    texts = [example.prepared().customer for example in examples]
    targets = np.stack([example.target for example in examples])
    folds = fold_of(texts, folds=5, seed=3)
    best: tuple[float, float, Decision] | None = None
    for c in grid:
        scores = np.zeros_like(targets)
        for fold in range(5):
            inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            model = LinearBaseline(c=c).fit([texts[i] for i in inside], targets[inside])
            scores[outside] = model.predict_proba([texts[i] for i in outside])
        decision = fit_decision(logit(scores), targets, taxonomy, max_length=1)
        value = macro(decision.decide(decision.probabilities(logit(scores), taxonomy), taxonomy), targets, taxonomy)
        if best is None or value > best[0]:
            best = (value, c, decision)
    assert best is not None
    return LinearBaseline(c=best[1]).fit(texts, targets), best[2], best[1]


def macro(decided: np.ndarray, targets: np.ndarray, taxonomy: Taxonomy) -> float:
    columns = taxonomy.columns("cause")
    return float(macro_f1(decided[:, columns], targets[:, columns], np.ones((1, len(targets))))[0])


def logit(scores: np.ndarray) -> np.ndarray:
    clipped = scores.clip(1e-4, 1 - 1e-4)
    return np.log(clipped / (1 - clipped)).astype(np.float32)


def compared(
    title: str,
    examples: list[Example],
    classifier: ComplaintClassifier,
    baseline: LinearBaseline,
    decision: Decision,
    taxonomy: Taxonomy,
) -> list[str]:
    prepared = [example.prepared() for example in examples]
    targets = np.stack([example.target for example in examples])
    ours = classifier.predict_proba(prepared)
    theirs = decision.probabilities(logit(baseline.predict_proba([t.customer for t in prepared])), taxonomy)
    our_labels = classifier.decision.decide(ours, taxonomy)
    their_labels = decision.decide(theirs, taxonomy)
    rng = np.random.default_rng(0)
    us = evaluate(ours, our_labels, targets, taxonomy, rng=rng)
    them = evaluate(theirs, their_labels, targets, taxonomy, rng=rng)
    lines = [
        f"## {title}",
        "",
        "Macro-F1 over labels with at least 15 positives, 95 % bootstrap intervals; the difference is paired and over "
        "all labels.",
        "",
        "| group | model | baseline | difference |",
        "|---|---|---|---|",
    ]
    for group in us.groups:
        difference = macro_f1_difference(our_labels, their_labels, targets, taxonomy, group, rng=rng)
        lines.append(f"| {group} | {us.groups[group].macro_f1} | {them.groups[group].macro_f1} | {difference} |")
    return [*lines, "", *by_label(us, them), ""]


def by_label(us: Evaluation, them: Evaluation) -> list[str]:
    lines = [
        "| label | positives | F1 model | F1 baseline | AP model | AP baseline | ECE model |",
        "|---|---|---|---|---|---|---|",
    ]
    for label, ours in us.labels.items():
        theirs = them.labels[label]
        lines.append(
            f"| {label} | {ours.support} | {ours.f1} | {theirs.f1.value:.3f} | {ours.average_precision.value:.3f} "
            f"| {theirs.average_precision.value:.3f} | {ours.calibration.value:.3f} |"
        )
    return lines


def int8_against_float(
    folder: Path, float_onnx: Path, classifier: ComplaintClassifier, examples: list[Example]
) -> list[str]:
    taxonomy, decision = classifier.taxonomy, classifier.decision
    prepared = [example.prepared() for example in examples]
    targets = np.stack([example.target for example in examples])
    decided = []
    for path in (folder / INT8_FILE, float_onnx):
        one = ComplaintClassifier(
            session=Session(path),
            windows=Windows.load(folder, max_length=decision.max_length),
            taxonomy=taxonomy,
            decision=decision,
            name=str(path),
        )
        decided.append(decision.decide(one.predict_proba(prepared), taxonomy))
    small, whole = decided
    return [
        "## int8 against float32",
        "",
        f"Cause macro-F1: int8 {macro(small, targets, taxonomy):.4f}, float32 {macro(whole, targets, taxonomy):.4f}; "
        f"{np.mean(small != whole):.2%} of the {small.size:,} label decisions differ on {len(examples)} held-out rows.",
        "",
    ]


if __name__ == "__main__":
    main()
