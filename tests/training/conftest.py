"""A base whose vectors tell texts apart, as a trained encoder's do; those of tiny random weights hardly differ."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def lively_base(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of large random weights, two layers, with the vocabulary of the tiny base."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("lively-base")
    config = BertConfig.from_pretrained(tiny_base, initializer_range=0.3, num_labels=4, dangol_version="lively")
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_base).save_pretrained(folder)
    return folder
