"""Start fine-tuning from a linear probe instead of a random head.

The sentence vectors of a contrastively trained encoder (E5) lie in a narrow cone: their mean is sixty times
their spread. A random head sees almost the same vector for every text, and the first epochs go into undoing
that. So the head's dense layer starts as the map that whitens the vectors of the training texts, and its
output layer as the linear probe on them (linear probing, then fine-tuning: Kumar et al. 2022).

What goes on from a finished model keeps that model's head: a few hundred rows would not teach again what it learnt from
ten thousands. Only the labels that it lacks are probed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

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
    known: Set[int] = frozenset(),
) -> bool:
    """Fit the head of a BERT- or RoBERTa-like classifier on frozen features; the encoder stays as it is.

    ``batches`` yields model inputs and targets ``(n_texts, n_labels)``. Of a head that knows some labels by their
    index, ``known``, only the others are fitted. Returns False, with the model unchanged, when its head is not of a
    known kind.
    """
    found = _head(model)
    if found is None:
        return False
    dense, output = found
    if len(known) == output.out_features:
        return True
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

    if not known:
        _whiten(dense, features)
    # The heads of BERT and RoBERTa bend their dense layer by tanh, ELECTRA's by gelu.
    bend = functional.gelu if model.config.model_type == "electra" else torch.tanh
    _probe(output, bend(features @ dense.weight.T + dense.bias).detach(), target, objective, known)
    return True


def inherit_head(model: PreTrainedModel, earlier: PreTrainedModel) -> frozenset[int]:
    """Copy the output layer's rows of the labels that ``earlier`` has too into ``model``, which has the rest of it.

    Returns the indices of these labels, none when the head is not of a known kind.
    """
    head, old_head = _head(model), _head(earlier)
    if head is None or old_head is None:
        return frozenset()
    output, old = head[1], old_head[1]
    rows = {label: row for row, label in enumerate(_labels(earlier))}
    shared = {index: rows[label] for index, label in enumerate(_labels(model)) if label in rows}
    with torch.no_grad():
        output.weight[list(shared)] = old.weight[list(shared.values())]
        output.bias[list(shared)] = old.bias[list(shared.values())]
    return frozenset(shared)


def _labels(model: PreTrainedModel) -> list[str]:
    return list((model.config.id2label or {}).values())


def _whiten(dense: nn.Linear, features: Tensor) -> None:
    mean = features.mean(dim=0)
    _, singular, directions = torch.linalg.svd(features - mean, full_matrices=False)
    variance = singular.square() / len(features)
    whitening = _SCALE * directions / torch.sqrt(variance + _SHRINKAGE * variance.mean())[:, None]
    with torch.no_grad():
        dense.weight.zero_()
        dense.weight[: len(whitening)].copy_(whitening)
        dense.bias.copy_(-(dense.weight @ mean))


def _probe(
    output: nn.Linear,
    features: Tensor,
    target: Tensor,
    objective: Callable[[Tensor, Tensor], Tensor],
    known: Set[int],
) -> None:
    probed = torch.tensor([index for index in range(output.out_features) if index not in known])
    weight = torch.zeros(len(probed), output.in_features, requires_grad=True)
    bias = torch.zeros(len(probed), requires_grad=True)
    with torch.no_grad():
        given = output(features)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=60)

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = given.index_copy(1, probed, functional.linear(features, weight, bias))
        loss = objective(logits, target) + _RIDGE * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        output.weight[probed] = weight
        output.bias[probed] = bias


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
