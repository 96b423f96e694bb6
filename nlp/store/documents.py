"""Masked documents and what each version of the model said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from nlp.store.database import Database
from nlp.store.tables import DocumentRow, PredictionRow
from nlp.types import Decided, Prediction, Scope

_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDocument:
    """A masked text with its predictions by model version.

    ``text`` must be masked before it comes here. ``time`` is as the customer's system wrote it.
    """

    id: str
    text: str
    customer_id: str | None = None
    time: str | None = None
    channel: str | None = None
    branch: str | None = None
    product: str | None = None
    predictions: Mapping[str, Prediction]


class Documents:
    """Read documents; ``Jobs.keep_block`` writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_job(self, job_id: str) -> Iterator[StoredDocument]:
        """The documents of a job in the order of its file, page by page."""
        after = -1
        while True:
            with self._database.reading() as session:
                rows = session.scalars(
                    select(DocumentRow)
                    .where(DocumentRow.job_id == job_id, DocumentRow.ordinal > after)
                    .order_by(DocumentRow.ordinal)
                    .limit(_PAGE)
                ).all()
                predictions: dict[int, dict[str, Prediction]] = {row.id: {} for row in rows}
                for found in session.scalars(
                    select(PredictionRow).where(PredictionRow.document_id.in_([row.id for row in rows]))
                ):
                    predictions[found.document_id][found.model] = _prediction(found)
            for row in rows:
                yield _document(row, predictions[row.id])
            if len(rows) < _PAGE:
                return
            after = rows[-1].ordinal or 0


def insert_documents(
    session: Session,
    documents: Sequence[StoredDocument],
    *,
    at: datetime,
    job_id: str,
    first: int,
) -> None:
    """Insert in the transaction of the caller; ``first`` is the ordinal of the first document in its job."""
    if not documents:
        return
    rows = [
        {
            "job_id": job_id,
            "ordinal": first + at_row,
            "external_id": _sound(document.id),
            "text": _sound(document.text),
            "customer_id": _sound(document.customer_id),
            "time": _sound(document.time),
            "channel": _sound(document.channel),
            "branch": _sound(document.branch),
            "product": _sound(document.product),
            "created_at": at,
        }
        for at_row, document in enumerate(documents)
    ]
    ids = session.scalars(insert(DocumentRow).returning(DocumentRow.id, sort_by_parameter_order=True), rows).all()
    predictions = [
        {
            "document_id": row_id,
            "model": model,
            "labels": {group: _json(decided) for group, decided in prediction.labels.items()},
            "probabilities": dict(prediction.probabilities),
            "abstained": list(prediction.abstained),
            "scope": prediction.scope,
            "created_at": at,
        }
        for row_id, document in zip(ids, documents, strict=True)
        for model, prediction in document.predictions.items()
    ]
    if predictions:
        session.execute(insert(PredictionRow), predictions)


def _sound(text: str | None) -> str | None:
    """Without what PostgreSQL refuses: zero characters, and halves of surrogate pairs."""
    return text and text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _json(decided: Decided) -> str | list[str]:
    return decided if isinstance(decided, str) else list(decided)


def _prediction(row: PredictionRow) -> Prediction:
    return Prediction(
        labels={
            group: decided if isinstance(decided, str) else tuple(decided) for group, decided in row.labels.items()
        },
        probabilities=row.probabilities,
        abstained=tuple(row.abstained),
        scope=cast(Scope, row.scope),
    )


def _document(row: DocumentRow, predictions: Mapping[str, Prediction]) -> StoredDocument:
    return StoredDocument(
        id=row.external_id,
        text=row.text,
        customer_id=row.customer_id,
        time=row.time,
        channel=row.channel,
        branch=row.branch,
        product=row.product,
        predictions=predictions,
    )
