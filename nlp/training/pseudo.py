"""Adapt the encoder to unlabelled texts: one pass over what other models say of them.

A linear model on character n-grams knows many words from few labels. Letting it label fresh texts, and the
encoder learn them before it sees the true labels, hands that knowledge over and adapts the encoder to the
domain in one go (pseudo-labels: Lee 2013; distillation into a pre-trained student: Turc et al. 2019). With an
earlier model as a second teacher the student hears both: they err on different texts (noisy student: Xie et al. 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import Message
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.training.baseline import LinearBaseline
from nlp.training.calibration import platt_probabilities
from nlp.training.encoder import save_encoder
from nlp.training.loop import fit
from nlp.training.run import TrainingRun
from nlp.training.teacher import Teacher
from nlp.training.unlabelled import drawn, read_unlabelled

_POOL_FACTOR = 5
_LONGEST = 400
"""Characters; longer texts cost too much."""


def adapted_base(
    run: TrainingRun,
    texts: Sequence[PreparedText],
    targets: NDArray[np.float32],
    linear: NDArray[np.float32],
    excluded: Sequence[str],
    taxonomy: Taxonomy,
    teacher: Teacher | None,
    say: Callable[[str], None],
) -> Path:
    """The base encoder after one pass over unlabelled texts with the labels of the linear model and the teacher."""
    folder = run.scratch / "adapted"
    if (folder / "config.json").is_file():
        say(Message("taking the adapted encoder from {path}", path=folder))
        return folder
    say(Message("labelling unlabelled texts with a linear model"))
    by_words = LinearBaseline().fit([text.customer for text in texts], targets)
    chosen, labels = choose_texts(
        read_unlabelled(run.unlabelled),
        linear=by_words,
        platt=(linear, targets),
        taxonomy=taxonomy,
        excluded=excluded,
        n_texts=run.n_unlabelled,
        rng=np.random.default_rng(run.hyperparameters.seed),
    )
    if teacher is not None:
        # Where no row has labels, the linear model knows nothing.
        labels = np.where(np.isnan(targets).all(axis=0), np.nan, labels)
        labels = np.nanmean([labels, teacher.predict_proba(chosen)], axis=0)
    say(Message("adapting the encoder to {count} unlabelled texts", count=len(chosen)))
    fitted = fit(
        chosen,
        labels,
        base=run.base,
        taxonomy=taxonomy,
        hyperparameters=replace(run.hyperparameters, epochs=1.0),
        folder=run.scratch / "adapting",
    )
    save_encoder(fitted.model, tokenizer_of=run.base, folder=folder)
    return folder


def choose_texts(
    lines: Iterator[str],
    *,
    linear: LinearBaseline,
    platt: tuple[NDArray[np.float32], NDArray[np.float32]],
    taxonomy: Taxonomy,
    excluded: Sequence[str],
    n_texts: int,
    rng: np.random.Generator,
) -> tuple[list[PreparedText], NDArray[np.float32]]:
    """Draw ``n_texts`` of the lines, those that likely carry a rare label more often; with their soft labels.

    ``platt`` are out-of-fold scores of the linear model and their targets, both ``(n, n_labels)``, that calibrate it.
    ``excluded`` texts (held-out rows) are never drawn. Returns texts and probabilities ``(n_texts, n_labels)``.
    """
    short = (line for line in lines if len(line) <= _LONGEST)
    pool = [prepare(text) for text in drawn(short, most=n_texts * _POOL_FACTOR, rng=rng, excluded=excluded)]
    scores = platt_probabilities(
        linear.predict_proba([text.customer for text in pool]), fitted_on=platt, taxonomy=taxonomy
    )
    # A text's chance to be drawn grows with the rarest label that it likely has.
    known = ~np.isnan(platt[1])
    rate = (np.where(known, platt[1], 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)).clip(0.005, 1.0)
    any_of = np.concatenate([np.full(len(group.ids), group.kind == "any-of") for group in taxonomy])
    chance = 0.1 + (scores[:, any_of] / np.sqrt(rate[any_of])).max(axis=1, initial=0.0)
    taken = rng.choice(len(pool), min(n_texts, len(pool)), replace=False, p=chance / chance.sum())
    return [pool[index] for index in taken], scores[taken]
