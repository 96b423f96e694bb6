"""The whole training run: read, check, split, fit the folds, calibrate, fit the model, measure, write."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InputError
from nlp.model.decision import Decision
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.training.baseline import LinearBaseline
from nlp.training.calibration import fit_decision, platt_probabilities
from nlp.training.card import model_card
from nlp.training.evaluation import Evaluation, evaluate
from nlp.training.examples import Example, read_examples
from nlp.training.export import save_encoder, save_model
from nlp.training.loop import Fitted, Hyperparameters, fit, predict_logits
from nlp.training.pseudo import choose_texts, read_lines
from nlp.training.split import fold_of, without_leaks

logger = logging.getLogger(__name__)

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TrainingRun:
    """What to train on, from which encoder, and where to.

    ``data`` are labelled files; rows of ``held_out`` files, and their near-duplicates, are never trained on
    and only scored at the end. ``folds`` cross-validation models give the out-of-fold predictions for thresholds
    and, mixed into the targets by ``soften``, for soft labels. The encoder first takes one pass over
    ``n_unlabelled`` lines of the ``unlabelled`` files, if there are any. ``validation`` is the share of the rows that
    stops the final model early and calibrates it. ``scratch`` keeps checkpoints: a run that was stopped goes
    on from there.
    """

    data: tuple[Path, ...]
    out: Path
    base: str | Path
    version: str
    taxonomy: Path | None = None
    held_out: tuple[Path, ...] = ()
    unlabelled: tuple[Path, ...] = ()
    n_unlabelled: int = 30_000
    folds: int = 2
    validation: float = 0.1
    soften: float = 0.3
    hyperparameters: Hyperparameters = field(default_factory=Hyperparameters)
    scratch: Path = Path("runs/latest")
    keep_float_onnx: bool = False

    def __post_init__(self) -> None:
        if not 0.0 < self.validation < 0.5:
            raise InputError(f"validation is {self.validation}; give a share above 0 and below 0.5")
        if not 0.0 <= self.soften < 1.0:
            raise InputError(f"soften is {self.soften}; give a share from 0 up to below 1")
        if self.folds == 1 or self.folds < 0:
            raise InputError(f"folds is {self.folds}; give 0 (none) or at least 2")
        if self.soften and not self.folds:
            raise InputError("soft labels come from the folds; give folds of at least 2, or soften 0")


def train(run: TrainingRun, *, today: date, say: Say = logger.info) -> Path:
    """Train, calibrate, measure and write the model folder ``run.out``; returns it.

    Raises LabelledDataError before any training when a row cannot be used.
    """
    path = run.taxonomy
    taxonomy = Taxonomy.load(path)
    examples = read_examples(run.data, taxonomy)
    held_out = read_examples(run.held_out, taxonomy) if run.held_out else []
    kept = without_leaks([e.text for e in examples], [e.text for e in held_out]) if held_out else None
    if kept is not None and not kept.all():
        say(f"left out {int((~kept).sum())} rows that nearly repeat a held-out row")
        examples = [example for example, keep in zip(examples, kept, strict=True) if keep]
    say(f"{len(examples)} rows to train on, {len(held_out)} held out")

    texts = [example.prepared() for example in examples]
    targets = np.stack([example.target for example in examples])
    run.scratch.mkdir(parents=True, exist_ok=True)
    linear = _linear_out_of_fold(run, texts, targets, say) if run.soften or run.unlabelled else None
    teacher: NDArray[np.float32] | None = None
    thresholds: Decision | None = None
    if run.folds:
        logits = _out_of_fold(run, texts, targets, taxonomy, say)
        thresholds = fit_decision(logits, targets, taxonomy, max_length=run.hyperparameters.max_length)
        if linear is not None and run.soften:
            # The two err on different texts: their mean is better than either, and hands on what n-grams know.
            by_words = platt_probabilities(linear, fitted_on=(linear, targets), taxonomy=taxonomy)
            teacher = (thresholds.probabilities(logits, taxonomy) + by_words) / 2.0

    parts = fold_of([text.masked for text in texts], folds=max(2, round(1 / run.validation)), seed=_SPLIT_SEED)
    fit_rows, stop_rows = np.flatnonzero(parts != 0), np.flatnonzero(parts == 0)
    base = run.base
    if linear is not None and run.unlabelled:
        base = _adapted_base(
            run,
            _at(texts, fit_rows),
            targets[fit_rows],
            linear[fit_rows],
            [example.text for example in held_out] + [texts[row].source for row in stop_rows],
            taxonomy,
            say,
        )
    softened = targets if teacher is None else (1.0 - run.soften) * targets + run.soften * teacher
    say(f"fitting the model on {len(fit_rows)} rows, {len(stop_rows)} decide when to stop")
    fitted = fit(
        _at(texts, fit_rows),
        softened[fit_rows],
        base=base,
        taxonomy=taxonomy,
        hyperparameters=run.hyperparameters,
        folder=run.scratch / "final",
        validation=(_at(texts, stop_rows), targets[stop_rows]),
    )
    stop_logits = predict_logits(fitted, _at(texts, stop_rows), taxonomy)
    decision = fit_decision(stop_logits, targets[stop_rows], taxonomy, max_length=run.hyperparameters.max_length)
    if thresholds is not None:
        decision = replace(decision, threshold=thresholds.threshold, confidence=thresholds.confidence)
    save_model(
        fitted.model,
        base=run.base,
        taxonomy_text=_taxonomy_text(path),
        decision=decision,
        version=run.version,
        folder=run.out,
        keep_float_onnx=run.keep_float_onnx,
    )
    scored = _evaluate(fitted, decision, held_out or _at(examples, stop_rows), taxonomy)
    _write_card(run, scored, examples, held_out, fitted, taxonomy, today)
    say(f"wrote {run.out}")
    return run.out


_SPLIT_SEED = 11
_LINEAR_FOLDS = 5


def _out_of_fold(
    run: TrainingRun,
    texts: Sequence[PreparedText],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    say: Say,
) -> NDArray[np.float32]:
    """Logits ``(n_texts, n_labels)`` of every row by a model that did not see it; kept in the scratch folder."""
    kept = run.scratch / f"out_of_fold-{_fingerprint(texts, targets, run.folds)}.npy"
    if kept.is_file():
        say(f"taking out-of-fold predictions from {kept}")
        return np.asarray(np.load(kept, allow_pickle=False), dtype=np.float32)
    folds = fold_of([text.masked for text in texts], folds=run.folds, seed=run.hyperparameters.seed)
    logits = np.zeros_like(targets)
    for fold in range(run.folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        say(f"fold {fold + 1} of {run.folds}: fitting on {len(inside)} rows, predicting {len(outside)}")
        fitted = fit(
            _at(texts, inside),
            targets[inside],
            base=run.base,
            taxonomy=taxonomy,
            hyperparameters=run.hyperparameters,
            folder=run.scratch / f"fold-{fold}",
        )
        logits[outside] = predict_logits(fitted, _at(texts, outside), taxonomy)
    np.save(kept, logits, allow_pickle=False)
    return logits


def _linear_out_of_fold(
    run: TrainingRun, texts: Sequence[PreparedText], targets: NDArray[np.float32], say: Say
) -> NDArray[np.float32]:
    """Scores ``(n_texts, n_labels)`` of every row by a linear model that did not see it."""
    kept = run.scratch / f"linear-{_fingerprint(texts, targets, _LINEAR_FOLDS)}.npy"
    if kept.is_file():
        return np.asarray(np.load(kept, allow_pickle=False), dtype=np.float32)
    say(f"fitting {_LINEAR_FOLDS} linear models")
    plain = [text.customer for text in texts]
    folds = fold_of(plain, folds=_LINEAR_FOLDS, seed=run.hyperparameters.seed)
    scores = np.zeros_like(targets)
    for fold in range(_LINEAR_FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        model = LinearBaseline().fit(_at(plain, inside), targets[inside])
        scores[outside] = model.predict_proba(_at(plain, outside))
    np.save(kept, scores, allow_pickle=False)
    return scores


def _adapted_base(
    run: TrainingRun,
    texts: Sequence[PreparedText],
    targets: NDArray[np.float32],
    linear: NDArray[np.float32],
    excluded: Sequence[str],
    taxonomy: Taxonomy,
    say: Say,
) -> Path:
    """The base encoder after one pass over unlabelled texts with the linear model's labels."""
    folder = run.scratch / "adapted"
    if (folder / "config.json").is_file():
        say(f"taking the adapted encoder from {folder}")
        return folder
    say("labelling unlabelled texts with a linear model")
    teacher = LinearBaseline().fit([text.customer for text in texts], targets)
    chosen, labels = choose_texts(
        read_lines(run.unlabelled),
        linear=teacher,
        platt=(linear, targets),
        taxonomy=taxonomy,
        excluded=excluded,
        n_texts=run.n_unlabelled,
        rng=np.random.default_rng(run.hyperparameters.seed),
    )
    say(f"adapting the encoder to {len(chosen)} unlabelled texts")
    fitted = fit(
        [prepare(text) for text in chosen],
        labels,
        base=run.base,
        taxonomy=taxonomy,
        hyperparameters=replace(run.hyperparameters, epochs=1.0),
        folder=run.scratch / "adapting",
    )
    save_encoder(fitted.model, base=run.base, folder=folder)
    return folder


