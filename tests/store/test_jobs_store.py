from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from store_clock import Clock

from nlp.errors import DangolError, InputError, Joined, Message
from nlp.messages import localized
from nlp.store import (
    Job,
    LostJobError,
    NewJob,
    OtherJobError,
    Progress,
    QueueFullError,
    Store,
    StoredDocument,
)
from nlp.store.tables import Base, DocumentRow, PredictionRow
from nlp.types import Prediction

LEASE = timedelta(seconds=60)


def new(number: int = 0, **changes: object) -> NewJob:
    job = NewJob(
        id=f"{number:032x}",
        kind="classify",
        caller="crm",
        file_name="11월 상담.csv",
        options={"output": "csv", "columns": {"text": "내용"}},
        fingerprint="a" * 64,
        size=1000,
    )
    return replace(job, **changes)  # type: ignore[arg-type]


def progress(rows: int) -> Progress:
    return Progress(rows=rows, rejected=1, bytes_done=rows * 10, bytes_total=1000, stage="classify", rate=12.5)


def document(text: str) -> StoredDocument:
    said = Prediction(labels={"cause": ("price",), "sentiment": "negative"}, probabilities={"cause:price": 0.9})
    return StoredDocument(id="R1", text=text, customer_id="C1", predictions={"m1": said})


def running(store: Store, owner: str = "a", number: int = 0) -> Job:
    job, _ = store.jobs.create(new(number), actor="crm")
    claimed = store.jobs.claim(job.id, owner, lease=LEASE)
    assert claimed is not None
    return claimed


def kept(store: Store, table: type[Base] = DocumentRow) -> int:
    with store._database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_job_goes_from_the_queue_to_its_result(store: Store, clock: Clock) -> None:
    job, fresh = store.jobs.create(new(), actor="crm")
    assert (fresh, job.state, job.rows, job.error, job.options["columns"]) == (
        True,
        "queued",
        0,
        None,
        {"text": "내용"},
    )
    assert [found.id for found in store.jobs.claimable()] == [job.id]
    claimed = store.jobs.claim(job.id, "a", lease=LEASE)
    assert claimed is not None
    assert (claimed.state, claimed.owner, claimed.started_at) == ("running", "a", clock.now)
    assert store.jobs.claimable() == []
    store.jobs.begin(job.id, "a", model="m1", afresh=True)
    told = store.jobs.advance(job.id, "a", progress(30))
    assert (told.rows, told.rejected, told.rate, told.stage, told.model) == (30, 1, 12.5, "classify", "m1")
    clock.pass_by(minutes=1)
    done = store.jobs.finish(job.id, "a", "done")
    assert (done.state, done.finished, done.owner, done.finished_at) == ("done", True, None, clock.now)
    assert store.jobs.get(job.id) == done
    assert [job.version, claimed.version, told.version, done.version] == [1, 2, 4, 5]


