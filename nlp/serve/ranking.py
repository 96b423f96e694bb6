"""From a ranking request to the library's ranking and back; no figure is computed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.corpus.dates import in_korea
from nlp.corpus.results import Incoming
from nlp.errors import InputError, Message
from nlp.model.evidence import Evidence, said
from nlp.pipeline.masking import cell_mask
from nlp.recovery.clock import latest_time
from nlp.recovery.queue import Ranking
from nlp.recovery.ranking import rank_cases
from nlp.recovery.texts import words
from nlp.serve.engine import Scored
from nlp.serve.refusals import MOST_TOLD, invalid
from nlp.serve.schemas import DocumentIn, RankIn
from nlp.serve.sources import Source
from nlp.types import Turn


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A ranking, the ids of the documents ranked, how many could not be read, and the moment that it counts from."""

    ranking: Ranking
    ids: Sequence[str]
    unread: int
    now: datetime


def check_documents(documents: Sequence[DocumentIn]) -> None:
    """Raise InvalidError, naming each, for documents without a text or with two, and for ids that come twice."""
    seen = Counter(document.id for document in documents)
    wrong: list[tuple[str, Message]] = []
    for index, document in enumerate(documents):
        place = f"documents.{index}"
        if document.text is None and not document.turns:
            wrong.append((f"{place}.text", Message("a document needs a text or turns")))
        if document.text is not None and document.turns:
            wrong.append((place, Message("a document has a text or turns, not both")))
        if seen[document.id] > 1:
            wrong.append((f"{place}.id", Message("another document has the same id")))
    if wrong:
        raise invalid(*wrong[:MOST_TOLD])


def sources_of(documents: Sequence[DocumentIn]) -> list[Source]:
    """The texts of the documents, as the engine takes them."""
    return [
        Source(document.text or "", tuple(Turn(speaker=turn.speaker, text=turn.text) for turn in document.turns))
        for document in documents
    ]


def rank(body: RankIn, scored: Scored, evidence: Sequence[Mapping[str, Evidence]] | None) -> Ranked:
    """Rank the documents as files are ranked: cells are masked, and without ``now`` the latest time counts
    that is not after the clock's.

    Documents that are not Korean or hold no word of the customer are left out; raises InvalidError when none is left.
    """
    whole = _table(body, scored)
    try:
        rows = whole.readable_rows()
    except InputError as error:
        raise invalid(("documents", error.message)) from error
    table = whole.take(rows)
    today = in_korea(datetime.now(UTC)).replace(microsecond=0)
    now = body.now or latest_time(table.times, today) or today
    spoken = None if evidence is None else lambda row: said(evidence[int(rows[row])])
    ranking = rank_cases(table, now=now, capacity=body.capacity, evidence=spoken)
    return Ranked(ranking=ranking, ids=list(table.ids), unread=len(whole) - len(rows), now=now)


def answer_of(ranked: Ranked, model: str) -> dict[str, Any]:
    """The answer as JSON; see ``RankOut``."""
    cases = [_case(ranked, place) for place in range(len(ranked.ranking))]
    notes = [*ranked.ranking.notes, *([words("note", "unread", n=ranked.unread)] if ranked.unread else [])]
    return {
        "model": model,
        "now": ranked.now.isoformat(),
        "cases": cases,
        "notes": [asdict(note) for note in notes],
    }


def _case(ranked: Ranked, place: int) -> dict[str, Any]:
    case = ranked.ranking.case(place)
    found = asdict(case)
    rows = found.pop("rows")
    found["documents"] = [ranked.ids[row] for row in rows]
    found["deadline"] = case.deadline.isoformat() if case.deadline is not None else None
    found["actions"] = [
        {name: getattr(action, name) for name in ("id", "kind", "justice", "ko", "en", "source")}
        for action in case.actions
    ]
    return found


def _table(body: RankIn, scored: Scored) -> ClassifiedTable:
    documents, taxonomy = body.documents, scored.model.taxonomy
    masked = cell_mask(mask=body.mask)

    def column(name: str) -> Any:
        cells = [(getattr(document, name) or "").strip() for document in documents]
        role = Incoming(name="", role=name)
        return _objects([masked(cell, role) if cell else None for cell in cells])

    names = list(dict.fromkeys(name for document in documents for name in document.fields))
    times = [document.time for document in documents]
    groups = [group.id for group in taxonomy]
    return ClassifiedTable(
        taxonomy=taxonomy,
        ids=_objects([document.id for document in documents]),
        texts=_objects([text.masked for text in scored.texts]),
        probabilities=np.array(
            [[found.probabilities[label] for label in taxonomy.labels] for found in scored.predictions],
            dtype=np.float32,
        ),
        decided=np.stack([taxonomy.encode(found.labels) for found in scored.predictions]) > 0.5,
        abstained=np.array(
            [[group in found.abstained for group in groups] for found in scored.predictions], dtype=bool
        ),
        scopes=_objects([found.scope for found in scored.predictions]),
        times=np.array(times, dtype="datetime64[s]"),
        customer_ids=column("customer_id"),
        channels=column("channel"),
        branches=column("branch"),
        products=column("product"),
        fields={
            name: _objects(
                [masked(document.fields.get(name, ""), Incoming(name=name)) or None for document in documents]
            )
            for name in names
        },
    )


def _objects(values: Sequence[object]) -> Any:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells
