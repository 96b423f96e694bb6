"""The requests of the client, the same for the blocking and the asynchronous one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from nlp.client.values import Text
from nlp.types import Document, Turn


def headers(api_key: str | None, language: str) -> dict[str, str]:
    """What every request carries."""
    found = {"Accept-Language": language, "User-Agent": "dangol-client"}
    return found | ({"Authorization": f"Bearer {api_key}"} if api_key else {})


def predict(texts: Sequence[Text], **options: bool) -> dict[str, Any]:
    """The body of ``POST /v1/predict``."""
    return {"texts": [text if isinstance(text, str) else {"turns": _turns(text)} for text in texts], **options}


def rank(
    documents: Sequence[Document], *, now: datetime | None, capacity: int | None, evidence: bool
) -> dict[str, Any]:
    """The body of ``POST /v1/rank``."""
    return {
        "documents": [_document(document) for document in documents],
        "now": now.isoformat() if now is not None else None,
        "capacity": capacity,
        "evidence": evidence,
    }


def form(options: Mapping[str, object]) -> dict[str, str]:
    """Fields beside the file of a job; None counts as not given."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in options.items()
        if value is not None
    }


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
