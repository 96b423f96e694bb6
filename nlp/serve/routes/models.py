"""Which model answers, what its labels mean, and how to change it."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from nlp.messages import localized
from nlp.serve.auth import Admin, Reader
from nlp.serve.exchange import reply
from nlp.serve.problems import language_of, responses
from nlp.serve.schemas import LiveIn, ModelOut, TaxonomyOut
from nlp.serve.services import Parts, Services

router = APIRouter(prefix="/v1", tags=["model"])

_REFUSALS = responses("unauthenticated", "forbidden", "rate-limited", "not-ready", "store")


@router.get("/models", response_model=ModelOut, responses=_REFUSALS, summary="지금 쓰는 모델")
async def models(request: Request, _: Reader, parts: Parts) -> Response:
    """The live model, and the folders beside it."""
    return reply(await asyncio.to_thread(_model, parts, request))


@router.post(
    "/models/live",
    response_model=ModelOut,
    responses={
        **_REFUSALS,
        **responses(
            "forbidden",
            "not-ready",
            "store",
            "malformed",
            "invalid",
            "unusable",
            "too-slow",
            "too-large",
            "media-type",
            "disk-full",
        ),
    },
    summary="모델 바꾸기",
)
async def make_live(body: LiveIn, request: Request, caller: Admin, parts: Parts) -> Response:
    """Load a model and let it answer from now on; no request is lost, and a model that fails changes nothing.

    All processes of the server follow within a second, and a restart keeps the choice.
    """
    loaded = await parts.live.choose(body.model)
    await asyncio.to_thread(parts.store.audit.add, caller.id, "model.swap", body.model, model=loaded.name)
    return reply(await asyncio.to_thread(_model, parts, request))


@router.get("/taxonomy", response_model=TaxonomyOut, responses=_REFUSALS, summary="라벨과 뜻")
async def taxonomy(_: Reader, parts: Parts) -> Response:
    """Groups and labels of the live model with their Korean and English names."""
    found = parts.engine.model.taxonomy
    return reply(
        {
            "version": found.version,
            "groups": [
                {
                    **{name: getattr(group, name) for name in ("id", "kind", "ko", "en", "definition", "ordinal")},
                    "labels": [
                        {name: getattr(label, name) for name in ("id", "ko", "en", "definition")}
                        for label in group.labels
                    ],
                }
                for group in found
            ],
        }
    )


def _model(parts: Services, request: Request) -> dict[str, Any]:
    live, error = parts.engine.model, parts.engine.error
    return {
        "model": live.name,
        "loaded_at": live.loaded_at.isoformat(),
        "max_length": live.classifier.decision.max_length,
        "available": parts.live.names(),
        "problem": localized(error, language_of(request)) if error is not None else None,
    }
