"""Fit the decisions of a finished model to a firm's own labelled rows; the weights stay as they are."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InputError, ModelError
from nlp.files import whole_folder
from nlp.model.classifier import ComplaintClassifier
from nlp.model.decision import Decision
from nlp.model.familiarity import Familiarity
from nlp.model.windows import Windows
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.training.calibration import fit_calibration, fit_decision, fit_familiarity
from nlp.training.card_update import CARD
from nlp.training.checks import check_different, check_rows
from nlp.training.examples import Example
from nlp.training.metrics import bootstrap_weights, interval, macro_f1
from nlp.training.precision import PRECISIONS
from nlp.training.split import fold_of

FEWEST_ROWS = 100
"""Rows below which nothing is fitted: chance would move the thresholds more than the firm's texts do."""

FEWEST_LABELLED = 10
"""Texts with a label below which its thresholds stay as they were."""

Progress: TypeAlias = Callable[[int, int], None]
"""Told of what is done and of all."""

_FOLDS = 5
_RESAMPLES = 1000


@dataclass(frozen=True, kw_only=True)
class Change:
    """Macro-F1 of a group before and after, on rows that the fit did not see, and the difference's 95 % interval."""

    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Recalibrated:
    """The new decision, what it changes by group, and how strange a text must be to be called unlike these rows.

    ``like`` names the model that the decision follows; without one it was fitted to labels.
    """

    decision: Decision
    familiarity: Familiarity
    changes: Mapping[str, Change]
    like: str | None = None


def recalibrate(
    folder: Path,
    examples: Sequence[Example],
    *,
    threads: int | None = None,
    precisions: Sequence[float] = PRECISIONS,
    seed: int = 0,
    progress: Progress = lambda _done, _total: None,
) -> Recalibrated:
    """Refit calibration, thresholds, abstention and familiarity of a model folder on rows that it was not trained on.

    Everything starts from what the folder has. ``changes`` come from cross-validation with near-duplicates kept
    together. ``progress`` is told of the texts scored. Raises LabelledDataError below a hundred rows or ten different
    texts, and ModelError for an unusable folder.
    """
    texts = _enough(examples)
    classifier = ComplaintClassifier.from_pretrained(folder, threads=threads)
    taxonomy, start = classifier.taxonomy, classifier.decision
    progress(0, len(texts))
    logits = classifier.predict_logits(texts, progress=lambda done: progress(done, len(texts)))
    targets = np.stack([example.target for example in examples])

    def fitted(rows: NDArray[np.int64], wanted: Sequence[float] = ()) -> Decision:
        return fit_decision(
            logits[rows],
            targets[rows],
            taxonomy,
            max_length=start.max_length,
            start=start,
            fewest=FEWEST_LABELLED,
            precisions=wanted,
        )

    after = np.zeros(targets.shape, dtype=np.bool_)
    folds = fold_of([text.masked for text in texts], folds=_FOLDS, seed=seed)
    for fold in range(_FOLDS):
        rows = np.flatnonzero(folds == fold)
        decision = fitted(np.flatnonzero(folds != fold))
        after[rows] = decision.decide(decision.probabilities(logits[rows], taxonomy), taxonomy)
    before = start.decide(start.probabilities(logits, taxonomy), taxonomy)
    decision = fitted(np.arange(len(targets)), precisions)
    return Recalibrated(
        decision=decision,
        familiarity=_familiarity(folder, texts, logits, decision, taxonomy),
        changes=_changes(before, after, targets, taxonomy, np.random.default_rng(seed)),
    )


