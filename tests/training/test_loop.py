"""Fitting one model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

import torch
from torch import Tensor
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from nlp.model.decision import Decision
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import prepare
from nlp.training import batches, loop
from nlp.training.examples import read_examples
from nlp.training.loop import Hyperparameters, fit, load_base, predict_logits
from nlp.training.metrics import mean_average_precision
from nlp.training.noise import counterfactual_pair


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


def test_two_readings_of_a_text_are_drawn_together(lively_base: Path, tiny_labelled: Path, tmp_path: Path) -> None:
    taxonomy = Taxonomy.load()
    examples = read_examples([tiny_labelled], taxonomy)[:96]
    texts, targets = [row.prepared() for row in examples], np.stack([row.target for row in examples])
    read = [
        [reading.customer for reading in counterfactual_pair(text, np.random.default_rng(row))]
        for row, text in enumerate(texts)
    ]

    def apart(pairing: float) -> float:
        fitted = fit(
            texts,
            targets,
            base=lively_base,
            taxonomy=taxonomy,
            hyperparameters=Hyperparameters(
                epochs=6, learning_rate=2e-3, max_length=64, paired=1.0, pairing=pairing, token_masking=0.0, threads=1
            ),
            folder=tmp_path / f"{pairing:g}",
        )
        one, other = (predict_logits(fitted, [prepare(pair[k]) for pair in read], taxonomy) for k in (0, 1))
        return float(np.square(one - other).mean() / one.var())

    assert apart(10.0) < 0.7 * apart(0.0)


def test_twins_point_at_the_two_readings_of_a_row(lively_base: Path) -> None:
    texts = [prepare(text) for text in ("배송이 늦어요", "요금이 비싸요", "맛있어요")]
    windows, _ = load_base(lively_base, max_length=64)
    targets = np.eye(3, dtype=np.float32)
    rows = batches.window_dataset(texts, targets, windows)
    names = ("input_ids", "attention_mask")
    twice = batches.Noise(texts, windows, share=0.0, paired=1.0, seed=1)
    once = batches.Noise(texts, windows, share=0.0, paired=0.0, seed=1)

    pairs = batches.Collator(windows, names, mask_id=None, masking=0.0, seed=1, noise=twice)(list(rows))
    alone = batches.Collator(windows, names, mask_id=None, masking=0.0, seed=1, noise=once)(list(rows))

    assert pairs["twins"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert pairs["labels"].tolist() == [*targets.tolist(), *targets.tolist()]
    assert len(pairs["input_ids"]) == 6
    assert "twins" not in alone
    assert alone["labels"].tolist() == targets.tolist()


def test_a_model_leaves_training_in_float32(lively_base: Path, tiny_labelled: Path, tmp_path: Path) -> None:
    taxonomy = Taxonomy.load()
    examples = read_examples([tiny_labelled], taxonomy)[:32]
    texts, targets = [row.prepared() for row in examples], np.stack([row.target for row in examples])

    fitted = fit(
        texts,
        targets,
        base=lively_base,
        taxonomy=taxonomy,
        hyperparameters=Hyperparameters(epochs=1, max_length=64, threads=1),
        folder=tmp_path,
    )

    # A forward pass that still rounded to bfloat16 would agree with the weights to two or three digits only.
    fresh = type(fitted.model)(fitted.model.config)
    fresh.load_state_dict(fitted.model.state_dict())
    logits = predict_logits(fitted, texts, taxonomy)
    again = predict_logits(replace(fitted, model=fresh), texts, taxonomy)
    np.testing.assert_allclose(logits, again, atol=1e-5)


def test_seeds_begin_at_one_linear_probe(
    lively_base: Path, tiny_labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_PROBE_TEXTS", 40)
    taxonomy = Taxonomy.load()
    examples = read_examples([tiny_labelled], taxonomy)[:96]
    texts, targets = [row.prepared() for row in examples], np.stack([row.target for row in examples])

    def begun(seed: int) -> dict[str, Tensor]:
        settings = Hyperparameters(epochs=0.1, learning_rate=0.0, max_length=64, seed=seed, threads=1)
        folder = tmp_path / str(seed)
        fitted = fit(texts, targets, base=lively_base, taxonomy=taxonomy, hyperparameters=settings, folder=folder)
        return fitted.model.state_dict()

    one, other = begun(1), begun(2)

    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("finished", [True, False])
def test_a_finished_model_keeps_what_its_head_knows_and_learns_the_labels_that_it_lacks(
    lively_base: Path, tiny_labelled: Path, tmp_path: Path, finished: bool
) -> None:
    taxonomy = Taxonomy.load()
    known = [label for label in reversed(taxonomy.labels) if label != "cause:price"]
    config = BertConfig.from_pretrained(lively_base, id2label=dict(enumerate(known)))
    if finished:
        config.dangol_version = "earlier"
    earlier = BertForSequenceClassification.from_pretrained(
        lively_base, config=config, ignore_mismatched_sizes=True, dtype=torch.float16
    )
    earlier.save_pretrained(tmp_path / "earlier")
    AutoTokenizer.from_pretrained(lively_base).save_pretrained(tmp_path / "earlier")
    examples = read_examples([tiny_labelled], taxonomy)
    texts, targets = [row.prepared() for row in examples], np.stack([row.target for row in examples])

    fitted = fit(
        texts,
        targets,
        base=tmp_path / "earlier",
        taxonomy=taxonomy,
        hyperparameters=Hyperparameters(epochs=0.1, learning_rate=0.0, max_length=64, threads=1),
        folder=tmp_path / "run",
    )

    new = taxonomy.labels.index("cause:price")
    head, old_head = fitted.model.classifier.weight, earlier.classifier.weight.float()
    assert torch.equal(torch.cat([head[:new], head[new + 1 :]]), old_head.flip(0)) is finished
    assert torch.equal(fitted.model.bert.pooler.dense.weight, earlier.bert.pooler.dense.weight.float()) is finished
    logits, has = predict_logits(fitted, texts, taxonomy)[:, new], targets[:, new] == 1
    assert logits[has].mean() > logits[~has].mean() + 0.05
