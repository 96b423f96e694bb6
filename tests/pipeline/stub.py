"""A classifier without a model, and a job that a test can kill: ``python stub.py SOURCE OUTPUT MODE``."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence

from nlp.pipeline.classify import classify_files
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.types import Prediction


class StubClassifier:
    """Labels by a checksum of the masked text: repeatable, different from text to text."""

    def __init__(self) -> None:
        self.taxonomy = Taxonomy.load()
        self.seen: list[str] = []

    def predict(self, texts: Sequence[PreparedText]) -> list[Prediction]:
        self.seen += [text.masked for text in texts]
        return [self._one(text.masked) for text in texts]

    def _one(self, text: str) -> Prediction:
        number = zlib.crc32(text.encode())
        labels: dict[str, str | tuple[str, ...]] = {}
        scores: dict[str, float] = {}
        for at, group in enumerate(self.taxonomy):
            chosen = (number >> at) % len(group.labels)
            labels[group.id] = group.ids[chosen] if group.kind == "one-of" else group.ids[:chosen]
            for label in range(len(group.labels)):
                scores[f"{group.id}:{group.ids[label]}"] = ((number >> (at + label)) % 9973) / 9973
        return Prediction(labels=labels, probabilities=scores, abstained=("cause",) if number % 5 == 0 else ())


if __name__ == "__main__":
    source, output, mode = sys.argv[1:]
    classify_files(
        [source],
        output,
        classifier=StubClassifier(),
        block_rows=16,
        resume=mode == "resume",
        progress=lambda rows, _done, _total: print(rows, flush=True),  # noqa: T201
    )
