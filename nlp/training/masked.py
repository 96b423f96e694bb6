"""Masked-language-model training: the encoder guesses hidden words of unlabelled texts.

Whole words are hidden (Cui et al. 2021): a piece of a Korean word is easily guessed from its neighbours. Of the
pieces chosen, eight of ten become the mask token, one a random piece, one stays (Devlin et al. 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoModelForMaskedLM, PreTrainedModel, TrainerCallback

from nlp.errors import ModelError
from nlp.model.windows import Window, Windows
from nlp.training.encoder import quietly
from nlp.training.steps import Item, Steps, on_device, run_steps
from nlp.training.vocabulary import word_starts

_LEFT_OUT = -100
"""The label of a token that is not to be guessed, as PyTorch's cross-entropy knows it."""


class WordMasking:
    """Makes batches with hidden words; what is hidden depends on a row's position and the seed alone."""

    def __init__(
        self,
        windows: Windows,
        rows: Sequence[Window],
        *,
        tokenizer: Tokenizer,
        mask_id: int,
        share: float,
        names: tuple[str, ...],
        seed: int,
    ) -> None:
        self._windows, self._rows, self._names = windows, rows, names
        self._mask_id, self._share, self._seed = mask_id, share, seed
        self._starts = word_starts(tokenizer)
        added = tokenizer.get_added_tokens_decoder()
        special = [index for index, token in added.items() if token.special]
        self._special = np.isin(np.arange(len(self._starts)), special)
        self._ordinary = np.flatnonzero(~self._special)

    def __call__(self, items: Sequence[Item]) -> dict[str, Tensor]:
        """Inputs by ``names`` and ``labels``, int64 ``(n_rows, n_tokens)``."""
        hidden = [self.hide(np.array(self._rows[row].ids), position) for row, position in items]
        batch = self._windows.pad(
            [
                Window(row=0, ids=tuple(ids.tolist()), type_ids=self._rows[row].type_ids)
                for (ids, _), (row, _) in zip(hidden, items, strict=True)
            ]
        )
        labels = np.full(batch.input_ids.shape, _LEFT_OUT, dtype=np.int64)
        for at, (_, wanted) in enumerate(hidden):
            labels[at, : len(wanted)] = wanted
        tensors = {name: torch.from_numpy(getattr(batch, name)) for name in self._names}
        return {**tensors, "labels": torch.from_numpy(labels)}

    def hide(self, ids: NDArray[np.int64], position: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ids with hidden words, and the ids to guess (elsewhere -100), both ``(n_tokens,)``."""
        rng = np.random.default_rng((self._seed, position))
        special = self._special[ids]
        word = np.cumsum(self._starts[ids])
        words = np.unique(word[~special])
        if not len(words):
            return ids, np.full(len(ids), _LEFT_OUT, dtype=np.int64)
        drawn = words[rng.random(len(words)) < self._share]
        if not len(drawn):
            drawn = rng.choice(words, 1)
        chosen = np.isin(word, drawn) & ~special
        dice = rng.random(len(ids))
        other = rng.choice(self._ordinary, len(ids))
        seen = np.where(chosen & (dice < 0.8), self._mask_id, np.where(chosen & (dice < 0.9), other, ids))
        return seen, np.where(chosen, ids, _LEFT_OUT)


def load_masked(base: str | Path) -> PreTrainedModel:
    """The encoder in ``base`` with a head, tied to its embeddings, that guesses pieces.

    Raises ModelError when the architecture has no such head.
    """
    try:
        with quietly():
            model = AutoModelForMaskedLM.from_pretrained(base, dtype=torch.float32)
    except ValueError as error:
        raise ModelError(
            "{base}: this encoder cannot guess hidden words ({error}); choose another base, or 0 steps",
            base=base,
            error=error,
        ) from error
    assert isinstance(model, PreTrainedModel)
    model.eval()
    return model


def train_masked(
    model: PreTrainedModel,
    masking: WordMasking,
    rows: Sequence[Window],
    steps: Steps,
    *,
    folder: Path,
    callbacks: Sequence[TrainerCallback] = (),
) -> None:
    """Train in place on ``rows``, the ones that ``masking`` was made of; continue from a checkpoint in ``folder``."""
    encoder = f"{model.base_model_prefix}."
    run_steps(
        model,
        steps,
        lengths=np.array([len(window.ids) for window in rows], dtype=np.int64),
        collate=masking,
        loss=lambda reader, inputs: reader(**inputs).loss,
        is_new=lambda name: not name.startswith(encoder),
        folder=folder,
        callbacks=callbacks,
    )


def masked_loss(model: PreTrainedModel, masking: WordMasking, n_rows: int) -> float:
    """Mean loss in nats per hidden piece over rows 0 to ``n_rows``; lower is better."""
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, n_rows, 32):
            batch = on_device(masking([(row, row) for row in range(start, min(start + 32, n_rows))]), model)
            wanted = int((batch["labels"] != _LEFT_OUT).sum())
            if wanted:
                total, count = total + float(model(**batch).loss) * wanted, count + wanted
    return total / max(count, 1)
