"""Predictions of training rows by models that did not see them, kept for a run that goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp.errors import Message
from nlp.files import replacing
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.training.baseline import LinearBaseline
from nlp.training.loop import fit, predict_logits
from nlp.training.run import TrainingRun
from nlp.training.split import fold_of

Say = Callable[[str], None]
Item = TypeVar("Item")

_LINEAR_FOLDS = 5


def encoder_out_of_fold(
    run: TrainingRun,
    texts: Sequence[PreparedText],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    say: Say,
) -> NDArray[np.float32]:
    """Logits ``(n_texts, n_labels)`` of every row by a model that did not see it; kept in the scratch folder."""
    kept = run.scratch / "encoder_out_of_fold.npy"
    if kept.is_file():
        say(Message("taking out-of-fold predictions from {path}", path=kept))
        return np.asarray(np.load(kept, allow_pickle=False), dtype=np.float32)
    folds = fold_of([text.masked for text in texts], folds=run.folds, seed=run.hyperparameters.seed)
    logits = np.zeros_like(targets)
    for fold in range(run.folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        say(
            Message(
                "fold {fold} of {folds}: fitting on {count} rows, predicting {rest}",
                fold=fold + 1,
                folds=run.folds,
                count=len(inside),
                rest=len(outside),
            )
        )
        fitted = fit(
            at(texts, inside),
            targets[inside],
            base=run.base,
            taxonomy=taxonomy,
            hyperparameters=run.hyperparameters,
            folder=run.scratch / f"fold-{fold}",
        )
        logits[outside] = predict_logits(fitted, at(texts, outside), taxonomy)
    with replacing(kept) as stream:
        np.save(stream, logits, allow_pickle=False)
    return logits


def linear_out_of_fold(
    run: TrainingRun, texts: Sequence[PreparedText], targets: NDArray[np.float32], say: Say
) -> NDArray[np.float32]:
    """Scores ``(n_texts, n_labels)`` of every row by a linear model that did not see it."""
    kept = run.scratch / "linear_out_of_fold.npy"
    if kept.is_file():
        return np.asarray(np.load(kept, allow_pickle=False), dtype=np.float32)
    say(Message("fitting {count} linear models", count=_LINEAR_FOLDS))
    plain = [text.customer for text in texts]
    folds = fold_of(plain, folds=_LINEAR_FOLDS, seed=run.hyperparameters.seed)
    scores = np.zeros_like(targets)
    for fold in range(_LINEAR_FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        model = LinearBaseline().fit(at(plain, inside), targets[inside])
        scores[outside] = model.predict_proba(at(plain, outside))
    with replacing(kept) as stream:
        np.save(stream, scores, allow_pickle=False)
    return scores


def at(values: Sequence[Item], rows: Iterable[int]) -> list[Item]:
    """The items at these positions."""
    return [values[row] for row in rows]
