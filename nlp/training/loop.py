"""Fit one classifier with the Hugging Face Trainer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    EarlyStoppingCallback,
    PreTrainedModel,
    Trainer,
    TrainingArguments,
)

from nlp.errors import ModelError
from nlp.model.decision import Decision
from nlp.model.pooling import pooled_logits
from nlp.model.windows import Batch, Windows
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.training.batches import Collator, Noise, input_names, inputs_and_targets, tensors, window_dataset
from nlp.training.encoder import quietly
from nlp.training.metrics import mean_average_precision
from nlp.training.objective import Objective
from nlp.training.steps import last_whole_checkpoint
from nlp.training.warm_start import inherit_head, warm_start


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """How one model is fitted. ``learning_rate`` is the head's; each layer below has ``layer_decay`` of the next.

    A share ``augment`` of the texts, drawn anew each time, is read with Korean noise in it (spacing, typing, spelling).
    A share ``paired`` is read twice, with words exchanged that must not move a label (regions, names, women and men);
    the mean squared difference of the two readings' logits joins the loss with the weight ``pairing`` (counterfactual
    logit pairing: Garg et al. 2019).
    """

    epochs: float = 5.0
    learning_rate: float = 1e-4
    layer_decay: float = 0.9
    batch_size: int = 32
    weight_decay: float = 0.01
    warmup: float = 0.1
    token_masking: float = 0.08
    augment: float = 0.0
    paired: float = 0.0
    pairing: float = 1.0
    max_length: int = 320
    patience: int = 2
    seed: int = 1
    threads: int | None = None


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fitted model and the epoch it stopped at."""

    model: PreTrainedModel
    windows: Windows
    epochs: float


_PROBE_TEXTS = 4096
"""Texts that the linear probe is fitted on; more would not change it and cost a pass over them."""

_PROBE_SEED = 1


def load_base(base: str | Path, *, max_length: int) -> tuple[Windows, int | None]:
    """The token windows of a base encoder (a folder, or a Hugging Face hub id) and its mask token's id.

    Windows hold at most ``max_length`` tokens, and no more than the encoder has positions for. Raises ModelError when
    the base cannot be loaded or has no fast tokenizer.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
        config = AutoConfig.from_pretrained(base)
    except (OSError, ValueError) as error:
        raise ModelError(
            "{base}: no base encoder can be loaded from here ({error}); give a folder or a hub id",
            base=base,
            error=error,
        ) from error
    if not tokenizer.is_fast:
        raise ModelError("{base}: its tokenizer has no tokenizer.json; choose a base with a fast tokenizer", base=base)
    # RoBERTa counts positions from behind the padding id.
    positions = int(config.max_position_embeddings) - (2 if "roberta" in config.model_type else 0)
    windows = Windows(Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()), max_length=min(max_length, positions))
    return windows, tokenizer.mask_token_id


def fit(
    texts: Sequence[PreparedText],
    targets: NDArray[np.float32],
    *,
    base: str | Path,
    taxonomy: Taxonomy,
    hyperparameters: Hyperparameters,
    folder: Path,
    validation: tuple[Sequence[PreparedText], NDArray[np.float32]] | None = None,
) -> Fitted:
    """Fine-tune ``base`` on targets ``(n_texts, n_labels)``; continue from a checkpoint in ``folder``.

    With ``validation`` it stops early, once mean average precision has not risen for ``patience`` epochs,
    and returns the best epoch. Targets may be soft; NaN marks a group that is not labelled.
    """
    settings = hyperparameters
    if settings.threads:
        torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    windows, mask_id = load_base(base, max_length=settings.max_length)
    model = _model(base, taxonomy)
    objective = Objective(taxonomy, targets)
    names = input_names(model)
    noise = Noise(texts, windows, share=settings.augment, paired=settings.paired, seed=settings.seed)
    collate = Collator(windows, names, mask_id=mask_id, masking=settings.token_masking, seed=settings.seed, noise=noise)
    plain = Collator(windows, names, mask_id=None, masking=0.0, seed=settings.seed)
    train_set = window_dataset(texts, targets, windows)
    checkpoint = last_whole_checkpoint(folder)
    if checkpoint is None:
        # The same texts whatever the seed: weights can only be averaged when their heads began as one.
        probed = train_set.shuffle(seed=_PROBE_SEED).select(range(min(_PROBE_TEXTS, len(train_set))))
        warm_start(model, inputs_and_targets(probed, plain), objective, _learnt(model, base))

    uncalibrated = Decision.neutral(taxonomy, max_length=windows.max_length)
    cuda = torch.cuda.is_available()
    half = torch.cuda.is_bf16_supported() if cuda else _cpu_multiplies_bf16()
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=64,
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup,
        use_cpu=not cuda,
        bf16=half,
        eval_strategy="epoch" if validation else "no",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=validation is not None,
        metric_for_best_model="mean_average_precision" if validation else None,
        greater_is_better=True if validation else None,
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        remove_unused_columns=False,
        label_names=["labels"],
        restore_callback_states_from_checkpoint=True,
        dataloader_pin_memory=cuda,
        logging_steps=20,
        report_to="none",
        seed=settings.seed,
    )
    trainer = _Trainer(
        plain=plain,
        pairing=settings.pairing,
        model=model,
        args=arguments,
        data_collator=collate,
        train_dataset=train_set,
        eval_dataset=window_dataset(validation[0], validation[1], windows) if validation else None,
        compute_loss_func=lambda outputs, labels, **_: objective(outputs.logits, labels),
        compute_metrics=lambda prediction: {
            "mean_average_precision": mean_average_precision(
                uncalibrated.probabilities(np.asarray(prediction.predictions), taxonomy),
                np.asarray(prediction.label_ids),
            )
        },
        callbacks=[EarlyStoppingCallback(settings.patience)] if validation else [],
        optimizers=(_optimizer(model, settings), None),
    )
    trainer.train(resume_from_checkpoint=checkpoint)
    # What follows reads in float32, as the shipped model does.
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    # The folder ships float16 weights: whatever is fitted or measured from here on sees the very same ones.
    model.half().float()
    return Fitted(model=model, windows=windows, epochs=_best_epoch(trainer))


def _cpu_multiplies_bf16() -> bool:
    """Whether this CPU multiplies bfloat16 by itself; elsewhere it is slower than float32."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


