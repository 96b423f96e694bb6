"""Whom to win back first, for documents that a CRM sends with what it knows of the customers."""

from __future__ import annotations

import asyncio
from time import perf_counter

from fastapi import APIRouter, Request
from starlette.responses import Response

from nlp.serve.auth import Reader
from nlp.serve.exchange import reply, while_wanted
from nlp.serve.inference import EVIDENCE_FACTOR, check_limits, evidence_of
from nlp.serve.ranking import answer_of, check_documents, rank, sources_of
from nlp.serve.routes.predict import REFUSALS
from nlp.serve.schemas import RankIn, RankOut
from nlp.serve.services import Parts

router = APIRouter(prefix="/v1", tags=["inference"])


@router.post("/rank", response_model=RankOut, responses=REFUSALS, summary="먼저 되찾을 고객 순위")
async def rank_documents(
    body: RankIn,
    request: Request,
    _: Reader,
    parts: Parts,
) -> Response:
    """Cases by the expected gain of winning the customer back, with interval, reasons and suggested actions."""
    check_documents(body.documents)
    sources = sources_of(body.documents)
    check_limits(sources, parts.settings, field="documents", most=parts.settings.max_documents)
    request.state.texts = len(sources)

    async def work() -> Response:
        scored = await parts.engine.predict(sources, mask=body.mask, factor=EVIDENCE_FACTOR if body.evidence else 1.0)
        request.state.timings.update(scored.seconds)
        begin = perf_counter()
        found = await evidence_of(parts.engine, scored) if body.evidence else None
        # Megabytes of JSON; put together on the loop they would stop every other caller.
        ranked = await asyncio.to_thread(lambda: reply(answer_of(rank(body, scored, found), scored.model.name)))
        request.state.timings["rank"] = perf_counter() - begin
        parts.metrics.predictions(scored.predictions)
        return ranked

    return await while_wanted(request, work(), seconds=parts.settings.request_timeout)
