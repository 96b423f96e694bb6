"""The work on file jobs, without HTTP."""

from __future__ import annotations

import asyncio
import csv
import errno
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import jobs_support as support
import pytest
from checksums import labelled
from filelock import FileLock
from jobs_support import Held, Stub, runner, take_in, wait_for, wait_until, write_export
from structlog.testing import capture_logs

from nlp.corpus.dates import in_korea
from nlp.errors import ModelError
from nlp.messages import localized
from nlp.pipeline.classify import classify_files
from nlp.pipeline.partial import PartialFolder
from nlp.serve import jobs_work
from nlp.serve.jobs import LEASE, MOST_ATTEMPTS, JobRunner
from nlp.serve.jobs_files import JobFiles
from nlp.serve.jobs_progress import documents_of
from nlp.serve.jobs_report import run_report
from nlp.serve.jobs_work import BLOCK_ROWS
from nlp.store import Store, StoreBusyError, StoreFullError
from nlp.taxonomy import Taxonomy


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    # Two servers and a test that all write share it; on a busy machine one of them may wait long.
    with Store.open(str(tmp_path / "store.db"), wait=support.PATIENCE) as store:
        yield store


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_export(tmp_path / "export.csv", 600)


@asynccontextmanager
async def started(jobs: JobRunner) -> AsyncIterator[JobRunner]:
    await jobs.start()
    try:
        yield jobs
    finally:
        await jobs.stop()


def uninterrupted(source: Path, target: Path) -> bytes:
    """The result of a job that nothing disturbed, by the library."""
    classify_files(
        [source], target, classifier=Stub(), names=["11월 상담.csv"], block_rows=BLOCK_ROWS, model_id="stub+1"
    )
    return target.read_bytes()


def finish(jobs: JobRunner, job_id: str, *states: str) -> object:
    async def work() -> object:
        async with started(jobs):
            return await asyncio.to_thread(wait_for, jobs.store, job_id, *states)

    return asyncio.run(work())


def test_a_file_is_classified_and_its_upload_removed(store: Store, export: Path, tmp_path: Path) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub())
    job = take_in(jobs, export)
    finish(jobs, job.id, "done")
    done = store.jobs.get(job.id)
    assert done is not None
    assert (done.rows, done.rejected, done.model, done.bytes_done) == (600, 12, "stub+1", export.stat().st_size)
    files = jobs.files(job.id)
    assert files.result(done).read_bytes() == uninterrupted(export, tmp_path / "plain.csv")
    assert files.rejects(done).read_bytes().count(b"\r\n") == 13
    assert {path.name for path in files.folder.iterdir()} == {"result.csv", "result.csv.rejects.csv"}
    assert str(tmp_path) not in files.result(done).read_text(encoding="utf-8")


def test_documents_are_kept_masked_with_the_version_of_the_model_when_the_server_keeps_them(
    store: Store, export: Path, tmp_path: Path
) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub(), keep_documents=True)
    job, unmasked = take_in(jobs, export), take_in(jobs, export, mask=False)
    finish(jobs, unmasked.id, "done")
    kept = list(store.documents.of_job(job.id))
    assert len(kept) == 588
    first = kept[0]
    assert (first.id, first.customer_id, first.time) == ("R0", "C0", "2026-11-01 10:00")
    assert first.text == "0번째 불만, 배송이 0일 늦었고 [전화번호]로 전화 주세요"
    expected = labelled(first.text, Taxonomy.load(), by="stub+1")
    (version, said), *others = first.predictions.items()
    assert (version, said.labels, others) == ("stub+1", expected.labels, [])
    assert said.probabilities == pytest.approx(expected.probabilities, abs=1e-6)
    # Text that is not masked is never kept.
    assert not list(store.documents.of_job(unmasked.id))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux lists open files")
