"""The first things to know of an evaluation: tiles and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from nlp.report.blocks import Tile
from nlp.report.evaluation.confusions import most_confused
from nlp.report.evaluation.measured import Measured, bounds, counted, group_words, value
from nlp.report.evaluation.tables import gain_bounds
from nlp.report.words import Words, joined, number, percent, plain, points, say
from nlp.taxonomy import Group
from nlp.training.figures import FEW, Figure

GOOD_CALIBRATION = 0.03
_NAMED = 6


def tiles(measured: Measured) -> Iterator[Tile]:
    """Large figures of the whole and of the main group."""
    yield Tile(
        name=say("evaluation", "texts"),
        figure=number(measured.evaluation.n_texts),
        note=say("evaluation", "tile_texts_note", n=len(measured.evaluation.labels)),
    )
    main = measured.main
    if main is None:
        return
    found, name = measured.evaluation.groups[main.id], group_words(main)
    yield _tile("tile_micro", name, found.micro_f1)
    labels = plain(f"{bounds(found.macro_f1)} · {'/'.join(map(str, counted(measured, main)))}")
    yield replace(_tile("tile_macro", name, found.macro_f1), note=labels)
    yield _tile("tile_at_80", name, found.selective.at_80)
    errors = [measured.evaluation.labels[f"{main.id}:{label}"].calibration for label in main.ids]
    worst = max((item for item in errors if not math.isnan(item.value)), key=lambda item: item.value, default=errors[0])
    yield _tile("tile_calibration", name, worst)


def headlines(measured: Measured) -> Iterator[Words]:
    """Sentences on the main group, then on all."""
    main = measured.main
    if main is None:
        yield say("evaluation", "nothing")
        return
    yield _overall(measured, main)
    yield from _labels(measured, main)
    yield from _confused(measured, main)
    yield from _abstaining(measured, main)
    yield from _calibration(measured)
    rare = [key for key, row in measured.evaluation.labels.items() if row.support < FEW]
    if rare:
        names = joined([measured.label(key) for key in rare[:_NAMED]])
        yield say("evaluation", "few" if len(rare) <= _NAMED else "few_more", few=FEW, n=len(rare), labels=names)
    left_out = [group_words(group) for group in measured.taxonomy if group not in measured.groups]
    if left_out:
        yield say("evaluation", "unlabelled", groups=joined(left_out))


def _tile(code: str, group: Words, found: Figure) -> Tile:
    return Tile(name=say("evaluation", code, group=group), figure=value(found), note=plain(bounds(found)))


def _overall(measured: Measured, group: Group) -> Words:
    found = measured.evaluation.groups[group.id]
    micro: dict[str, object] = {
        "micro": value(found.micro_f1),
        "micro_range": bounds(found.micro_f1),
        "group": group_words(group),
    }
    if math.isnan(found.macro_f1.value):
        return say("evaluation", "overall_few", few=FEW, **micro)
    few, labels = counted(measured, group)
    micro |= {"counted": few, "labels": labels}
    return say("evaluation", "overall", macro=value(found.macro_f1), macro_range=bounds(found.macro_f1), **micro)


def _labels(measured: Measured, group: Group) -> Iterator[Words]:
    keys = [f"{group.id}:{label}" for label in group.ids]
    rows = [(measured.evaluation.labels[key].f1, key) for key in keys if measured.evaluation.labels[key].support >= FEW]
    if len(rows) < 2:
        return
    (weak, weak_key), (strong, strong_key) = (pick(rows, key=lambda row: row[0].value) for pick in (min, max))
    yield say(
        "evaluation",
        "weakest",
        group=group_words(group),
        weak=measured.label(weak_key),
        weak_f1=value(weak),
        weak_range=bounds(weak),
        strong=measured.label(strong_key),
        strong_f1=value(strong),
    )


def _confused(measured: Measured, group: Group) -> Iterator[Words]:
    found = (
        most_confused(measured.evaluation.confusions[group.id]) if group.id in measured.evaluation.confusions else None
    )
    if found is not None:
        actual, given = (measured.label(f"{group.id}:{label}") for label in found[:2])
        yield say("evaluation", "confused", group=group_words(group), actual=actual, given=given, n=number(found[2]))


def _abstaining(measured: Measured, group: Group) -> Iterator[Words]:
    figures = measured.evaluation.groups[group.id]
    found, name = figures.selective, group_words(group)
    if not math.isnan(found.gain.value):
        yield say(
            "evaluation",
            "gains" if found.gain.low > 0 else "gains_not",
            group=name,
            full=value(figures.micro_f1),
            at=value(found.at_80),
            gain=points(found.gain.value),
            range=gain_bounds(found.gain),
        )
    left = found.abstention
    if left is not None:
        code = "leaves" if left.share.value > 0 else "leaves_none"
        yield say("evaluation", code, group=name, share=percent(left.share.value), caught=percent(left.caught.value))


def _calibration(measured: Measured) -> Iterator[Words]:
    rows = [
        (row.calibration, key)
        for key, row in measured.evaluation.labels.items()
        if not math.isnan(row.calibration.value)
    ]
    if not rows:
        return
    worst, key = max(rows, key=lambda row: row[0].value)
    yield say(
        "evaluation",
        "calibrated",
        n=len(rows),
        good=sum(found.value <= GOOD_CALIBRATION for found, _ in rows),
        bound=GOOD_CALIBRATION,
        group=group_words(measured.taxonomy.group(key.partition(":")[0])),
        worst=measured.label(key),
        error=value(worst),
        range=bounds(worst),
    )
