"""Predictions as the API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from nlp.corpus.results import DIGITS
from nlp.model.evidence import Evidence
from nlp.text.prepare import PreparedText
from nlp.types import Prediction


class Options(Protocol):
    """What a caller wants to see."""

    @property
    def probabilities(self) -> bool:
        """The probability of every label."""

    @property
    def masked_text(self) -> bool:
        """The text without personal data."""


def answer(
    prediction: Prediction,
    text: PreparedText,
    options: Options,
    evidence: Mapping[str, Evidence] | None = None,
) -> dict[str, Any]:
    """One prediction as JSON; see ``PredictionOut``."""
    found: dict[str, Any] = {
        "scope": prediction.scope,
        "labels": {
            group: decided if isinstance(decided, str) else list(decided)
            for group, decided in prediction.labels.items()
        },
        "abstained": list(prediction.abstained),
    }
    if options.probabilities:
        found["probabilities"] = {label: round(value, DIGITS) for label, value in prediction.probabilities.items()}
    if evidence is not None:
        found["evidence"] = {
            label: {
                "text": part.text,
                "start": part.start,
                "end": part.end,
                "probability": round(part.probability, DIGITS),
            }
            for label, part in evidence.items()
        }
    if options.masked_text:
        found["masked_text"] = text.masked
    return found
