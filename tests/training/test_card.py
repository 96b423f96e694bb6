from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.errors import InputError
from nlp.resources import data_path
from nlp.taxonomy import Taxonomy
from nlp.training.card import section
from nlp.training.card_update import write_card
from nlp.training.evaluation import evaluate

TAXONOMY = Taxonomy.load()
FACTS: dict[str, Any] = {
    "version": "시험-1",
    "date": "2026-11-22",
    "lineage": "a base",
    "provenance": "Labels by hand.",
    "rows": 100,
    "stop_rows": 10,
    "held_out_rows": 50,
    "folds": 2,
    "soften": 0.0,
    "unlabelled": 0,
    "epochs": 3.0,
    "hyperparameters": {"epochs": 3, "threads": None},
}


def _evaluation(right: bool) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    targets = np.zeros((50, len(TAXONOMY.labels)), dtype=np.float32)
    for group in TAXONOMY:
        span = TAXONOMY.columns(group.id)
        targets[np.arange(50), span.start + rng.integers(len(group.ids), size=50)] = 1
    decided = targets > 0 if right else targets > 1
    return evaluate(targets, decided, targets, TAXONOMY, rng=rng, resamples=20).to_dict()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "taxonomy.toml").write_text(data_path("taxonomy.toml").read_text(encoding="utf-8"), encoding="utf-8")
    metrics = {"training": FACTS, "evaluation": _evaluation(True)}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    return tmp_path


def _card(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


def test_the_card_is_written_from_the_metrics_file_alone(folder: Path) -> None:
    write_card(folder)

    card = _card(folder)
    assert "# 시험-1" in card
    assert "\n| cause | – | 1.000" in card
    assert "What abstaining gains" in card
    assert "| cause:price | 가격 |" in card
    assert "nan" not in card


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({"held_out_rows": 50}, "Figures on 50 held-out texts"),
        ({"held_out_rows": 0, "stop_rows": 50}, "Figures on the 50 texts that decided when to stop"),
        ({"held_out_rows": 0, "stop_rows": 10}, "Figures on 50 texts"),
    ],
)
def test_the_card_says_which_texts_its_figures_are_of(folder: Path, facts: dict[str, int], title: str) -> None:
    write_card(folder, training={**FACTS, **facts}, evaluation=_evaluation(True))
    (found,) = (line for line in _card(folder).splitlines() if line.startswith("## Figures"))
    assert found.removeprefix("## ").partition(" (")[0] == title


def test_a_new_model_keeps_nothing_that_was_said_of_the_one_before(folder: Path) -> None:
    write_card(folder, sections=[{"title": "Ablation", "text": "of before"}])
    write_card(folder, training={**FACTS, "version": "시험-2"}, evaluation=_evaluation(True))

    assert "# 시험-2" in _card(folder)
    assert "Ablation" not in _card(folder)


def test_new_figures_take_the_place_of_the_old_ones_in_both_files(folder: Path) -> None:
    measured = {"model": "시험", "files": ["a.jsonl"], **_evaluation(False), "slices": {"source": []}}

    write_card(folder, evaluation=measured)

    assert "\n| cause | – | 0.000" in _card(folder)
    kept = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert kept["evaluation"]["groups"]["cause"]["micro_f1"]["value"] == 0.0
    assert not {"files", "slices"} & kept["evaluation"].keys()
    assert kept["training"] == FACTS


def test_sections_are_kept_and_replaced_by_title(folder: Path) -> None:
    ablation = {"title": "Ablation", "columns": ["step", "macro-F1"], "rows": [["plain", 0.68]], "notes": ["One seed."]}
    speed = {"title": "Speed", "text": "On one core."}

    write_card(folder, sections=[ablation, speed])
    write_card(folder, sections=[{**ablation, "rows": [["plain", {"value": 0.7, "low": 0.6, "high": None}]]}])

    card = _card(folder)
    assert card.count("## Ablation") == 1
    assert "| plain | 0.700 |" in card
    assert card.index("## Ablation") < card.index("## Speed")


def test_cells_of_a_section_cannot_break_its_table() -> None:
    text = section({"title": "T", "columns": ["a", "b"], "rows": [["x|y\nz", {"value": 0.5, "low": 0.4, "high": 0.6}]]})

    assert text == "## T\n\n| a | b |\n|---|---|\n| x\\|y z | 0.500 [0.400–0.600] |\n"


@pytest.mark.parametrize(
    "wrong",
    [{"text": "no title"}, {"title": "T", "columns": ["a"], "rows": [["1", "2"]]}, {"title": "T", "rows": [["1"]]}],
)
def test_a_section_that_cannot_be_shown_is_refused_before_anything_is_written(
    folder: Path, wrong: dict[str, Any]
) -> None:
    before = (folder / "metrics.json").read_bytes()

    with pytest.raises(InputError, match="title"):
        write_card(folder, sections=[wrong])

    assert (folder / "metrics.json").read_bytes() == before
    assert not (folder / "README.md").exists()


def test_figures_of_another_shape_are_refused_with_what_to_do(folder: Path) -> None:
    with pytest.raises(InputError, match="dangol evaluate"):
        write_card(folder, evaluation={"n_texts": 3, "labels": {}})
