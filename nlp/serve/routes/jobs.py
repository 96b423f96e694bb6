"""``/v1/jobs`` and ``/v1/analyze``: files that take longer than a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, TypeAlias

import anyio
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from nlp.serve.auth import Analyst, Caller
from nlp.serve.jobs_api import (
    MEDIA_TYPES,
    AnalyzeForm,
    ClassifyForm,
    JobForm,
    JobList,
    JobView,
    disposition,
    request_body,
    view,
)
from nlp.serve.jobs_intake import take_in
from nlp.serve.jobs_signals import PASSING
from nlp.serve.problems import language_of, responses
from nlp.serve.refusals import ConflictError, NotFoundError
from nlp.serve.services import Parts, Services
from nlp.store import Job
from nlp.store.job import Kind, State

router = APIRouter(prefix="/v1", tags=["jobs"])

_LOOK_EVERY = 0.5

_STOP_WITHIN = 10.0
"""Seconds that a stream of events may take to end with the server, with a store that is slow to answer."""

Handler: TypeAlias = Callable[..., Awaitable[Response]]
JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["4f1c2a9be0d84d1f9f0f7f2b7a9d3c55"])]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="같은 키와 같은 내용이면 같은 작업을 돌려줌. / Same key, same content: the same job.",
    ),
]

_CALLER = ("unauthenticated", "forbidden", "rate-limited", "store")
_ONE = (*_CALLER, "not-found", "invalid")
_NOTED = (*_ONE, "disk-full")
"""Of what the audit trail keeps."""

_TAKING = (
    *_CALLER,
    "invalid",
    "unusable",
    "too-large",
    "too-slow",
    "media-type",
    "disk-full",
    "not-ready",
    "bad-request",
)
_ACCEPTED = {
    "description": "작업을 받음 / Accepted",
    "headers": {"Location": {"description": "The job", "schema": {"type": "string"}}},
}


def _takes(path: str, form: type[JobForm], *, summary: str) -> Callable[[Handler], Handler]:
    """A route that a file is sent to."""
    return router.post(
        path,
        status_code=202,
        response_model=JobView,
        summary=summary,
        openapi_extra=request_body(form),
        responses={202: _ACCEPTED, **responses(*_TAKING)},
    )


@_takes("/jobs", ClassifyForm, summary="파일 분류 작업 만들기 / Classify a file")
async def create_job(request: Request, parts: Parts, caller: Analyst, key: IdempotencyKey = None) -> Response:
    """The answer comes at once; the work survives a restart of the server."""
    return await _take(request, parts, caller, "classify", ClassifyForm, key)


@_takes("/analyze", AnalyzeForm, summary="파일에서 보고서 만들기 / From a file to the report")
async def create_analysis(request: Request, parts: Parts, caller: Analyst, key: IdempotencyKey = None) -> Response:
    """The result is a ZIP with report.html, recovery_queue.xlsx, causes.csv, summary.json and the classified rows."""
    return await _take(request, parts, caller, "analyze", AnalyzeForm, key)


@router.get("/jobs", response_model=JobList, summary="작업 목록 / Jobs", responses=responses(*_CALLER, "invalid"))
def list_jobs(
    request: Request,
    parts: Parts,
    caller: Analyst,
    state: Annotated[State | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> JobList:
    """The caller's own jobs, newest first; an admin sees all."""
    whose = None if caller.allows("admin") else caller.id
    found = parts.store.jobs.list(caller=whose, state=state, limit=limit + 1, offset=offset)
    return JobList(jobs=[_view(job, request) for job in found[:limit]], more=len(found) > limit)


@router.get("/jobs/{job_id}", response_model=JobView, summary="작업의 상태 / A job", responses=responses(*_ONE))
def get_job(request: Request, parts: Parts, caller: Analyst, job_id: JobId) -> JobView:
    """How far it is, and how it ended."""
    return _view(_own(parts, caller, job_id), request)


