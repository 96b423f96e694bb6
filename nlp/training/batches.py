"""What a model is fed: texts as token windows, batches of tensors, noise and hidden tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from nlp.model.windows import Batch, Window, Windows
from nlp.text.prepare import PreparedText
from nlp.training.noise import augmented, counterfactual_pair


def input_names(model: PreTrainedModel) -> tuple[str, ...]:
    """What a batch must hold: token types only for an encoder that has more than one."""
    names = ("input_ids", "attention_mask")
    return (*names, "token_type_ids") if int(getattr(model.config, "type_vocab_size", 0) or 0) > 1 else names


def window_dataset(texts: Sequence[PreparedText], targets: NDArray[np.float32], windows: Windows) -> Dataset:
    """One row per text, its first window: the labels of a very long text need not hold for its later ones."""
    ordered = _first_windows(texts, windows)
    return Dataset.from_dict(
        {
            "row": list(range(len(texts))),
            "ids": [list(window.ids) for window in ordered],
            "type_ids": [list(window.type_ids) for window in ordered],
            "labels": targets.tolist(),
            "length": [len(window.ids) for window in ordered],
        }
    )


def _first_windows(texts: Sequence[PreparedText], windows: Windows) -> list[Window]:
    first: dict[int, Window] = {}
    for window in windows.cut(texts):
        first.setdefault(window.row, window)
    return [first[row] for row in range(len(texts))]


class Noise:
    """Reads a share of the texts with noise in them, and a share ``paired`` of them twice, with words exchanged."""

    def __init__(
        self, texts: Sequence[PreparedText], windows: Windows, *, share: float, paired: float, seed: int
    ) -> None:
        self._texts, self._windows, self._share, self._paired = texts, windows, share, paired
        self._random = np.random.default_rng(seed)

    def __call__(self, row: int, clean: Window) -> tuple[Window, ...]:
        """The first window of the text of this row, noisy or as it is; two windows where it is read twice."""
        text = augmented(self._texts[row], self._random, share=self._share)
        if self._random.random() < self._paired:
            return tuple(_first_windows(counterfactual_pair(text, self._random), self._windows))
        return (clean,) if text is self._texts[row] else tuple(_first_windows([text], self._windows))


class Collator:
    """Pads a batch and hides a share of its tokens behind the mask token."""

    def __init__(
        self,
        windows: Windows,
        names: tuple[str, ...],
        *,
        mask_id: int | None,
        masking: float,
        seed: int,
        noise: Noise | None = None,
    ) -> None:
        self._windows, self._names, self._mask_id, self._masking = windows, names, mask_id, masking
        self._random = np.random.default_rng(seed)
        self._noise = noise

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """The inputs and ``labels (n_windows, n_labels)`` of rows of a ``window_dataset``.

        Second readings come last; ``twins (n_pairs, 2)`` says of which they are.
        """
        read = [Window(row=0, ids=tuple(row["ids"]), type_ids=tuple(row["type_ids"])) for row in rows]
        second: dict[int, Window] = {}
        if self._noise is not None:
            for place, row in enumerate(rows):
                read[place], *again = self._noise(row["row"], read[place])
                second.update((place, window) for window in again)
        batch = self._windows.pad([*read, *second.values()])
        ids = batch.input_ids
        if self._mask_id is not None and self._masking:
            hidden = (self._random.random(ids.shape) < self._masking) & (batch.attention_mask == 1)
            hidden[:, 0] = False
            ids = np.where(hidden, self._mask_id, ids)
        arrays = {"input_ids": ids, "attention_mask": batch.attention_mask, "token_type_ids": batch.token_type_ids}
        inputs = {name: torch.from_numpy(arrays[name]) for name in self._names}
        said = (*rows, *(rows[place] for place in second))
        made = {**inputs, "labels": torch.tensor([row["labels"] for row in said], dtype=torch.float32)}
        if second:
            made["twins"] = torch.tensor([(place, row) for row, place in enumerate(second, start=len(rows))])
        return made


def inputs_and_targets(rows: Dataset, collate: Collator) -> Iterator[tuple[dict[str, Tensor], Tensor]]:
    """All rows once, the shortest first: the inputs of a batch and its targets ``(n_rows, n_labels)``."""
    order = np.argsort(rows["length"])
    for start in range(0, len(order), 64):
        inputs = collate([rows[int(index)] for index in order[start : start + 64]])
        labels = inputs.pop("labels")
        yield inputs, labels


def tensors(batch: Batch, model: PreTrainedModel) -> dict[str, Tensor]:
    """A batch as the inputs that this model takes, on its device."""
    return {name: torch.from_numpy(getattr(batch, name)).to(model.device) for name in input_names(model)}
