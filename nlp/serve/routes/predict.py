"""Labels for one or many texts."""

from __future__ import annotations

from time import perf_counter

from fastapi import APIRouter, Request
from starlette.responses import Response

from nlp.serve.answers import answer
from nlp.serve.auth import Reader
from nlp.serve.exchange import reply, while_wanted
from nlp.serve.inference import EVIDENCE_FACTOR, check_limits, evidence_of
from nlp.serve.problems import responses
from nlp.serve.schemas import PredictIn, PredictOut, source_of
from nlp.serve.services import Parts

router = APIRouter(prefix="/v1", tags=["inference"])

REFUSALS = responses(
    "malformed", "invalid", "unauthenticated", "forbidden", "too-slow", "too-large", "media-type", "rate-limited",
    "not-ready", "overloaded", "deadline", "store",
)  # fmt: skip


@router.post("/predict", response_model=PredictOut, responses=REFUSALS, summary="글에 라벨 붙이기")
async def predict(
    body: PredictIn,
    request: Request,
    _: Reader,
    parts: Parts,
) -> Response:
    """Why the customer complains, how strongly, and what they do next. Equal texts get equal answers."""
    sources = [source_of(item) for item in body.texts]
    check_limits(sources, parts.settings, field="texts", most=parts.settings.max_texts)
    request.state.texts = len(sources)

    async def work() -> Response:
        scored = await parts.engine.predict(
            sources,
            mask=body.mask,
            factor=EVIDENCE_FACTOR if body.evidence else 1.0,
            precision=body.precision,
        )
        request.state.timings.update(scored.seconds)
        found = None
        if body.evidence:
            begin = perf_counter()
            found = await evidence_of(parts.engine, scored)
            request.state.timings["evidence"] = perf_counter() - begin
        parts.metrics.predictions(scored.predictions)
        return reply(
            {
                "model": scored.model.at(body.precision).name,
                "predictions": [
                    answer(prediction, text, body, found[row] if found is not None else None)
                    for row, (prediction, text) in enumerate(zip(scored.predictions, scored.texts, strict=True))
                ],
            }
        )

    return await while_wanted(request, work(), seconds=parts.settings.request_timeout)
