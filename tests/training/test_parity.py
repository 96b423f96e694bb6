from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from transformers import pipeline

from nlp.model.classifier import ComplaintClassifier
from nlp.model.session import Session
from nlp.model.windows import Windows
from nlp.training.export import FLOAT_FILE

TEXTS = ["배송이 너무 늦어요", "상담원이 불친절하고 환불도 안 해 줘요", "가격이 올라서 해지합니다", "친절해요"]


@pytest.fixture(scope="module")
def batch(tiny_model: Path):
    windows = Windows.load(tiny_model, max_length=64)
    from nlp.text.prepare import prepare

    return windows.pad(windows.cut([prepare(text) for text in TEXTS]))


def test_float_onnx_agrees_with_torch(tiny_model: Path, batch) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(tiny_model, dtype=torch.float32).eval()
    with torch.no_grad():
        expected = model(
            input_ids=torch.from_numpy(batch.input_ids),
            attention_mask=torch.from_numpy(batch.attention_mask),
            token_type_ids=torch.from_numpy(batch.token_type_ids),
        ).logits.numpy()

    np.testing.assert_allclose(Session(tiny_model / FLOAT_FILE).logits(batch), expected, atol=1e-4)


def test_int8_stays_close_to_float(tiny_model: Path, batch) -> None:
    whole = Session(tiny_model / FLOAT_FILE).logits(batch)
    small = Session(tiny_model / "onnx" / "model.onnx").logits(batch)

    assert np.abs(whole - small).max() < 0.1 * np.abs(whole).max()
    assert not np.array_equal(whole, small)


def test_the_transformers_pipeline_loads_the_folder_and_agrees_before_calibration(tiny_model: Path) -> None:
    classifier = ComplaintClassifier.from_pretrained(tiny_model)
    peer = pipeline("text-classification", model=str(tiny_model), top_k=None, function_to_apply="sigmoid", device="cpu")
    whole = Session(tiny_model / FLOAT_FILE)
    windows = Windows.load(tiny_model, max_length=64)
    from nlp.text.prepare import prepare

    for text, scores in zip(TEXTS, peer(TEXTS), strict=True):
        by_label = {entry["label"]: entry["score"] for entry in scores}
        logits = whole.logits(windows.pad(windows.cut([prepare(text)])))[0]
        for label, logit in zip(classifier.labels, logits, strict=True):
            assert by_label[label] == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-3)