def test_a_cancelled_job_is_removed_where_no_folder_with_an_open_file_can_be_renamed(
    store: Store, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.rename

    def as_on_windows(path: Path, target: Path) -> Path:
        for number in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):
                if number.readlink().is_relative_to(path):
                    raise PermissionError(errno.EACCES, "Access is denied")
        return real(path, target)

    monkeypatch.setattr(Path, "rename", as_on_windows)
    jobs = runner(store, tmp_path / "jobs", Stub())
    job = take_in(jobs, export)
    files = jobs.files(job.id)
    with files.input.open("rb"):
        # Somebody downloads from the folder: it is left to the next sweep.
        jobs.cancel(job.id, actor="crm")
        assert files.folder.is_dir()
    jobs.tidy(job.id)
    assert not files.folder.exists()


def test_a_server_that_stops_hands_its_job_back_and_the_next_goes_on(
    store: Store, export: Path, tmp_path: Path
) -> None:
    first = Held(after=BLOCK_ROWS)
    jobs = runner(store, tmp_path / "jobs", first)
    job = take_in(jobs, export)

    async def cut_off() -> None:
        await jobs.start()
        await first.reached()
        stopping = asyncio.create_task(jobs.stop())
        while not jobs.stopping:
            await asyncio.sleep(0)
        first.go_on.set()
        await stopping

    asyncio.run(cut_off())
    waiting = store.jobs.get(job.id)
    assert waiting is not None
    assert (waiting.state, waiting.owner) == ("queued", None)

    second = Stub()
    again = runner(store, tmp_path / "jobs", second)
    finish(again, job.id, "done")
    done = store.jobs.get(job.id)
    assert done is not None
    assert again.files(job.id).result(done).read_bytes() == uninterrupted(export, tmp_path / "plain.csv")
    assert len(second.seen) < 588 - BLOCK_ROWS // 2


def test_rows_of_one_result_come_from_one_model(store: Store, export: Path, tmp_path: Path) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub(name="old+1"), keep_documents=True)
    job = take_in(jobs, export)
    files = jobs.files(job.id)
    claimed = store.jobs.claim(job.id, "dead", lease=LEASE)
    assert claimed is not None
    store.jobs.begin(job.id, "dead", model="old+1", afresh=True)
    # The old server finished two blocks, kept one of them, and died.
    stop_after_two_blocks(files.input, files.table(job), jobs, job.id)

    new = Stub(name="new+2")
    again = runner(store, tmp_path / "jobs", new, keep_documents=True)
    finish(again, job.id, "done")
    done = store.jobs.get(job.id)
    assert done is not None
    assert (done.model, len(new.seen)) == ("new+2", 588)
    kept = list(store.documents.of_job(job.id))
    assert len(kept) == 588
    assert {model for found in kept for model in found.predictions} == {"new+2"}


def stop_after_two_blocks(source: Path, target: Path, jobs: JobRunner, job_id: str) -> None:
    old = Stub(name="old+1")

    def stop(rows: int, _done: int, _total: int) -> None:
        if rows >= 2 * BLOCK_ROWS:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        classify_files(
            [source],
            target,
            classifier=old,
            model_id="old+1",
            names=["11월 상담.csv"],
            block_rows=BLOCK_ROWS,
            progress=stop,
        )
    part = PartialFolder(target).read(0, 0)
    documents = documents_of(part, old.taxonomy, "old+1")
    jobs.store.jobs.keep_block(job_id, "dead", 0, documents, first=0)


def test_a_cancelled_job_stops_soon_and_leaves_no_files(store: Store, export: Path, tmp_path: Path) -> None:
    stub = Held()
    jobs = runner(store, tmp_path / "jobs", stub)
    job = take_in(jobs, export)

    async def cancel() -> None:
        async with started(jobs):
            await stub.reached()
            asked = jobs.cancel(job.id, actor="crm")
            assert asked is not None
            assert asked.cancel_requested
            stub.go_on.set()
            await asyncio.to_thread(wait_for, store, job.id, "cancelled")

    asyncio.run(cancel())
    assert len(stub.seen) <= 64
    assert list((tmp_path / "jobs").iterdir()) == []


def test_a_job_that_waits_is_cancelled_with_its_files(store: Store, export: Path, tmp_path: Path) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub(), workers=0)
    job = take_in(jobs, export)
    cancelled = jobs.cancel(job.id, actor="crm")
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    assert list((tmp_path / "jobs").iterdir()) == []


