from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from nlp.model.classifier import ComplaintClassifier
from nlp.taxonomy import Taxonomy


def test_a_training_run_writes_a_folder_that_the_classifier_loads(tiny_model: Path) -> None:
    classifier = ComplaintClassifier.from_pretrained(tiny_model)
    probabilities = classifier.predict_proba(["배송이 2주나 걸렸어요", "친절하고 좋았어요"])

    assert probabilities.shape == (2, len(Taxonomy.load().labels))
    assert np.isfinite(probabilities).all()


def test_the_folder_is_complete_and_speaks_of_itself(tiny_model: Path) -> None:
    names = {path.relative_to(tiny_model).as_posix() for path in tiny_model.rglob("*") if path.is_file()}

    assert {"config.json", "model.safetensors", "tokenizer.json", "taxonomy.toml", "decision.json"} <= names
    assert {"onnx/model.onnx", "metrics.json", "README.md"} <= names
    metrics = json.loads((tiny_model / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["training"]["version"] == "tiny"
    assert "cause:price" in (tiny_model / "README.md").read_text(encoding="utf-8")
