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

Labels Korean complaint texts with {groups}. Trained on {date} with Dangol.

- **Base encoder:** {lineage}
- **Rows:** {rows} to train on, of which {stop_rows} decided when to stop and fitted the temperatures; {held_out_rows}
  held out, never trained or tuned on
- **Recipe:** {recipe}
- **Hyperparameters:** {hyperparameters}

The columns are `group:label`. Any-of groups are sigmoids, one-of groups softmaxes; `decision.json` holds
temperatures, biases, thresholds and the confidence below which a person should look.

## How it was labelled, and what follows

{provenance}

Confirm the figures on your own labels before acting on them: `dangol evaluate LABELLED`.

"""


def model_card(facts: Mapping[str, Any], evaluation: Evaluation, taxonomy: Taxonomy) -> str:
    """Markdown with the facts of the run and its figures."""
    settings = ", ".join(f"{name} {value}" for name, value in facts["hyperparameters"].items() if value is not None)
    held_out = facts["held_out_rows"] > 0
    title = (
        f"Figures on {evaluation.n_texts} held-out texts"
        if held_out
        else f"Figures on the {evaluation.n_texts} texts that decided when to stop (optimistic: hold rows out)"
    )
    head = _HEAD.format(
        **{
            **facts,
            "groups": ", ".join(group.en.lower() for group in taxonomy),
            "hyperparameters": settings,
            "recipe": _recipe(facts),
            "provenance": facts["provenance"] or "Not stated.",
        }
    )
    return head + figures_table(evaluation, taxonomy, title)


def _recipe(facts: Mapping[str, Any]) -> str:
    steps = ["linear probe", f"fine-tuning for {facts['epochs']:g} epochs"]
    if facts["unlabelled"]:
        steps.insert(0, f"one pass over {facts['unlabelled']} unlabelled texts with the labels of a linear model")
    if facts["folds"]:
        steps.append(f"thresholds from {facts['folds']} cross-validation folds")
    if facts["soften"]:
        steps.append(
            f"{facts['soften']:.0%} of every target is the mean out-of-fold prediction of an encoder and a linear model"
        )
    return "; ".join(steps)


def figures_table(evaluation: Evaluation, taxonomy: Taxonomy, title: str) -> str:
    """Markdown tables by group and by label, 95 % bootstrap intervals in brackets."""
    lines = [
        f"## {title}",
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
