"""A classifier without a model, and a job that a test can kill: ``python stub.py SOURCE OUTPUT MODE``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from checksums import labelled

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
        return [labelled(text.masked, self.taxonomy) for text in texts]


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
