"""A teacher without folds, and validation rows of their own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from nlp.errors import InputError
from nlp.model.classifier import ComplaintClassifier
from nlp.taxonomy import Taxonomy
from nlp.training import fit as fitting
from nlp.training.examples import read_examples
from nlp.training.fit import train
from nlp.training.members import Rows
from nlp.training.run import TrainingRun


@pytest.fixture
def run(short_run: TrainingRun, tiny_labelled: Path, tiny_model: Path, tmp_path: Path) -> TrainingRun:
    """A run that a teacher softens; every second row leaves its sentiment open, the last 60 rows validate."""
    rows = [json.loads(line) for line in tiny_labelled.read_text(encoding="utf-8").splitlines()]
    for row in rows[:180:2]:
        del row["labels"]["sentiment"]
    data, aside = tmp_path / "data.jsonl", tmp_path / "aside.jsonl"
    for path, some in ((data, rows[:180]), (aside, rows[180:])):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some), encoding="utf-8")
    return replace(short_run, data=(data,), validation_data=(aside,), soften=0.25, teacher=tiny_model)


def test_the_teacher_softens_labels_and_stands_for_those_that_a_row_leaves_open(
    run: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Rows] = {}
    original = fitting.fit_members

    def spied(some: TrainingRun, rows: Rows, **further: object) -> object:
        given.update(rows=rows, validation=further["validation"])  # type: ignore[arg-type]
        return original(some, rows, **further)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "fit_members", spied)
    train(run, today=date(2026, 11, 22))

    taxonomy = Taxonomy.load()
    examples = {e.prepared().masked: e for e in read_examples(run.data, taxonomy)}
    texts, targets = given["rows"]
    assert run.teacher is not None
    taught = ComplaintClassifier.from_pretrained(run.teacher, threads=1).predict_proba(list(texts))
    hard = np.stack([examples[text.masked].target for text in texts])
    np.testing.assert_allclose(targets, np.where(np.isnan(hard), taught, 0.75 * hard + 0.25 * taught), atol=1e-3)
    assert np.isnan(hard).any()
    aside = {e.prepared().masked for e in read_examples(run.validation_data, taxonomy)}
    assert {text.masked for text in given["validation"][0]} == aside
    assert aside.isdisjoint(text.masked for text in texts)


def test_the_card_says_who_taught_and_how_many_rows_validated(run: TrainingRun) -> None:
    folder = train(run, today=date(2026, 11, 22))

    facts = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["training"]
    assert (facts["stop_rows"], facts["also"]) == (60, 0)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "25% of every target is what tiny predicts" in card


def test_soft_labels_without_folds_or_a_teacher_are_refused(run: TrainingRun) -> None:
    with pytest.raises(InputError, match="folds or a teacher"):
        replace(run, teacher=None)
