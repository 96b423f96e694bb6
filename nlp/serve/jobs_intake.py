"""From the body of a request to a job that waits: the upload is kept, checked and queued, or leaves nothing behind."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from uuid import uuid4

from fastapi import Request

from nlp.corpus.columns import Columns
from nlp.errors import InputError
from nlp.serve.auth import Caller
from nlp.serve.jobs_api import JobForm, fingerprint, form_of
from nlp.serve.jobs_guard import check_upload
from nlp.serve.jobs_upload import receive, room
from nlp.serve.refusals import disk_full
from nlp.serve.services import Services
from nlp.store import Job, NewJob
from nlp.store.job import Kind

_SPACE = 4
"""Bytes on the disk per byte of an upload: itself, finished blocks, the result."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


async def take_in(
    request: Request, parts: Services, caller: Caller, *, kind: Kind, form: type[JobForm], key: str | None
) -> tuple[Job, bool]:
    """The job that waits now, and whether it is new: an idempotency ``key`` that is known gives the job of before.

    Raises RequestValidationError, InvalidError and InputError for a form or a file that is no use, MediaTypeError,
    TooLargeError, DiskFullError and NotReadyError while it comes in, OtherJobError, QueueFullError and StoreError
    when it is queued.
    """
    if key is not None and not _KEY.fullmatch(key):
        raise InputError("Idempotency-Key: 1 to 255 visible ASCII characters are needed, such as a UUID")
    job_id = uuid4().hex
    files = parts.jobs.files(job_id)
    new = False
    try:
        with room():
            await asyncio.to_thread(_check_room, parts.jobs.folder, request.headers.get("content-length", ""))
            lock = await asyncio.to_thread(files.make)
        with lock:
            upload = await receive(
                request.stream(),
                request.headers.get("content-type", ""),
                files.input,
                max_bytes=parts.settings.max_upload_bytes,
            )
            asked = form_of(form, upload.fields)
            if parts.engine.state == "ready":
                parts.engine.model.check_precision(asked.precision)
            await asyncio.to_thread(
                check_upload,
                files.input,
                name=upload.name,
                columns=Columns(**asked.columns()),
                max_rows=parts.settings.max_upload_rows,
            )
            options = asked.options()
            wanted = NewJob(
                id=job_id,
                kind=kind,
                caller=caller.id,
                file_name=upload.name,
                options=options,
                fingerprint=fingerprint(kind, options, upload.sha256),
                size=upload.size,
                idempotency_key=key,
            )
            job, new = await asyncio.to_thread(
                parts.store.jobs.create, wanted, actor=caller.id, most_waiting=parts.settings.max_waiting_jobs
            )
    finally:
        if not new:
            files.remove()
    parts.jobs.wake()
    return job, new


def _check_room(folder: Path, declared: str) -> None:
    size = int(declared) if declared.isdecimal() else 0
    if shutil.disk_usage(folder).free < _SPACE * size:
        raise disk_full()