class _Trainer(Trainer):
    """Hides tokens and adds noise where it learns, and draws two readings of a text together; validates on the texts
    as they are."""

    def __init__(self, *, plain: Collator, pairing: float, **given: Any) -> None:
        super().__init__(**given)
        self._plain, self._pairing = plain, pairing

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """The objective, and what the logits of two readings of one text differ by."""
        twins = inputs.pop("twins", None)
        loss, outputs = super().compute_loss(model, inputs, return_outputs=True, num_items_in_batch=num_items_in_batch)
        if twins is not None:
            one, other = outputs.logits[twins[:, 0]], outputs.logits[twins[:, 1]]
            loss = loss + self._pairing * (one - other).square().mean()
        return (loss, outputs) if return_outputs else loss

    def get_eval_dataloader(self, eval_dataset: Any = None) -> DataLoader[Any]:
        """The rows to validate on, without noise."""
        collate, self.data_collator = self.data_collator, self._plain
        try:
            return super().get_eval_dataloader(eval_dataset)
        finally:
            self.data_collator = collate


def predict_logits(fitted: Fitted, texts: Sequence[PreparedText], taxonomy: Taxonomy) -> NDArray[np.float32]:
    """Logits ``(n_texts, n_labels)`` by the same windows and pooling as the shipped classifier's."""
    model = fitted.model.eval()

    def score(batch: Batch) -> NDArray[np.float32]:
        with torch.no_grad():
            logits = model(**tensors(batch, model)).logits
        return np.asarray(logits.float().cpu().numpy(), dtype=np.float32)

    return pooled_logits(texts, windows=fitted.windows, taxonomy=taxonomy, score=score, token_budget=4096)


def _model(base: str | Path, taxonomy: Taxonomy) -> PreTrainedModel:
    config = AutoConfig.from_pretrained(
        base,
        id2label=dict(enumerate(taxonomy.labels)),
        label2id={label: index for index, label in enumerate(taxonomy.labels)},
        problem_type="multi_label_classification",
    )
    # Dropping tokens regularises as well as dropping activations does, and dropout takes a third of the
    # time of a step on a CPU.
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
        if hasattr(config, name):
            setattr(config, name, 0.0)
    config.classifier_dropout = 0.1
    with quietly():
        model = AutoModelForSequenceClassification.from_pretrained(
            base,
            config=config,
            ignore_mismatched_sizes=True,
            dtype=torch.float32,
            # Short texts on a CPU: the fused attention takes twice as long on its way back.
            attn_implementation="sdpa" if torch.cuda.is_available() else "eager",
        )
    assert isinstance(model, PreTrainedModel)
    return model


def _learnt(model: PreTrainedModel, base: str | Path) -> frozenset[int]:
    """The labels of ``model`` whose head is that of ``base``: none unless that is a finished model."""
    if not hasattr(AutoConfig.from_pretrained(base), "dangol_version"):
        return frozenset()
    earlier = AutoModelForSequenceClassification.from_pretrained(base, dtype=torch.float32)
    assert isinstance(earlier, PreTrainedModel)
    return inherit_head(model, earlier)


_LAYER = re.compile(r"\.layers?\.(\d+)\.")


def _optimizer(model: PreTrainedModel, settings: Hyperparameters) -> torch.optim.Optimizer:
    """AdamW whose rate falls by ``layer_decay`` per layer from the head down to the embeddings."""
    layers = int(model.config.num_hidden_layers)
    groups: dict[tuple[int, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        found = _LAYER.search(name)
        depth = int(found.group(1)) + 1 if found else (0 if "embeddings" in name else layers + 1)
        decay = 0.0 if parameter.ndim < 2 else settings.weight_decay
        groups.setdefault((depth, decay), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "weight_decay": decay,
                "lr": settings.learning_rate * settings.layer_decay ** (layers + 1 - depth),
            }
            for (depth, decay), parameters in groups.items()
        ],
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )


def _best_epoch(trainer: Trainer) -> float:
    # Of epochs that are equally good the Trainer keeps the first.
    scores = [
        (entry["eval_mean_average_precision"], -entry["epoch"])
        for entry in trainer.state.log_history
        if "eval_mean_average_precision" in entry
    ]
    return -float(max(scores)[1]) if scores else float(trainer.state.epoch or 0.0)
