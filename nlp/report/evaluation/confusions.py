"""Which labels are taken for which: a heat map for each group, and the texts furthest off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from nlp.report.blocks import Block, Lines
from nlp.report.charts.style import BLUES, INK, Cell, Chart, Table
from nlp.report.evaluation.measured import Measured, ShownMistake, group_words
from nlp.report.titled import Titled, table_of
from nlp.report.words import DASH, Words, broken, joined, narrow, number, percent, plain, say
from nlp.taxonomy import Group
from nlp.training.figures import Confusion


def most_confused(found: Confusion) -> tuple[str, str, int] | None:
    """The true label, the one taken for it, and the number of texts; None where none is taken for another."""
    cells = [
        (count, -row, -column)
        for row, counts in enumerate(found.table)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    if not cells:
        return None
    count, row, column = max(cells)
    return found.labels[-row], found.labels[-column], count


def confusion_chart(measured: Measured, group: Group) -> Chart | None:
    """Heat map of one group; None for a group of one label."""
    found = measured.evaluation.confusions.get(group.id)
    if found is None or len(found.labels) < 2:
        return None
    any_of = group.kind == "any-of"
    labels = [measured.label(f"{group.id}:{label}") for label in found.labels]
    counts = [[*row, *((found.alone[at],) if any_of else ())] for at, row in enumerate(found.table)]
    wholes = [
        measured.evaluation.labels[f"{group.id}:{label}"].support if any_of else sum(found.table[at])
        for at, label in enumerate(found.labels)
    ]
    worst = most_confused(found)
    columns = [*map(narrow, labels), *((say("evaluation", "alone_column"),) if any_of else ())]
    return Chart(
        id=f"confusion_{group.id}",
        title=say(
            "evaluation",
            "confusion" if worst else "confusion_none",
            group=group_words(group),
            actual=measured.label(f"{group.id}:{worst[0]}") if worst else "",
            given=measured.label(f"{group.id}:{worst[1]}") if worst else "",
            n=worst[2] if worst else 0,
        ),
        note=say("evaluation", "confusion_note_any" if any_of else "confusion_note_one"),
        data=(
            {
                "type": "heatmap",
                "x": columns,
                "y": [broken(label) for label in labels],
                "z": [
                    [round(count / whole, 4) if whole else 0.0 for count in row]
                    for row, whole in zip(counts, wholes, strict=True)
                ],
                "text": [[number(count) if count else "" for count in row] for row in counts],
                "customdata": [
                    [percent(count / whole) if whole else "–" for count in row]
                    for row, whole in zip(counts, wholes, strict=True)
                ],
                "texttemplate": "%{text}",
                "textfont": {"color": INK, "size": 12.5},
                "hovertemplate": "%{y} → %{x}<br>%{text} (%{customdata})<extra></extra>",
                "colorscale": [list(stop) for stop in BLUES],
                "zmin": 0,
                "showscale": False,
                "xgap": 2,
                "ygap": 2,
            },
        ),
        layout={
            "xaxis": {"side": "top", "showgrid": False, "tickangle": 0, "tickfont": {"size": 11.5}},
            "yaxis": {"autorange": "reversed", "showgrid": False, "ticksuffix": " "},
            "margin": {"t": 56, "b": 10},
        },
        height=90 + 44 * len(labels),
        wide=len(columns) > 5,
        least_width=130 + 78 * len(columns),
        table=_table(measured, group, found) if any_of else _counts(labels, found),
    )


def _table(measured: Measured, group: Group, found: Confusion) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for at, label in enumerate(found.labels):
        key = f"{group.id}:{label}"
        figures = measured.evaluation.labels[key]
        rows.append(
            (
                measured.label(key),
                number(figures.support),
                number(figures.support - _hits(figures.support, figures.recall.value)),
                number(found.alone[at]),
                _most(measured, group, found.labels, found.table[at]),
                _most(measured, group, found.labels, found.together[at]),
                number(found.extra[at]),
            )
        )
    return table_of(("label", "support", "missed", "alone", "instead", "together", "extra"), rows)


def _counts(labels: list[Words], found: Confusion) -> Table:
    """The true labels down, the decided ones across, as in the picture."""
    return Table(
        columns=(say("column", "actual"), *labels),
        rows=tuple((label, *map(number, counts)) for label, counts in zip(labels, found.table, strict=True)),
    )


def _hits(support: int, recall: float) -> int:
    return round(support * recall) if support else 0


def _most(measured: Measured, group: Group, labels: tuple[str, ...], counts: tuple[int, ...]) -> Words:
    """The three most frequent labels with their counts."""
    order = sorted((at for at, count in enumerate(counts) if count), key=lambda at: -counts[at])[:3]
    names = [measured.label(f"{group.id}:{labels[at]}") for at in order]
    return joined(
        [
            Words(code=name.code, ko=f"{name.ko} {counts[at]}", en=f"{name.en} {counts[at]}")
            for name, at in zip(names, order, strict=True)
        ],
        none=DASH,
    )


def mistake_blocks(measured: Measured) -> Iterator[Block]:
    """The texts furthest off by label, or how to have them shown."""
    if not measured.mistakes:
        yield Lines(
            title=say("evaluation", "mistakes_hidden_title"), lines=((None, say("evaluation", "mistakes_hidden")),)
        )
        return
    for name, shown in groupby(measured.mistakes, key=lambda item: item.mistake.label.partition(":")[0]):
        group = measured.taxonomy.group(name)
        yield Titled(
            title=say("evaluation", "mistakes_table", group=group_words(group)),
            note=say("evaluation", "mistakes_note"),
            table=table_of(
                ("label", "mistake", "probability", "text", "actual", "given", "place"),
                [_mistake(measured, group, item) for item in shown],
            ),
            folded=True,
        )


def _mistake(measured: Measured, group: Group, item: ShownMistake) -> tuple[Cell, ...]:
    none = Words(code="none", ko=group.empty_ko or "–", en=group.empty_en or "–")
    actual, given = (
        joined([measured.label(key) for key in keys]) if keys else none for keys in (item.actual, item.given)
    )
    return (
        measured.label(item.mistake.label),
        say("evaluation", "missed" if item.mistake.missed else "wrong"),
        f"{item.mistake.probability:.2f}",
        plain(item.text),
        actual,
        given,
        item.place,
    )
