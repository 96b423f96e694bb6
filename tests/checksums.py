"""Labels without a model: by a checksum of the text, so repeatable and different from text to text."""

from __future__ import annotations

import zlib

from nlp.taxonomy import Taxonomy
from nlp.types import Prediction


def labelled(text: str, taxonomy: Taxonomy, *, by: str = "") -> Prediction:
    """What the classifier called ``by`` says of a text; on every fifth it abstains from the first group."""
    number = zlib.crc32(text.encode() + by.encode())
    labels: dict[str, str | tuple[str, ...]] = {}
    scores: dict[str, float] = {}
    for at, group in enumerate(taxonomy):
        chosen = (number >> at) % len(group.labels)
        labels[group.id] = group.ids[chosen] if group.kind == "one-of" else group.ids[:chosen]
        for label in range(len(group.labels)):
            scores[f"{group.id}:{group.ids[label]}"] = ((number >> (at + label)) % 9973) / 9973
    abstained = (taxonomy.groups[0].id,) if number % 5 == 0 else ()
    return Prediction(labels=labels, probabilities=scores, abstained=abstained)
