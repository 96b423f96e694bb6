from __future__ import annotations

import errno
import io
import json
import re
import shutil
from pathlib import Path
from typing import Literal

import openpyxl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from nlp.cli import options
from nlp.cli.app import app
from nlp.cli.evaluate import show
from nlp.errors import InputError
from nlp.resources import default_model_path
from nlp.taxonomy import Taxonomy
from nlp.training.figures import Evaluation

ROWS = [
    {
        "id": "a",
        "domain": "bank",
        "text": "환불이 한 달째 안 돼요. 010-1234-5678로 전화 주세요",
        "labels": {"cause": ["ethics"]},
    },
    {"text": "배송이 늦어요", "labels": {"cause": ["inconvenience"], "sentiment": "negative"}},
    {"text": "잘 쓰고 있어요", "labels": {"cause": [], "sentiment": "positive", "severity": 0}},
]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "라벨.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
    return path


def _evaluate(labelled: Path, model: Path, page: Path) -> list[str]:
    return ["evaluate", str(labelled), "--model", str(model), "--report", str(page), "--resamples", "100"]


def test_an_evaluation_is_written_as_figures_and_as_a_page_without_texts(
    labelled: Path, tiny_model: Path, tmp_path: Path
) -> None:
    figures, page = tmp_path / "out" / "figures.json", tmp_path / "out" / "report.html"

    done = CliRunner().invoke(
        app,
        [*_evaluate(labelled, tiny_model, page), "-o", str(figures)],
    )

    assert done.exit_code == 0, done.output
    assert "3건" in done.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["n_texts"] == 3
    assert set(found["groups"]) == {"cause", "sentiment", "severity"}
    html = page.read_text(encoding="utf-8")
    assert found["digests"][0] in html
    assert "라벨.jsonl" in html
    assert "배송이 늦어요" not in html


