"""The model card: README.md of a model folder, written from measured figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nlp.taxonomy import Taxonomy
from nlp.training.figures import FEW, Evaluation, Figure, LabelFigures

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
{start}- **Rows:** {rows} to train on, {also}of which {stop_rows} decided when to stop and fitted the temperatures;
  {held_out_rows} held out, never trained or tuned on
- **Recipe:** {recipe}
- **Hyperparameters:** {hyperparameters}

The columns are `group:label`. Any-of groups are sigmoids, one-of groups softmaxes; `decision.json` holds
temperatures, biases, thresholds and the confidence below which a person should look.

## How it was labelled, and what follows

{provenance}

Confirm the figures on your own labels before acting on them: `dangol evaluate LABELLED --report report.html`.

"""


def model_card(
    facts: Mapping[str, Any], evaluation: Evaluation, taxonomy: Taxonomy, sections: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Markdown with the facts of the run, its figures and the further sections."""
    settings = ", ".join(f"{name} {value}" for name, value in facts["hyperparameters"].items() if value is not None)
    title = f"Figures on {evaluation.n_texts} texts"
    if facts["held_out_rows"]:
        title = f"Figures on {evaluation.n_texts} held-out texts"
    elif evaluation.n_texts == facts["stop_rows"]:
        title = f"Figures on the {evaluation.n_texts} texts that decided when to stop (optimistic: hold rows out)"
    head = _HEAD.format(
        **{
            **facts,
            "start": f"- **Goes on from:** {facts['start']}, a finished model\n" if facts.get("start") else "",
            "groups": ", ".join(group.en.lower() for group in taxonomy),
            "hyperparameters": settings,
            "recipe": _recipe(facts),
            "also": f"{facts['also']} of them chosen and only trained on, " if facts.get("also") else "",
            "provenance": facts["provenance"] or "Not stated.",
        }
    )
    parts = [figures_table(evaluation, taxonomy, title), coverage_table(evaluation), *map(section, sections)]
    return head + "\n".join(parts)


def _recipe(facts: Mapping[str, Any]) -> str:
    steps = ["linear probe", f"fine-tuning for {facts['epochs']:g} epochs"]
    if facts["unlabelled"]:
        teachers = f"a linear model and {facts['teacher']}" if facts.get("teacher") else "a linear model"
        steps.insert(0, f"one pass over {facts['unlabelled']} unlabelled texts with the labels of {teachers}")
    if augment := facts["hyperparameters"].get("augment"):
        steps.append(f"{augment:.0%} of the texts read with Korean noise in them")
    if paired := facts["hyperparameters"].get("paired"):
        steps.append(
            f"{paired:.0%} read twice, with words exchanged that must not matter, and their logits drawn together"
        )
    if len(facts.get("members", ())) > 1:
        tried = ", ".join(f"{name} {score:.4f}" for name, score in facts["members"].items())
        steps.append(f"{facts['chosen']} taken of {tried} (mean average precision on validation rows)")
    if facts.get("blinded"):
        steps.append("regions and words for women and men each read as one")
    if facts["folds"]:
        steps.append(f"thresholds from {facts['folds']} cross-validation folds")
    if facts["soften"]:
        by_folds = "the mean out-of-fold prediction of an encoder and a linear model"
        source = by_folds if facts["folds"] else f"what {facts['teacher']} predicts, and all where rows have no label"
        steps.append(f"{facts['soften']:.0%} of every target is {source}")
    return "; ".join(steps)


def figures_table(evaluation: Evaluation, taxonomy: Taxonomy, title: str) -> str:
    """Markdown tables by group and by label, 95 % intervals in brackets."""
    groups = [(name, figures.macro_f1, figures.micro_f1, figures.kappa) for name, figures in evaluation.groups.items()]
    labels = [_row(label, figures, taxonomy) for label, figures in evaluation.labels.items()]
    return "\n".join(
        [
            f"## {title}",
            "",
            f"Macro-F1 counts labels with at least {FEW} positives. Brackets are 95 % intervals: percentiles of a "
            "bootstrap over texts, Wilson's where all or none are right, the basic bootstrap for calibration errors.",
            "",
            *_table(("group", "macro-F1", "micro-F1", "quadratic kappa"), groups),
            "",
            *_table(
                ("label", "이름", "positives", "precision", "recall", "F1", "average precision", "calibration error"),
                labels,
            ),
            "",
            "Calibration error is the debiased expected calibration error over bins of equal mass (Kumar, Liang & Ma "
            "2019).",
            "",
        ]
    )


def coverage_table(evaluation: Evaluation) -> str:
    """Markdown of what is gained by setting the least sure texts aside."""
    rows = []
    for name, figures in evaluation.groups.items():
        found, left = figures.selective, figures.selective.abstention
        rows.append(
            (name, figures.micro_f1, found.at_80, found.gain, found.area, found.error_area)
            + ((left.share, left.answered, left.left) if left else (None, None, None))
        )
    columns = ("micro-F1", "at 80 % coverage", "gain", "area", "error area", "left to a person", "answered", "left")
    return "\n".join(
        [
            "## What abstaining gains",
            "",
            "Texts are set aside group by group, the least sure first. Area is the mean micro-F1 over all coverages, "
            "error area the mean share of answered texts with an error in the group (AURC, Geifman & El-Yaniv 2017). "
            "The last three columns are what the bounds of `decision.json` leave to a person, and the micro-F1 of "
            "the texts answered and left.",
            "",
            *_table(("group", *columns), rows),
            "",
        ]
    )


def section(item: Mapping[str, Any]) -> str:
    """Markdown of one further section; see ``card_update``."""
    lines = [f"## {item['title']}", ""]
    if item.get("text"):
        lines += [str(item["text"]), ""]
    if item.get("columns"):
        lines += [*_table(item["columns"], item.get("rows", ())), ""]
    lines += [f"- {note}" for note in item.get("notes", ())]
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(label: str, figures: LabelFigures, taxonomy: Taxonomy) -> tuple[object, ...]:
    group, _, name = label.partition(":")
    return (
        label,
        taxonomy.group(group).label(name).ko,
        figures.support,
        figures.precision,
        figures.recall,
        figures.f1,
        figures.average_precision,
        figures.calibration,
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    return [
        f"| {' | '.join(columns)} |",
        f"|{'---|' * len(columns)}",
        *(f"| {' | '.join(map(_cell, row))} |" for row in rows),
    ]


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        nan = float("nan")
        value = Figure(
            **{name: nan if (found := value.get(name)) is None else found for name in ("value", "low", "high")}
        )
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) >= 1 else f"{value:.3f}"
    return str(value).replace("|", "\\|").replace("\n", " ")