def _evaluate(fitted: Fitted, decision: Decision, examples: Sequence[Example], taxonomy: Taxonomy) -> Evaluation:
    logits = predict_logits(fitted, [example.prepared() for example in examples], taxonomy)
    probabilities = decision.probabilities(logits, taxonomy)
    return evaluate(
        probabilities,
        decision.decide(probabilities, taxonomy),
        np.stack([example.target for example in examples]),
        taxonomy,
        rng=np.random.default_rng(0),
    )


def _write_card(
    run: TrainingRun,
    evaluation: Evaluation,
    examples: Sequence[Example],
    held_out: Sequence[Example],
    fitted: Fitted,
    taxonomy: Taxonomy,
    today: date,
) -> None:
    facts: dict[str, Any] = {
        "version": run.version,
        "date": today.isoformat(),
        "base": str(run.base) if not Path(run.base).exists() else Path(run.base).name,
        "rows": len(examples),
        "held_out_rows": len(held_out),
        "folds": run.folds,
        "soften": run.soften,
        "unlabelled": run.n_unlabelled if run.unlabelled else 0,
        "epochs": fitted.epochs,
        "hyperparameters": asdict(run.hyperparameters),
    }
    metrics = {"training": facts, "evaluation": evaluation.to_dict()}
    (run.out / "metrics.json").write_text(
        json.dumps(metrics, ensure_ascii=False, indent=1, allow_nan=True) + "\n", encoding="utf-8"
    )
    (run.out / "README.md").write_text(model_card(facts, evaluation, taxonomy), encoding="utf-8")


def _fingerprint(texts: Sequence[PreparedText], targets: NDArray[np.float32], folds: int) -> str:
    """Kept predictions are only taken for the very rows, labels and number of folds they were made for."""
    digest = hashlib.sha256(str(folds).encode())
    for text in texts:
        digest.update(text.source.encode())
    digest.update(np.nan_to_num(targets, nan=-1.0).tobytes())
    return digest.hexdigest()[:16]


def _taxonomy_text(path: Path | None) -> str:
    from nlp.resources import data_path

    return (path or data_path("taxonomy.toml")).read_text(encoding="utf-8")


def _at(values: Sequence[Any], rows: NDArray[np.int64]) -> list[Any]:
    return [values[row] for row in rows]