def test_texts_are_shown_masked_when_they_are_asked_for(labelled: Path, tiny_model: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"

    done = CliRunner().invoke(
        app,
        [*_evaluate(labelled, tiny_model, page), "--texts", "3", "--lang", "en"],
    )

    assert done.exit_code == 0, done.output
    html = page.read_text(encoding="utf-8")
    assert '<html lang="en"' in html
    assert "환불이 한 달째" in html
    assert "1234-5678" not in html
    assert "<td>3</td>" in html


def test_figures_of_before_stay_when_new_ones_cannot_be_written(
    labelled: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    figures = tmp_path / "figures.json"
    figures.write_text("{}")
    monkeypatch.setattr("nlp.files.os.fsync", full)

    done = CliRunner().invoke(
        app, ["evaluate", str(labelled), "--model", str(tiny_model), "--resamples", "100", "-o", str(figures)]
    )

    assert isinstance(done.exception, InputError)
    assert figures.read_text() == "{}"


@pytest.mark.parametrize("option", ["--report", "-o"])
def test_a_place_that_cannot_be_written_to_is_named_before_any_work(
    option: str, labelled: Path, tmp_path: Path
) -> None:
    for place in (labelled / "report", tmp_path):
        done = CliRunner().invoke(app, ["evaluate", str(labelled), "--model", "nowhere", option, str(place)])

        assert isinstance(done.exception, InputError)
        assert "nothing can be written there" in str(done.exception)


def test_rows_with_labels_that_the_model_lacks_are_evaluated_with_their_taxonomy(
    labelled: Path, tiny_model: Path, tmp_path: Path
) -> None:
    taxonomy = tmp_path / "new.toml"
    added = '[[group]]\nid = "topic"\nkind = "any-of"\nko = "주제"\n[[group.label]]\nid = "a"\nko = "가"\n'
    taxonomy.write_text((tiny_model / "taxonomy.toml").read_text(encoding="utf-8") + added, encoding="utf-8")
    row = {"text": "앱이 느려요", "labels": {"topic": ["a"]}}
    labelled.write_text(labelled.read_text(encoding="utf-8") + json.dumps(row) + "\n", encoding="utf-8")

    done = CliRunner().invoke(
        app, [*_evaluate(labelled, tiny_model, tmp_path / "page.html"), "--taxonomy", str(taxonomy)]
    )

    assert done.exit_code == 0, done.output
    assert "모델에 없어서 평가에서 뺀 묶음과 라벨: topic" in done.output

    labelled.write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = CliRunner().invoke(
        app, [*_evaluate(labelled, tiny_model, tmp_path / "page.html"), "--taxonomy", str(taxonomy)]
    )
    assert done.exit_code
    assert "no row is labelled in a group that the model knows (cause (이탈 원인)" in str(done.exception)


def test_the_rows_of_all_sheets_of_a_workbook_are_counted(tiny_model: Path, tmp_path: Path) -> None:
    book, page = openpyxl.Workbook(), tmp_path / "page.html"
    for sheet in (book.active, book.create_sheet("둘째")):
        for cells in (["text", "감성"], ["요금이 비싸요", "부정"], ["잘 쓰고 있어요", "긍정"]):
            sheet.append(cells)
    path = tmp_path / "labels.xlsx"
    book.save(path)

    done = CliRunner().invoke(app, _evaluate(path, tiny_model, page))

    assert done.exit_code == 0, done.output
    assert "labels.xlsx</th><td>4</td>" in page.read_text(encoding="utf-8")


def test_a_label_that_only_the_model_has_is_left_out_of_its_group(
    labelled: Path, tiny_model: Path, tmp_path: Path
) -> None:
    model = shutil.copytree(tiny_model, tmp_path / "decides-all")
    decision = json.loads((model / "decision.json").read_text(encoding="utf-8"))
    decision["threshold"] = dict.fromkeys(decision["threshold"], 1e-9)
    (model / "decision.json").write_text(json.dumps(decision), encoding="utf-8")
    taxonomy, out = tmp_path / "renamed.toml", tmp_path / "figures.json"
    text = (model / "taxonomy.toml").read_text(encoding="utf-8")
    taxonomy.write_text(text.replace('id = "price"\nko = "가격"', 'id = "dear"\nko = "비쌈"'), encoding="utf-8")

    done = CliRunner().invoke(
        app, [*_evaluate(labelled, model, tmp_path / "page.html"), "--taxonomy", str(taxonomy), "-o", str(out)]
    )

    assert done.exit_code == 0, done.output
    assert "지정한 분류 체계에 없어서 평가에서 뺀 모델의 라벨: cause:price" in done.output
    labels = json.loads(out.read_text(encoding="utf-8"))["labels"]
    decided = {name: labels[f"cause:{name}"]["decided"] for name in ("price", "inconvenience")}
    assert decided == {"price": 0, "inconvenience": 3}


def test_at_eighty_columns_no_figure_is_cut_off(
    labelled: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = CliRunner().invoke(app, _evaluate(labelled, tiny_model, tmp_path / "page.html"))
    assert done.exit_code == 0, done.output
    assert "…" not in done.output
    intervals = re.findall(r"\[[\d.–]+\]?", done.output)
    assert intervals
    assert all(interval.endswith("]") for interval in intervals)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_interval_of_the_groups_is_shown_whole_at_eighty_columns(lang: Literal["ko", "en"]) -> None:
    folder, printed = default_model_path(), io.StringIO()
    measured = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["evaluation"]
    found = Evaluation.from_dict({**measured, "slices": {}})
    reader = options.Reader()
    reader.lang = lang

    show(found, Taxonomy.load(folder / "taxonomy.toml"), Console(width=80, file=printed), reader)

    for figures in found.groups.values():
        for figure in (figures.macro_f1, figures.micro_f1, figures.selective.at_80):
            assert str(figure).split()[1] in printed.getvalue()
    assert "…" not in printed.getvalue()
