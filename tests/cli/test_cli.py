from __future__ import annotations

import ast
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from nlp.cli import options
from nlp.cli.app import COMMANDS, app, main
from nlp.cli.columns import show_files
from nlp.corpus.reader import read_documents
from nlp.errors import InputError, MissingExtraError
from nlp.model.classifier import ComplaintClassifier

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ["배송이 2주나 걸렸어요", "직원이 불친절해요 😡", "가격도 착하고 좋아요", "상담원: 네\n고객: 환불해 주세요"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "상담 내역.jsonl"
    path.write_text(
        "".join(
            json.dumps({"접수번호": f"A{n}", "내용": text}, ensure_ascii=False) + "\n" for n, text in enumerate(TEXTS)
        ),
        encoding="utf-8",
    )
    return path


def _dangol(*arguments: object, lang: str | None = None) -> subprocess.CompletedProcess[str]:
    program = "import sys; from nlp.cli import main; sys.argv = ['dangol', *sys.argv[1:]]; main()"
    environment = {name: value for name, value in os.environ.items() if name != "DANGOL_LANG"}
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment | ({"DANGOL_LANG": lang} if lang else {}),
    )


def test_the_command_line_gives_the_same_probabilities_as_python(
    export: Path, tiny_model: Path, tmp_path: Path
) -> None:
    result = tmp_path / "result.jsonl"

    done = CliRunner().invoke(app, ["classify", str(export), "-o", str(result), "--model", str(tiny_model)])

    assert done.exit_code == 0, done.output
    classifier = ComplaintClassifier.from_pretrained(tiny_model)
    rows = [json.loads(line) for line in result.read_text(encoding="utf-8").splitlines()]
    for row, expected in zip(rows, classifier.predict_proba(TEXTS), strict=True):
        for label, score in zip(classifier.labels, expected, strict=True):
            group_id, _, name = label.partition(":")
            group = classifier.taxonomy.group(group_id)
            assert row[f"{group.ko}:{group.label(name).ko}"] == pytest.approx(float(score), abs=1e-4)


def test_a_classified_file_that_a_person_corrected_can_be_evaluated(
    export: Path, tiny_model: Path, tmp_path: Path
) -> None:
    result, report = tmp_path / "result.csv", tmp_path / "deep" / "report.json"
    CliRunner().invoke(app, ["classify", str(export), "-o", str(result), "--model", str(tiny_model)])

    done = CliRunner().invoke(
        app, ["evaluate", str(result), "--model", str(tiny_model), "-o", str(report), "--resamples", "100"]
    )

    assert done.exit_code == 0, done.output
    figures = json.loads(report.read_text(encoding="utf-8"))
    assert figures["n_texts"] == len(TEXTS)
    # The labels are the model's own decisions.
    assert figures["groups"]["sentiment"]["micro_f1"]["value"] == 1.0


def test_an_error_is_one_message_without_a_traceback(tmp_path: Path, tiny_model: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")

    done = _dangol("classify", path, "--model", tiny_model)

    assert done.returncode == 2
    assert "--text-column" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("before", "variable", "said"),
    [
        ([], None, "오류 없는 파일.csv: 그런 파일이 없습니다"),
        (["--lang", "en"], None, "Error 없는 파일.csv: there is no such file"),
        ([], "en", "Error 없는 파일.csv: there is no such file"),
        (["--lang", "ko"], "en", "오류 없는 파일.csv: 그런 파일이 없습니다"),
    ],
)
def test_an_error_is_in_the_language_that_the_option_or_the_variable_names(
    before: list[str], variable: str | None, said: str
) -> None:
    done = _dangol(*before, "classify", "없는 파일.csv", lang=variable)

    assert done.returncode == 2
    assert done.stderr.startswith(said)


@pytest.mark.parametrize(
    ("options", "reason", "summary"),
    [
        ([], "'내용' 칸이 비어 있음", "사용하지 못한 행 1개"),
        (["--lang", "en"], "the cell '내용' is empty", "1 unusable rows"),
    ],
)
def test_summary_and_reject_reasons_are_in_the_same_language(
    options: list[str], reason: str, summary: str, export: Path, tiny_model: Path, tmp_path: Path
) -> None:
    with export.open("a", encoding="utf-8") as file:
        file.write('{"접수번호": "A9", "내용": ""}\n')
    result = tmp_path / "result.csv"

    done = CliRunner().invoke(app, [*options, "classify", str(export), "-o", str(result), "--model", str(tiny_model)])

    assert summary in done.output
    assert reason in (tmp_path / "result.csv.rejects.csv").read_text(encoding="utf-8")


