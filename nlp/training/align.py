"""A smaller encoder, or one with another vocabulary, that says what the encoder it was made from says.

The student starts as a copy of its teacher: some of its layers (evenly spaced, as DistilBERT's: Sanh et al. 2019),
its embeddings carried over to the new vocabulary. Distillation then pulls the vectors that heads read, and the
logits of a teacher that has a head, to the teacher's on unlabelled texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel, TrainerCallback

from nlp.errors import ModelError
from nlp.model.windows import Window, Windows
from nlp.text.prepare import PreparedText
from nlp.training.batches import input_names
from nlp.training.steps import Item, Steps, on_device, run_steps
from nlp.training.vocabulary import transferred

_LOGITS_WEIGH = 0.5
_PROBE = 256
"""Texts that the spread of the teacher's vectors is estimated on."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The same texts as the teacher and as the student read them, one window each."""

    teacher: Windows
    student: Windows
    teacher_rows: Sequence[Window]
    student_rows: Sequence[Window]

    @classmethod
    def of(cls, texts: Sequence[PreparedText], *, teacher: Windows, student: Windows) -> Pair:
        """Texts that need more than one window on either side are left out: their halves would not match."""
        old, new = _single(teacher, texts), _single(student, texts)
        rows = sorted(old.keys() & new.keys())
        return cls(
            teacher=teacher,
            student=student,
            teacher_rows=[old[row] for row in rows],
            student_rows=[new[row] for row in rows],
        )

    def __len__(self) -> int:
        return len(self.student_rows)


def respell(model: PreTrainedModel, *, old: Tokenizer, new: Tokenizer) -> None:
    """Give the encoder the vocabulary of ``new``; its embeddings start from those of ``old``."""
    embeddings = model.get_input_embeddings()
    assert isinstance(embeddings, nn.Embedding)
    rows = transferred(embeddings.weight.detach().numpy(), old=old, new=new)
    model.resize_token_embeddings(len(rows), mean_resizing=False)
    resized = model.get_input_embeddings()
    assert isinstance(resized, nn.Embedding)
    with torch.no_grad():
        resized.weight.copy_(torch.from_numpy(rows))
    for name in ("pad_token_id", "bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id"):
        index = getattr(model.config, name, None)
        token = None if index is None else old.id_to_token(index)
        if token is not None:
            setattr(model.config, name, new.token_to_id(token))
    resized.padding_idx = model.config.pad_token_id


def evenly_spaced(layers: int, *, kept: int) -> list[int]:
    """Which of ``layers`` to keep, first and last among them."""
    return [int(at) for at in np.linspace(0, layers - 1, kept).round()]


def prune(model: PreTrainedModel, layers: int) -> None:
    """Keep ``layers`` evenly spaced layers of the encoder. Raises ModelError when it has no more than that."""
    count = int(model.config.num_hidden_layers)
    stacks = [
        name for name, part in model.named_modules() if isinstance(part, nn.ModuleList) and len(part) == count > 1
    ]
    if not 0 < layers < count or len(stacks) != 1:
        raise ModelError(
            "{layers} layers cannot be kept of an encoder with {count}; give a number from 1 to {most}",
            layers=layers,
            count=count,
            most=count - 1,
        )
    parent, _, name = stacks[0].rpartition(".")
    stack = model.get_submodule(stacks[0])
    assert isinstance(stack, nn.ModuleList)
    setattr(model.get_submodule(parent), name, nn.ModuleList(stack[at] for at in evenly_spaced(count, kept=layers)))
    model.config.num_hidden_layers = layers


def align(
    student: PreTrainedModel,
    teacher: PreTrainedModel,
    pair: Pair,
    steps: Steps,
    *,
    respelt: bool,
    folder: Path,
    callbacks: Sequence[TrainerCallback] = (),
) -> None:
    """Distil ``teacher`` into ``student`` in place; continue from a checkpoint in ``folder``.

    The loss is the squared error of the first token's vector and of the mean vector, each as a share of the
    teacher's variance, and half the squared error of the logits. ``respelt``: the embeddings are new.
    """
    # The Trainer moves the student alone.
    if torch.cuda.is_available():
        nn.Module.to(teacher, "cuda")
    spread = [vectors.var(dim=0).mean().clamp(min=1e-6) for vectors in _first_texts(teacher, pair)[:2]]

    def collate(items: Sequence[Item]) -> dict[str, Any]:
        rows = [row for row, _ in items]
        return {
            "student": _batch(student, pair.student, [pair.student_rows[row] for row in rows]),
            "teacher": _batch(teacher, pair.teacher, [pair.teacher_rows[row] for row in rows]),
        }

    def loss(model: nn.Module, inputs: dict[str, Any]) -> Tensor:
        ours = _read(model, inputs["student"])
        with torch.no_grad():
            theirs = _read(teacher, inputs["teacher"])
        total = torch.zeros((), device=ours[0].device)
        for mine, target, scale in zip(ours[:2], theirs[:2], spread, strict=True):
            total = total + functional.mse_loss(mine.float(), target.float()) / (2.0 * scale)
        if len(ours) == len(theirs) == 3:
            total = total + _LOGITS_WEIGH * functional.mse_loss(ours[2].float(), theirs[2].float())
        return total

    run_steps(
        student,
        steps,
        lengths=np.array([len(window.ids) for window in pair.student_rows], dtype=np.int64),
        collate=collate,
        loss=loss,
        is_new=lambda name: respelt and "word_embeddings" in name,
        folder=folder,
        callbacks=callbacks,
    )


def agreement(student: PreTrainedModel, teacher: PreTrainedModel, pair: Pair) -> float:
    """Mean cosine of the centred first-token vectors of both, in [-1, 1]; higher is nearer to the teacher."""
    ours = _centred(_all_first(student, pair.student, pair.student_rows))
    theirs = _centred(_all_first(teacher, pair.teacher, pair.teacher_rows))
    norms = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    return float(((ours * theirs).sum(axis=1) / np.maximum(norms, 1e-12)).mean())


def _centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors - vectors.mean(axis=0), dtype=np.float32)


def _all_first(model: PreTrainedModel, windows: Windows, rows: Sequence[Window]) -> NDArray[np.float32]:
    read = []
    with torch.no_grad():
        for start in range(0, len(rows), 32):
            batch = _batch(model, windows, rows[start : start + 32])
            read.append(_read(model, on_device(batch, model))[0].float().cpu().numpy())
    return np.concatenate(read)


def _first_texts(teacher: PreTrainedModel, pair: Pair) -> tuple[Tensor, ...]:
    batch = _batch(teacher, pair.teacher, pair.teacher_rows[:_PROBE])
    with torch.no_grad():
        return _read(teacher, on_device(batch, teacher))


def _single(windows: Windows, texts: Sequence[PreparedText]) -> dict[int, Window]:
    """The windows of texts that one window holds, by row."""
    found: dict[int, list[Window]] = {}
    for window in windows.cut(texts):
        found.setdefault(window.row, []).append(window)
    return {row: several[0] for row, several in found.items() if len(several) == 1}


def _batch(model: PreTrainedModel, windows: Windows, rows: Sequence[Window]) -> dict[str, Tensor]:
    batch = windows.pad(rows)
    return {name: torch.from_numpy(getattr(batch, name)) for name in input_names(model)}


def _read(model: nn.Module, inputs: dict[str, Tensor]) -> tuple[Tensor, ...]:
    """First token's vector and mean vector ``(n, width)``, and the logits ``(n, n_labels)`` of a head, if any."""
    outputs = model(**inputs, output_hidden_states=True)
    hidden = outputs.hidden_states[-1]
    mask = inputs["attention_mask"][:, :, None].to(hidden.dtype)
    mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
    logits = getattr(outputs, "logits", None)
    return (hidden[:, 0], mean) if logits is None else (hidden[:, 0], mean, logits)
