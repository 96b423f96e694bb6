"""Make an encoder one's own: a vocabulary of one's texts, fewer layers, adaptation to how customers write.

Three stages, each only if it is asked for, each kept in the scratch folder once it is done: train the vocabulary;
distil the encoder into its copy with the new vocabulary or fewer layers (``nlp.training.align``); train it to guess
hidden words (``nlp.training.masked``; domain- and task-adaptive pretraining: Gururangan et al. 2020).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import TrainerCallback

from nlp.errors import InputError, Message
from nlp.model.hub import folder_of
from nlp.text.prepare import prepare
from nlp.training.checks import check_folder
from nlp.training.encoder import load_encoder, save_encoder
from nlp.training.loop import load_base
from nlp.training.masked import load_masked
from nlp.training.pretraining import Pretraining
from nlp.training.stages import Stages
from nlp.training.unlabelled import drawn

logger = logging.getLogger(__name__)

FEWEST_TEXTS = 100
_ASIDE = 256
"""Texts that are not trained on; what is reported is measured on them."""


def pretrain(
    run: Pretraining,
    texts: Iterable[str],
    *,
    say: Callable[[str], None] = logger.info,
    callbacks: Sequence[TrainerCallback] = (),
) -> Path:
    """Write the encoder to ``run.out``, a base for ``nlp.training.fit``, with its figures in ``pretraining.json``.

    The folder's configuration carries the lineage that model cards print. Raises InputError when there are too few
    texts or the folder cannot be written, ModelError when the base cannot be used, both before any training.
    """
    if run.threads:
        torch.set_num_threads(run.threads)
    check_folder(run.out.absolute().parent)
    folder_of(run.base, files=["config.json"])
    windows, _ = load_base(run.base, max_length=run.max_length)
    chosen = drawn(texts, most=run.n_texts, rng=np.random.default_rng(run.seed))
    if len(chosen) < FEWEST_TEXTS:
        raise InputError(
            "{count} different texts of ten characters or more; at least {fewest} are needed, thousands are better",
            count=len(chosen),
            fewest=FEWEST_TEXTS,
        )
    run = replace(run, scratch=run.scratch / run.fingerprint(chosen))
    run.scratch.mkdir(parents=True, exist_ok=True)
    n_aside = min(_ASIDE, len(chosen) // 10)
    # A vocabulary is counted on all texts; the steps read so many and no more.
    steps = max(run.steps, run.align_steps if run.layers else 0)
    needed = len(chosen) if run.vocabulary else n_aside + run.batch_size * steps
    say(Message("masking personal data in {count} texts", count=min(len(chosen), needed)))
    prepared = [prepare(text) for text in chosen[:needed]]
    stages = Stages(run, prepared[n_aside:], prepared[:n_aside], windows, say, callbacks)
    encoder = Path(run.base)
    if run.vocabulary or run.layers:
        encoder = stages.aligned()
    if run.steps:
        encoder = stages.adapted(encoder)
    _write(run, encoder, stages.figures(encoder), n_texts=len(prepared))
    say(Message("wrote {path}", path=run.out))
    return run.out


def _write(run: Pretraining, encoder: Path, figures: dict[str, Any], *, n_texts: int) -> None:
    """The result folder, whole or not at all."""
    model = load_masked(encoder) if run.steps else load_encoder(encoder)
    model.config.dangol_lineage = run.lineage(str(getattr(model.config, "dangol_lineage", Path(run.base).name)))
    if hasattr(model.config, "dangol_version"):
        del model.config.dangol_version
    given = {name: value for name, value in asdict(run).items() if name not in ("base", "out", "scratch", "threads")}
    report = {"run": given, "n_texts": n_texts, "figures": figures, "lineage": model.config.dangol_lineage}
    save_encoder(model, tokenizer_of=encoder, folder=run.out, report=report)
