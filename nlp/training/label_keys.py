"""Labels without texts: publish what was read in texts that belong to others.

A row holds a text's key, a digest of the text, and its labels. Whoever has the same public texts can join the two
again, whoever has not learns nothing of them:

    python -m nlp.training.label_keys KEYS.csv OUT.jsonl TEXTS…

TEXTS are plain text or ``.gz`` files, one text a line; OUT is a labelled file to train on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.errors import InputError, LabelledDataError, Message, TaxonomyError
from nlp.taxonomy import Taxonomy
from nlp.training.examples import read_lines

Labels = Mapping[str, Any]


def text_key(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of the text, in NFC and with runs of whitespace as one space."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()[:16]


def write_keys(path: Path, rows: Iterable[tuple[str, Labels]], taxonomy: Taxonomy) -> None:
    """Write texts and their labels (by group, as in a labelled JSONL row) as keys and labels."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["key", *(group.id for group in taxonomy)])
        for text, labels in rows:
            writer.writerow([text_key(text), *(_cell(labels[group.id]) for group in taxonomy)])


def read_keys(path: Path, taxonomy: Taxonomy) -> dict[str, Labels]:
    """Labels by key. Raises LabelledDataError that lists every row whose labels the taxonomy does not have."""
    found: dict[str, Labels] = {}
    problems: list[Message] = []
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            labels = {
                group.id: row[group.id].split() if group.kind == "any-of" else row[group.id] for group in taxonomy
            }
            try:
                taxonomy.encode(labels)
            except TaxonomyError as error:
                problems.append(Message("{path}:{line}: {error}", path=path, line=line, error=error))
            found[row["key"]] = labels
    if problems:
        raise LabelledDataError(tuple(problems))
    return found


def joined(keys: Mapping[str, Labels], texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Labelled rows for the texts whose key is known, each key once."""
    remaining = dict(keys)
    for text in texts:
        labels = remaining.pop(text_key(text), None)
        if labels is not None:
            yield {"id": text_key(text), "text": text, "labels": labels}


def _cell(value: object) -> str:
    return " ".join(value) if isinstance(value, list | tuple) else str(value)


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description="Join labels that were published as keys to the texts you have.")
    parser.add_argument("keys", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    options = parser.parse_args()
    keys = read_keys(options.keys, Taxonomy.load())
    rows = list(joined(keys, read_lines(options.texts)))
    if not rows:
        raise InputError(
            "{path}: none of its keys is that of a text given; give the texts as they were published, one a line",
            path=options.keys,
        )
    with options.out.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