def test_of_many_who_claim_a_job_at_once_one_gets_it(url: str) -> None:
    with Store.open(url, wait=30) as store:
        for number in range(5):
            store.jobs.create(new(number), actor="crm")
        together = threading.Barrier(6)
        won: list[str] = []

        def grab(owner: str) -> None:
            together.wait(120)
            for number in range(5):
                job = store.jobs.claim(f"{number:032x}", owner, lease=LEASE)
                if job is not None:
                    won.append(job.id)

        threads = [threading.Thread(target=grab, args=(str(owner),)) for owner in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(240)
        assert sorted(won) == [f"{number:032x}" for number in range(5)]


def test_a_job_whose_lease_runs_out_can_be_claimed_by_another(store: Store, clock: Clock) -> None:
    job = running(store)
    clock.pass_by(seconds=59)
    assert store.jobs.claim(job.id, "b", lease=LEASE) is None
    store.jobs.renew("a", [job.id], lease=LEASE)
    clock.pass_by(seconds=59)
    assert store.jobs.claimable() == []
    clock.pass_by(seconds=2)
    assert [found.id for found in store.jobs.claimable()] == [job.id]
    taken = store.jobs.claim(job.id, "b", lease=LEASE)
    assert taken is not None
    assert (taken.owner, taken.attempts) == ("b", 2)


def test_an_owner_that_lost_its_job_cannot_write_over_its_successor(store: Store, clock: Clock) -> None:
    job = running(store)
    clock.pass_by(minutes=2)
    store.jobs.claim(job.id, "b", lease=LEASE)
    for act in (
        lambda: store.jobs.begin(job.id, "a", model="m1", afresh=True),
        lambda: store.jobs.advance(job.id, "a", progress(1)),
        lambda: store.jobs.keep_block(job.id, "a", 0, [document("비싸요")], first=0),
        lambda: store.jobs.finish(job.id, "a", "done"),
    ):
        with pytest.raises(LostJobError):
            act()
    assert store.jobs.release(job.id, "a") is None
    assert not kept(store)
    found = store.jobs.get(job.id)
    assert found is not None
    assert (found.owner, found.rows) == ("b", 0)


def test_a_released_job_waits_again_with_what_was_done(store: Store) -> None:
    job = running(store)
    store.jobs.advance(job.id, "a", progress(30))
    released = store.jobs.release(job.id, "a")
    assert released is not None
    assert (released.state, released.owner, released.rows, released.attempts) == ("queued", None, 30, 0)
    assert [found.id for found in store.jobs.claimable()] == [job.id]


def test_attempts_count_until_something_gets_done(store: Store) -> None:
    job = running(store)
    for attempt in (2, 3):
        store.jobs.release(job.id, "a")
        claimed = store.jobs.claim(job.id, "a", lease=LEASE)
        assert claimed is not None
        assert claimed.attempts == attempt
        store.jobs.advance(job.id, "a", progress(0), further=False)
    assert store.jobs.advance(job.id, "a", progress(10)).attempts == 0


def test_a_block_is_kept_once_whatever_is_tried_again(store: Store) -> None:
    job = running(store)
    store.jobs.keep_block(job.id, "a", 0, [document("하나"), document("둘")], first=0)
    with pytest.raises(LostJobError):
        store.jobs.keep_block(job.id, "a", 0, [document("하나"), document("둘")], first=0)
    with pytest.raises(LostJobError):
        store.jobs.keep_block(job.id, "a", 2, [document("다섯")], first=4)
    store.jobs.keep_block(job.id, "a", 1, [document("셋\0")], first=2)
    kept = list(store.documents.of_job(job.id))
    assert [found.text for found in kept] == ["하나", "둘", "셋"]
    assert kept[0] == document("하나")
    found = store.jobs.get(job.id)
    assert found is not None
    assert found.stored_blocks == 2


def test_a_new_model_begins_afresh_and_leaves_no_documents_of_the_old_one(store: Store) -> None:
    job = running(store)
    store.jobs.keep_block(job.id, "a", 0, [document("하나")], first=0)
    store.jobs.advance(job.id, "a", progress(256))
    begun = store.jobs.begin(job.id, "a", model="m2", afresh=True)
    assert (begun.rows, begun.stored_blocks, begun.model) == (0, 0, "m2")
    assert not kept(store)


def test_a_repeated_idempotency_key_gives_the_job_of_the_first_time(store: Store) -> None:
    first, fresh = store.jobs.create(new(1, idempotency_key="k"), actor="crm")
    again, repeated = store.jobs.create(new(2, idempotency_key="k"), actor="crm")
    assert (fresh, repeated) == (True, False)
    assert again == first
    other, _ = store.jobs.create(new(3, idempotency_key="k", caller="other"), actor="other")
    assert other.id != first.id
    with pytest.raises(OtherJobError, match=r"Idempotency-Key k: .*use a new key"):
        store.jobs.create(new(4, idempotency_key="k", fingerprint="b" * 64), actor="crm")


def test_requests_with_one_idempotency_key_at_once_make_one_job(url: str) -> None:
    with Store.open(url, wait=30) as store:
        together = threading.Barrier(6)
        made: list[tuple[Job, bool]] = []

        def create(number: int) -> None:
            together.wait(120)
            made.append(store.jobs.create(new(number, idempotency_key="k"), actor="crm"))

        threads = [threading.Thread(target=create, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(240)
        assert len({job.id for job, _ in made}) == 1
        assert sorted(fresh for _, fresh in made) == [False] * 5 + [True]


def test_a_caller_may_let_only_so_many_jobs_wait(store: Store) -> None:
    store.jobs.create(new(1), actor="crm", most_waiting=2)
    store.jobs.create(new(2), actor="crm", most_waiting=2)
    with pytest.raises(QueueFullError, match="2 of your jobs"):
        store.jobs.create(new(3), actor="crm", most_waiting=2)
    store.jobs.create(new(4, caller="other"), actor="other", most_waiting=2)
    store.jobs.cancel(new(1).id, actor="crm")
    store.jobs.create(new(3), actor="crm", most_waiting=2)


@pytest.mark.parametrize("way", ["remove", "finish", "purge"])
def test_what_was_removed_is_nowhere_in_the_file(tmp_path: Path, way: str) -> None:
    path, clock = tmp_path / "dangol.db", Clock()
    with Store.open(str(path), clock=clock) as store:
        job = running(store)
        store.jobs.keep_block(job.id, "a", 0, [document(f"지워야 할 말 {at}") for at in range(50)], first=0)
        if way == "finish":
            store.jobs.finish(job.id, "a", "cancelled")
        else:
            store.jobs.finish(job.id, "a", "done")
        if way == "remove":
            store.jobs.cancel(job.id, actor="crm", done=True)
        if way == "purge":
            clock.pass_by(days=2)
            store.purge(timedelta(days=1), actor="crm")
        left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert "지워야 할 말".encode() not in left


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked_to_stop(store: Store) -> None:
    job, _ = store.jobs.create(new(1), actor="crm")
    cancelled = store.jobs.cancel(job.id, actor="admin")
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    assert store.jobs.claim(job.id, "a", lease=LEASE) is None
    assert store.jobs.resume(job.id, actor="admin") == cancelled

    job = running(store)
    asked = store.jobs.cancel(job.id, actor="crm")
    assert asked is not None
    assert (asked.state, asked.cancel_requested) == ("running", True)
    assert store.jobs.advance(job.id, "a", progress(1)).cancel_requested
    assert store.jobs.finish(job.id, "a", "cancelled").state == "cancelled"
    assert store.jobs.cancel("f" * 32, actor="crm") is None
    assert [entry.action for entry in store.audit.list(action="job.cancel")] == ["job.cancel"] * 2


def test_cancelling_removes_what_the_job_had_kept(store: Store) -> None:
    job = running(store)
    store.jobs.keep_block(job.id, "a", 0, [document("하나")], first=0)
    store.jobs.finish(job.id, "a", "failed", error=DangolError("no"))
    assert kept(store) == 1
    dropped = store.jobs.cancel(job.id, actor="crm")
    assert dropped is not None
    assert (dropped.state, dropped.error) == ("cancelled", None)
    assert not kept(store)

    other, _ = store.jobs.create(new(9), actor="crm")
    store.jobs.claim(other.id, "a", lease=LEASE)
    store.jobs.keep_block(other.id, "a", 0, [document("둘")], first=0)
    store.jobs.finish(other.id, "a", "cancelled")
    assert not kept(store)


def test_a_failed_job_says_why_in_both_languages_and_can_be_resumed(store: Store) -> None:
    job = running(store)
    error = InputError(
        "{path}: {error}",
        path="상담.csv",
        error=Message("{path}: there is no such file; check the path", path=Joined("; ", [Message("a"), "b"])),
    )
    store.jobs.advance(job.id, "a", progress(30))
    failed = store.jobs.finish(job.id, "a", "failed", error=error)
    assert failed.error is not None
    assert str(failed.error) == "상담.csv: a; b: there is no such file; check the path"
    assert localized(failed.error, "ko").endswith("그런 파일이 없습니다. 경로를 확인하십시오")
    resumed = store.jobs.resume(job.id, actor="crm")
    assert resumed is not None
    assert (resumed.state, resumed.error, resumed.rows, resumed.finished_at) == ("queued", None, 30, None)
    assert store.jobs.resume("f" * 32, actor="crm") is None


@pytest.mark.parametrize(
    "error",
    [
        DangolError("braces without fields {"),
        DangolError("a {error.strerror}; b", error=OSError(28, "No space left on device")),
        DangolError("{rows:,} rows", rows=12345),
        DangolError("{inner}", inner=InputError("{n:g}", n=0.5)),
    ],
)
def test_an_error_comes_back_from_the_store_as_it_was(store: Store, error: DangolError) -> None:
    job = running(store)
    failed = store.jobs.finish(job.id, "a", "failed", error=error)
    assert failed.error is not None
    assert str(failed.error) == str(error)
    assert localized(failed.error, "ko") == localized(error, "ko")


def test_jobs_are_listed_newest_first_by_caller_and_state(store: Store, clock: Clock) -> None:
    for number in range(4):
        store.jobs.create(new(number, caller="crm" if number % 2 else "other"), actor="x")
        clock.pass_by(seconds=1)
    store.jobs.claim(new(3).id, "a", lease=LEASE)
    ids = {"": [3, 2, 1, 0], "crm": [3, 1]}
    for caller, expected in ids.items():
        assert [int(job.id, 16) for job in store.jobs.list(caller=caller or None)] == expected
    assert [int(job.id, 16) for job in store.jobs.list(state="queued", limit=2, offset=1)] == [1, 0]
    assert [int(job.id, 16) for job in store.jobs.running()] == [3]


def test_purging_removes_what_is_old_and_finished_and_leaves_the_trail(store: Store, clock: Clock) -> None:
    key, _ = store.keys.create("CRM", "reader", actor="cli:kim")
    old = running(store)
    store.jobs.keep_block(old.id, "a", 0, [document("옛날"), document("일")], first=0)
    store.jobs.finish(old.id, "a", "done")
    waiting, _ = store.jobs.create(new(7), actor="crm")
    slow = running(store, number=10)
    clock.pass_by(days=91)
    store.jobs.finish(slow.id, "a", "done")
    recent, _ = store.jobs.create(new(8), actor="crm")
    store.jobs.cancel(recent.id, actor="crm")
    latest = running(store, number=9)
    store.jobs.keep_block(latest.id, "a", 0, [document("오늘")], first=0)
    before = len(store.audit.list())

    purged = store.purge(timedelta(days=90), actor="cli:kim")

    assert (purged.documents, purged.jobs) == (2, (old.id,))
    assert {job.id for job in store.jobs.list()} == {waiting.id, slow.id, recent.id, latest.id}
    assert kept(store) == 1
    assert store.keys.list() == [key]
    entry, *_ = trail = store.audit.list()
    assert len(trail) == before + 1
    assert (entry.action, dict(entry.details)) == ("purge", {"documents": 2, "jobs": 1})
    assert store.purge(timedelta(days=90), actor="cli:kim").documents == 0


def test_purging_many_documents_takes_them_all(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.store.store._AT_ONCE", 3)
    job = running(store)
    store.jobs.keep_block(job.id, "a", 0, [document(str(number)) for number in range(8)], first=0)
    clock.pass_by(days=2)
    assert store.purge(timedelta(days=1), actor="cli:kim").documents == 8
    assert not kept(store)


def test_predictions_go_with_their_documents(store: Store, clock: Clock) -> None:
    job = running(store)
    store.jobs.keep_block(job.id, "a", 0, [document("하나")], first=0)
    clock.pass_by(days=2)
    store.purge(timedelta(days=1), actor="cli:kim")
    assert not kept(store, PredictionRow)
