"""The model card: README.md of a model folder, written from measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlp.taxonomy import Taxonomy
from nlp.training.evaluation import FEW, Evaluation, LabelFigures

_HEAD = """---
language: ko
library_name: transformers
pipeline_tag: text-classification
license: apache-2.0
tags: [korean, complaints, churn, multi-label]
---

# {version}

Labels Korean complaint texts with causes of churn, sentiment, complaint response, moment-of-truth stage,
SERVQUAL dimension, severity and state of recovery. Trained on {date} with Dangol.

- **Base encoder:** {base}
- **Rows trained on:** {rows}; held out, never trained or tuned on: {held_out_rows}
- **Recipe:** one pass over {unlabelled} unlabelled texts with the labels of a linear model; linear probe, then
  fine-tuning for {epochs:g} epochs; {folds} cross-validation folds for thresholds;
  {soften:.0%} of every target is the out-of-fold prediction of an encoder and a linear model
- **Hyperparameters:** {hyperparameters}

The columns are `group:label`. Any-of groups are sigmoids, one-of groups softmaxes; `decision.json` holds
temperatures, biases, thresholds and the confidence below which a person should look.

## How it was labelled, and what follows

Every label was given by a large language model that read each text against the codebook; no person has
labelled these rows. The figures measure agreement with the codebook as such a reader applies it. Confirm them
on your own labels before acting on them: `dangol evaluate LABELLED`.
"""


def model_card(facts: Mapping[str, Any], evaluation: Evaluation, taxonomy: Taxonomy) -> str:
    """Markdown with the facts of the run and the figures on held-out rows."""
    shown = ", ".join(f"{name} {value}" for name, value in facts["hyperparameters"].items() if value is not None)
    return _HEAD.format(**{**facts, "hyperparameters": shown}) + "\n" + figures_table(evaluation, taxonomy)


def figures_table(evaluation: Evaluation, taxonomy: Taxonomy) -> str:
    """Markdown tables by group and by label, 95 % bootstrap intervals in brackets."""
    lines = [
        f"## Figures on {evaluation.n_texts} held-out texts",
        "",
        f"Macro-F1 counts labels with at least {FEW} positives. Brackets are 95 % bootstrap intervals.",
        "",
        "| group | macro-F1 | micro-F1 | quadratic kappa |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {group} | {figures.macro_f1} | {figures.micro_f1} | {figures.kappa or '–'} |"
        for group, figures in evaluation.groups.items()
    ]
    lines += [
        "",
        "| label | 이름 | positives | precision | recall | F1 | average precision | calibration error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(label, figures, taxonomy) for label, figures in evaluation.labels.items()]
    return "\n".join(lines) + "\n"


def _row(label: str, figures: LabelFigures, taxonomy: Taxonomy) -> str:
    group, _, name = label.partition(":")
    korean = taxonomy.group(group).label(name).ko
    return (
        f"| {label} | {korean} | {figures.support} | {figures.precision} | {figures.recall} | {figures.f1} "
        f"| {figures.average_precision} | {figures.calibration:.3f} |"
    )
