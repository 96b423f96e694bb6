"""Where the files of a job lie, and who may touch them.

    <data_dir>/jobs/<id>.lock      held, by the kernel, by the one process that works in the folder
    <data_dir>/jobs/<id>/
        input                      the upload, whatever its format; it is not masked, so it goes when the job is done
        model                      where the model lies that the rows are classified with, while under way
        result.csv                 (and .rejects.csv, .partial/ while under way)
        report/, report.zip        of an analysis; report.lock is held by the process that makes it

A lock of the kernel ends with its process, however that ends: a job whose lock is free has a dead owner. It
lies beside the folder: Windows removes no folder with an open file in it.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import AcquireReturnProxy, FileLock, Timeout

from nlp.files import replacing
from nlp.pipeline.assemble import rejects_of
from nlp.store import Job

_ID = re.compile(r"[0-9a-f]{32}")


class JobFiles:
    """The files of one job. Names of the folder and in it are ours; what the user called the file is never a path."""

    def __init__(self, root: Path, job_id: str) -> None:
        if not _ID.fullmatch(job_id):
            raise ValueError(f"{job_id!r} is no id of a job")
        self.folder = root / job_id
        self.input = self.folder / "input"
        self.model = self.folder / "model"
        self.report = self.folder / "report"
        self.archive = self.folder / "report.zip"
        self.report_lock = self.folder / "report.lock"
        self._lock_file = root / f"{job_id}.lock"

    def make(self) -> AcquireReturnProxy[FileLock]:
        """Make the folder, locked before it is there; only the server's user may look into it.

        Whoever clears up takes a folder without a job for a remain, unless it is locked.
        """
        held = self._lock().acquire()
        self.folder.mkdir(mode=0o700)
        return held

    def result(self, job: Job) -> Path:
        """What the caller downloads."""
        return self.archive if job.kind == "analyze" else self.table(job)

    def table(self, job: Job) -> Path:
        """The classified rows."""
        if job.kind == "analyze":
            return self.folder / "predictions.parquet"
        return self.folder / f"result.{job.options['output']}"

    def rejects(self, job: Job) -> Path:
        """The rows that could not be used."""
        return rejects_of(self.table(job))

    def lock(self, *, within: float = 0.0) -> AcquireReturnProxy[FileLock] | None:
        """The right to work in the folder, until it is released or the process ends.

        None when another process or thread holds it for so many seconds, or the folder is not there.
        """
        if not self.folder.is_dir():
            return None
        try:
            held = self._lock().acquire(timeout=within, poll_interval=0.01)
        except Timeout:
            return None
        if self.folder.is_dir():
            return held
        self.remove()
        held.lock.release()
        return None

    def keep_model(self, folder: Path | None) -> None:
        """Note the folder of the model that classifies; None is the model that ships."""
        with replacing(self.model) as stream:
            stream.write(str(folder or "").encode())

    def kept_model(self) -> Path | None:
        """The folder that was noted."""
        folder = self.model.read_text(encoding="utf-8")
        return Path(folder) if folder else None

    def drop_input(self) -> None:
        """Remove the upload and what a run left of its own."""
        self.input.unlink(missing_ok=True)
        self.model.unlink(missing_ok=True)
        for left in self.folder.glob("*.partial*"):
            shutil.rmtree(left, ignore_errors=True)
        for unfinished in self.folder.rglob(".*.tmp"):
            unfinished.unlink()

    def remove(self) -> None:
        """Remove everything; renamed first, so that half a folder is never taken for a job."""
        trash = self.folder.with_name(f"{self.folder.name}.trash")
        # Windows refuses while somebody downloads from it, a disk that was made read-only does always; the next sweep
        # finds it again.
        with contextlib.suppress(OSError):
            self.folder.rename(trash)
        shutil.rmtree(trash, ignore_errors=True)
        # Windows refuses while the lock is held, and removes the file with the lock.
        with contextlib.suppress(OSError):
            self._lock_file.unlink(missing_ok=True)

    def _lock(self) -> FileLock:
        """Of a thread of the pool or of the loop: one takes it, another may release it."""
        return FileLock(self._lock_file, thread_local=False)


def job_ids(root: Path) -> Iterator[str]:
    """The ids of all folders under ``root``; remains of folders that were being removed are cleared away."""
    if not root.is_dir():
        return
    for path in sorted(root.iterdir()):
        if path.name.endswith(".trash"):
            shutil.rmtree(path, ignore_errors=True)
        elif _ID.fullmatch(path.name):
            yield path.name
