"""What the client gives: predictions, jobs, and the server's refusals as an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeAlias

import httpx

from nlp.errors import DangolError
from nlp.types import Decided, Scope, Turn

Text: TypeAlias = str | Sequence[Turn]
"""A text, or a call turn by turn."""


class ApiError(DangolError):
    """The server refused. ``code`` is the end of the problem's type, ``errors`` maps fields to rules.

    ``status`` is 0 when the server could not be reached at all.
    """

    status: int = 0
    code: str = "unreachable"
    request_id: str = ""
    errors: Mapping[str, str] = {}


def refusal(response: httpx.Response) -> ApiError:
    """The error that a problem of the server stands for."""
    try:
        problem = response.json()
        detail = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        problem, detail = {}, response.reason_phrase
    error = ApiError("the server answered {status}: {detail}", status=response.status_code, detail=detail)
    error.status = response.status_code
    error.code = str(problem.get("type", "")).rpartition(":")[2]
    error.request_id = str(problem.get("request_id", response.headers.get("x-request-id", "")))
    error.errors = {item["field"]: item["message"] for item in problem.get("errors", ())}
    return error


def settled(outcome: httpx.Response | httpx.TransportError) -> httpx.Response:
    """The answer, or the error that it is."""
    if isinstance(outcome, httpx.TransportError):
        raise ApiError(
            "the server cannot be reached ({error}); check the address and that it runs", error=outcome
        ) from outcome
    if not outcome.is_success:
        raise refusal(outcome)
    return outcome


def json_of(response: httpx.Response) -> Any:
    """What the server answered; raises ApiError where something else stands at the address."""
    try:
        return response.json()
    except ValueError as error:
        raise refusal(response) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The sentence behind a cause: ``[start, end)`` of the masked text."""

    text: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicted:
    """What the model says of one text; what was not asked for is empty.

    ``scope`` tells what the text is; labels of ``not_korean`` and ``no_words`` mean nothing.
    """

    labels: Mapping[str, Decided]
    abstained: tuple[str, ...]
    probabilities: Mapping[str, float] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    masked_text: str | None = None
    scope: Scope = "complaint"

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """From the server's JSON."""
        return cls(
            labels={
                group: decided if isinstance(decided, str) else tuple(decided)
                for group, decided in body["labels"].items()
            },
            abstained=tuple(body["abstained"]),
            probabilities=body.get("probabilities") or {},
            evidence={label: Evidence(**part) for label, part in (body.get("evidence") or {}).items()},
            masked_text=body.get("masked_text"),
            scope=body.get("scope", "complaint"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Predictions:
    """One prediction per text, in order, and the model that made them."""

    model: str
    predictions: tuple[Predicted, ...]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """From the server's JSON."""
        return cls(model=body["model"], predictions=tuple(map(Predicted.of, body["predictions"])))


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A file job as it stands; ``body`` is all that the server says of it."""

    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    rows: int
    rejected: int
    error: str | None
    body: Mapping[str, Any]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """From the server's JSON."""
        return cls(
            id=body["id"],
            state=body["state"],
            rows=body["rows"],
            rejected=body["rejected"],
            error=body["error"],
            body=body,
        )

    @property
    def finished(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ("done", "failed", "cancelled")
