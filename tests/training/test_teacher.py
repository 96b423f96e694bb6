"""A teacher without folds, and validation rows of their own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from nlp.errors import InputError, LabelledDataError, ModelError
from nlp.model.classifier import ComplaintClassifier
from nlp.model.windows import Windows
from nlp.resources import data_path
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import prepare
from nlp.training import fit as fitting
from nlp.training.examples import read_examples
from nlp.training.fit import train
from nlp.training.members import Rows
from nlp.training.run import TrainingRun
from nlp.training.teacher import Teacher


@pytest.fixture
def run(short_run: TrainingRun, tiny_labelled: Path, tiny_model: Path, tmp_path: Path) -> TrainingRun:
    """A run that a teacher softens; every second row leaves its sentiment open, the last 60 rows validate."""
    rows = [json.loads(line) for line in tiny_labelled.read_text(encoding="utf-8").splitlines()]
    for row in rows[:180:2]:
        del row["labels"]["sentiment"]
    data, aside = tmp_path / "data.jsonl", tmp_path / "aside.jsonl"
    for path, some in ((data, rows[:180]), (aside, rows[180:])):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some), encoding="utf-8")
    return replace(short_run, data=(data,), validation_data=(aside,), soften=0.25, teacher=tiny_model)


def test_the_teacher_softens_labels_and_stands_for_those_that_a_row_leaves_open(
    run: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Rows] = {}
    original = fitting.fit_members

    def spied(some: TrainingRun, rows: Rows, **further: object) -> object:
        given.update(rows=rows, validation=further["validation"])  # type: ignore[arg-type]
        return original(some, rows, **further)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "fit_members", spied)
    train(run, today=date(2026, 11, 22))

    taxonomy = Taxonomy.load()
    examples = {e.prepared().masked: e for e in read_examples(run.data, taxonomy)}
    texts, targets = given["rows"]
    assert run.teacher is not None
    taught = ComplaintClassifier.from_pretrained(run.teacher, threads=1).predict_proba(list(texts))
    hard = np.stack([examples[text.masked].target for text in texts])
    np.testing.assert_allclose(targets, np.where(np.isnan(hard), taught, 0.75 * hard + 0.25 * taught), atol=1e-3)
    assert np.isnan(hard).any()
    aside = {e.prepared().masked for e in read_examples(run.validation_data, taxonomy)}
    assert {text.masked for text in given["validation"][0]} == aside
    assert aside.isdisjoint(text.masked for text in texts)


def test_the_card_says_who_taught_and_how_many_rows_validated(run: TrainingRun) -> None:
    folder = train(run, today=date(2026, 11, 22))

    facts = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["training"]
    assert (facts["stop_rows"], facts["also"]) == (60, 0)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "25% of every target is what tiny predicts, and all where rows have no label" in card


def test_soft_labels_without_folds_or_a_teacher_are_refused(run: TrainingRun) -> None:
    with pytest.raises(InputError, match="folds or a teacher"):
        replace(run, teacher=None)


_MORE = (
    data_path("taxonomy.toml")
    .read_text(encoding="utf-8")
    .replace(
        '[[group]]\nid = "sentiment"', '[[group.label]]\nid = "safety"\nko = "안전"\n\n[[group]]\nid = "sentiment"'
    )
    .replace(
        '[[group.label]]\nid = "neutral"',
        '[[group.label]]\nid = "mixed"\nko = "섞임"\n\n[[group.label]]\nid = "neutral"',
    )
)
"""A cause more, a sentiment more."""


def test_a_teacher_knows_the_labels_of_both_and_a_one_of_group_only_when_it_is_the_same(
    tiny_model: Path, new_labels: tuple[Path, Path]
) -> None:
    taxonomy = Taxonomy.parse(_MORE + new_labels[0].read_text(encoding="utf-8"))
    teacher = Teacher.load(tiny_model, taxonomy)
    texts = [prepare("배송이 2주나 걸렸어요"), prepare("주차장이 좁아요")]

    found = teacher.predict_proba(texts)

    unknown = {label for label, column in zip(taxonomy.labels, found.T, strict=True) if np.isnan(column).any()}
    sentiments = {f"sentiment:{label}" for label in taxonomy.group("sentiment").ids}
    assert unknown == {"topic:parking", "topic:noise", "cause:safety"} | sentiments
    assert teacher.groups == {group.id for group in taxonomy} - {"topic", "cause", "sentiment"}
    own = teacher.model.predict_proba(texts)
    for label in set(taxonomy.labels) - unknown:
        np.testing.assert_array_equal(found[:, taxonomy.labels.index(label)], own[:, teacher.model.labels.index(label)])


@pytest.fixture
def new_group(short_run: TrainingRun, new_labels: tuple[Path, Path], tiny_model: Path, tmp_path: Path) -> TrainingRun:
    """A run on rows that label a new group alone; a teacher stands for all the others."""
    taxonomy = tmp_path / "more.toml"
    texts = [path.read_text(encoding="utf-8") for path in (data_path("taxonomy.toml"), new_labels[0])]
    taxonomy.write_text("\n".join(texts), encoding="utf-8")
    return replace(
        short_run, data=(new_labels[1],), taxonomy=taxonomy, base=tiny_model, soften=0.25, teacher=tiny_model
    )


def test_rows_that_label_a_new_group_alone_learn_the_others_from_the_teacher_and_decide_as_it_does(
    new_group: TrainingRun, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Rows] = []
    original = fitting.fit_members

    def spied(some: TrainingRun, rows: Rows, **further: object) -> object:
        given.append(rows)
        return original(some, rows, **further)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "fit_members", spied)
    learnt = ComplaintClassifier.from_pretrained(train(new_group, today=date(2026, 11, 22)), threads=1)

    old = ComplaintClassifier.from_pretrained(tiny_model, threads=1)
    texts, targets = given[0]
    width = len(old.labels)
    np.testing.assert_allclose(targets[:, :width], old.predict_proba(list(texts)), atol=1e-3)
    assert set(np.unique(targets[:, width:])) == {0.0, 1.0}
    assert learnt.labels == (*old.labels, "topic:parking", "topic:noise")
    assert {label: learnt.decision.threshold[label] for label in old.labels} == dict(old.decision.threshold)
    assert learnt.decision.confidence.items() >= old.decision.confidence.items()


def test_texts_are_as_familiar_as_to_the_teacher_and_those_of_the_rows_more_so(
    new_group: TrainingRun, tiny_model: Path
) -> None:
    learnt = ComplaintClassifier.from_pretrained(train(new_group, today=date(2026, 11, 22)), threads=1)
    new, old = learnt.familiarity, ComplaintClassifier.from_pretrained(tiny_model, threads=1).familiarity

    assert new is not None
    assert old is not None
    assert (new.energy, new.rarity, new.bound) == (old.energy, old.rarity, old.bound)
    assert new.counts.sum() > old.counts.sum()
    assert (new.counts >= old.counts).all()


def test_a_teacher_with_a_label_more_hands_no_familiarity_on(tiny_model: Path) -> None:
    taxonomy, windows = Taxonomy.load(), Windows.load(tiny_model, max_length=64)
    fewer = Taxonomy(groups=tuple(group for group in taxonomy if group.id != "stage"))

    assert Teacher.load(tiny_model, taxonomy).familiarity([prepare("주차장이 좁아요")], windows) is not None
    assert Teacher.load(tiny_model, fewer).familiarity([prepare("주차장이 좁아요")], windows) is None


def test_a_teacher_that_lacks_a_group_labels_unlabelled_texts_beside_the_linear_model(
    new_group: TrainingRun, tmp_path: Path
) -> None:
    unlabelled = tmp_path / "unlabelled.txt"
    lines = [f"{n}층 {place} 쪽이 너무 시끄럽고 자리도 없어요" for n in range(40) for place in ("계단", "창가", "복도")]
    unlabelled.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = replace(new_group, unlabelled=(unlabelled,), n_unlabelled=20)

    said: list[str] = []
    train(run, today=date(2026, 11, 22), say=said.append)

    assert "adapting the encoder to 20 unlabelled texts" in said


def test_a_group_that_neither_rows_nor_the_teacher_know_is_told_before_training(
    new_group: TrainingRun, new_labels: tuple[Path, Path]
) -> None:
    assert new_group.taxonomy is not None
    more = new_labels[0].read_text(encoding="utf-8").replace("topic", "place").replace("주제", "장소")
    with new_group.taxonomy.open("a", encoding="utf-8") as file:
        file.write(more)

    with pytest.raises(LabelledDataError, match=r"no row is labelled in the groups place \(장소\)"):
        train(new_group, today=date(2026, 11, 22))


def test_a_teacher_that_shares_no_label_is_refused(new_group: TrainingRun, new_labels: tuple[Path, Path]) -> None:
    with pytest.raises(ModelError, match="the teacher knows no label of this run's taxonomy"):
        train(replace(new_group, taxonomy=new_labels[0]), today=date(2026, 11, 22))
