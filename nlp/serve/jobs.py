"""File jobs of one server process: take, work, renew, hand back.

Several processes may share a store and a data folder. A job is worked on by whoever holds the lock of its
folder and has claimed it in the store, so never by two. A process that dies loses its locks at once; the next
one to look (another process, or this one after its restart) puts the job back into the queue and goes on from
the finished blocks.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import structlog

from nlp.errors import DangolError
from nlp.serve.jobs_files import JobFiles, job_ids
from nlp.serve.jobs_signals import PASSING, CancelledError, Signals, StoppingError
from nlp.serve.jobs_work import Attempt, Conditions
from nlp.store import Job, LostJobError, Store, StoreError

LEASE = timedelta(seconds=60)
_RENEW_EVERY = 15.0
_LOOK_EVERY = 1.0
"""Seconds between two looks for jobs that another process took in, or left behind."""

_LOOK_TAKES = 5.0
"""Seconds that one look may take, with a store that is slow to answer."""

_SWEEP_EVERY = 3600.0

MOST_ATTEMPTS = 10
"""Attempts at one block before a job is held to be what kills the server."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("dangol.jobs")


class JobRunner:
    """Works on file jobs in ``workers`` threads; with none, it only takes them in for others.

    ``observe`` is told the kind of each job that a thread is done with, and how that ended.
    """

    def __init__(
        self,
        *,
        store: Store,
        folder: Path,
        given: Conditions,
        workers: int = 1,
        observe: Callable[[str, str], None] = lambda _kind, _ended: None,
    ) -> None:
        self.store = store
        self.folder = folder.absolute()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.owner = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._given = given
        self._workers = workers
        self._observe = observe
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._held: dict[str, Signals] = {}
        self._threads: list[threading.Thread] = []

    @property
    def stopping(self) -> bool:
        """Whether the server shuts down."""
        return self._stopping.is_set()

    async def start(self) -> None:
        """Go on with what was cut off, then take what waits."""
        for number in range(self._workers):
            self._begin(self._serve, f"dangol-job-{number}")
        if self._workers:
            self._begin(self._renew, "dangol-lease")

    async def stop(self) -> None:
        """Stop at the next small batch; jobs under way go back into the queue with their finished blocks."""
        self._stopping.set()
        self._wake.set()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def files(self, job_id: str) -> JobFiles:
        """The files of a job."""
        return JobFiles(self.folder, job_id)

    def wake(self) -> None:
        """Say that there is something to do."""
        self._wake.set()

    def cancel(self, job_id: str, *, actor: str, done: bool = False) -> Job | None:
        """End a job, wherever it runs; what it left is removed. None when there is none of that id.

        A job that is done stays as it is, unless ``done``.
        """
        job = self.store.jobs.cancel(job_id, actor=actor, done=done)
        if (held := self._held.get(job_id)) is not None:
            held.cancelled.set()
        if job is not None and job.state == "cancelled":
            self.tidy(job_id)
        return job

    def tidy(self, job_id: str) -> None:
        """Remove the files of a job that nobody works on and nobody will."""
        files = self.files(job_id)
        try:
            # A thread that looks whether the job is still to be had holds its lock for a moment.
            with files.lock(within=_LOOK_TAKES) or nullcontext() as lock:
                if lock is not None:
                    files.remove()
        except OSError as error:
            _log.warning("files not removed; the next sweep tries again", job=job_id, problem=error.strerror)

    def _begin(self, target: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        wait = _LOOK_EVERY
        sweep_at = 0.0
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if time.monotonic() >= sweep_at:
                    self._sweep()
                    sweep_at = time.monotonic() + _SWEEP_EVERY
                busy = self._take_one()
                wait = _LOOK_EVERY
            except PASSING as error:
                _log.warning("file jobs wait for the store", problem=str(error))
                busy, wait = False, min(2 * wait, 30.0)
            except Exception as error:
                _log.error(
                    "looking for jobs failed",
                    error=type(error).__name__,
                    problem=error.strerror if isinstance(error, OSError) else None,
                )
                busy, wait = False, min(2 * wait, 30.0)
            if not busy and not self._stopping.is_set():
                self._wake.wait(wait)

    def _sweep(self) -> None:
        """Remove folders whose job is unknown (an upload that was cut off), or was cancelled.

        Jobs without a folder are told: of two servers with one database and a data folder each, none sees all files.
        """
        gone = [job for job in self.store.jobs.list() if not self.files(job.id).folder.is_dir()]
        if lost := sum(job.state != "cancelled" for job in gone):
            _log.warning(
                "jobs of the database have no files here; servers with a database in common need the data folder, too",
                jobs=lost,
                folder=str(self.folder),
            )
        for job_id in job_ids(self.folder):
            files = self.files(job_id)
            with files.lock() or nullcontext() as lock:
                if lock is not None:
                    job = self.store.jobs.get(job_id)
                    if job is None or job.state == "cancelled":
                        files.remove()

    def _take_one(self) -> bool:
        """Do one job; False when there is none to do."""
        for job in self.store.jobs.running():
            self._take_back(job)
        waiting = self.store.jobs.claimable()
        if waiting and not self._ready():
            return False
        for job in waiting:
            files = self.files(job.id)
            with files.lock() or nullcontext() as lock:
                if lock is None:
                    if not files.folder.is_dir():
                        self._give_up(job)
                    continue
                claimed = self.store.jobs.claim(job.id, self.owner, lease=LEASE)
                if claimed is not None:
                    self._do(claimed, files)
                    return True
        return False

    def _ready(self) -> bool:
        """Whether there is a model; without one jobs wait."""
        try:
            self._given.batch_classifier()
        except DangolError:
            return False
        return True

    def _take_back(self, job: Job) -> None:
        """Queue a running job whose lock is free: its owner is dead, whatever its lease says."""
        with self.files(job.id).lock() or nullcontext() as lock:
            if lock is not None and job.owner is not None:
                self.store.jobs.release(job.id, job.owner)

    def _give_up(self, job: Job) -> None:
        if self.store.jobs.claim(job.id, self.owner, lease=LEASE) is not None:
            _log.warning("job failed", job=job.id, problem="its files are gone from the data folder")
            error = DangolError(
                "{name}: the files of the job are gone from the server; send the file again", name=job.file_name
            )
            self.store.jobs.finish(job.id, self.owner, "failed", error=error)

    def _do(self, job: Job, files: JobFiles) -> None:
        signals = Signals(stopping=self._stopping)
        if job.cancel_requested:
            signals.cancelled.set()
        self._held[job.id] = signals
        began = time.monotonic()
        try:
            ended = self._attempt(job, files, signals)
        except StoppingError:
            ended = "queued"
            try:
                self.store.jobs.release(job.id, self.owner)
            except StoreError:
                _log.warning("job not handed back; it is taken up when its lock is free", job=job.id)
        except LostJobError:
            ended = "lost"
        finally:
            del self._held[job.id]
        self._observe(job.kind, ended)
        _log.info("job", job=job.id, ended=ended, seconds=round(time.monotonic() - began, 1))

    def _attempt(self, job: Job, files: JobFiles, signals: Signals) -> str:
        """Work on a job and note how it ended; raises StoppingError, LostJobError."""
        try:
            signals.check()
            if job.attempts > MOST_ATTEMPTS:
                raise DangolError(
                    "{name}: the server died {times} times at the same rows of this file; look into its log, split "
                    "the file, or resume the job after an update",
                    name=job.file_name,
                    times=MOST_ATTEMPTS,
                )
            Attempt(
                job=job,
                files=files,
                store=self.store,
                owner=self.owner,
                signals=signals,
                given=self._given,
            ).run()
        except CancelledError:
            signals.insist(lambda: self.store.jobs.finish(job.id, self.owner, "cancelled"))
            files.remove()
            return "cancelled"
        except (LostJobError, StoppingError):
            raise
        except DangolError as error:
            failure = error
        except Exception as error:
            # What an unforeseen error says may quote a customer; where it happened does not.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{frame.filename}:{frame.lineno}"
            _log.error("job failed unforeseen", job=job.id, error=type(error).__name__, place=place)
            failure = DangolError(
                "{name}: an unforeseen error ({kind}) ended the job; what is finished is kept. Resume it, and tell "
                "the operator if it happens again",
                name=job.file_name,
                kind=type(error).__name__,
            )
        else:
            signals.insist(lambda: self.store.jobs.finish(job.id, self.owner, "done"))
            return "done"
        # Fields hold the file's name and paths; a template without any may be somebody else's words.
        told = failure.message
        _log.warning("job failed", job=job.id, problem=told.template if told.fields else None)
        signals.insist(lambda: self.store.jobs.finish(job.id, self.owner, "failed", error=failure))
        return "failed"

    def _renew(self) -> None:
        while not self._stopping.wait(_RENEW_EVERY):
            try:
                self.store.jobs.renew(self.owner, tuple(self._held), lease=LEASE)
                for job_id, signals in tuple(self._held.items()):
                    job = self.store.jobs.get(job_id)
                    if job is not None and job.cancel_requested:
                        signals.cancelled.set()
            except StoreError as error:
                _log.warning("leases not renewed; locks hold the jobs", problem=str(error))
