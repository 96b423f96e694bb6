"""What tests of jobs share: a classifier without a model, and a server around it that can be killed."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

from checksums import labelled

import nlp
from nlp.serve.jobs import JobRunner
from nlp.serve.jobs_work import Conditions
from nlp.store import Job, NewJob, Store
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.types import Prediction

PATIENCE = 240.0
PATHS = os.pathsep.join(map(str, (Path(nlp.__file__).parents[1], Path(__file__).parents[1])))
"""Where another process finds the package and what tests share."""


class Stub:
    """Labels by a checksum of the text, so that equal text gives equal labels; counts what it has seen."""

    def __init__(self, name: str = "stub+1", before: Callable[[Sequence[PreparedText]], None] | None = None) -> None:
        self.name = name
        self.folder: Path | None = None
        self.taxonomy = Taxonomy.load()
        self.seen: list[str] = []
        self._before = before

    def predict(self, texts: Sequence[PreparedText], /) -> list[Prediction]:
        if self._before is not None:
            self._before(texts)
        self.seen += [text.masked for text in texts]
        return [labelled(text.masked, self.taxonomy, by=self.name) for text in texts]


class Held(Stub):
    """Waits with its next batch once it has seen ``after`` texts, until it may go on."""

    def __init__(self, after: int = 0) -> None:
        super().__init__(before=self._hold)
        self._after = after
        self._reached = threading.Event()
        self.go_on = threading.Event()

    def _hold(self, _: object) -> None:
        if len(self.seen) >= self._after:
            self._reached.set()
            self.go_on.wait(PATIENCE)

    async def reached(self) -> None:
        """Returns once a batch waits."""
        assert await asyncio.to_thread(self._reached.wait, PATIENCE)


def write_export(path: Path, rows: int) -> Path:
    """A CSV as call centres export it; every 50th row has no text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["접수번호", "고객번호", "접수일시", "내용"])
        for at in range(rows):
            text = "" if at % 50 == 49 else f"{at}번째 불만, 배송이 {at % 7}일 늦었고 010-1234-{at:04d}로 전화 주세요"
            table.writerow([f"R{at}", f"C{at % 90}", f"2026-11-{at % 28 + 1:02d} 10:00", text])
    return path


def runner(store: Store, folder: Path, classifier: Stub | Callable[[], Stub], **given: object) -> JobRunner:
    """A runner that scores with a stub; ``workers`` is the number of its threads, ``observe`` hears of ends."""
    workers = int(str(given.pop("workers", 1)))
    told = {"observe": given.pop("observe")} if "observe" in given else {}
    lane = classifier if not isinstance(classifier, Stub) else lambda: classifier
    conditions = Conditions(batch_classifier=lane, **given)  # type: ignore[arg-type]
    return JobRunner(store=store, folder=folder, given=conditions, workers=workers, **told)  # type: ignore[arg-type]


def take_in(jobs: JobRunner, source: Path, *, kind: str = "classify", **options: object) -> Job:
    """A job as the route makes it."""
    job_id = uuid4().hex
    files = jobs.files(job_id)
    with files.make():
        files.input.write_bytes(source.read_bytes())
        asked = {"columns": {}, "lang": "ko", "mask": True, "output": "csv", **options}
        if kind == "analyze":
            asked |= {"capacity": None, "now": None}
        new = NewJob(
            id=job_id,
            kind=kind,  # type: ignore[arg-type]
            caller="crm",
            file_name="11월 상담.csv",
            options=asked,
            fingerprint="a" * 64,
            size=source.stat().st_size,
        )
        job, _ = jobs.store.jobs.create(new, actor="crm")
    jobs.wake()
    return job


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for a condition; fails after four minutes."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, "waited in vain"
        threading.Event().wait(0.01)


def wait_for(store: Store, job_id: str, *states: str) -> Job:
    """The job once it is in one of these states; fails after four minutes."""
    found: list[Job] = []

    def there() -> bool:
        job = store.jobs.get(job_id)
        assert job is not None
        found[:] = [job]
        return job.state in states

    wait_until(there)
    return found[0]


if __name__ == "__main__":
    # A server process of jobs that a test kills: python jobs_support.py DATABASE FOLDER [MOST]
    # After MOST texts it stands still, so that it cannot be done before it is killed, however slow the killer is.
    async def serve() -> None:
        most = float(sys.argv[3]) if len(sys.argv) > 3 else float("inf")

        def slow_down(texts: Sequence[PreparedText]) -> None:
            time.sleep(0.002 * len(texts) if len(stub.seen) < most else 2 * PATIENCE)

        stub = Stub(before=slow_down)
        with Store.open(sys.argv[1]) as store:
            jobs = runner(store, Path(sys.argv[2]), stub, keep_documents=True)
            await jobs.start()
            print("ready", flush=True)  # noqa: T201
            await asyncio.Event().wait()

    asyncio.run(serve())
