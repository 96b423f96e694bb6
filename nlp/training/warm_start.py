"""Start fine-tuning from a linear probe instead of a random head.

The sentence vectors of a contrastively trained encoder (E5) lie in a narrow cone: their mean is sixty times
their spread. A random head sees almost the same vector for every text, and the first epochs go into undoing
that. So the head's dense layer starts as the map that whitens the vectors of the training texts, and its
output layer as the linear probe on them (linear probing, then fine-tuning: Kumar et al. 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

_SCALE = 0.3
"""Keeps whitened features in the near-linear part of the dense layer's tanh."""

_SHRINKAGE = 0.1
"""Added to every variance, as a share of the mean variance, so that noise directions are not blown up."""

_RIDGE = 3e-3


def warm_start(
    model: PreTrainedModel,
    batches: Iterable[tuple[dict[str, Tensor], Tensor]],
    objective: Callable[[Tensor, Tensor], Tensor],
) -> bool:
    """Fit the head of a BERT- or RoBERTa-like classifier on frozen features; the encoder stays as it is.

    ``batches`` yields model inputs and targets ``(n_texts, n_labels)``. Returns False, with the model
    unchanged, when its head is not of a known kind.
    """
    found = _head(model)
    if found is None:
        return False
    dense, output = found
    model.eval()
    seen: list[Tensor] = []
    hook = dense.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].detach().float()))
    targets: list[Tensor] = []
    try:
        with torch.no_grad():
            for inputs, target in batches:
                model(**inputs)
                targets.append(target)
    finally:
        hook.remove()
    features, target = torch.cat(seen), torch.cat(targets)

    mean = features.mean(dim=0)
    _, singular, directions = torch.linalg.svd(features - mean, full_matrices=False)
    variance = singular.square() / len(features)
    whitening = _SCALE * directions / torch.sqrt(variance + _SHRINKAGE * variance.mean())[:, None]
    with torch.no_grad():
        dense.weight.zero_()
        dense.weight[: len(whitening)].copy_(whitening)
        dense.bias.copy_(-(dense.weight @ mean))
        output.weight.zero_()
        output.bias.zero_()
    # The heads of BERT and RoBERTa bend their dense layer by tanh, ELECTRA's by gelu.
    bend = functional.gelu if model.config.model_type == "electra" else torch.tanh
    _probe(output, bend(features @ dense.weight.T + dense.bias).detach(), target, objective)
    return True


def _probe(output: nn.Linear, features: Tensor, target: Tensor, objective: Callable[[Tensor, Tensor], Tensor]) -> None:
    optimizer = torch.optim.LBFGS(output.parameters(), max_iter=60)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = objective(output(features), target) + _RIDGE * output.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)


def _head(model: PreTrainedModel) -> tuple[nn.Linear, nn.Linear] | None:
    """The (dense, output) layers of BERT's pooler and classifier, or of RoBERTa's and ELECTRA's head."""
    classifier = getattr(model, "classifier", None)
    pooler = getattr(getattr(model, model.base_model_prefix, None), "pooler", None)
    if isinstance(classifier, nn.Linear) and pooler is not None:
        dense = getattr(pooler, "dense", None)
        return (dense, classifier) if isinstance(dense, nn.Linear) else None
    dense, output = getattr(classifier, "dense", None), getattr(classifier, "out_proj", None)
    if isinstance(dense, nn.Linear) and isinstance(output, nn.Linear):
        return dense, output
    return None
