"""Labelled rows, read and checked whole before anything is trained on them."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.errors import DangolError, InputError, LabelledDataError, Message, TaxonomyError
from nlp.resources import data_path
from nlp.taxonomy import Group, Taxonomy
from nlp.text.normalize import normalize
from nlp.text.prepare import PreparedText, prepare
from nlp.wom.audit import INCLUSION, STRATUM

METADATA = ("id", "source", "domain", "channel", "evidence", "annotators")
"""Columns that a labelled file may carry beside its text and labels."""

ORIGIN = ("domain", "channel", "source")
"""Those of them that say where a text comes from; an evaluation tells them apart."""

_UNSURE_COLUMN = "판단 보류"
"""Every file that Dangol classified has this column beside a probability for each label."""


@cache
def _text_columns() -> tuple[str, ...]:
    """The names that exports give to the column with the text, most telling first."""
    table = tomllib.loads(data_path("columns.toml").read_text(encoding="utf-8"))
    return tuple(name for role in ("text", "utterance") for name in table["role"][role]["names"])


@dataclass(frozen=True, kw_only=True)
class Example:
    """A text with agreed labels; ``target`` is ``(n_labels,)``: 1, 0, or NaN where the group is not labelled.

    ``known`` holds what the row says of the text's source, domain and channel.
    """

    id: str
    text: str
    target: NDArray[np.float32]
    place: str
    evidence: Mapping[str, str]
    known: Mapping[str, str] = field(default_factory=dict)

    def prepared(self) -> PreparedText:
        """The text as the model reads it, personal data masked."""
        return prepare(self.text)


def read_examples(paths: Sequence[Path], taxonomy: Taxonomy) -> list[Example]:
    """Read labelled JSONL or CSV files.

    JSONL rows hold ``text`` and ``labels`` (by group); CSV files one column per group, named by id or Korean
    name, any-of cells separated by commas or semicolons, labels by id or Korean name. A group without a
    column or with an empty one-of cell is not labelled.

    Raises LabelledDataError that lists every unusable row of every file as ``file:line: reason``.
    """
    problems: list[Message] = []
    examples: list[Example] = []
    for path in paths:
        try:
            rows = _jsonl(path) if path.suffix.lower() in (".jsonl", ".ndjson") else _csv(path, taxonomy)
            for line, row in rows:
                try:
                    examples.append(_example(row, taxonomy, place=f"{path}:{line}"))
                except (InputError, TaxonomyError) as error:
                    problems.append(Message("{path}:{line}: {error}", path=path, line=line, error=error))
        except (OSError, UnicodeDecodeError, csv.Error, InputError) as error:
            problems.append(Message("{path}: {error}", path=path, error=error))
    if problems:
        raise LabelledDataError(tuple(problems))
    if not examples:
        raise LabelledDataError((Message("{paths}: no labelled row found", paths=", ".join(map(str, paths))),))
    return examples


def read_lines(paths: Sequence[Path]) -> Iterator[str]:
    """Texts, one a line, from plain or gzip files."""
    for path in paths:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8") as packed:
                yield from (line.strip() for line in packed)
        else:
            with path.open(encoding="utf-8") as plain:
                yield from (line.strip() for line in plain)


def _example(row: Mapping[str, Any], taxonomy: Taxonomy, *, place: str) -> Example:
    if isinstance(row.get("error"), DangolError):
        raise row["error"]
    unknown = set(row) - {"text", "labels", *METADATA}
    if unknown:
        allowed = ", ".join(("text", "labels", *METADATA))
        raise InputError(
            "unknown key {unknown}; allowed: {allowed}",
            unknown=", ".join(sorted(map(repr, unknown))),
            allowed=allowed,
        )
    text, labels = row.get("text"), row.get("labels")
    if not isinstance(text, str) or not normalize(text).text.strip():
        raise InputError("the text is empty; delete the row or fill in its text")
    if not isinstance(labels, Mapping) or not labels:
        raise InputError('\'labels\' is missing; give an object such as {"cause": ["price"]}')
    return Example(
        id=str(row.get("id") or place),
        text=text,
        target=taxonomy.encode(labels),
        place=place,
        evidence=row.get("evidence") or {},
        known={name: str(row[name]) for name in ORIGIN if row.get(name)},
    )


def _jsonl(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                row = {"error": InputError("not valid JSON ({error}); every line must be one object", error=error)}
            yield number, row if isinstance(row, dict) else {"error": InputError("not a JSON object")}


def _csv(path: Path, taxonomy: Taxonomy) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(_decoded(path.read_bytes()), newline=""))
    columns = reader.fieldnames or []
    groups = {name: group for group in taxonomy for name in (group.id, group.ko) if name in columns}
    text_column = next((name for name in _text_columns() if name in columns), None)
    scores = {f"{group.ko}:{label.ko}" for group in taxonomy for label in group.labels}
    # A classified file that a person corrected is taken as it is: the columns of the export are still in it.
    classified = _UNSURE_COLUMN in columns and not scores.isdisjoint(columns)
    unknown = [name for name in columns if name not in groups and name not in (text_column, *METADATA, *scores)]
    if {STRATUM, INCLUSION} <= set(columns):
        raise InputError(
            "this is a sample of 'dangol audit-sample', with more of some causes than there are; give it to 'dangol "
            "analyze --audited', which weighs its rows"
        )
    if text_column is None:
        raise InputError("no text column; name the column with the text 'text' or '본문'")
    if not groups:
        raise InputError(
            "no label column; name columns after groups: {groups}", groups=", ".join(group.id for group in taxonomy)
        )
    if unknown and not classified:
        raise InputError(
            "unknown column {unknown}; allowed: {allowed} and the groups {groups}; delete or rename it",
            unknown=", ".join(map(repr, unknown)),
            allowed=", ".join((text_column, *METADATA)),
            groups=", ".join(group.id for group in taxonomy),
        )
    line = reader.line_num + 1
    for row in reader:
        try:
            if None in row:
                raise TaxonomyError("more cells than columns; put a cell that holds commas in quotation marks")
            labels = {group.id: _cell(row[name] or "", group) for name, group in groups.items()}
            meta = {name: row[name] for name in METADATA if name in row and name not in ("evidence", "annotators")}
            yield line, {"text": row[text_column] or "", "labels": labels, **meta}
        except TaxonomyError as error:
            yield line, {"error": error}
        line = reader.line_num + 1


def _cell(value: str, group: Group) -> str | list[str] | None:
    named = {label.ko: label.id for label in group.labels}
    parts = [part.strip() for part in value.replace(";", ",").split(",") if part.strip()]
    chosen = [named.get(part, part) for part in parts]
    if group.kind == "any-of":
        return [label for label in chosen if label not in (group.empty_ko, group.empty_en)]
    return chosen[0] if len(chosen) == 1 else (chosen or None)


def _decoded(raw: bytes) -> str:
    """Excel on Korean Windows saves CSV as cp949 unless told otherwise."""
    for codec in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(codec)
    raise InputError("labelled rows are read from CSV or JSONL; save a workbook as 'CSV UTF-8'")
