"""Fixtures that several folders share: a tiny real base encoder, and a tiny real model trained on it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, nothing about the code.
settings.register_profile("patient", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def complaints() -> list[dict[str, object]]:
    """Our own labelled corpus, the held-out rows at its end."""
    return [
        json.loads(line)
        for folder in ("complaints", "held_out")
        for path in sorted((ROOT / "data" / folder).glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory, complaints: list[dict[str, object]]) -> Path:
    """A BERT of two layers with a vocabulary of its own, as a Hugging Face folder."""
    pytest.importorskip("torch", reason="needs the train extra")
    import torch
    from tokenizers import Tokenizer
    from tokenizers.implementations import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-base")
    trainer = BertWordPieceTokenizer(strip_accents=False, lowercase=False)
    trainer.train_from_iterator([str(row["text"]) for row in complaints], vocab_size=800, show_progress=False)
    tokenizer = BertTokenizerFast(
        tokenizer_object=Tokenizer.from_str(trainer.to_str()), do_lower_case=False, model_max_length=128
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_labelled(tmp_path_factory: pytest.TempPathFactory, complaints: list[dict[str, object]]) -> Path:
    """240 rows of our own corpus."""
    path = tmp_path_factory.mktemp("labelled") / "labelled.jsonl"
    rows = complaints[::4][:240]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path, tiny_labelled: Path) -> Path:
    """A model folder that the real training run wrote, folds and soft labels included."""
    from nlp.training.fit import train
    from nlp.training.loop import Hyperparameters
    from nlp.training.run import TrainingRun

    scratch = tmp_path_factory.mktemp("tiny-model")
    run = TrainingRun(
        data=(tiny_labelled,),
        out=scratch / "tiny",
        base=tiny_base,
        version="tiny",
        folds=2,
        hyperparameters=Hyperparameters(epochs=2, learning_rate=1e-3, max_length=64, threads=1),
        scratch=scratch / "run",
        keep_float_onnx=True,
    )
    return train(run, today=date(2026, 11, 21))
