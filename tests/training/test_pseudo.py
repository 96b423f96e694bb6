"""One pass over unlabelled texts before the true labels."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from nlp.model.classifier import ComplaintClassifier
from nlp.training.fit import train
from nlp.training.run import TrainingRun


@pytest.fixture
def unlabelled(tmp_path: Path, complaints: list[Mapping[str, object]]) -> Path:
    """Texts, one a line: those of our corpus that are not in ``tiny_labelled``, some of them too short or twice."""
    path = tmp_path / "unlabelled.txt.gz"
    lines = [str(row["text"]).replace("\n", " ") for row in complaints[1::4][:80]]
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write("\n".join([*lines, "네", *lines[:10]]) + "\n")
    return path


@pytest.mark.parametrize("with_teacher", [False, True])
def test_the_encoder_is_adapted_to_unlabelled_texts_first_and_a_second_run_takes_it(
    with_teacher: bool, short_run: TrainingRun, tiny_model: Path, unlabelled: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    teacher = tiny_model if with_teacher else None
    run = replace(short_run, unlabelled=(unlabelled,), n_unlabelled=40, teacher=teacher)

    folder = train(run, today=date(2026, 11, 22), say=said.append)

    assert "adapting the encoder to 40 unlabelled texts" in said
    facts = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["training"]
    assert facts["unlabelled"] == 40
    assert facts["teacher"] == (tiny_model.name if with_teacher else None)
    assert ComplaintClassifier.from_pretrained(folder).predict(["배송이 2주나 걸렸어요"])
    said.clear()
    train(replace(run, out=tmp_path / "again"), today=date(2026, 11, 22), say=said.append)
    assert any(line.startswith("taking the adapted encoder from") for line in said)
