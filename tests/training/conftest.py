"""A base whose vectors tell texts apart, and rows with labels of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nlp.training.run import TrainingRun


@pytest.fixture(scope="session")
def lively_base(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of large random weights, two layers, with the vocabulary of the tiny base.

    Vectors of tiny random weights hardly differ; those of a trained encoder do, and so do these.
    """
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("lively-base")
    config = BertConfig.from_pretrained(tiny_base, initializer_range=0.3, num_labels=4, dangol_version="lively")
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_base).save_pretrained(folder)
    return folder


@pytest.fixture
def short_run(tiny_base: Path, tiny_labelled: Path, tmp_path: Path) -> TrainingRun:
    """A run of one epoch without folds, to be changed with ``dataclasses.replace``."""
    from nlp.training.loop import Hyperparameters
    from nlp.training.run import TrainingRun

    return TrainingRun(
        data=(tiny_labelled,),
        out=tmp_path / "model",
        base=tiny_base,
        version="short",
        folds=0,
        soften=0.0,
        hyperparameters=Hyperparameters(epochs=1, max_length=64, threads=1),
        scratch=tmp_path / "run",
    )


@pytest.fixture
def new_labels(tmp_path: Path) -> tuple[Path, Path]:
    """A taxonomy of labels that did not exist before, and 80 rows that have them; one is written without Hangul."""
    taxonomy, data = tmp_path / "new.toml", tmp_path / "new.csv"
    taxonomy.write_text(
        '[[group]]\nid = "topic"\nkind = "any-of"\nko = "주제"\n'
        '[[group.label]]\nid = "parking"\nko = "주차"\n[[group.label]]\nid = "noise"\nko = "소음"\n',
        encoding="utf-8",
    )
    # Numbers as long as the words: near-duplicates of one text would be one text.
    said = [
        f"{n * 7919} {n * 104729}번 자리 {'주차장이 좁아요,주차' if n % 2 else '위층이 시끄러워요,소음'}"
        for n in range(79)
    ]
    data.write_text("\n".join(["text,topic", *said, "too loud,소음"]) + "\n", encoding="utf-8")
    return taxonomy, data
