from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from nlp.errors import InputError, LabelledDataError
from nlp.model.classifier import ComplaintClassifier
from nlp.taxonomy import Taxonomy
from nlp.training.checks import check_labels, tell_contradictions
from nlp.training.evaluation import evaluate
from nlp.training.examples import read_examples
from nlp.training.fit import train
from nlp.training.run import TrainingRun

TODAY = date(2026, 11, 22)


def test_a_training_run_writes_a_folder_that_the_classifier_loads(tiny_model: Path) -> None:
    classifier = ComplaintClassifier.from_pretrained(tiny_model)
    probabilities = classifier.predict_proba(["배송이 2주나 걸렸어요", "친절하고 좋았어요"])

    assert probabilities.shape == (2, len(Taxonomy.load().labels))
    assert np.isfinite(probabilities).all()


def test_the_folder_is_complete_and_speaks_of_itself(tiny_model: Path) -> None:
    names = {path.relative_to(tiny_model).as_posix() for path in tiny_model.rglob("*") if path.is_file()}

    assert {"config.json", "model.safetensors", "tokenizer.json", "taxonomy.toml", "decision.json"} <= names
    assert {"onnx/model.onnx", "metrics.json", "README.md"} <= names
    metrics = json.loads((tiny_model / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["training"]["version"] == "tiny"
    assert "cause:price" in (tiny_model / "README.md").read_text(encoding="utf-8")


def test_the_card_of_a_model_names_the_one_it_goes_on_from_and_has_the_figures_of_what_is_used(
    short_run: TrainingRun, tiny_model: Path, complaints: list[dict[str, object]], tmp_path: Path
) -> None:
    held_out = _written(
        tmp_path / "aside.jsonl", [{"text": row["text"], "labels": row["labels"]} for row in complaints[-40:]]
    )
    run = replace(short_run, base=tiny_model, held_out=(held_out,), version="next")

    folder = train(run, today=TODAY)

    assert "- **Goes on from:** tiny, a finished model\n- **Rows:**" in (folder / "README.md").read_text(
        encoding="utf-8"
    )
    assert "Goes on from" not in (tiny_model / "README.md").read_text(encoding="utf-8")
    classifier = ComplaintClassifier.from_pretrained(folder)
    examples = read_examples([held_out], classifier.taxonomy)
    probabilities = classifier.predict_proba([example.text for example in examples])
    found = evaluate(
        probabilities,
        classifier.decision.decide(probabilities, classifier.taxonomy),
        np.stack([example.target for example in examples]),
        classifier.taxonomy,
        rng=np.random.default_rng(0),
    )
    measured = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["evaluation"]
    assert measured["labels"] == json.loads(json.dumps(found.to_dict()["labels"]))


def _written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_folder_that_holds_anything_or_cannot_be_made_is_refused_before_any_work(
    short_run: TrainingRun, tmp_path: Path
) -> None:
    run = replace(short_run, data=(tmp_path / "nowhere.jsonl",))
    file, own = tmp_path / "file", tmp_path / "own"
    file.touch()
    own.mkdir()
    (own / "README.md").write_text("ours", encoding="utf-8")

    for out in (own, file):
        with pytest.raises(InputError, match="this is there already; give another folder with -o"):
            train(replace(run, out=out), today=TODAY)
    for changed in (replace(run, out=file / "model"), replace(run, scratch=file / "run")):
        with pytest.raises(InputError, match=r"file.*: nothing can be written there"):
            train(changed, today=TODAY)
    assert (own / "README.md").read_text(encoding="utf-8") == "ours"


def test_a_model_that_was_cut_off_while_it_was_written_is_no_model_and_is_written_anew(
    short_run: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("nlp.training.fit.write_card", cut_off)
        with pytest.raises(KeyboardInterrupt):
            train(short_run, today=TODAY)
    assert not short_run.out.exists()
    assert list(short_run.scratch.glob("*/seed-1/checkpoint-*"))

    short_run.out.mkdir()
    assert train(short_run, today=TODAY) == short_run.out

    assert (short_run.out / "README.md").is_file()
    assert not list(short_run.out.parent.glob("*.unfinished"))
    assert not list(short_run.scratch.glob("*/seed-*"))


def test_a_group_without_any_labelled_row_is_refused_by_name(
    short_run: TrainingRun, tiny_labelled: Path, tmp_path: Path
) -> None:
    rows = [json.loads(line) for line in tiny_labelled.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        del row["labels"]["stage"], row["labels"]["severity"]
    run = replace(short_run, data=(_written(tmp_path / "rows.jsonl", rows),))

    with pytest.raises(LabelledDataError, match=r"in the groups stage \(접점 단계\), severity \(심각도\)"):
        train(run, today=TODAY)


def test_labels_that_few_rows_have_are_told() -> None:
    taxonomy, said = Taxonomy.load(), list[str]()
    targets = np.ones((12, len(taxonomy.labels)), dtype=np.float32)
    targets[3:, taxonomy.column("cause", "ethics")] = 0

    check_labels(targets, taxonomy, said.append)

    assert said == ["fewer than 10 rows have these labels, which the model will hardly learn: cause:ethics 3"]


def test_rows_that_leave_nothing_to_fit_on_are_refused(
    short_run: TrainingRun, tiny_labelled: Path, tmp_path: Path
) -> None:
    rows = [json.loads(line) for line in tiny_labelled.read_text(encoding="utf-8").splitlines()]
    same = _written(tmp_path / "same.jsonl", [{**row, "text": "배송이 늦어요"} for row in rows[:60]])

    for run, count in ((replace(short_run, validation_data=short_run.data), 0), (replace(short_run, data=(same,)), 0)):
        with pytest.raises(LabelledDataError, match=f"{count} different texts are left to fit on"):
            train(run, today=TODAY)


def test_equal_texts_with_other_labels_are_told(tmp_path: Path) -> None:
    path = _written(
        tmp_path / "rows.jsonl",
        [
            {"text": "배송이 늦어요", "labels": {"cause": ["inconvenience"]}},
            {"text": "배송이 늦어요", "labels": {"sentiment": "negative"}},
            {"text": "배송이 늦어요", "labels": {"cause": ["price"]}},
        ],
    )
    examples, said = read_examples([path], Taxonomy.load()), list[str]()

    tell_contradictions(examples, [example.prepared() for example in examples], said.append)

    assert said == [
        f"1 rows have the text of an earlier row, but other labels, for example {path}:1 and {path}:3",
    ]
