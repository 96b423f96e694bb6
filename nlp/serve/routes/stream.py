"""Labels for a stream of texts: one JSON value a line in, one a line out, in order."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from nlp.errors import DangolError, Message
from nlp.messages import Language, localized
from nlp.serve.answers import answer
from nlp.serve.auth import Reader, unknown_key
from nlp.serve.exchange import encoded
from nlp.serve.fields import broken_rules
from nlp.serve.inference import check_limits, evidence_of
from nlp.serve.lanes import Lane
from nlp.serve.problems import code_of, language_of, listed, media_type_of, responses
from nlp.serve.refusals import InvalidError, MediaTypeError, OverloadedError, invalid, retry
from nlp.serve.schemas import DialogueWithId, Precision, StreamItem, TextWithId, source_of
from nlp.serve.services import Parts, Services

router = APIRouter(prefix="/v1", tags=["inference"])

MEDIA_TYPE = "application/x-ndjson"
_READ = (MEDIA_TYPE, "application/ndjson", "application/jsonl", "application/jsonlines")
_AHEAD = 16
"""Lines of a stream that are worked on at once; the next is read when the oldest is answered."""

_BYTES_PER_CHAR = 12
"""A character beyond the basic plane, escaped in JSON as two ``\\uXXXX``."""


_LINE: TypeAdapter[str | TextWithId | DialogueWithId] = TypeAdapter(StreamItem)


class Options(BaseModel):
    """What to answer for every line."""

    model_config = ConfigDict(extra="forbid")

    probabilities: bool = Field(False, description="모든 라벨의 확률도 함께 · also the probability of every label")
    evidence: bool = Field(False, description="원인별 근거 문장도 함께 · also the sentence behind each cause")
    masked_text: bool = Field(False, description="개인정보를 가린 글도 함께 · also the text without personal data")
    mask: bool = Field(True, description="개인정보를 가리고 읽음 · read without personal data")
    precision: Precision = None


class _Flowing(StreamingResponse):
    """An answer that begins while the body still comes: nobody else may read the body to notice a caller leaving."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await self.stream_response(send)


@router.post(
    "/predict/stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "한 줄에 답 하나씩, 받은 순서대로 · one answer a line, in order",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/StreamLine"}}},
        },
        **responses(
            "invalid",
            "unauthenticated",
            "forbidden",
            "media-type",
            "rate-limited",
            "not-ready",
            "overloaded",
            "store",
            "bad-request",
            "too-slow",
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"type": "string"},
                    "example": '"배송이 2주나 걸렸어요"\n{"id":"VOC-2","text":"상담원이 불친절해요"}\n',
                }
            },
        }
    },
    summary="글을 스트리밍으로 보내 라벨 붙이기",
)
async def stream(
    options: Annotated[Options, Query()],
    request: Request,
    _: Reader,
    parts: Parts,
) -> Response:
    """For batch systems: of any length, at the pace of the server, behind everybody who waits for an answer.

    A line is a JSON string, ``{"text": …}`` or ``{"turns": […]}``, each object perhaps with an ``id``. A line that
    cannot be used is answered with its error, and the stream goes on.
    """
    if media_type_of(request) not in _READ:
        raise MediaTypeError("send one JSON value a line, with Content-Type: application/x-ndjson")
    parts.engine.model.check_precision(options.precision)
    if parts.streams.locked():
        raise retry(
            OverloadedError("{most} streams run already; send this one later", most=parts.settings.max_streams), 10.0
        )
    language = language_of(request)
    answers = _answers(request, options, parts, language)
    return _Flowing(answers, media_type=MEDIA_TYPE)


async def _answers(request: Request, options: Options, parts: Services, language: Language) -> AsyncIterator[bytes]:
    """One answer a line, as soon as it is known and those before are given: a caller may wait for it with the next."""
    async with parts.streams:
        ahead: deque[asyncio.Task[dict[str, Any]]] = deque()
        lines = _lines(request, parts.settings.max_text_chars * _BYTES_PER_CHAR)
        coming = asyncio.create_task(_next(lines))
        try:
            number, ended = 0, b""
            try:
                while True:
                    if len(ahead) < _AHEAD:
                        await asyncio.wait({coming, *list(ahead)[:1]}, return_when=asyncio.FIRST_COMPLETED)
                    while len(ahead) >= _AHEAD or (ahead and ahead[0].done()):
                        yield encoded(await ahead[0]) + b"\n"
                        ahead.popleft()
                    if not coming.done():
                        continue
                    if (found := await coming) is None:
                        break
                    number, line = found
                    ahead.append(asyncio.create_task(_line(number, line, options, parts, language)))
                    if not await request.state.still():
                        raise unknown_key()
                    coming = asyncio.create_task(_next(lines))
            except DangolError as error:
                ended = encoded({"line": number + 1, "error": _error(error, language)}) + b"\n"
            while ahead:
                yield encoded(await ahead[0]) + b"\n"
                ahead.popleft()
            if ended:
                yield ended
        except ClientDisconnect:
            pass
        finally:
            for task in (coming, *ahead):
                task.cancel()
            await asyncio.gather(coming, return_exceptions=True)


async def _next(lines: AsyncIterator[tuple[int, bytes | None]]) -> tuple[int, bytes | None] | None:
    """The next line, None after the last."""
    return await anext(lines, None)


async def _lines(request: Request, most: int) -> AsyncIterator[tuple[int, bytes | None]]:
    """Lines that are not blank, by their number among all; None for one that is too long, which is not kept."""
    rest, lost, number = b"", False, 0
    async for part in request.stream():
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            number += 1
            if lost or len(line) > most:
                lost = False
                yield number, None
            elif line.strip():
                yield number, line
        if len(rest) > most:
            rest, lost = b"", True
    if lost:
        yield number + 1, None
    elif rest.strip():
        yield number + 1, rest


async def _line(
    number: int, line: bytes | None, options: Options, parts: Services, language: Language
) -> dict[str, Any]:
    named: dict[str, str] = {}
    try:
        value = _value(line, parts)
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            named = {"id": value["id"]}
        item = _item(value)
        source = source_of(item)
        check_limits([source], parts.settings, field="text", most=1)
        scored = await parts.engine.predict([source], mask=options.mask, lane=Lane.LOW, precision=options.precision)
        found = await evidence_of(parts.engine, scored, lane=Lane.LOW) if options.evidence else [None]
    except DangolError as error:
        return {"line": number, **named, "error": _error(error, language)}
    parts.metrics.predictions(scored.predictions)
    return {
        "line": number,
        **named,
        "prediction": answer(scored.predictions[0], scored.texts[0], options, found[0]),
    }


def _value(line: bytes | None, parts: Services) -> Any:
    if line is None:
        raise invalid(("text", Message("at most {most} characters are allowed", most=parts.settings.max_text_chars)))
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise invalid(("line", Message("the line is not valid JSON in UTF-8"))) from None


def _item(value: Any) -> str | TextWithId | DialogueWithId:
    try:
        return _LINE.validate_python(value)
    except ValidationError as error:
        found = [{**item, "loc": ("text", *item["loc"])} for item in error.errors(include_url=False)]
        raise broken_rules(found) from None


def _error(error: DangolError, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"code": code_of(error), "detail": localized(error, language)}
    if isinstance(error, InvalidError):
        told["errors"] = listed(error.errors, language)
    return told
