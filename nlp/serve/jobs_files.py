"""Where the files of a job lie, and who may touch them.

    <data_dir>/jobs/<id>/
        lock                       held, by the kernel, by the one process that works here
        input                      the upload, whatever its format; it is not masked, so it goes when the job is done
        model                      where the model lies that the rows are classified with, while under way
        result.csv                 (and .rejects.csv, .partial/ while under way)
        report/, report.zip        of an analysis

A lock of the kernel ends with its process, however that ends: a job whose lock is free has a dead owner.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

from nlp.files import replacing
from nlp.pipeline.assemble import rejects_of
from nlp.store import Job

try:
    import fcntl
except ImportError:  # Windows: the lease in the store is all there is
    fcntl = None  # type: ignore[assignment]

LOCKS_TELL = fcntl is not None
"""Whether a free lock says that its owner is dead; where the kernel keeps none, every lock is free."""

_ID = re.compile(r"[0-9a-f]{32}")


class Lock:
    """The right to work in a job's folder, until closed or until the process ends."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def fileno(self) -> int:
        """The descriptor; a child that inherits it holds the lock as well."""
        return self._file.fileno()

    def close(self) -> None:
        """Let others work."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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

    def make(self) -> Lock:
        """Make the folder and lock it; only the server's user may look into it."""
        while True:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Whoever clears up may take a folder without a job for a remain, until it is locked.
            if (lock := self.lock_within(60.0)) is not None:
                return lock

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

    def lock_within(self, seconds: float) -> Lock | None:
        """The lock as soon as nobody else holds it, None when that takes longer or the folder is not there."""
        until = time.monotonic() + seconds
        while (lock := self.lock()) is None and self.folder.is_dir() and time.monotonic() < until:
            time.sleep(0.01)
        return lock

    def lock(self) -> Lock | None:
        """The lock, None when another process or thread holds it or the folder is not there."""
        path = self.folder / "lock"
        try:
            file = path.open("ab")
        except FileNotFoundError:
            return None
        try:
            if fcntl is None:
                # Nobody is kept out anyway, and Windows renames no folder with an open file in it.
                file.close()
                return Lock(file)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The folder may have been removed after the file was opened.
            if os.fstat(file.fileno()).st_ino == path.stat().st_ino:
                return Lock(file)
        except (BlockingIOError, FileNotFoundError):
            pass
        except BaseException:
            file.close()
            raise
        file.close()
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
        # Windows refuses while somebody downloads from it; the next sweep finds it again.
        with contextlib.suppress(FileNotFoundError, PermissionError):
            self.folder.rename(trash)
        shutil.rmtree(trash, ignore_errors=True)


def job_ids(root: Path) -> Iterator[str]:
    """The ids of all folders under ``root``; remains of folders that were being removed are cleared away."""
    if not root.is_dir():
        return
    for path in sorted(root.iterdir()):
        if path.name.endswith(".trash"):
            shutil.rmtree(path, ignore_errors=True)
        elif _ID.fullmatch(path.name):
            yield path.name