def test_a_job_is_cancelled_on_a_disk_that_takes_nothing_and_its_files_go_later(
    store: Store, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub(), workers=0)
    job = take_in(jobs, export)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as broken:
        for name in ("rename", "unlink"):
            broken.setattr(Path, name, refuse)
        jobs.files(job.id).remove()
        broken.setattr(JobFiles, "lock", refuse)
        cancelled = jobs.cancel(job.id, actor="crm")
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    assert jobs.files(job.id).folder.is_dir()
    jobs._sweep()
    assert list((tmp_path / "jobs").iterdir()) == []


def test_a_job_cancelled_while_another_looks_at_it_leaves_no_files(
    store: Store, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub(), workers=0)
    job = take_in(jobs, export)
    looks = jobs.files(job.id).lock()
    assert looks is not None

    wait = time.sleep

    def sleep(seconds: float) -> None:
        looks.lock.release()
        wait(seconds)

    monkeypatch.setattr("time.sleep", sleep)
    jobs.cancel(job.id, actor="crm")
    assert not looks.lock.is_locked
    assert list((tmp_path / "jobs").iterdir()) == []


def test_a_file_that_is_no_table_fails_the_job_in_words_of_its_owner(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "codes.csv"
    source.write_text("코드,값\n1,2\n", encoding="utf-8")
    jobs = runner(store, tmp_path / "jobs", Stub())
    job = take_in(jobs, source)
    finish(jobs, job.id, "failed")
    failed = store.jobs.get(job.id)
    assert failed is not None
    assert failed.error is not None
    assert str(failed.error).startswith("11월 상담.csv: no text column")
    assert str(tmp_path) not in str(failed.error)
    assert localized(failed.error, "ko") != str(failed.error)


def test_how_a_job_ended_is_counted_and_why_it_failed_is_logged_without_the_name_of_its_file(
    store: Store, tmp_path: Path
) -> None:
    source = tmp_path / "codes.csv"
    source.write_text("코드,값\n1,2\n", encoding="utf-8")
    ended: list[tuple[str, str]] = []
    jobs = runner(store, tmp_path / "jobs", Stub(), observe=lambda *how: ended.append(how))
    job = take_in(jobs, source)
    assert store.jobs.waiting() == 1
    with capture_logs() as lines:
        finish(jobs, job.id, "failed")
    assert (ended, store.jobs.waiting()) == ([("classify", "failed")], 0)
    (line,) = [line for line in lines if line["event"] == "job failed"]
    assert (line["job"], line["log_level"]) == (job.id, "warning")
    assert "no text column" in line["problem"]
    assert "11월" not in str(lines)


def test_a_file_with_too_many_rows_fails_the_job(store: Store, export: Path, tmp_path: Path) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub(), max_rows=300)
    job = take_in(jobs, export)
    finish(jobs, job.id, "failed")
    failed = store.jobs.get(job.id)
    assert failed is not None
    assert "more than 300 rows; split it" in str(failed.error)


def check_told_of_a_full_disk(store: Store, job_id: str) -> None:
    failed = store.jobs.get(job_id)
    assert failed is not None
    assert str(failed.error) == (
        "11월 상담.csv: the disk of the server is full; what is finished is kept. Make room, then resume the job"
    )


