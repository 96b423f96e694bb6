"""Whom to win back first, for documents that a CRM sends with what it knows of the customers."""

from __future__ import annotations

import asyncio
from collections import Counter
from time import perf_counter

from fastapi import APIRouter, Request
from starlette.responses import Response

from nlp.errors import Message
from nlp.serve.auth import Reader
from nlp.serve.exchange import reply, while_wanted
from nlp.serve.inference import EVIDENCE_FACTOR, check_limits, evidence_of
from nlp.serve.problems import invalid
from nlp.serve.ranking import answer_of, documents_of, rank
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
    empty = [
        (f"documents.{index}.text", Message("a document needs a text or turns"))
        for index, document in enumerate(body.documents)
        if document.text is None and not document.turns
    ]
    both = [
        (f"documents.{index}", Message("a document has a text or turns, not both"))
        for index, document in enumerate(body.documents)
        if document.text is not None and document.turns
    ]
    seen = Counter(document.id for document in body.documents)
    twice = [
        (f"documents.{index}.id", Message("another document has the same id"))
        for index, document in enumerate(body.documents)
        if seen[document.id] > 1
    ]
    if wrong := [*empty, *both, *twice]:
        raise invalid(*wrong[:20])
    sources = documents_of(body)
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
