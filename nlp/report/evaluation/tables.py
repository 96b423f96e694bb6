"""Tables of an evaluation."""

from __future__ import annotations

from nlp.report.charts.style import Cell
from nlp.report.evaluation.measured import TO, Measured, both, bounds, counted, group_words, value
from nlp.report.titled import Titled, table_of
from nlp.report.words import number, percent, points, say
from nlp.training.figures import Figure


def groups_table(measured: Measured) -> Titled:
    """The figures of every group."""
    rows: list[tuple[Cell, ...]] = []
    for group in measured.groups:
        found = measured.evaluation.groups[group.id]
        rows.append(
            (
                group_words(group),
                number(found.n_texts),
                both(found.micro_f1),
                with_count(found.macro_f1, counted(measured, group)),
                both(found.macro_f1_all),
                both(found.kappa) if found.kappa else "–",
            )
        )
    return Titled(
        title=say("evaluation", "groups_table"),
        note=None,
        table=table_of(("group", "texts", "micro_f1", "macro_f1", "macro_f1_all", "kappa"), rows, whole=True),
    )


def labels_table(measured: Measured) -> Titled:
    """The figures of every label."""
    rows: list[tuple[Cell, ...]] = []
    for group in measured.groups:
        for label in group.ids:
            key = f"{group.id}:{label}"
            found = measured.evaluation.labels[key]
            rows.append(
                (
                    group_words(group),
                    measured.label(key),
                    number(found.support),
                    number(found.decided),
                    both(found.precision),
                    both(found.recall),
                    both(found.f1),
                    both(found.average_precision),
                    both(found.calibration),
                )
            )
    return Titled(
        title=say("evaluation", "labels_table"),
        note=say("evaluation", "labels_note"),
        table=table_of(
            (
                "group",
                "label",
                "support",
                "decided",
                "precision",
                "recall",
                "f1",
                "average_precision",
                "calibration",
            ),
            rows,
            whole=True,
        ),
    )


def coverage_table(measured: Measured) -> Titled:
    """What each group gains by leaving the least sure texts to a person."""
    rows: list[tuple[Cell, ...]] = []
    for group in measured.groups:
        figures = measured.evaluation.groups[group.id]
        found = figures.selective
        rows.append(
            (
                group_words(group),
                value(figures.micro_f1),
                both(found.at_80),
                f"{points(found.gain.value)} ({gain_bounds(found.gain)})",
                both(found.area),
                both(found.error_area),
            )
        )
    return Titled(
        title=say("evaluation", "coverage_table"),
        note=say("evaluation", "coverage_table_note"),
        table=table_of(("group", "full", "at_80", "gain_80", "area", "error_area"), rows, whole=True),
    )


def abstention_table(measured: Measured) -> Titled | None:
    """What the model's own bounds leave to a person; None where they were not measured."""
    rows: list[tuple[Cell, ...]] = []
    for group in measured.groups:
        left = measured.evaluation.groups[group.id].selective.abstention
        if left is not None:
            rows.append(
                (
                    group_words(group),
                    f"{percent(left.share.value)} ({_shares(left.share)})",
                    both(left.answered),
                    both(left.left),
                    f"{percent(left.caught.value)} ({_shares(left.caught)})",
                )
            )
    if not rows:
        return None
    return Titled(
        title=say("evaluation", "abstention_table"),
        note=say("evaluation", "abstention_note"),
        table=table_of(("group", "left_share", "answered_f1", "left_f1", "caught"), rows, whole=True),
    )


def files_table(measured: Measured) -> Titled:
    """The files that were read, the model and its taxonomy."""
    taxonomy = measured.taxonomy
    rows: list[tuple[Cell, ...]] = [(item.name, number(item.rows), item.digest) for item in measured.sources]
    rows.append((say("evaluation", "model_row"), measured.model, ""))
    described = say(
        "evaluation",
        "taxonomy_value",
        version=taxonomy.version,
        groups=len(taxonomy.groups),
        labels=len(taxonomy.labels),
    )
    rows.append((say("evaluation", "taxonomy_row"), described, ""))
    return Titled(
        title=say("evaluation", "files_table"), note=None, table=table_of(("file", "texts", "digest"), rows, whole=True)
    )


def with_count(found: Figure, count: tuple[int, int]) -> str:
    """A macro figure with the labels that it counts: ``0.727 (0.708–0.746) 7/7``."""
    return both(found) if both(found) == "–" else f"{both(found)} {count[0]}/{count[1]}"


def gain_bounds(gain: Figure) -> str:
    """Bounds of a difference in points: ``+4.7 ~ +6.2``."""
    return bounds(gain) if bounds(gain) == "–" else f"{points(gain.low)}\u00a0~\u00a0{points(gain.high)}"


def _shares(found: Figure) -> str:
    return bounds(found) if bounds(found) == "–" else f"{percent(found.low)[:-1]}{TO}{percent(found.high)}"