def test_a_full_disk_fails_the_job_with_advice_and_the_job_can_be_resumed(
    store: Store, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Stub(), Stub()
    calls: list[int] = []

    def full(_: int) -> None:
        calls.append(1)
        if len(calls) > 4:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("nlp.files.os.fsync", full)
        jobs = runner(store, tmp_path / "jobs", first)
        job = take_in(jobs, export)
        finish(jobs, job.id, "failed")
    check_told_of_a_full_disk(store, job.id)
    store.jobs.resume(job.id, actor="crm")
    again = runner(store, tmp_path / "jobs", second)
    finish(again, job.id, "done")
    done = store.jobs.get(job.id)
    assert done is not None
    assert again.files(job.id).result(done).read_bytes() == uninterrupted(export, tmp_path / "plain.csv")
    assert len(first.seen) + len(second.seen) < 2 * 588


@pytest.mark.skipif(os.name != "posix", reason="a limit on the size of files is POSIX")
def test_a_disk_that_is_full_for_the_report_fails_the_job_with_the_same_advice(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = tmp_path / "python"
    limited.write_text(f'#!/bin/sh\nulimit -f 50\nexec "{sys.executable}" "$@"\n')
    limited.chmod(0o700)
    jobs = runner(store, tmp_path / "jobs", Stub())
    job = take_in(jobs, write_export(tmp_path / "export.csv", 40), kind="analyze")
    with monkeypatch.context() as patch:
        patch.setattr("nlp.serve.jobs_report.sys.executable", str(limited))
        finish(jobs, job.id, "failed")
    check_told_of_a_full_disk(store, job.id)
    store.jobs.resume(job.id, actor="crm")
    (left := jobs.files(job.id).report / ".report.html.1a2b3c4d.tmp").touch()  # by a run that was killed
    again = Stub()
    finish(runner(store, tmp_path / "jobs", again), job.id, "done")
    assert again.seen == []  # the rows were kept
    assert not left.exists()


@pytest.mark.parametrize("trouble", [StoreBusyError, StoreFullError])
def test_a_store_that_does_not_answer_for_a_while_does_not_hurt_the_job(
    store: Store, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    left = {"begin": 2, "advance": 2, "keep_block": 2, "finish": 2}
    for name in left:
        real = getattr(store.jobs, name)

        def sometimes(*args: object, name: str = name, real: object = real, **options: object) -> object:
            if left[name]:
                left[name] -= 1
                raise trouble("no")
            return real(*args, **options)  # type: ignore[operator]

        monkeypatch.setattr(store.jobs, name, sometimes)
    jobs = runner(store, tmp_path / "jobs", Stub(), keep_documents=True)
    job = take_in(jobs, export)
    finish(jobs, job.id, "done")
    assert set(left.values()) == {0}
    assert len(list(store.documents.of_job(job.id))) == 588


def test_a_job_that_kills_the_server_again_and_again_is_given_up(store: Store, export: Path, tmp_path: Path) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub())
    job = take_in(jobs, export)
    for _ in range(MOST_ATTEMPTS):
        store.jobs.claim(job.id, "dead", lease=LEASE)
        store.jobs.release(job.id, "dead")
    finish(jobs, job.id, "failed")
    failed = store.jobs.get(job.id)
    assert failed is not None
    assert f"died {MOST_ATTEMPTS} times" in str(failed.error)
    store.jobs.resume(job.id, actor="crm")
    finish(runner(store, tmp_path / "jobs", Stub()), job.id, "done")


def test_an_unforeseen_error_is_told_without_what_it_says(
    store: Store, export: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("배송이 늦었어요")

    jobs = runner(store, tmp_path / "jobs", Stub(before=fail))
    job = take_in(jobs, export)
    finish(jobs, job.id, "failed")
    failed = store.jobs.get(job.id)
    assert failed is not None
    assert "unforeseen error (RuntimeError)" in str(failed.error)
    said = str(failed.error) + caplog.text + "".join(capsys.readouterr())
    assert "배송" not in said


def test_jobs_wait_while_there_is_no_model(store: Store, export: Path, tmp_path: Path) -> None:
    asked = threading.Event()
    ready: list[Stub] = []

    def lane() -> Stub:
        if not ready:
            asked.set()
            raise ModelError("no model")
        return ready[0]

    jobs = runner(store, tmp_path / "jobs", lane)
    job = take_in(jobs, export)

    async def work() -> None:
        async with started(jobs):
            await asyncio.to_thread(asked.wait, support.PATIENCE)
            waiting = store.jobs.get(job.id)
            assert waiting is not None
            assert waiting.state == "queued"
            ready.append(Stub())
            await asyncio.to_thread(wait_for, store, job.id, "done")

    asyncio.run(work())


def test_a_job_whose_files_are_gone_says_so(store: Store, export: Path, tmp_path: Path) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub())
    job = take_in(jobs, export)
    jobs.files(job.id).remove()
    with capture_logs() as lines:
        finish(jobs, job.id, "failed")
    failed = store.jobs.get(job.id)
    assert failed is not None
    assert "send the file again" in str(failed.error)
    told = [(line["event"].partition(" here;")[0], line.get("jobs")) for line in lines]
    assert told == [("jobs of the database have no files", 1), ("job failed", None)]


def test_remains_of_uploads_that_were_cut_off_are_removed_but_not_those_under_way(
    store: Store, export: Path, tmp_path: Path
) -> None:
    jobs = runner(store, tmp_path / "jobs", Stub())
    dead, alive = jobs.files("d" * 32), jobs.files("a" * 32)
    dead.make().lock.release()
    dead.input.write_bytes(b"half")
    with alive.make():
        job = take_in(jobs, export)
        finish(jobs, job.id, "done")
    assert not dead.folder.exists()
    assert alive.folder.exists()


def test_a_folder_that_is_removed_while_somebody_waits_for_it_is_not_made_again(store: Store, tmp_path: Path) -> None:
    files = runner(store, tmp_path / "jobs", Stub()).files("a" * 32)
    with ThreadPoolExecutor() as pool:
        with files.make():
            waiting = pool.submit(files.lock, within=support.PATIENCE)
            time.sleep(0.1)
            assert not waiting.done()
            files.remove()
        assert waiting.result() is None
    assert files.lock() is None
    assert list((tmp_path / "jobs").iterdir()) == []


def test_two_servers_share_the_work_and_do_no_job_twice(store: Store, tmp_path: Path) -> None:
    stubs = [Stub(), Stub()]
    servers = [runner(store, tmp_path / "jobs", stub, workers=2) for stub in stubs]
    source = write_export(tmp_path / "small.csv", 40)
    ids = [take_in(servers[0], source).id for _ in range(8)]

    async def work() -> None:
        async with started(servers[0]), started(servers[1]):
            for job_id in ids:
                await asyncio.to_thread(wait_for, store, job_id, "done")

    asyncio.run(work())
    assert sum(len(stub.seen) for stub in stubs) == 8 * 40


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_killed_at_random_moments_every_row_is_answered_once(store: Store, tmp_path: Path) -> None:
    source = write_export(tmp_path / "export.csv", 1100)
    jobs = runner(store, tmp_path / "jobs", Stub(), workers=0)
    job = take_in(jobs, source)
    environment = {**os.environ, "PYTHONPATH": support.PATHS}
    command = [sys.executable, support.__file__, str(tmp_path / "store.db"), str(tmp_path / "jobs")]
    blocks = jobs.files(job.id).folder / "result.csv.partial"
    chance = random.Random(7)
    for kill_at in (1, 2, 4, None):
        most = [] if kill_at is None else [str(2 * BLOCK_ROWS)]
        with subprocess.Popen([*command, *most], env=environment, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            try:
                if kill_at is None:
                    wait_for(store, job.id, "done")
                else:
                    wait_until(lambda at=kill_at: len(list(blocks.glob("*.arrow"))) >= at)
                    for _ in range(chance.randrange(2000)):  # somewhere in the next block
                        server.poll()
            finally:
                server.send_signal(signal.SIGKILL)
    done = store.jobs.get(job.id)
    assert done is not None
    result = jobs.files(job.id).result(done)
    assert result.read_bytes() == uninterrupted(source, tmp_path / "plain.csv")
    with result.open(encoding="utf-8-sig", newline="") as file:
        answered = [row["접수번호"] for row in csv.DictReader(file)]
    expected = [f"R{at}" for at in range(1100) if at % 50 != 49]
    assert answered == expected
    assert [document.id for document in store.documents.of_job(job.id)] == expected


def test_a_report_is_made_by_the_model_of_its_rows_though_another_is_live_by_then(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    made: list[str] = []

    def report(task: Mapping[str, Any], **_: object) -> None:
        asked.append(task["model"])
        made.append(task["made"])
        Path(task["archive"]).touch()

    monkeypatch.setattr(jobs_work, "run_report", report)
    new = Stub("new+1")
    new.folder = tmp_path / "new"
    live = [new]
    old = Stub("old+1", before=lambda _: live.__setitem__(0, new))
    old.folder = tmp_path / "old"
    old.folder.mkdir()
    live[0] = old
    jobs = runner(store, tmp_path / "jobs", lambda: live[0])
    job = take_in(jobs, write_export(tmp_path / "export.csv", 40), kind="analyze")
    finish(jobs, job.id, "done")
    assert (asked, new.seen) == ([str(old.folder)], [])
    assert not jobs.files(job.id).model.exists()
    assert datetime.fromisoformat(made[0]) == in_korea(job.created_at)


def test_an_analysis_waits_for_the_end_of_one_whose_server_was_killed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []

    def report(task: Mapping[str, Any], *, check: Callable[[], None], stage: Callable[[str], None]) -> None:
        other, looks = FileLock(task["lock"]), itertools.count()
        other.acquire()

        def patient() -> None:
            check()
            if next(looks) == 20:
                other.release()

        def telling(name: str) -> None:
            told.append(other.is_locked)
            stage(name)

        run_report(task, check=patient, stage=telling)

    monkeypatch.setattr(jobs_work, "run_report", report)
    jobs = runner(store, tmp_path / "jobs", Stub())
    finish(jobs, take_in(jobs, write_export(tmp_path / "export.csv", 40), kind="analyze").id, "done")
    assert told == [False] * 3


def test_rows_are_read_again_where_their_model_is_gone_before_the_report(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_work, "run_report", lambda task, **_: Path(task["archive"]).touch())
    new, old = Stub("new+1"), Stub("old+1", before=lambda _: live.__setitem__(0, new))
    new.folder, old.folder = tmp_path / "new", tmp_path / "old"
    new.folder.mkdir()
    live = [old]
    jobs = runner(store, tmp_path / "jobs", lambda: live[0])
    job = take_in(jobs, write_export(tmp_path / "export.csv", 40), kind="analyze")
    finish(jobs, job.id, "failed")
    failed = store.jobs.get(job.id)
    assert failed is not None
    assert failed.error is not None
    assert str(failed.error).startswith("11월 상담.csv: the model that read the rows is gone")
    store.jobs.resume(job.id, actor="crm")
    finish(runner(store, tmp_path / "jobs", lambda: live[0]), job.id, "done")
    done = store.jobs.get(job.id)
    assert done is not None
    assert (done.model, len(new.seen)) == ("new+1", 40)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_an_analysis_ends_with_its_server_and_is_made_again(store: Store, tmp_path: Path) -> None:
    source = write_export(tmp_path / "export.csv", 40)
    jobs = runner(store, tmp_path / "jobs", Stub(), workers=0)
    job = take_in(jobs, source, kind="analyze")
    environment = {**os.environ, "PYTHONPATH": support.PATHS}
    command = [sys.executable, support.__file__, str(tmp_path / "store.db"), str(tmp_path / "jobs")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as server:
        wait_until(lambda: (found := store.jobs.get(job.id)) is not None and found.stage == "compute")
        server.send_signal(signal.SIGKILL)
    cut_off = store.jobs.get(job.id)
    assert cut_off is not None
    assert (cut_off.state, jobs.files(job.id).archive.exists()) == ("running", False)
    # Had it been killed while it wrote the report, this is what would be left.
    (jobs.files(job.id).report / ".report.html.1a2b3c4d.tmp").write_bytes(b"<html>")

    again = Stub()
    finish(runner(store, tmp_path / "jobs", again), job.id, "done")
    assert again.seen == []  # the rows were classified before
    done = store.jobs.get(job.id)
    assert done is not None
    with zipfile.ZipFile(jobs.files(job.id).result(done)) as archive:
        assert {"report.html", "predictions.parquet"} <= set(archive.namelist())
        assert not any(name.startswith(".") for name in archive.namelist())
