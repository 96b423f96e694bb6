"""What the client can ask of a server, without sending anything: each call is a value that either client sends."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar
from uuid import uuid4

from nlp.client.values import Job, Predictions, Text
from nlp.errors import InputError
from nlp.types import Document, Turn

T = TypeVar("T")
M = TypeVar("M", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Generic[T]):
    """A request, and ``read``, which makes the answer of its JSON. ``file`` is sent beside the form ``data``."""

    method: Literal["GET", "POST"]
    path: str
    read: Callable[[Any], T]
    json: Mapping[str, Any] | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None

    @contextmanager
    def request(self) -> Iterator[dict[str, Any]]:
        """Arguments for one try with httpx; the file is opened anew, for a failed try has read some of it."""
        found = {"method": self.method, "url": self.path, "headers": self.headers}
        if self.file is None:
            yield found | {"json": self.json}
        else:
            with self.file.open("rb") as stream:
                yield found | {"data": self.data, "files": {"file": (self.file.name, stream)}}


def headers(api_key: str | None, language: str) -> dict[str, str]:
    """What every request carries; raises InputError for a key that no header can hold."""
    api_key = (api_key or "").strip()
    if not (api_key.isascii() and api_key.isprintable()):
        raise InputError("the API key holds characters that no key has; give the line that 'dangol keys create' showed")
    found = {"Accept-Language": language, "User-Agent": "dangol-client"}
    return found | ({"Authorization": f"Bearer {api_key}"} if api_key else {})


def predict(
    texts: Sequence[Text],
    *,
    probabilities: bool = False,
    evidence: bool = False,
    masked_text: bool = False,
    mask: bool = True,
    precision: float | None = None,
) -> Call[Predictions]:
    """Labels of texts or calls, in order, decided at a ``precision`` that the model was fitted for.

    Raises ApiError, and InputError for a string in place of a list.
    """
    if isinstance(texts, str):
        raise InputError("texts is one string; give a list of texts, such as predict([text])")
    body = {
        "texts": [text if isinstance(text, str) else {"turns": _turns(text)} for text in texts],
        "probabilities": probabilities,
        "evidence": evidence,
        "masked_text": masked_text,
        "mask": mask,
        **({} if precision is None else {"precision": precision}),
    }
    return Call(method="POST", path="/v1/predict", json=body, read=Predictions.of)


def rank(
    documents: Sequence[Document],
    *,
    now: datetime | None = None,
    capacity: int | None = None,
    evidence: bool = False,
) -> Call[dict[str, Any]]:
    """The recovery queue of documents, as the server's JSON (``model``, ``now``, ``cases``, ``notes``)."""
    body = {
        "documents": [_document(document) for document in documents],
        "now": now.isoformat() if now is not None else None,
        "capacity": capacity,
        "evidence": evidence,
    }
    return Call(method="POST", path="/v1/rank", json=body, read=_whole)


def taxonomy() -> Call[dict[str, Any]]:
    """Groups and labels of the live model."""
    return Call(method="GET", path="/v1/taxonomy", read=_whole)


def model() -> Call[dict[str, Any]]:
    """The live model."""
    return Call(method="GET", path="/v1/models", read=_whole)


def submit(
    path: str | Path,
    *,
    kind: Literal["classify", "analyze"] = "classify",
    idempotency_key: str | None = None,
    **options: object,
) -> Call[Job]:
    """Send a file to be classified, or analysed to a report.

    ``options`` are the form's fields (``output="xlsx"``, ``text_column=…``, ``capacity=…``); None counts as not
    given. A repeated ``idempotency_key`` gives the job of the first time; without one each call makes its own.
    """
    fields = {name: value for name, value in options.items() if value is not None}
    return Call(
        method="POST",
        path="/v1/jobs" if kind == "classify" else "/v1/analyze",
        data={name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in fields.items()},
        headers={"Idempotency-Key": idempotency_key or str(uuid4())},
        file=Path(path),
        read=Job.of,
    )


def job(job_id: str) -> Call[Job]:
    """How far a job is."""
    return Call(method="GET", path=f"/v1/jobs/{job_id}", read=Job.of)


def cancel(job_id: str) -> Call[Job]:
    """End a job and drop what it did."""
    return Call(method="POST", path=f"/v1/jobs/{job_id}/cancel", read=Job.of)


def result(job_id: str) -> str:
    """Where the result of a finished job lies."""
    return f"/v1/jobs/{job_id}/result"


def described(method: M, make: Callable[..., Call[Any]]) -> M:
    """The method with the name, the description and the signature of what it sends."""
    signature = inspect.signature(make)
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__name__, method.__doc__ = make.__name__, make.__doc__
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[this, *signature.parameters.values()], return_annotation=signature.empty
    )
    return method


def _whole(body: dict[str, Any]) -> dict[str, Any]:
    return body


def _turns(turns: Sequence[Turn]) -> list[dict[str, str]]:
    return [{"speaker": turn.speaker, "text": turn.text} for turn in turns]


def _document(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": document.id,
        "customer_id": document.customer_id,
        "time": document.time.isoformat() if document.time is not None else None,
        "channel": document.channel,
        "branch": document.branch,
        "product": document.product,
        "fields": dict(document.fields),
    }
    return found | ({"turns": _turns(document.turns)} if document.turns else {"text": document.text})
