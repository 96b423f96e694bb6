"""The workbook in a real spreadsheet program, where there is one."""

from __future__ import annotations

import csv
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest

from nlp.report.analysis import Analysis
from nlp.report.workbook import write_workbook

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="no LibreOffice here: apt-get install libreoffice-calc")

ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"


@pytest.fixture(scope="module")
def sheets(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """Every sheet as the program shows it, by name."""
    folder = tmp_path_factory.mktemp("office")
    with (folder / "queue.xlsx").open("wb") as stream:
        write_workbook(stream, analysis, most=40)
    assert OFFICE is not None
    subprocess.run(
        [
            OFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            ALL_SHEETS,
            "--outdir",
            str(folder),
            str(folder / "queue.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    return {
        path.stem.removeprefix("queue-"): list(csv.reader(StringIO(path.read_text(encoding="utf-8"), newline="")))
        for path in Path(folder).glob("queue-*.csv")
    }


def test_every_sheet_opens_under_its_korean_name(sheets: dict[str, list[list[str]]]) -> None:
    assert {"회복 우선순위", "원인", "접점 단계", "정의와 한계", "상수와 근거"} <= set(sheets)


def test_numbers_are_numbers_and_read_as_the_column_says(
    analysis: Analysis, sheets: dict[str, list[list[str]]]
) -> None:
    head, first = sheets["회복 우선순위"][1], sheets["회복 우선순위"][2]
    row = dict(zip(head, first, strict=True))
    case = analysis.ranking.case(0)
    assert row["순위"] == "1"
    assert row["기대 이익(원)"].replace(",", "") == str(round(case.gain))
    assert row["고객"] == case.id
    shares = [cell for cell in first if cell.endswith("%")]
    assert f"{case.p_leave_ignored:.1%}" in shares


def test_no_cell_shows_an_error(sheets: dict[str, list[list[str]]]) -> None:
    cells = [cell for rows in sheets.values() for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("#", "Err:"))]
