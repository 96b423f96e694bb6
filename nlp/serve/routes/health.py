"""Whether the server lives, whether it can answer, what it measures, and how it is to be called."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import APIRouter, Request
from starlette.responses import Response

from nlp.serve.auth import Reader
from nlp.serve.exchange import reply
from nlp.serve.metrics import MEDIA_TYPE
from nlp.serve.problems import responses
from nlp.serve.schemas import HealthOut
from nlp.serve.services import Parts
from nlp.store import StoreError

router = APIRouter(tags=["operation"])


@router.get("/health/live", response_model=HealthOut, responses=responses(), summary="서버가 살아 있는지 확인")
async def live() -> Response:
    """Whether the process answers at all; needs no key. A supervisor restarts the server when this fails."""
    return reply({"status": "ok"})


@router.get(
    "/health/ready",
    response_model=HealthOut,
    responses=responses("not-ready", "store"),
    summary="요청을 받을 준비가 되었는지 확인",
)
async def ready(parts: Parts) -> Response:
    """Whether requests can be answered: the model is loaded and the database answers; needs no key."""
    parts.engine.check()
    await asyncio.to_thread(parts.store.check)
    return reply({"status": "ok"})


@router.get(
    "/metrics",
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text format"},
        **responses("unauthenticated", "forbidden", "rate-limited", "store"),
    },
    response_class=Response,
    summary="측정값",
)
async def metrics(_: Reader, parts: Parts) -> Response:
    """Requests, latency, batch sizes, queue, file jobs, refusals and label rates, for Prometheus."""
    parts.metrics.state(parts.engine)
    with contextlib.suppress(StoreError):
        parts.metrics.waiting.set(await asyncio.to_thread(parts.store.jobs.waiting))
    return Response(parts.metrics.render(), media_type=MEDIA_TYPE)


@router.get(
    "/openapi.json",
    responses={
        200: {"description": "OpenAPI 3.1"},
        **responses("unauthenticated", "forbidden", "rate-limited", "store"),
    },
    summary="API 설명",
)
async def openapi(request: Request, _: Reader) -> Response:
    """This description."""
    return reply(request.app.openapi())