def calibrate_like(
    folder: Path,
    like: Path,
    examples: Sequence[Example],
    *,
    threads: int | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Recalibrated:
    """Let a model folder decide as another does: its probabilities are fitted to those of ``like`` on the rows' texts,
    whose labels are not looked at, and thresholds, abstention and chosen precisions are those of ``like``.

    For a successor that was trained on all the rows there were, or on rows with other rates. Neither model may have
    been trained on these texts. ``progress`` is told of the texts scored, each of them twice. Raises LabelledDataError
    below a hundred rows or ten different texts, ModelError for an unusable folder or one with other labels.
    """
    texts = _enough(examples)
    successor, earlier = (ComplaintClassifier.from_pretrained(one, threads=threads) for one in (folder, like))
    taxonomy = successor.taxonomy
    if successor.labels != earlier.labels:
        raise ModelError(
            "{folder}: it has other labels than {like}; give a model of the same taxonomy", folder=folder, like=like
        )
    count = len(texts)
    progress(0, 2 * count)
    logits = successor.predict_logits(texts, progress=lambda done: progress(done, 2 * count))
    followed = earlier.predict_logits(texts, progress=lambda done: progress(count + done, 2 * count))
    start = replace(earlier.decision, max_length=successor.decision.max_length)
    decision = fit_calibration(logits, earlier.decision.probabilities(followed, taxonomy), taxonomy, start=start)
    return Recalibrated(
        decision=decision,
        familiarity=_familiarity(folder, texts, logits, decision, taxonomy),
        changes={},
        like=earlier.name,
    )


def _enough(examples: Sequence[Example]) -> list[PreparedText]:
    """The texts of the rows, if they are enough to fit on."""
    check_rows(len(examples), fewest=FEWEST_ROWS)
    texts = [example.prepared() for example in examples]
    check_different(texts)
    return texts


def _familiarity(
    folder: Path,
    texts: Sequence[PreparedText],
    logits: NDArray[np.float32],
    decision: Decision,
    taxonomy: Taxonomy,
) -> Familiarity:
    windows = Windows.load(folder, max_length=decision.max_length)
    earlier = Familiarity.load(folder, letters=windows.letters)
    known = earlier.counts if earlier is not None else None
    return fit_familiarity(texts, logits, decision, taxonomy, windows, known=known)


def save_recalibrated(found: Recalibrated, folder: Path, out: Path, *, rows: int, today: date) -> None:
    """Write a copy of the model folder with the new decisions; its card says so. It appears whole or not at all.

    Raises InputError when it exists.
    """
    if out.exists():
        raise InputError("{path}: the output is there already; choose another folder", path=out)
    with whole_folder(out) as unfinished:
        shutil.copytree(folder, unfinished, dirs_exist_ok=True)
        found.decision.save(unfinished)
        found.familiarity.save(unfinished)
        card = unfinished / CARD
        if card.is_file():
            _tell_card(card, found, rows=rows, today=today)


def _tell_card(card: Path, found: Recalibrated, *, rows: int, today: date) -> None:
    told = card.read_text(encoding="utf-8").rstrip()
    done = (
        f"Calibration, thresholds and familiarity were fitted anew on {rows} labelled rows"
        if found.like is None
        else f"Calibration was fitted to the probabilities of {found.like} on {rows} texts, familiarity to "
        f"the same; thresholds are those of {found.like}"
    )
    card.write_text(
        f"{told}\n\n## Recalibrated\n\n{done} ({today.isoformat()}); the weights are those described above, "
        "figures are of before.\n",
        encoding="utf-8",
    )


def _changes(
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    rng: np.random.Generator,
) -> dict[str, Change]:
    weights = bootstrap_weights(len(targets), _RESAMPLES, rng)
    changes = {}
    for group in taxonomy:
        columns = np.arange(len(taxonomy.labels))[taxonomy.columns(group.id)]
        columns = columns[np.nansum(targets[:, columns], axis=0) >= FEWEST_LABELLED]
        if len(columns):
            old, new = (macro_f1(d[:, columns], targets[:, columns], weights) for d in (before, after))
            low, high = interval(new - old)
            changes[group.id] = Change(before=float(old[0]), after=float(new[0]), low=low, high=high)
    return changes
