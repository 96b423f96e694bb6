"""Other encoders than ours: the whole road from a folder to scores, on tiny ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from transformers import AutoTokenizer, ElectraConfig, ElectraModel, PreTrainedModel, RobertaConfig, RobertaModel
from transformers.utils import logging

from nlp.errors import LabelledDataError, ModelError
from nlp.model.classifier import ComplaintClassifier
from nlp.taxonomy import Taxonomy
from nlp.training.encoder import load_encoder
from nlp.training.fit import train
from nlp.training.loop import Hyperparameters, _model
from nlp.training.run import TrainingRun

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 96,
}
CALL = "상담원: 무엇을 도와드릴까요\n고객: 환불이 아직도 안 됐어요\n상담원: 확인해 보겠습니다"


def _roberta(vocabulary: int) -> PreTrainedModel:
    return RobertaModel(RobertaConfig(vocab_size=vocabulary, type_vocab_size=1, **SIZES), add_pooling_layer=False)


def _electra(vocabulary: int) -> PreTrainedModel:
    return ElectraModel(ElectraConfig(vocab_size=vocabulary, embedding_size=32, **SIZES))


def _run(base: Path | str, data: Path, scratch: Path, **changes: object) -> TrainingRun:
    given: dict[str, object] = {
        "data": (data,),
        "out": scratch / "model",
        "base": base,
        "version": "other",
        "folds": 0,
        "soften": 0.0,
        "hyperparameters": Hyperparameters(epochs=1, max_length=320, threads=1),
        "scratch": scratch / "run",
    }
    return TrainingRun(**{**given, **changes})


@pytest.mark.parametrize("make", [_roberta, _electra])
def test_another_encoder_is_trained_and_reads_calls_and_long_texts(
    make, tiny_base: Path, tiny_labelled: Path, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    base = tmp_path / "base"
    make(len(tokenizer)).save_pretrained(base)
    tokenizer.save_pretrained(base)

    classifier = ComplaintClassifier.from_pretrained(
        train(_run(base, tiny_labelled, tmp_path), today=date(2026, 11, 21))
    )

    assert classifier.decision.max_length <= 96
    assert np.isfinite(classifier.predict_proba([CALL, "환불이 안 됩니다. " * 100])).all()


def test_our_own_model_is_a_base_for_labels_that_did_not_exist_before(
    tiny_model: Path, new_labels: tuple[Path, Path], tmp_path: Path
) -> None:
    taxonomy, data = new_labels

    folder = train(_run(tiny_model, data, tmp_path, taxonomy=taxonomy), today=date(2026, 11, 21))

    assert ComplaintClassifier.from_pretrained(folder).labels == ("topic:parking", "topic:noise")


def test_a_base_that_is_not_there_is_named_before_any_work(tiny_labelled: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        train(_run(tmp_path / "nowhere", tiny_labelled, tmp_path), today=date(2026, 11, 21))


def test_a_name_that_is_neither_a_folder_nor_on_the_hub_says_both_at_once(
    tiny_labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def unreachable(name: str, **_: object) -> str:
        asked.append(name)
        raise LocalEntryNotFoundError("no network")

    monkeypatch.setattr("huggingface_hub.snapshot_download", unreachable)
    with pytest.raises(ModelError, match="neither a folder nor a model that the hub gives"):
        train(_run("klue/typo", tiny_labelled, tmp_path), today=date(2026, 11, 21))
    assert asked == ["klue/typo"]


def test_a_new_head_is_no_news(tiny_base: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = logging.get_verbosity()
    _model(tiny_base, Taxonomy.load())
    load_encoder(tiny_base)
    assert "LOAD REPORT" not in "".join(capfd.readouterr())
    assert logging.get_verbosity() == before


def test_too_few_rows_are_refused_with_the_number_needed(tiny_base: Path, tmp_path: Path) -> None:
    data = tmp_path / "few.csv"
    data.write_text("text,cause\n비싸요,price\n느려요,inconvenience\n", encoding="utf-8")

    with pytest.raises(LabelledDataError, match="at least 50"):
        train(_run(tiny_base, data, tmp_path), today=date(2026, 11, 21))


def test_a_run_that_was_cut_off_goes_on_and_a_changed_one_starts_anew(
    tiny_base: Path, tiny_labelled: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    run = _run(tiny_base, tiny_labelled, tmp_path, folds=2, soften=0.3)
    train(run, today=date(2026, 11, 21), say=said.append)
    first = {path.name for path in run.scratch.iterdir()}

    said.clear()
    train(replace(run, out=tmp_path / "again"), today=date(2026, 11, 21), say=said.append)
    assert any("taking out-of-fold predictions" in line for line in said)
    assert {path.name for path in run.scratch.iterdir()} == first

    said.clear()
    changed = _run(
        tiny_base,
        tiny_labelled,
        tmp_path,
        out=tmp_path / "changed",
        folds=2,
        soften=0.3,
        hyperparameters=Hyperparameters(epochs=1, max_length=64, threads=1),
    )
    train(changed, today=date(2026, 11, 21), say=said.append)
    assert not any("taking out-of-fold predictions" in line for line in said)
