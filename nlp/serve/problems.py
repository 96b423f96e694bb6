"""Errors as RFC 9457 problem details, in the language of the caller.

A problem has ``type`` (``urn:dangol:problem:<code>``, what a program looks at), ``title``, ``status``,
``detail`` (what a person reads), ``instance`` (the path), ``request_id`` and, for a request that does not fit
its description, ``errors`` with the field and the rule. No problem repeats what a customer wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from nlp.errors import DangolError, InputError, Message, ModelError
from nlp.messages import Language, localized
from nlp.serve.fields import broken_rules
from nlp.serve.refusals import InvalidError, ServiceError
from nlp.store import LostJobError, OtherJobError, QueueFullError, StoreError, StoreFullError

MEDIA_TYPE = "application/problem+json"

_log: structlog.stdlib.BoundLogger = structlog.get_logger("dangol.store")


@dataclass(frozen=True, slots=True)
class Kind:
    """Status and title of a problem code."""

    status: int
    title: Message


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(400, Message("The body is not valid JSON")),
    "invalid": Kind(422, Message("The request does not fit its description")),
    "unusable": Kind(422, Message("What was sent cannot be used")),
    "unauthenticated": Kind(401, Message("An API key is needed")),
    "forbidden": Kind(403, Message("The role of the key does not reach")),
    "stranger": Kind(403, Message("The server does not answer this host or origin")),
    "not-found": Kind(404, Message("There is no such thing")),
    "method": Kind(405, Message("This address does not know that method")),
    "too-slow": Kind(408, Message("The body came too slowly")),
    "conflict": Kind(409, Message("This is not possible in the present state")),
    "too-large": Kind(413, Message("The request is too large")),
    "media-type": Kind(415, Message("The body is of an unknown kind")),
    "rate-limited": Kind(429, Message("Too many requests")),
    "bad-request": Kind(400, Message("The request cannot be read")),
    "internal": Kind(500, Message("Something went wrong inside")),
    "not-ready": Kind(503, Message("The server is not ready")),
    "overloaded": Kind(503, Message("The server is busy")),
    "deadline": Kind(503, Message("The answer took too long")),
    "store": Kind(503, Message("The database does not answer")),
    "disk-full": Kind(507, Message("The disk is full")),
}

_CODES: Sequence[tuple[type[DangolError], str]] = (
    # The first class that fits decides; subclasses stand above their bases.
    (StoreFullError, "disk-full"),
    (StoreError, "store"),
    (QueueFullError, "rate-limited"),
    (LostJobError, "conflict"),
    (OtherJobError, "unusable"),
    (InputError, "unusable"),
    (ModelError, "not-ready"),
)
_BY_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method",
    413: "too-large",
    415: "media-type",
}
_OF_STORE: Mapping[str, Message] = {
    "disk-full": Message(
        "the disk of the server's database is full; nothing was changed. Make room, or try again later"
    ),
    "store": Message(
        "the server's database does not answer just now, its log tells why; send the request again after the time in "
        "Retry-After"
    ),
}
"""What callers are told of trouble with the database: its errors name host and user, and are for the log."""

_RETRY = {"rate-limited": 5.0, "overloaded": 1.0, "deadline": 5.0, "not-ready": 5.0, "store": 2.0}


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    field: str = Field(examples=["texts.0"])
    message: str = Field(examples=["20000자까지만 쓸 수 있습니다"])


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:dangol:problem:invalid"])
    title: str = Field(examples=["요청이 형식에 맞지 않습니다"])
    status: int = Field(examples=[422])
    detail: str
    instance: str = Field(examples=["/v1/predict"])
    request_id: str
    errors: list[FieldProblem] | None = None


def language_of(request: Request) -> Language:
    """The caller's language by ``Accept-Language``; Korean unless English is asked for with more weight."""
    weights = {"ko": 0.0, "en": 0.0}
    for part in request.headers.get("accept-language", "").split(","):
        name, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        main = name.strip().lower().split("-")[0]
        if main in weights:
            weights[main] = max(weights[main], weight)
    return "en" if weights["en"] > weights["ko"] else "ko"


