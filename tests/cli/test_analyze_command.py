from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
import typer
from typer.testing import CliRunner

import nlp.cli.analyze as analyze_command
from nlp.cli import audit_sample
from nlp.errors import InputError
from nlp.model.classifier import ComplaintClassifier
from nlp.pipeline.analyze import OUTPUTS
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.types import Prediction


class FixedClassifier:
    """Finds one cause in every text."""

    name = "fixed"

    def __init__(self) -> None:
        self.taxonomy = Taxonomy.load()

    def predict(self, texts: list[PreparedText]) -> list[Prediction]:
        labels = {
            "cause": ("inconvenience",),
            "sentiment": "negative",
            "response": ("voice", "switching"),
            "stage": ("processing",),
            "servqual": ("responsiveness",),
            "severity": "2",
            "recovery": "none",
        }
        chosen = {
            f"{group}:{label}"
            for group, found in labels.items()
            for label in ([found] if isinstance(found, str) else found)
        }
        scores = {label: 0.9 if label in chosen else 0.03 for label in self.taxonomy.labels}
        return [Prediction(labels=labels, probabilities=scores) for _ in texts]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr(ComplaintClassifier, "from_pretrained", lambda *_args, **_options: FixedClassifier())
    return CliRunner()


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command("analyze")(analyze_command.command)
    app.command("audit-sample")(audit_sample.command)
    return app


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "voc.csv"
    what = ("주문한 물건이", "약속한 기사님이", "교환한 상품이", "환불한 돈이", "상담원 답변이")
    how = (
        "아직도 안 왔어요",
        "며칠째 소식이 없네요",
        "언제 오는지 모릅니다",
        "온다더니 또 미뤄졌어요",
        "늦는다는 말도 없어요",
        "일주일을 넘겼습니다",
        "기다려도 오지 않습니다",
        "대체 어디쯤인가요",
    )
    rows = [f"V{at},C{at % 20},2026-11-{at % 20 + 1:02d},{what[at % 5]} {how[at // 5]}" for at in range(40)]
    path.write_text("접수번호,고객번호,접수일,내용\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_analyze_ends_with_a_summary_in_korean_and_says_where_the_files_are(
    run: CliRunner, app: typer.Typer, source: Path
) -> None:
    result = run.invoke(app, ["analyze", str(source), "--capacity", "5"])
    assert result.exit_code == 0, result.output
    folder = source.with_name("voc_단골")
    for name in OUTPUTS:
        assert (folder / name).is_file()
        assert name in result.output
    for words in ("데이터의 마지막 시각", "‘불편’을 언급했습니다", "먼저 살필 고객 5명", "채널 열이 없어"):
        assert words in result.output


def test_audit_sample_writes_a_form_and_explains_it(run: CliRunner, app: typer.Typer, source: Path) -> None:
    run.invoke(app, ["analyze", str(source), "-o", str(source.parent / "out")])
    predictions, form = source.parent / "out" / "predictions.parquet", source.parent / "form.csv"
    result = run.invoke(app, ["audit-sample", str(predictions), "-n", "12", "-o", str(form)])
    assert result.exit_code == 0, result.output
    assert "12건" in result.output
    assert "쉼표" in result.output
    assert len(list(csv.reader(form.read_text(encoding="utf-8-sig").splitlines()))) == 13
    again = run.invoke(app, ["audit-sample", str(predictions), "-o", str(form)])
    assert isinstance(again.exception, InputError)


def test_the_number_of_audited_rows_that_count_is_told(run: CliRunner, app: typer.Typer, source: Path) -> None:
    run.invoke(app, ["analyze", str(source), "-o", str(source.parent / "out")])
    predictions, form = str(source.parent / "out" / "predictions.parquet"), source.parent / "form.csv"
    run.invoke(app, ["audit-sample", predictions, "-n", "33", "-o", str(form)])
    head, *rows = csv.reader(form.read_text(encoding="utf-8-sig").splitlines())
    for row in rows[:32]:
        row[head.index("이탈 원인")] = "불편"
    with form.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    result = run.invoke(app, ["analyze", predictions, "-o", str(source.parent / "again"), "--audited", str(form)])
    assert "확인한 글 32건으로 비중을 보정" in result.output


def test_a_sample_is_drawn_from_predictions_and_named_as_the_csv_that_it_is(
    run: CliRunner, app: typer.Typer, source: Path
) -> None:
    for name, problem in (("form.xlsx", "end its name in .csv"), ("form.csv", "give the predictions.parquet")):
        result = run.invoke(app, ["audit-sample", str(source), "-o", str(source.parent / name)])
        assert problem in str(result.exception)
        assert not (source.parent / name).exists()


def test_at_eighty_columns_nothing_of_the_queue_is_cut_off(
    run: CliRunner, app: typer.Typer, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    output = run.invoke(app, ["analyze", str(source)]).output
    lines = output.split("먼저 되찾을 고객", 1)[1].split("이 파일에 없는 정보", 1)[0]
    assert "…" not in lines
    assert "불편" in lines


def test_the_summary_says_that_customer_ids_stand_unmasked(run: CliRunner, app: typer.Typer, source: Path) -> None:
    assert "'고객번호'" in run.invoke(app, ["analyze", str(source)]).output
    bare = source.with_name("bare.csv")
    bare.write_text("내용\n배송이 오지 않아 기다리고 있습니다\n직원이 불친절했어요\n", encoding="utf-8")
    assert "가리지 않고" not in run.invoke(app, ["analyze", str(bare)]).output


def test_a_column_named_on_the_command_line_plays_its_role(run: CliRunner, app: typer.Typer, source: Path) -> None:
    text = source.read_text(encoding="utf-8").replace("고객번호", "누구")
    source.write_text(text, encoding="utf-8")
    output = run.invoke(app, ["analyze", str(source), "--customer-id-column", "누구"]).output
    assert "'누구'" in output


def test_a_workbook_with_the_name_of_another_format_is_read_and_named(
    run: CliRunner, app: typer.Typer, tmp_path: Path
) -> None:
    path = tmp_path / "voc.csv"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["내용"], ["배송이 오지 않아요"], ["너무 비싸요"]):
        book.active.append(row)
    with path.open("wb") as stream:
        book.save(stream)
    done = run.invoke(app, ["analyze", str(path), "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "이름은 CSV, 내용은 XLSX" in said
    assert "현재 시각. 데이터에 날짜가 없음" in said


def test_columns_of_a_classified_file_cannot_be_named(run: CliRunner, app: typer.Typer, source: Path) -> None:
    out = source.parent / "out"
    assert run.invoke(app, ["analyze", str(source), "-o", str(out)]).exit_code == 0
    again = ["analyze", str(out / "predictions.parquet"), "-o", str(out / "2")]
    refused = run.invoke(app, [*again, "--customer-id-column", "없는열"])
    assert isinstance(refused.exception, InputError)
    assert "classified already" in str(refused.exception)
    assert run.invoke(app, again).exit_code == 0
