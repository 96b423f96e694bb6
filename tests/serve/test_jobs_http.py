"""Jobs over HTTP: uploads, progress, downloads, and what is refused."""

from __future__ import annotations

import errno
import io
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import httpx
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from app_support import app_client, wait_until_ready
from jobs_support import PATIENCE, wait_for, wait_until, write_export
from starlette.testclient import TestClient

from nlp.corpus.writers import METADATA_KEY
from nlp.errors import InputError
from nlp.messages import localized
from nlp.serve.jobs_api import disposition
from nlp.serve.jobs_upload import safe_name
from nlp.serve.model import LoadedModel
from nlp.serve.refusals import OverloadedError
from nlp.serve.settings import Settings
from nlp.store import Store

OLD = (Path(__file__).parents[1] / "corpus" / "files" / "excel_2003.xls").read_bytes()
ROWS = [["접수번호", "내용"], ["R1", "배송이 2주나 걸렸어요"], ["R2", "=1+1 가격이 너무 비싸요"]]


def in_csv(codec: str = "utf-8") -> bytes:
    return "\r\n".join(",".join(row) for row in ROWS).encode(codec)


def in_xlsx() -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append([cell.lstrip("=") for cell in row])
    book.save(stream)
    return stream.getvalue()


def in_parquet() -> bytes:
    stream = io.BytesIO()
    columns = dict(zip(ROWS[0], zip(*ROWS[1:], strict=True), strict=True))
    pq.write_table(pa.table({name: list(cells) for name, cells in columns.items()}), stream)
    return stream.getvalue()


def in_jsonl() -> bytes:
    rows = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model: LoadedModel) -> Iterator[tuple[TestClient, Store]]:
    """A server that needs keys, with small limits."""
    folder = tmp_path_factory.mktemp("jobs")
    settings = Settings.load(
        None,
        data_dir=folder,
        require_key=True,
        max_upload_bytes=1 << 20,
        max_upload_rows=5000,
        max_waiting_jobs=50,
        rate_per_minute=0,
    )
    with Store.open(settings.store_url, wait=PATIENCE) as store, app_client(settings, model, store=store) as client:
        wait_until_ready(client)
        yield client, store


@pytest.fixture(scope="module")
def keys(server: tuple[TestClient, Store]) -> dict[str, dict[str, str]]:
    _, store = server
    roles = {"reader": "reader", "analyst": "analyst", "other": "analyst", "admin": "admin"}
    return {
        name: {"Authorization": f"Bearer {store.keys.create(name, role, actor='test')[1]}"}  # type: ignore[arg-type]
        for name, role in roles.items()
    }


class Api:
    def __init__(self, client: TestClient, store: Store, headers: dict[str, str]) -> None:
        self.client, self.store, self.headers = client, store, headers

    def post(
        self,
        content: bytes,
        *,
        name: str = "11월 상담.csv",
        path: str = "/v1/jobs",
        headers: dict[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        return self.client.post(
            path, files={"file": (name, content)}, data=fields, headers={**self.headers, **(headers or {})}
        )

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={**self.headers, **headers})

    def done(self, content: bytes, **options: Any) -> dict[str, Any]:
        response = self.post(content, **options)
        assert response.status_code == 202, response.text
        wait_for(self.store, response.json()["id"], "done")
        found: dict[str, Any] = self.get(response.headers["location"]).json()
        return found


@pytest.fixture
def api(server: tuple[TestClient, Store], keys: dict[str, dict[str, str]]) -> Api:
    return Api(*server, keys["analyst"])


def folders(api: Api) -> set[str]:
    root = api.client.app.state.services.jobs.folder  # type: ignore[attr-defined]
    return {path.name for path in root.iterdir()}


def wait_until_gone(api: Api, job_id: str) -> None:
    """A job is said to be cancelled before the last of its files is gone."""
    wait_for(api.store, job_id, "cancelled")
    wait_until(lambda: not folders(api) & {job_id, f"{job_id}.trash"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("상담.csv", in_csv()),
        ("상담.csv", in_csv("cp949")),
        ("상담.csv", in_csv("utf-16")),
        ("상담.xlsx", in_xlsx()),
        ("상담.parquet", in_parquet()),
        ("상담.jsonl", in_jsonl()),
        ("이름은 아무 말도 하지 않는다", in_csv()),
    ],
)
def test_files_of_every_kind_are_classified(api: Api, name: str, content: bytes) -> None:
    job = api.done(content, name=name, output="jsonl")
    result = api.get(job["links"]["result"])
    assert result.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in result.text.splitlines()]
    assert [row["접수번호"] for row in rows] == ["R1", "R2"]
    assert rows[0]["위치"] == f"{name}:{1 if name.endswith(('parquet', 'jsonl')) else 2}"
    assert (job["rows"], job["rejected"], job["file_name"]) == (2, 0, name)