def media_type_of(request: Request) -> str:
    """The kind of the body by ``Content-Type``, without parameters, in lower case; "" when it is not told."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def code_of(error: DangolError) -> str:
    """The problem code of an error."""
    if isinstance(error, ServiceError):
        return error.code
    return next((code for kind, code in _CODES if isinstance(error, kind)), "internal")


def problem(error: DangolError, request: Request) -> Response:
    """The answer to an error raised on purpose."""
    code = code_of(error)
    after = error.retry_after if isinstance(error, ServiceError) else None
    errors = error.errors if isinstance(error, InvalidError) else ()
    detail = error.message
    if isinstance(error, StoreError):
        _log.warning("the store failed a request", problem=str(error))
        detail = _OF_STORE[code]
    return answer(code, detail, request, retry_after=after, errors=errors)


def answer(
    code: str,
    detail: Message,
    request: Request,
    *,
    retry_after: float | None = None,
    errors: Sequence[tuple[str, Message]] = (),
) -> Response:
    """A problem as a response; its language follows the request."""
    language = language_of(request)
    kind = KINDS[code]
    state = request.scope.setdefault("state", {})
    state["problem"] = code
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    seconds = retry_after if retry_after is not None else _RETRY.get(code)
    if seconds is not None:
        headers["Retry-After"] = str(max(1, ceil(seconds)))
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    request_id = str(state.get("request_id", ""))
    body = _body(code, localized(detail, language), language, instance=request.url.path, request_id=request_id)
    if errors:
        body["errors"] = listed(errors, language)
    return JSONResponse(body, status_code=kind.status, headers=headers, media_type=MEDIA_TYPE)


def listed(errors: Sequence[tuple[str, Message]], language: Language) -> list[dict[str, str]]:
    """Fields and their broken rules as the answer lists them; see ``FieldProblem``."""
    return [{"field": field, "message": localized(message, language)} for field, message in errors]


def _body(code: str, detail: str, language: Language, *, instance: str, request_id: str) -> dict[str, Any]:
    kind = KINDS[code]
    return {
        "type": f"urn:dangol:problem:{code}",
        "title": localized(kind.title, language),
        "status": kind.status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
    }


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem."""
    app.add_exception_handler(DangolError, _raised)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


_NO_JSON = Message("the body is not valid JSON; send an object in UTF-8")


async def _raised(request: Request, error: Exception) -> Response:
    assert isinstance(error, DangolError)
    return problem(error, request)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return answer("malformed", _NO_JSON, request)
    if any(item["loc"] == ("body",) for item in found) and media_type_of(request) != "application/json":
        return answer("media-type", Message("send the body as JSON, with Content-Type: application/json"), request)
    return problem(broken_rules(found), request)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, DangolError):
        # FastAPI wraps whatever reading the body raised: too large, too slow.
        return problem(error.__cause__, request)
    if error.status_code == 400 and isinstance(error.__cause__, (ValueError, RecursionError)):
        return answer("malformed", _NO_JSON, request)
    code = _BY_STATUS.get(error.status_code, "bad-request" if error.status_code < 500 else "internal")
    detail = {
        "not-found": Message("there is nothing at this address; see /openapi.json"),
        "method": Message("use one of the methods in the header Allow"),
    }.get(code, Message("the request cannot be read; see /openapi.json"))
    response = answer(code, detail, request)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def unforeseen(request: Request) -> Response:
    """The answer to an error that nobody thought of; it tells nothing of the error."""
    return answer(
        "internal", Message("an unforeseen error was logged under the request id; tell the operator"), request
    )


def responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the problems that a route may answer with, by status; any may fail inside."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in (*codes, "internal"):
        kind = KINDS[code]
        entry = found.setdefault(
            kind.status,
            {
                "description": "",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
            },
        )
        entry["description"] = "; ".join(filter(None, [entry["description"], str(kind.title)]))
        entry["content"][MEDIA_TYPE]["examples"][code] = {
            "value": _body(code, localized(kind.title, "ko"), "ko", instance="/v1/…", request_id="0f3c…")
        }
        if code in _RETRY:
            entry["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}}
    return found