@router.get(
    "/jobs/{job_id}/events",
    summary="작업 진행 상황 스트리밍 / Progress as server-sent events",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "JobView per event", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
        204: {"description": "작업이 끝나 더 보낼 것이 없음 / It has ended and the caller knows"},
        **responses(*_ONE),
    },
)
async def job_events(
    request: Request,
    parts: Parts,
    caller: Analyst,
    job_id: JobId,
    last: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """One event per change, the last one named ``end``; with Last-Event-ID only what changed since."""
    job = await asyncio.to_thread(_own, parts, caller, job_id)
    if job.finished and last == str(job.version):
        return Response(status_code=204)  # a browser that gets this does not connect again
    stopping = anyio.Event()
    return EventSourceResponse(
        _events(request, parts, job, last, stopping), shutdown_event=stopping, shutdown_grace_period=_STOP_WITHIN
    )


@router.post(
    "/jobs/{job_id}/cancel", response_model=JobView, summary="작업 취소 / Cancel", responses=responses(*_NOTED)
)
def cancel_job(request: Request, parts: Parts, caller: Analyst, job_id: JobId) -> JobView:
    """Also drops a failed job. Its files and documents are removed; a job that is done stays as it is."""
    return _cancelled(request, parts, caller, job_id, done=False)


@router.delete(
    "/jobs/{job_id}", response_model=JobView, summary="작업과 결과 삭제 / Remove", responses=responses(*_NOTED)
)
def delete_job(request: Request, parts: Parts, caller: Analyst, job_id: JobId) -> JobView:
    """Cancels a job, or drops one that has ended, with its result. Files and documents are removed."""
    return _cancelled(request, parts, caller, job_id, done=True)


def _cancelled(request: Request, parts: Services, caller: Caller, job_id: str, *, done: bool) -> JobView:
    _own(parts, caller, job_id)
    job = parts.jobs.cancel(job_id, actor=caller.id, done=done)
    return _view(_there(job), request)


@router.post(
    "/jobs/{job_id}/resume",
    response_model=JobView,
    summary="실패한 작업 이어서 하기 / Resume a failed job",
    responses=responses(*_NOTED, "conflict"),
)
def resume_job(request: Request, parts: Parts, caller: Analyst, job_id: JobId) -> JobView:
    """Finished blocks are kept and not done again."""
    if _own(parts, caller, job_id).state in ("done", "cancelled"):
        raise ConflictError("the job has ended for good; only a failed one can be resumed")
    job = parts.store.jobs.resume(job_id, actor=caller.id)
    parts.jobs.wake()
    return _view(_there(job), request)


_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "파일 / The file", "content": {"application/octet-stream": {}}}
}


@router.get(
    "/jobs/{job_id}/result",
    summary="결과 내려받기 / Download the result",
    response_class=FileResponse,
    responses={**_FILE, **responses(*_NOTED, "conflict")},
)
def get_result(request: Request, parts: Parts, caller: Analyst, job_id: JobId) -> Response:
    """The classified rows, or the ZIP of an analysis."""
    return _download(request, parts, caller, job_id, rejects=False)


@router.get(
    "/jobs/{job_id}/rejects",
    summary="사용하지 못한 행 내려받기 / Download the rejected rows",
    response_class=FileResponse,
    responses={**_FILE, **responses(*_NOTED, "conflict")},
)
def get_rejects(request: Request, parts: Parts, caller: Analyst, job_id: JobId) -> Response:
    """Place, reason and masked content of each row that could not be used."""
    return _download(request, parts, caller, job_id, rejects=True)


async def _take(
    request: Request, parts: Services, caller: Caller, kind: Kind, form: type[JobForm], key: str | None
) -> Response:
    job, new = await take_in(request, parts, caller, kind=kind, form=form, key=key)
    shown = _view(job, request)
    headers = {"Location": shown.links["self"]} | ({} if new else {"Idempotent-Replayed": "true"})
    return JSONResponse(shown.model_dump(mode="json"), status_code=202, headers=headers)


def _own(parts: Services, caller: Caller, job_id: str) -> Job:
    """A job that the caller may see; others are not said to exist."""
    job = parts.store.jobs.get(job_id)
    if job is not None and job.caller != caller.id and not caller.allows("admin"):
        job = None
    return _there(job)


def _view(job: Job, request: Request) -> JobView:
    return view(job, language_of(request), request.scope["root_path"])


def _there(job: Job | None) -> Job:
    if job is None:
        raise NotFoundError("there is no such job; it was purged, or another key started it")
    return job


async def _events(
    request: Request, parts: Services, job: Job, last: str | None, stopping: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    found: Job | None = job
    while found is not None:
        if str(found.version) != last:
            last = str(found.version)
            name = "end" if found.finished else "progress"
            yield ServerSentEvent(_view(found, request).model_dump_json(), event=name, id=last)
        if found.finished:
            return
        with anyio.move_on_after(_LOOK_EVERY):
            await stopping.wait()
            return
        if not await request.state.still():
            return
        try:
            found = await asyncio.to_thread(parts.store.jobs.get, job.id)
        except PASSING:
            continue


def _download(request: Request, parts: Services, caller: Caller, job_id: str, *, rejects: bool) -> Response:
    job = _own(parts, caller, job_id)
    files = parts.jobs.files(job_id)
    path = files.rejects(job) if rejects else files.result(job)
    # An analysis may fail for want of rows, and the rejected ones say why.
    if job.state != "done" and not (rejects and job.state == "failed" and path.is_file()):
        raise ConflictError("the job is {state}; its result can be had when it is done", state=job.state)
    if not path.is_file():
        if rejects and not job.rejected:
            raise NotFoundError("every row could be used; there are no rejected rows")
        raise NotFoundError("the file is gone from the server's data folder; start a new job")
    if request.method != "HEAD":
        parts.store.audit.add(caller.id, "job.download", job_id, rejects=rejects)
    headers = {"Content-Disposition": disposition(job.file_name, path, rejects=rejects)}
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=headers)
