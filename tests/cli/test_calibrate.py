"""``dangol calibrate`` on a tiny model, and what its folder can do then."""

from __future__ import annotations

import errno
import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from nlp.cli.app import app
from nlp.errors import InputError, LabelledDataError, ModelError
from nlp.model.classifier import ComplaintClassifier
from nlp.model.familiarity import Familiarity
from nlp.training.examples import read_examples
from nlp.training.recalibrate import Recalibrated, save_recalibrated

ROWS = 150


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory, complaints: list[dict[str, object]]) -> Path:
    """Rows that the tiny model was not trained on."""
    path = tmp_path_factory.mktemp("own") / "own.jsonl"
    rows = complaints[1::4][:ROWS]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, labelled: Path) -> Path:
    out = tmp_path_factory.mktemp("calibrated") / "ours"
    done = CliRunner().invoke(
        app,
        [
            "calibrate",
            str(labelled),
            "-o",
            str(out),
            "--model",
            str(tiny_model),
            "--precision",
            "0.6",
            "--threads",
            "1",
        ],
    )
    assert done.exit_code == 0, done.output
    assert "감성" in done.output
    assert f"{ROWS}건" in done.stderr
    assert "0.6" in done.output
    return out


def test_the_new_folder_scores_alike_and_decides_by_its_own_thresholds(calibrated: Path, tiny_model: Path) -> None:
    old, new = (ComplaintClassifier.from_pretrained(folder, threads=1) for folder in (tiny_model, calibrated))
    texts = ["배송이 2주나 걸렸어요", "직원이 불친절해요"]

    np.testing.assert_array_equal(old.predict_logits(texts), new.predict_logits(texts))
    assert old.name != new.name
    assert old.decision.temperature != new.decision.temperature
    assert list(new.decision.precision) == ["0.6"]
    assert "Recalibrated" in (calibrated / "README.md").read_text(encoding="utf-8")


def test_a_precision_that_was_fitted_can_be_asked_for(calibrated: Path, tmp_path: Path) -> None:
    source, result = tmp_path / "a.csv", tmp_path / "b.jsonl"
    source.write_text("내용\n배송이 늦어요\nhello\n", encoding="utf-8")

    done = CliRunner().invoke(
        app, ["classify", str(source), "-o", str(result), "--model", str(calibrated), "--precision", "0.6"]
    )

    assert done.exit_code == 0, done.output
    assert "한국어 아님" in done.output
    assert ComplaintClassifier.from_pretrained(calibrated, threads=1, precision=0.6).name.endswith("@0.6")
    with pytest.raises(InputError, match=r"0\.6"):
        ComplaintClassifier.from_pretrained(calibrated, threads=1, precision=0.9)


def test_probabilities_fit_the_new_rows_better_than_before(calibrated: Path, tiny_model: Path, labelled: Path) -> None:
    old, new = (ComplaintClassifier.from_pretrained(folder, threads=1) for folder in (tiny_model, calibrated))
    examples = read_examples([labelled], old.taxonomy)
    targets = np.stack([example.target for example in examples])
    texts = [example.prepared() for example in examples]

    def loss(classifier: ComplaintClassifier) -> float:
        p = classifier.predict_proba(texts).clip(1e-6, 1 - 1e-6)
        return float(-(targets * np.log(p) + (1 - targets) * np.log(1 - p)).mean())

    assert loss(new) < loss(old)


def test_too_few_rows_and_a_folder_that_is_there_are_refused_before_any_work(
    tiny_model: Path, labelled: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(labelled.read_text(encoding="utf-8").splitlines()[:20]), encoding="utf-8")

    same = tmp_path / "same.jsonl"
    same.write_text(labelled.read_text(encoding="utf-8").splitlines(keepends=True)[0] * ROWS, encoding="utf-8")

    for rows, out, error in (
        (labelled, tmp_path, InputError),
        (few, tmp_path / "new", LabelledDataError),
        (same, tmp_path / "new", LabelledDataError),
    ):
        done = CliRunner().invoke(app, ["calibrate", str(rows), "-o", str(out), "--model", str(tiny_model)])
        assert isinstance(done.exception, error)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_whole_is_not_there_and_is_written_anew(
    calibrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classifier, out = ComplaintClassifier.from_pretrained(calibrated, threads=1), tmp_path / "ours"
    found = Recalibrated(
        decision=classifier.decision,
        familiarity=Familiarity.fit([[1]], np.zeros(1), letters=np.ones(2, dtype=np.int64)),
        changes={},
    )

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Familiarity, "save", full)
        with pytest.raises(OSError, match="No space"):
            save_recalibrated(found, calibrated, out, rows=150, today=date(2026, 11, 21))
    assert not out.exists()

    save_recalibrated(found, calibrated, out, rows=150, today=date(2026, 11, 21))
    assert [path.name for path in tmp_path.iterdir()] == ["ours"]


def test_a_model_can_decide_as_another_does(calibrated: Path, tiny_model: Path, labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "successor"
    command = ["calibrate", str(labelled), "-o", str(out), "--model", str(tiny_model), "--like", str(calibrated)]

    done = CliRunner().invoke(app, [*command, "--threads", "1"])

    assert done.exit_code == 0, done.output
    like, new = (ComplaintClassifier.from_pretrained(folder, threads=1) for folder in (calibrated, out))
    texts = [example.prepared() for example in read_examples([labelled], new.taxonomy)]
    # The same weights: to agree with the other is to have its calibration.
    np.testing.assert_allclose(new.predict_proba(texts), like.predict_proba(texts), atol=0.005)
    assert (new.decision.threshold, new.decision.confidence) == (like.decision.threshold, like.decision.confidence)
    assert new.decision.precision == like.decision.precision
    assert f"thresholds are those of {like.name}" in (out / "README.md").read_text(encoding="utf-8")
    done = CliRunner().invoke(app, [*command[:2], "-o", str(tmp_path / "both"), *command[4:], "--precision", "0.9"])
    assert isinstance(done.exception, InputError)
    assert not (tmp_path / "both").exists()


def test_a_model_of_other_labels_cannot_be_followed(tiny_model: Path, labelled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(tiny_model, other)
    for name in ("taxonomy.toml", "decision.json", "config.json"):
        said = (other / name).read_text(encoding="utf-8")
        (other / name).write_text(said.replace("ethics", "morals"), encoding="utf-8")
    command = ["calibrate", str(labelled), "-o", str(tmp_path / "new"), "--model", str(tiny_model)]

    done = CliRunner().invoke(app, [*command, "--like", str(other)])

    assert isinstance(done.exception, ModelError)
    assert "other labels" in str(done.exception)
    assert not (tmp_path / "new").exists()
