"""The work of one job, from the first block to the last byte; may be cut off anywhere and done again."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from nlp.corpus.columns import Columns
from nlp.corpus.dates import in_korea
from nlp.corpus.load import is_classified
from nlp.errors import DangolError, InputError, ResumeError
from nlp.pipeline.classify import Classifier, classify_files
from nlp.pipeline.partial import PartialFolder
from nlp.serve.jobs_files import JobFiles
from nlp.serve.jobs_progress import Teller
from nlp.serve.jobs_report import run_report
from nlp.serve.jobs_signals import CancelledError, Signals
from nlp.store import Job, LostJobError, Progress, Store, StoreError
from nlp.store.failures import pack, unpack
from nlp.text.prepare import PreparedText
from nlp.types import Prediction

BLOCK_ROWS = 128
"""Rows between two savings: what a crash costs, and how often progress is told."""

_CHUNK = 64
"""Texts between two looks at whether the job is still wanted."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_log: structlog.stdlib.BoundLogger = structlog.get_logger("dangol.jobs")


class JobClassifier(Classifier, Protocol):
    """One model from the first text of a job to the last; its calls block their thread.

    ``name`` is the model's version and digest, ``folder`` where it lies (None for the model that ships).
    """

    name: str
    folder: Path | None

    def at_precision(self, precision: float) -> JobClassifier:
        """The same, deciding at this precision; raises InputError for one that the model has no thresholds for."""


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What all jobs of a server have in common.

    ``batch_classifier`` gives the lane of the live model and raises DangolError while there is none. ``clock`` counts
    seconds.
    """

    batch_classifier: Callable[[], JobClassifier]
    keep_documents: bool = False
    max_rows: int | None = None
    threads: int | None = None
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at a job, by the holder of its lock."""

    job: Job
    files: JobFiles
    store: Store
    owner: str
    signals: Signals
    given: Conditions

    def run(self) -> None:
        """Go on where the last attempt stopped, until the result is there.

        Raises DangolError when the job cannot be done, CancelledError and StoppingError when it may not.
        """
        try:
            self._classify()
            if self.job.kind == "analyze":
                self._report()
            self.files.drop_input()
        except OSError as error:
            raise self._disk(error) from error
        except DangolError as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in _FULL:
                raise self._disk(error.__cause__) from error
            raise self._named(error) from error

    def _classify(self) -> None:
        job, files = self.job, self.files
        target = files.table(job)
        partial = PartialFolder(target)
        if target.exists() and not partial.exists and not self._orphaned():
            return
        if not files.input.is_file():
            raise InputError(
                "{name}: the uploaded file is not in this server's data folder; send it again", name=job.file_name
            )
        if job.kind == "analyze" and is_classified(files.input):
            files.input.replace(target)
            return
        model = job.model if partial.exists else ""
        while not self._classified(target, partial, model):
            model = ""

    def _classified(self, target: Path, partial: PartialFolder, model: str) -> bool:
        """Classify; False when it must be done afresh: rows of one result come from one model."""
        job = self.job
        classifier = self.given.batch_classifier()
        if (precision := job.options.get("precision")) is not None:
            classifier = classifier.at_precision(precision)
        # The report is made by the model of the rows, whatever is live by then.
        self.files.keep_model(classifier.folder)
        afresh = model != classifier.name
        begun = self.signals.insist(
            lambda: self.store.jobs.begin(job.id, self.owner, model=classifier.name, afresh=afresh)
        )
        teller = Teller(
            begun,
            partial,
            store=self.store,
            owner=self.owner,
            signals=self.signals,
            taxonomy=classifier.taxonomy,
            keep=self.given.keep_documents and job.options["mask"],
            max_rows=self.given.max_rows,
            clock=self.given.clock,
        )
        try:
            classify_files(
                [self.files.input],
                target,
                classifier=_Interruptible(classifier, self.signals),
                model_id=classifier.name,
                columns=Columns(**job.options["columns"]),
                names=[job.file_name],
                block_rows=BLOCK_ROWS,
                mask=job.options["mask"],
                lang=job.options["lang"],
                resume=not afresh,
                restart=afresh,
                overwrite=True,
                progress=teller,
            )
        except ResumeError:
            # Blocks that the disk has damaged, or that were made when the data folder was elsewhere.
            if afresh:
                raise
            return False
        return True

    def _report(self) -> None:
        job, files = self.job, self.files
        if files.archive.exists():
            return
        if self._orphaned():
            raise DangolError(
                "{name}: the model that read the rows is gone from the server; resume the job, and the live one reads "
                "them again",
                name=job.file_name,
            )
        now = self.signals.insist(lambda: self.store.jobs.get(job.id))
        folder = files.kept_model() if files.model.exists() else self.given.batch_classifier().folder
        task = {
            "predictions": str(files.table(job)),
            "folder": str(files.report),
            "archive": str(files.archive),
            "lock": str(files.report_lock),
            "with": [str(path) for path in (files.table(job), files.rejects(job)) if path.exists()],
            "name": job.file_name,
            "model": str(folder) if folder is not None else None,
            "model_id": now.model if now is not None else "",
            "threads": self.given.threads,
            "capacity": job.options["capacity"],
            "now": job.options["now"],
            "made": in_korea(job.created_at).isoformat(),
            "lang": job.options["lang"],
        }
        run_report(task, check=self.signals.check, stage=self._stage)

    def _orphaned(self) -> bool:
        """Whether a report of the rows can no longer be made, because the model that read them was removed."""
        if self.job.kind != "analyze" or self.files.archive.exists() or not self.files.model.exists():
            return False
        folder = self.files.kept_model()
        return folder is not None and not folder.is_dir() and folder != self.given.batch_classifier().folder

    def _stage(self, stage: str) -> None:
        def tell() -> Job | None:
            job = self.store.jobs.get(self.job.id)
            if job is None:
                return None
            progress = Progress(
                rows=job.rows,
                rejected=job.rejected,
                bytes_done=job.bytes_done,
                bytes_total=job.bytes_total,
                stage=stage,
            )
            return self.store.jobs.advance(job.id, self.owner, progress)

        job = self.signals.insist(tell)
        if job is None or job.cancel_requested:
            raise CancelledError

    def _disk(self, error: OSError) -> DangolError:
        if error.errno in _FULL:
            return DangolError(
                "{name}: the disk of the server is full; what is finished is kept. Make room, then resume the job",
                name=self.job.file_name,
            )
        return DangolError(
            "{name}: the server cannot read or write its data folder ({error.strerror}); repair that, then resume "
            "the job",
            name=self.job.file_name,
            error=error,
        )

    def _named(self, error: DangolError) -> DangolError:
        """The error in the caller's words: the name of the file instead of a path on this server."""
        if isinstance(error, LostJobError):
            return error
        if isinstance(error, StoreError):
            _log.error("the store failed a job", job=self.job.id, problem=str(error))
            return DangolError(
                "{name}: the server's database refused what the job would keep, and its log tells why; resume the job "
                "when that is mended",
                name=self.job.file_name,
            )

        def say(text: str) -> str:
            for ours in (self.files.input, *([self.files.table(self.job)] if self.job.kind == "analyze" else [])):
                text = text.replace(str(ours), self.job.file_name)
            return text.replace(f"{self.files.folder}/", "")

        return unpack(pack(error, say))


class _Interruptible:
    """A classifier that looks up between small batches."""

    def __init__(self, classifier: JobClassifier, signals: Signals) -> None:
        self._classifier = classifier
        self._signals = signals
        self.taxonomy = classifier.taxonomy

    def predict(self, texts: Sequence[PreparedText], /) -> list[Prediction]:
        """One prediction per text, in order; raises CancelledError, StoppingError."""
        predictions: list[Prediction] = []
        for start in range(0, len(texts), _CHUNK):
            self._signals.check()
            predictions += self._classifier.predict(texts[start : start + _CHUNK])
        return predictions