def test_a_file_whose_name_and_content_differ_is_named_and_one_without_rows_shows_no_empty_tables(
    tiny_model: Path, tmp_path: Path
) -> None:
    misnamed, empty = tmp_path / "상담.xlsx", tmp_path / "빈.csv"
    misnamed.write_text("내용\n배송이 2주나 걸렸어요\n", encoding="utf-8")
    empty.write_text("내용\n", encoding="utf-8")

    def output(path: Path) -> str:
        done = CliRunner().invoke(app, ["classify", str(path), "--model", str(tiny_model)])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    assert "이름은 XLSX, 내용은 CSV" in output(misnamed)
    said = output(empty)
    assert "글 0건" in said
    assert "이름은" not in said
    assert "감성" not in said


def test_what_excel_hides_and_what_dangol_wrote_is_told(tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "상담.xlsx"
    book = openpyxl.Workbook()
    sheet, other = book.worksheets[0], book.create_sheet("작년")
    for row in (["내용"], ["배송이 2주나 걸렸어요"], ["비싸요"]):
        sheet.append(row)
        other.append(row)
    sheet.row_dimensions[3].hidden = True
    other.sheet_state = "hidden"
    book.save(path)
    result = tmp_path / "상담_분류.csv"

    done = CliRunner().invoke(app, ["classify", str(path), "--model", str(tiny_model)])
    again = ["classify", str(path), str(result), "--model", str(tiny_model), "--overwrite"]
    said = "".join(CliRunner().invoke(app, again).output.split())

    assert "숨긴 시트라 읽지 않았습니다: 작년" in done.output
    assert "숨긴 행(필터 포함) 1개도 함께" in done.output
    assert f"건너뜁니다:{result}" in said
    assert "글2건" in said


def test_wrong_training_data_is_refused_with_file_and_line_before_any_training(tmp_path: Path, tiny_base: Path) -> None:
    data = tmp_path / "labels.jsonl"
    data.write_text('{"text": "비싸요", "labels": {"cause": ["expensive"]}}\n', encoding="utf-8")

    done = _dangol("train", data, "-o", tmp_path / "model", "--base-model", tiny_base)

    assert done.returncode == 2
    assert "labels.jsonl:1" in done.stderr.replace("\n", "")
    assert not (tmp_path / "model").exists()


def test_every_command_explains_itself_in_korean() -> None:
    for name in COMMANDS:
        done = CliRunner().invoke(app, [name, "--help"])

        assert done.exit_code == 0
        assert any("가" <= character <= "힣" for character in done.output)


def test_the_help_lists_every_command_and_a_wrong_one_is_told_what_was_near() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output

    assert all(name in listed for name in COMMANDS)
    assert "completion" not in listed
    assert "'classify'" in CliRunner().invoke(app, ["clasify"]).output


def test_a_command_whose_packages_are_missing_names_the_extra_to_install() -> None:
    options.need("train", "json", "csv")
    with pytest.raises(MissingExtraError, match=r"no_such_package.*\[train\]"):
        options.need("train", "json", "no_such_package")


def test_the_help_of_all_commands_loads_nothing_that_they_work_with() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from nlp.cli.app import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, capture_output=True, text=True)

    loaded = set(ast.literal_eval(done.stdout))
    assert "nlp" in loaded
    assert not loaded & {"pyarrow", "onnxruntime", "tokenizers", "openpyxl", "jinja2", "sqlalchemy", "fastapi", "torch"}


def test_a_server_does_not_load_what_reads_workbooks_or_migrates_databases(tmp_path: Path) -> None:
    program = (
        "import sys; import nlp.cli.app; from nlp.serve.runner import serve; from nlp.store import Store\n"
        f"Store.open('sqlite:///{tmp_path}/dangol.db').close()\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
    again = subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, capture_output=True, text=True)

    loaded = set(ast.literal_eval(again.stdout))
    assert "sqlalchemy" in loaded
    assert not loaded & {"alembic", "openpyxl", "kiwipiepy", "torch", "transformers", "scipy", "sklearn"}