def test_metrics_tell_of_jobs_that_wait_and_how_those_before_ended(api: Api) -> None:
    api.done(in_csv())
    wait_until(lambda: 'dangol_jobs_total{ended="done",kind="classify"}' in api.get("/metrics").text)
    wait_until(lambda: "\ndangol_jobs_waiting 0.0\n" in api.get("/metrics").text)


def test_an_old_workbook_is_classified(api: Api) -> None:
    job = api.done(OLD, name="상담.xls", output="jsonl")
    rows = [json.loads(line) for line in api.get(job["links"]["result"]).text.splitlines()]
    assert [row["접수일시"] for row in rows] == [
        "2026-10-01 09:12:00",
        "2026-10-02",
        "2026-11-01 10:00:00",
        "2026-11-02 10:00:00",
    ]
    assert job["rejected"] == 1


@pytest.mark.parametrize("output", ["csv", "tsv", "xlsx", "jsonl", "parquet"])
def test_results_come_in_every_format_under_a_korean_name(api: Api, output: str) -> None:
    job = api.done(in_csv(), output=output)
    result = api.get(job["links"]["result"])
    header = result.headers["content-disposition"]
    assert header.startswith(f"attachment; filename=\"dangol-result.{output}\"; filename*=UTF-8''")
    assert unquote(header.partition("''")[2]) == f"11월 상담_단골.{output}"
    if output == "csv":
        assert "'=1+1" in result.content.decode("utf-8-sig")
    if output == "parquet":
        assert METADATA_KEY in pq.read_schema(io.BytesIO(result.content)).metadata


def test_rejected_rows_can_be_had_with_reasons_in_the_language_asked_for(api: Api, tmp_path: Path) -> None:
    content = write_export(tmp_path / "a.csv", 100).read_bytes()
    job = api.done(content, lang="en")
    assert job["rejected"] == 2
    rejects = api.get(job["links"]["rejects"])
    assert "is empty" in rejects.text
    assert "010-1234" not in rejects.text
    assert unquote(rejects.headers["content-disposition"]).endswith("11월 상담_거부.csv")
    assert api.get(api.done(in_csv())["links"]["self"] + "/rejects").status_code == 404


def test_columns_can_be_named(api: Api) -> None:
    content = "가,나,다\n1,배송이 너무 늦어요,직원이 불친절했어요\n".encode()
    job = api.done(content, text_column="다", output="jsonl")
    assert api.get(job["links"]["result"]).status_code == 200
    refused = api.post(content, text_column="라")
    assert refused.status_code == 422
    assert "'라'" in refused.json()["detail"]


def test_a_call_over_http_gives_what_the_library_gives(api: Api, model: LoadedModel) -> None:
    job = api.done(in_csv(), output="parquet")
    table = pq.read_table(io.BytesIO(api.get(job["links"]["result"]).content))
    expected = model.classifier.predict_proba([row[1] for row in ROWS[1:]])
    column = model.taxonomy.column("cause", "price")
    assert table["이탈 원인:가격"].to_pylist() == pytest.approx(expected[:, column].tolist(), abs=1e-4)


def test_progress_streams_to_the_end_and_tells_nothing_twice(api: Api) -> None:
    job = api.done(in_csv())
    stream = api.get(job["links"]["events"])
    assert stream.headers["content-type"].startswith("text/event-stream")
    fields = dict(line.split(": ", 1) for line in stream.text.split("\r\n") if ": " in line)
    assert fields["event"] == "end"
    assert json.loads(fields["data"])["state"] == "done"
    assert api.get(job["links"]["events"], **{"Last-Event-ID": fields["id"]}).status_code == 204


def test_a_repeated_request_with_an_idempotency_key_makes_one_job(api: Api) -> None:
    key = {"Idempotency-Key": "7b0c7c7e"}
    first, again = api.post(in_csv(), headers=key), api.post(in_csv(), headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = api.post(in_csv(), headers=key, output="tsv")
    assert other.status_code == 422
    assert other.json()["type"] == "urn:dangol:problem:unusable"
    assert "7b0c7c7e" in other.json()["detail"]
    assert api.post(in_csv(), headers={"Idempotency-Key": "a b"}).status_code == 422
    assert api.post(in_csv(), headers={"Idempotency-Key": "x" * 256}).status_code == 422


def test_each_caller_sees_its_own_jobs_and_an_admin_all(
    server: tuple[TestClient, Store], keys: dict[str, dict[str, str]]
) -> None:
    mine, other, admin = (Api(*server, keys[name]) for name in ("analyst", "other", "admin"))
    job = mine.done(in_csv())
    for path in ("", "/events", "/result", "/rejects"):
        assert other.get(job["links"]["self"] + path).status_code == 404
    for act in ("cancel", "resume"):
        assert other.client.post(f"{job['links']['self']}/{act}", headers=other.headers).status_code == 404
    assert job["id"] not in {found["id"] for found in other.get("/v1/jobs").json()["jobs"]}
    assert job["id"] in {found["id"] for found in admin.get("/v1/jobs?state=done").json()["jobs"]}
    assert admin.get(job["links"]["result"]).status_code == 200
    page = mine.get("/v1/jobs?limit=1").json()
    assert (len(page["jobs"]), page["more"]) == (1, True)


def test_a_reader_may_not_start_jobs_and_nobody_without_a_key(
    server: tuple[TestClient, Store], keys: dict[str, dict[str, str]]
) -> None:
    assert Api(*server, keys["reader"]).post(in_csv()).status_code == 403
    assert Api(*server, {}).post(in_csv()).status_code == 401
    assert Api(*server, {}).get("/v1/jobs").status_code == 401


def test_starting_and_downloading_leaves_a_trail(api: Api) -> None:
    job = api.done(in_csv())
    api.get(job["links"]["result"])
    assert api.client.head(job["links"]["result"], headers=api.headers).status_code == 200
    trail = [entry.action for entry in api.store.audit.list() if entry.subject == job["id"]]
    assert trail == ["job.download", "job.create"]


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    return stream.getvalue()


def elements() -> bytes:
    """Short for its elements, and denser than a ZIP may be only where it is small; a damaged part stands before."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"damaged")
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"<a/>" * 2_000_000)
    return stream.getvalue().replace(zlib.compress(b"damaged", wbits=-15), b"\xff" * 9, 1)


def crowd() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(5001):
            archive.writestr(str(number), b"")
    return stream.getvalue()


def long_parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"내용": pa.array(["같은 글"] * 6000)}), stream)
    return stream.getvalue()


def billion_laughs() -> bytes:
    stream = io.BytesIO(in_xlsx())
    out = io.BytesIO()
    laughs = "".join(f'<!ENTITY a{at + 1} "{f"&a{at};" * 10}">' for at in range(12))
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "하">{laughs}]>'
                content = (head + content.decode().replace("R1", "&a12;")).encode()
            new.writestr(entry, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "빈 파일"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, 422, ""),
        (b"PK\x03\x04 broken", 422, "상담.csv"),
        (b"PAR1 broken PAR1", 422, "상담.csv"),
        ("코드,값\n1,2\n".encode(), 422, "text_column에"),
        (bomb(), 422, "64 MiB"),
        (crowd(), 422, "5,001개"),
        (elements(), 422, "30 MiB"),
        (long_parquet(), 422, "6,000행"),
        (billion_laughs(), 422, "상담.csv"),
        (OLD[:2000], 422, "읽을 수 없는 예전 오피스 파일"),
        (OLD + bytes(500_000), 422, "예전 엑셀 파일(.xls)"),
        (b"x" * ((1 << 20) + 1), 413, "1 MiB"),
        (b"x" * (4 << 20), 413, "1 MiB"),
    ],
    ids=[
        "empty",
        "image",
        "zip",
        "parquet",
        "no text",
        "bomb",
        "crowd",
        "elements",
        "long",
        "laughs",
        "old and damaged",
        "old and large",
        "large",
        "larger",
    ],
)
def test_what_is_no_use_is_refused_at_once_and_leaves_nothing(
    api: Api, content: bytes, status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.serve.jobs_guard.MOST_ELEMENTS", 7_000_000)
    monkeypatch.setattr("nlp.serve.jobs_guard.MOST_OLD", 100_000)
    before = folders(api)
    refused = api.post(content)
    assert refused.status_code == status, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert said in refused.json()["detail"]
    assert "/jobs/" not in refused.json()["detail"].replace("/v1/jobs", "")
    assert folders(api) == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=x", 422),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 422),
        (b"garbage", "multipart/form-data; boundary=x", 422),
        (b"--x\r\n\r\nno name\r\n--x--\r\n", "multipart/form-data; boundary=x", 422),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "application/json", 415),
        (b"", "multipart/form-data", 415),
        (b"--x\r\n" + b"A: " + b"b" * 9000 + b"\r\n\r\n", "multipart/form-data; boundary=x", 422),
    ],
)
def test_a_body_that_is_no_form_is_refused(api: Api, body: bytes, kind: str, status: int) -> None:
    before = folders(api)
    refused = api.client.post("/v1/jobs", content=body, headers={**api.headers, "Content-Type": kind})
    assert refused.status_code == status, refused.text
    assert folders(api) == before


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"output": "docx"}, "output"),
        ({"nonsense": "1"}, "nonsense"),
        ({"mask": "perhaps"}, "mask"),
        ({"text_column": "가" * 201}, "text_column"),
        ({"lang": "de"}, "lang"),
    ],
)
def test_a_wrong_option_is_named(api: Api, fields: dict[str, str], named: str) -> None:
    refused = api.post(in_csv(), **fields)
    assert refused.status_code == 422
    assert [found["field"] for found in refused.json()["errors"]] == [named]


def test_problems_are_told_in_the_language_of_the_caller(api: Api) -> None:
    english = api.post(b"", headers={"Accept-Language": "en"}).json()
    korean = api.post(b"", headers={"Accept-Language": "ko"}).json()
    assert english["detail"] == "11월 상담.csv: the file is empty; a header row and data rows are needed"
    assert korean["detail"] == localized(
        InputError("{path}: the file is empty; a header row and data rows are needed", path="11월 상담.csv"), "ko"
    )
    assert korean["detail"] != english["detail"]


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\kim\\상담.csv", "상담.csv"),
        ("", "upload"),
        ("..", "upload"),
        ("a\0b\r\nc.csv", "abc.csv"),
        ("\u202efdp.csv", "fdp.csv"),
        ("가" * 300 + ".csv", "가" * 140 + "….csv"),
    ],
)
def test_the_name_of_a_file_is_never_a_path(given: str, safe: str) -> None:
    assert safe_name(given) == safe
    header = disposition(safe, Path("result.csv"))
    assert header.isascii()
    assert not set(header) & set("\r\n\0")


def test_an_uploaded_name_stays_out_of_the_file_system(api: Api) -> None:
    job = api.done(in_csv(), name="../../../tmp/dangol-evil.csv", output="jsonl")
    assert job["file_name"] == "dangol-evil.csv"
    assert not Path("/tmp/dangol-evil.csv").exists()
    assert json.loads(api.get(job["links"]["result"]).text.splitlines()[0])["위치"] == "dangol-evil.csv:2"


def test_a_job_can_be_cancelled_in_two_ways_and_a_finished_one_only_removed(api: Api) -> None:
    for cancel in (
        lambda link: api.client.post(f"{link}/cancel", headers=api.headers),
        lambda link: api.client.delete(link, headers=api.headers),
    ):
        response = api.post(write_big())
        cancelled = cancel(response.headers["location"])
        assert cancelled.status_code == 200
        wait_until_gone(api, response.json()["id"])
        gone = api.get(f"{response.headers['location']}/result")
        assert (gone.status_code, gone.json()["type"]) == (409, "urn:dangol:problem:conflict")
        assert api.client.post(f"{response.headers['location']}/resume", headers=api.headers).status_code == 409
    job = api.done(in_csv())
    assert api.client.post(job["links"]["self"] + "/cancel", headers=api.headers).json()["state"] == "done"
    assert api.get(job["links"]["result"]).status_code == 200
    assert api.client.delete(job["links"]["self"], headers=api.headers).json()["state"] == "cancelled"
    assert api.get(job["links"]["result"]).status_code == 409
    assert job["id"] not in folders(api)


def write_big() -> bytes:
    return (
        "내용\n" + "".join(f"{at}번째로 배송이 늦었고 상담원은 기다리라고만 했습니다\n" for at in range(3000))
    ).encode()


def test_a_caller_with_too_many_jobs_is_told_to_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    services = api.client.app.state.services  # type: ignore[attr-defined]
    first = api.post(write_big())
    limited = services.settings.model_copy(update={"max_waiting_jobs": 1})
    monkeypatch.setitem(services.__dict__, "settings", limited)
    refused = api.post(in_csv())
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    api.client.delete(first.headers["location"], headers=api.headers)
    wait_until_gone(api, first.json()["id"])


def test_a_full_disk_refuses_the_upload_and_keeps_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    before = folders(api)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("nlp.serve.jobs_upload.os.fsync", full)
        refused = api.post(in_csv())
    assert refused.status_code == 507
    assert refused.json()["type"] == "urn:dangol:problem:disk-full"
    assert "공간을 비우거나" in refused.json()["detail"]
    assert folders(api) == before

    def read_only(_: int) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr("nlp.serve.jobs_upload.os.fsync", read_only)
        assert api.post(in_csv()).json()["type"] == "urn:dangol:problem:not-ready"
    assert folders(api) == before
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=100))
    assert api.post(in_csv()).status_code == 507
    assert folders(api) == before


def test_a_locked_database_is_answered_with_503_and_nothing_is_lost(
    model: LoadedModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.load(None, data_dir=tmp_path, rate_per_minute=0)
    # Other tests would stumble over so little patience on a busy machine.
    with Store.open(settings.store_url, wait=0.5) as store, app_client(settings, model, store=store) as client:
        wait_until_ready(client)
        api = Api(client, store, {})
        before = folders(api)
        other = sqlite3.connect(tmp_path / "dangol.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            refused = api.post(in_csv())
        finally:
            other.close()
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert "데이터베이스가 지금 답하지 않습니다" in refused.json()["detail"]
        assert "dangol.db" not in refused.text
        assert "dangol.db: the database is locked" in capsys.readouterr().err
        assert folders(api) == before
        answers: list[httpx.Response] = []
        wait_until(lambda: (answers.append(api.post(in_csv())), answers[-1].status_code == 202)[1])
        wait_for(store, answers[-1].json()["id"], "done")


def test_an_analysis_gives_the_report_as_a_zip(api: Api) -> None:
    rows = "".join(
        f"R{at},C{at % 20},2026-11-{at % 28 + 1:02d},배송이 {at}일 늦고 가격이 비싸서 해지하고 싶어요\n"
        for at in range(60)
    )
    content = f"접수번호,고객번호,접수일시,내용\n{rows}".encode()
    response = api.post(content, path="/v1/analyze", capacity="5", lang="ko")
    assert response.status_code == 202, response.text
    ended = wait_for(api.store, response.json()["id"], "done", "failed")
    assert ended.state == "done", ended.error
    result = api.get(f"{response.headers['location']}/result")
    assert result.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(result.content)) as archive:
        names = set(archive.namelist())
        page = archive.read("report.html").decode()
    assert names >= {"report.html", "recovery_queue.xlsx", "causes.csv", "summary.json", "predictions.parquet"}
    assert "11월 상담.csv" in page
    assert api.post(content, path="/v1/analyze", capacity="0").status_code == 422


def test_an_analysis_without_a_usable_row_names_the_callers_file_and_shows_the_rejected_rows(api: Api) -> None:
    job = api.post("접수번호,내용\nR1,\nR2,\n".encode(), path="/v1/analyze").json()
    wait_for(api.store, job["id"], "failed")
    error = api.get(job["links"]["self"]).json()["error"]
    assert error.startswith("11월 상담.csv: ")
    assert "R2" in api.get(f"{job['links']['self']}/rejects").text
    assert api.get(f"{job['links']['self']}/result").status_code == 409


def test_the_server_never_imports_the_morpheme_analyser() -> None:
    import subprocess
    import sys

    program = "import sys, nlp.serve.app, nlp.serve.routes.jobs; print([m for m in sys.modules if 'kiwi' in m])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("sent", ["", "/dangol"], ids=["taken off", "left on"])
def test_behind_a_proxy_links_and_limits_hold_whether_it_takes_its_path_off(
    tmp_path: Path, model: LoadedModel, sent: str
) -> None:
    settings = Settings.load(None, data_dir=tmp_path, root_path="/dangol/", max_body_bytes=2048)
    with (
        Store.open(settings.store_url, wait=PATIENCE) as store,
        app_client(settings, model, store=store) as client,
    ):
        wait_until_ready(client)
        taken = client.post(f"{sent}/v1/jobs", files={"file": ("상담.csv", in_csv() + b"\r\n" * 4096)})
        assert taken.status_code == 202, taken.text
        place = taken.headers["location"]
        assert place == f"/dangol/v1/jobs/{taken.json()['id']}"
        wait_for(store, taken.json()["id"], "done")
        through = place.removeprefix("/dangol") if not sent else place
        job = client.get(through).json()
        assert client.get(f"{sent}/v1/jobs").json()["jobs"] == [job]
        assert set(job["links"].values()) == {place, f"{place}/events", f"{place}/result"}
        assert f'"self":"{place}"' in client.get(f"{through}/events").text
        assert client.get(f"{through}/result").status_code == 200
        assert client.get(f"{sent}/openapi.json").json()["servers"] == [{"url": "/dangol"}]
        assert client.get(f"{sent}/v1/jobs/{'0' * 32}").json()["instance"] == f"/dangol/v1/jobs/{'0' * 32}"
        assert client.get(f"{sent}/health/live", headers={"Host": "10.0.0.7"}).status_code == 200
        assert client.post(f"{sent}/v1/predict", json={"texts": ["가" * 2048]}).status_code == 413
        client.app.state.services.engine.admit = refuse  # type: ignore[attr-defined]
        assert client.post(f"{sent}/v1/predict", content=b"{").json()["detail"] == "busy above 0.9"


def refuse(*, share: float) -> None:
    raise OverloadedError(f"busy above {share}")
