"""Encoders as folders: what a training starts from and a pretraining ends with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel
from transformers.utils import logging

from nlp.files import whole_folder

REPORT = "pretraining.json"
"""The file in an encoder's folder that says what was measured of it."""


@contextmanager
def quietly() -> Iterator[None]:
    """Load a model without the table of its weights that are new; that a head is new, is what training is for."""
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)


def load_encoder(base: str | Path) -> PreTrainedModel:
    """The encoder in ``base``, with its classification head if it has one, float32, ready to read."""
    named = AutoConfig.from_pretrained(base).architectures or [""]
    kind = AutoModelForSequenceClassification if named[0].endswith("ForSequenceClassification") else AutoModel
    with quietly():
        model, loaded = kind.from_pretrained(base, dtype=torch.float32, output_loading_info=True)
    assert isinstance(model, PreTrainedModel)
    if any(name.startswith("pooler.") for name in loaded["missing_keys"]):
        # One that was never trained is random, and another one each time.
        setattr(model, "pooler", None)  # noqa: B010
    model.eval()
    return model


def fast_tokenizer(base: str | Path) -> Tokenizer:
    """The tokenizer of a base, without padding and truncation."""
    tokenizer = Tokenizer.from_str(AutoTokenizer.from_pretrained(base).backend_tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def save_encoder(
    model: PreTrainedModel, *, tokenizer_of: str | Path, folder: Path, report: Mapping[str, Any] | None = None
) -> None:
    """Write a model as a base for further training; the folder appears whole or not at all."""
    with whole_folder(folder) as unfinished:
        model.save_pretrained(unfinished)
        AutoTokenizer.from_pretrained(tokenizer_of).save_pretrained(unfinished)
        if report is not None:
            (unfinished / REPORT).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