def test_the_taxonomy_is_shown_with_names_and_meanings() -> None:
    done = CliRunner().invoke(app, ["taxonomy"])

    assert done.exit_code == 0
    assert "employee_response" in done.output
    assert "이탈 원인" in done.output
    assert "배송비," in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["classify", "x.csv", "--text-colum", "a"], "--text-colum: 그런 옵션은 없습니다"),
        (["classify", "x.csv", "--text-colum", "a"], "--text-column"),
        (["classify", "x.csv", "--precision", "0,9"], "--precision: 수여야 합니다"),
        (["classify", "x.csv", "--precision", "3"], "--precision: 0.99 이하인 수여야 합니다"),
        (["train", "--learning-rate", "-1"], "--learning-rate: 0 이상인 수여야 합니다"),
        (["pretrain", __file__, "-o", "x", "--learning-rate", "-1"], "--learning-rate: 0 이상인 수여야 합니다"),
        (["classify", "x.csv", "--threads", "a"], "--threads: 정수여야 합니다"),
        (["classify", "x.csv", "--model"], "--model: 값이 있어야 합니다"),
        (["classify"], "꼭 필요한 값인데 빠졌습니다. 사용법은 'dangol classify --help'"),
        (["analyse"], "analyse: 그런 명령은 없습니다(혹시 analyze인가요?)"),
        (["analyze", "x.csv", "--now", "어제"], "--now: 어제: 'YYYY-MM-DD'"),
        (["analyze", "x.csv", "--lang", "de"], "--lang: de: 쓸 수 없는 값입니다. 쓸 수 있는 값: 'ko', 'en'"),
    ],
)
def test_a_wrong_command_line_is_told_in_korean(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    monkeypatch.setattr("sys.argv", ["dangol", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert "오류" in told


@pytest.mark.parametrize("arguments", [[], ["keys"]])
def test_without_a_command_the_help_alone_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["dangol", *arguments])
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr()
    assert "Usage" in told.out + told.err
    assert "오류" not in told.err


@pytest.mark.parametrize(
    "arguments", [["analyze"], ["classify"], ["train"], ["evaluate"], ["keys"], ["keys", "create"], []]
)
def test_help_is_korean_and_loses_no_letter_at_the_end_of_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["dangol", *arguments, "--help"])
    monkeypatch.setenv("COLUMNS", "81")
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr().out
    assert "이 도움말을 보여 주고 끝냅니다" in " ".join(told.replace("│", " ").split())
    assert not re.search(r"Options|Commands|Arguments|default:|required|exit|[가-힣,.]\s?…", told)


@pytest.mark.parametrize("encoding", ["cp949", "ascii"])
def test_a_stream_without_some_characters_keeps_the_meaning(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """As on Windows in Korea, where what is sent to a file is cp949."""
    log = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", log)
    monkeypatch.setattr("sys.argv", ["dangol", "taxonomy"])
    with pytest.raises(SystemExit):
        main()
    log.write("• −1.4% (35–48%) — ██ \U0001f621")
    log.flush()
    said = log.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
    wanted = "· -1.4% (35~48%) - ■■ ?" if encoding == "cp949" else "? -1.4% (35~48%) - ?? ?"
    assert said.endswith(wanted)


def test_a_job_that_is_interrupted_says_how_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "x.csv").write_text("내용\n늦어요\n", encoding="utf-8")
    monkeypatch.setattr("nlp.pipeline.classify.classify_files", interrupted)
    monkeypatch.setattr("sys.argv", ["dangol", "classify", str(tmp_path / "x.csv")])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 130
    assert "--resume" in capsys.readouterr().err


def test_a_folder_in_place_of_a_file_is_refused_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"this is a folder; .*\*\.csv"):
        options.present([tmp_path])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("파일,화자,발화\na,상담사,네\na,고객,해지요\n", "--call-id-column"),
        ("통화ID,화자,발화\nA,L,무엇을 도와드릴까요\nA,R,해지요\n", "말을 보고 상담사와 고객을 가린 통화 1건"),
        ("통화ID,화자,발화\nA,L,여보세요\nA,R,해지요\n", "고객의 말로 읽은 발화 2개(화자: 'L', 'R')"),
        ("통화ID,발화\nA,여보세요\nA,해지요\n", "화자 열이 없어"),
        ("내용\n무엇을 도와드릴까요 해지요 고객님 확인해 드리겠습니다\n", "표시가 없는 글 1개"),
    ],
)
def test_doubts_about_who_speaks_are_told(tmp_path: Path, rows: str, told: str) -> None:
    path, said = tmp_path / "calls.csv", io.StringIO()
    path.write_text(rows, encoding="utf-8")
    file = read_documents(path)
    list(file)

    show_files([file.report], Console(file=said, width=400), options.Reader("ko"))

    assert told in said.getvalue()
