"""The parts of inference that routes share: limits, evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import cast

from nlp.errors import Message
from nlp.model.evidence import Evidence, find_evidence
from nlp.serve.engine import Engine, Scored
from nlp.serve.lanes import Lane
from nlp.serve.refusals import MOST_TOLD, invalid
from nlp.serve.settings import Settings
from nlp.serve.sources import Source

EVIDENCE_FACTOR = 2.2
"""Tokens that a text costs with evidence, per token without: every sentence is scored once more by itself."""

_GROUP = "cause"


def check_limits(sources: Sequence[Source], settings: Settings, *, field: str, most: int) -> None:
    """Raise InvalidError when there are more texts or characters than one request may hold."""
    if len(sources) > most:
        raise invalid((field, Message("at most {most} items are allowed", most=most)))
    long = [
        (f"{field}.{index}", Message("at most {most} characters are allowed", most=settings.max_text_chars))
        for index, source in enumerate(sources)
        if source.size > settings.max_text_chars
    ]
    if long:
        raise invalid(*long[:MOST_TOLD])
    if sum(source.size for source in sources) > settings.max_request_chars:
        raise invalid(
            (
                field,
                Message(
                    "all texts together may have {most} characters; send fewer at once, or a file to /v1/jobs",
                    most=settings.max_request_chars,
                ),
            )
        )


async def evidence_of(engine: Engine, scored: Scored, *, lane: Lane = Lane.HIGH) -> list[Mapping[str, Evidence]]:
    """The sentence behind each decided cause of each text; its scores take the same batches as all others."""
    if _GROUP not in scored.model.taxonomy:
        return [{} for _ in scored.texts]
    decided = [cast("tuple[str, ...]", prediction.labels[_GROUP]) for prediction in scored.predictions]
    classifier = engine.classifier_of(scored.model, lane=lane)
    return await asyncio.to_thread(find_evidence, classifier, scored.texts, decided=decided, group=_GROUP)
