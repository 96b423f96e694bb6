"""Commands about the server's store: ``dangol keys`` and ``dangol purge``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nlp.cli.app import app
from nlp.cli.purge import age_of
from nlp.errors import InputError
from nlp.serve.jobs_files import JobFiles
from nlp.store import NewJob, Store


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DANGOL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "data"


def dangol(*arguments: str) -> tuple[str, str]:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout, done.stderr


def test_a_key_is_made_shown_once_listed_and_revoked(data: Path) -> None:
    secret, told = dangol("keys", "create", "상담 CRM", "--role", "analyst")
    assert "상담 CRM" in told
    assert secret.strip() not in told
    with Store.open(str(data / "dangol.db")) as store:
        key = store.keys.verify(secret.strip())
        assert key is not None
        assert (key.name, key.role) == ("상담 CRM", "analyst")
    listed, _ = dangol("keys", "list")
    assert key.id in listed
    assert "analyst" in listed
    assert secret.strip() not in listed
    dangol("keys", "revoke", key.id)
    with Store.open(str(data / "dangol.db")) as store:
        assert store.keys.verify(secret.strip()) is None
    trail, _ = dangol("keys", "trail")
    assert trail.index("key.revoke") < trail.index("key.create")
    assert "cli:" in trail


@pytest.mark.parametrize("command", [["purge", "--older-than", "1d"], ["keys", "list"], ["keys", "trail"]])
def test_where_no_server_ever_was_nothing_is_made(data: Path, command: list[str]) -> None:
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, InputError)
    assert "DANGOL_DATA_DIR" in str(done.exception)
    assert str(data) in str(done.exception)
    assert not data.exists()


def test_nobody_else_can_look_into_a_new_data_folder(data: Path) -> None:
    dangol("keys", "create", "CRM")
    assert data.stat().st_mode & 0o077 == 0


def test_purging_removes_old_jobs_with_their_files(data: Path) -> None:
    data.mkdir()
    long_ago = datetime.now(UTC) - timedelta(days=100)
    with Store.open(str(data / "dangol.db"), clock=lambda: long_ago) as store:
        job = NewJob(id="0" * 32, kind="classify", caller="crm", file_name="a.csv", options={}, fingerprint="", size=1)
        store.jobs.create(job, actor="crm")
        store.jobs.cancel(job.id, actor="crm")
    files = JobFiles(data / "jobs", job.id)
    files.make().lock.release()
    said, _ = dangol("purge", "--older-than", "101d")
    assert "작업 0개" in said
    assert files.folder.exists()
    said, _ = dangol("purge", "--older-than", "99d")
    assert "작업 1개" in said
    assert not files.folder.exists()


@pytest.mark.parametrize(
    ("written", "age"), [("90d", timedelta(days=90)), (" 12h", timedelta(hours=12)), ("8w", timedelta(weeks=8))]
)
def test_an_age_is_hours_days_or_weeks(written: str, age: timedelta) -> None:
    assert age_of(written) == age


@pytest.mark.parametrize("written", ["", "90", "d", "-1d", "1.5d", "90 days", "9999999999d", "999999w"])
def test_anything_else_is_no_age(written: str) -> None:
    with pytest.raises(InputError, match="90d"):
        age_of(written)
