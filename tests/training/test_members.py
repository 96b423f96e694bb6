"""Several seeds of one recipe and their average."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

import torch
from transformers import AutoModelForSequenceClassification

from nlp.errors import InputError
from nlp.model.classifier import ComplaintClassifier
from nlp.training.export import save_model
from nlp.training.fit import train
from nlp.training.loop import Fitted, load_base
from nlp.training.members import averaged
from nlp.training.run import TrainingRun

TODAY = date(2026, 11, 22)


def test_several_seeds_are_fitted_and_the_best_of_them_and_their_average_is_written(short_run: TrainingRun) -> None:
    folder = train(replace(short_run, members=2), today=TODAY)

    assert (folder / "familiarity.json").is_file()
    facts = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["training"]
    assert list(facts["members"]) == ["seed 1", "seed 2", "average"]
    assert facts["members"]["seed 1"] != facts["members"]["seed 2"]
    assert facts["members"][facts["chosen"]] == max(facts["members"].values())
    assert len(ComplaintClassifier.from_pretrained(folder).predict(["배송이 2주나 걸렸어요"])) == 1


def test_a_run_with_more_members_goes_on_with_those_of_one_that_was_cut_off(
    short_run: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("nlp.training.fit.save_model", cut_off)
        with pytest.raises(KeyboardInterrupt):
            train(short_run, today=TODAY)
    (first,) = short_run.scratch.glob("*/seed-1/checkpoint-*/trainer_state.json")
    written = first.stat().st_mtime_ns
    kept: list[int] = []

    def spied(*given: object, **further: object) -> None:
        kept.append(first.stat().st_mtime_ns)
        save_model(*given, **further)  # type: ignore[arg-type]

    monkeypatch.setattr("nlp.training.fit.save_model", spied)
    folder = train(replace(short_run, members=2), today=TODAY)

    assert kept == [written]
    assert (folder / "config.json").is_file()
    assert not list(short_run.scratch.glob("*/seed-*"))


def test_rows_that_are_only_trained_on_leave_the_validation_rows_as_they_are(
    short_run: TrainingRun, complaints: list[dict[str, object]], tmp_path: Path
) -> None:
    also = tmp_path / "also.jsonl"
    also.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in complaints[2::8][:60]), encoding="utf-8"
    )
    facts = []
    for files in ((), (also,)):
        folder = train(replace(short_run, out=tmp_path / str(len(files)), also=files), today=TODAY)
        facts.append(json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["training"])

    assert [fact["also"] for fact in facts] == [0, 60]
    assert facts[1]["rows"] == facts[0]["rows"] + 60
    assert facts[1]["stop_rows"] == facts[0]["stop_rows"]


def test_every_weight_of_the_average_is_the_mean_of_the_members(tiny_model: Path) -> None:
    windows, _ = load_base(tiny_model, max_length=64)
    members = []
    for shift in (0.0, 1.0):
        model = AutoModelForSequenceClassification.from_pretrained(tiny_model, dtype=torch.float32)
        with torch.no_grad():
            model.classifier.bias.copy_(torch.full_like(model.classifier.bias, shift))
        members.append(Fitted(model=model, windows=windows, epochs=1.0 + shift))

    mean = averaged(members)

    assert torch.equal(mean.model.classifier.bias, torch.full_like(members[0].model.classifier.bias, 0.5))
    assert torch.equal(members[0].model.classifier.bias, torch.zeros_like(members[0].model.classifier.bias))
    assert mean.epochs == 1.5


def test_no_members_are_refused(short_run: TrainingRun) -> None:
    with pytest.raises(InputError, match="members is 0"):
        replace(short_run, members=0)
