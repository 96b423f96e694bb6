"""Fitting one model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from nlp.model.decision import Decision
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import prepare
from nlp.training import batches
from nlp.training.examples import read_examples
from nlp.training.loop import Hyperparameters, fit, predict_logits
from nlp.training.metrics import mean_average_precision


def test_a_model_is_validated_on_the_texts_as_they_are(
    lively_base: Path, tiny_labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "augmented", lambda *_, **__: prepare("아"))
    taxonomy = Taxonomy.load()
    # The shortest first: a long text has further windows, which a validation does not read.
    examples = sorted(read_examples([tiny_labelled], taxonomy), key=lambda row: len(row.text))
    texts, targets = [row.prepared() for row in examples], np.stack([row.target for row in examples])
    validation = (texts[:40], targets[:40])

    fitted = fit(
        texts[40:],
        targets[40:],
        base=lively_base,
        taxonomy=taxonomy,
        hyperparameters=Hyperparameters(epochs=1, max_length=320, augment=1.0, token_masking=0.5, threads=1),
        folder=tmp_path,
        validation=validation,
    )

    (state,) = tmp_path.glob("checkpoint-*/trainer_state.json")
    logits = predict_logits(fitted, validation[0], taxonomy)
    probabilities = Decision.neutral(taxonomy, max_length=fitted.windows.max_length).probabilities(logits, taxonomy)
    assert json.loads(state.read_text(encoding="utf-8"))["best_metric"] == pytest.approx(
        mean_average_precision(probabilities, targets[:40]), abs=0.01
    )
