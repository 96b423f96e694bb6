"""Train for a number of whole steps; a run that was killed goes on as if nothing had happened.

What a step reads is a function of its number and the seed alone, never of how the process got there: the order of
the texts is laid out beforehand and every text of a batch brings the position that its random draws come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import PreTrainedModel, Trainer, TrainerCallback, TrainingArguments

Item = tuple[int, int]
"""A text's row and its position in the whole run."""

Collate = Callable[[Sequence[Item]], dict[str, Any]]
Loss = Callable[[nn.Module, dict[str, Any]], Tensor]

_BATCHES_SORTED_TOGETHER = 50
_NEW_PARTS_LEARN = 4.0
"""How much faster parts learn that did not exist before: new embeddings, a new head."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """How long and how fast: ``count`` whole steps of ``batch_size`` texts, a checkpoint every ``save_every``."""

    count: int
    batch_size: int = 32
    learning_rate: float = 1.5e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    save_every: int = 50
    seed: int = 1


def order_of(lengths: NDArray[np.int64], steps: Steps) -> NDArray[np.int64]:
    """Rows in the order they are read, ``(count * batch_size,)``: shuffled passes, batches of like length.

    ``lengths`` are the tokens of each row, ``(n_rows,)``.
    """
    rng = np.random.default_rng(steps.seed)
    needed = steps.count * steps.batch_size
    passes = [rng.permutation(len(lengths)) for _ in range(ceil(needed / len(lengths)))]
    order = np.concatenate(passes)[:needed] if passes else np.zeros(0, dtype=np.int64)
    size = _BATCHES_SORTED_TOGETHER * steps.batch_size
    for start in range(0, needed, size):
        part = order[start : start + size]
        batches = part[np.argsort(lengths[part], kind="stable")].reshape(-1, steps.batch_size)
        order[start : start + size] = rng.permutation(batches).reshape(-1)
    return order.astype(np.int64)


def run_steps(
    model: PreTrainedModel,
    steps: Steps,
    *,
    lengths: NDArray[np.int64],
    collate: Collate,
    loss: Loss,
    is_new: Callable[[str], bool],
    folder: Path,
    callbacks: Sequence[TrainerCallback] = (),
) -> None:
    """Train ``model`` in place on CPU or GPU; continue from the newest checkpoint in ``folder``.

    ``collate`` makes a batch of ``(row, position)`` pairs, ``loss`` its scalar loss; parameters whose names
    ``is_new`` learn faster. Dropout is switched off: hiding tokens regularises as well, and costs nothing.
    """
    torch.manual_seed(steps.seed)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    cuda = torch.cuda.is_available()
    trainer = _Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(folder),
            per_device_train_batch_size=steps.batch_size,
            max_steps=steps.count,
            learning_rate=steps.learning_rate,
            warmup_steps=steps.warmup,
            bf16=cuda and torch.cuda.is_bf16_supported(),
            save_strategy="steps",
            save_steps=steps.save_every,
            save_total_limit=2,
            train_sampling_strategy="sequential",
            remove_unused_columns=False,
            dataloader_pin_memory=cuda,
            logging_steps=20,
            report_to="none",
            seed=steps.seed,
        ),
        data_collator=collate,
        train_dataset=_Positions(order_of(lengths, steps)),
        optimizers=(_optimizer(model, steps, is_new), None),
        callbacks=list(callbacks),
    )
    trainer.loss = loss
    trainer.train(resume_from_checkpoint=last_whole_checkpoint(folder))
    # What follows reads in float32, whatever the steps multiplied in.
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    model.eval()


def last_whole_checkpoint(folder: Path) -> str | None:
    """The newest checkpoint; one that a kill left half-written has no trainer state and is passed over."""
    whole = [path.parent for path in folder.glob("checkpoint-*/trainer_state.json")]
    return str(max(whole, key=lambda path: int(path.name.rpartition("-")[2]))) if whole else None


def on_device(batch: Mapping[str, Tensor], model: PreTrainedModel) -> dict[str, Tensor]:
    """The batch where the model is."""
    return {name: tensor.to(model.device) for name, tensor in batch.items()}


class _Positions(Dataset[Item]):
    def __init__(self, order: NDArray[np.int64]) -> None:
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, position: int) -> Item:
        return int(self._order[position]), position


class _Trainer(Trainer):
    loss: Loss

    def compute_loss(self, model: nn.Module, inputs: dict[str, Any], *_: Any, **__: Any) -> Tensor:
        return self.loss(model, inputs)


def _optimizer(model: PreTrainedModel, steps: Steps, is_new: Callable[[str], bool]) -> torch.optim.Optimizer:
    groups: dict[tuple[bool, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        decay = 0.0 if parameter.ndim < 2 or "embeddings" in name else steps.weight_decay
        groups.setdefault((is_new(name), decay), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "weight_decay": decay,
                "lr": steps.learning_rate * (_NEW_PARTS_LEARN if new else 1.0),
            }
            for (new, decay), parameters in groups.items()
        ],
        betas=(0.9, 0.98),
        eps=1e-6,
    )
