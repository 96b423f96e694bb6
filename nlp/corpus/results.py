"""What a classified file holds: the columns that came in, the decided labels and their probabilities.

A block of documents is kept in a compact Arrow table with label ids (``encode_block``). ``Layout`` names the
columns of the final file over all blocks and turns a block into them (``Layout.present``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pyarrow as pa

from nlp.corpus.columns import ROLES
from nlp.errors import Message
from nlp.messages import localized
from nlp.taxonomy import Taxonomy
from nlp.types import Document, Prediction, Scope

Format: TypeAlias = Literal["csv", "tsv", "xlsx", "jsonl", "parquet"]

DIGITS = 6
"""Decimals of a probability, the same in every format so that all formats hold the same figures."""

OURS = " (단골)"
"""What one of our column names gets where the file has a column of that name already."""

ID_COLUMN, PLACE_COLUMN, SCOPE_COLUMN, UNSURE_COLUMN = "문서 ID", "위치", "글 구분", "판단 보류"
"""Columns that every result has, beside those of the groups and their labels."""

SCOPE_NAMES: Final[Mapping[Scope, Message]] = {
    "complaint": Message("complaint"),
    "no_complaint": Message("no complaint"),
    "unlike": Message("unlike other complaints"),
    "not_korean": Message("not Korean"),
    "no_words": Message("no words"),
}
"""What a text is, for people; files hold the Korean names."""

SCOPES_KO: Final[Mapping[str, str]] = {scope: localized(name, "ko") for scope, name in SCOPE_NAMES.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """A column that came in, and its role if it has one."""

    name: str
    role: str | None = None

    @property
    def key(self) -> str:
        """What makes columns of several files one: the role, else the name."""
        return f"role:{self.role}" if self.role else f"name:{self.name}"


def encode_block(
    documents: Sequence[Document],
    texts: Sequence[str],
    predictions: Sequence[Prediction],
    *,
    taxonomy: Taxonomy,
    incoming: Sequence[Incoming],
    mask: Callable[[str, Incoming], str],
) -> pa.Table:
    """One row per document: ``texts`` (masked) replace the text column, ``mask`` is applied to other cells.

    Probabilities are float64 rounded to six digits, one list of ``n_labels`` per row.
    """
    columns: dict[str, Any] = {
        "id": pa.array([document.id for document in documents], pa.string()),
        "place": pa.array([document.place for document in documents], pa.string()),
    }
    for at, column in enumerate(incoming):
        if column.role == "text":
            cells = list(texts)
        else:
            cells = [mask(document.fields.get(column.name, ""), column) for document in documents]
        columns[f"cell:{at}"] = pa.array(cells, pa.string())
    columns["scope"] = pa.array([prediction.scope for prediction in predictions], pa.string())
    for group in taxonomy:
        decided = [prediction.labels[group.id] for prediction in predictions]
        kind = pa.string() if group.kind == "one-of" else pa.list_(pa.string())
        columns[f"label:{group.id}"] = pa.array(decided, kind)
    scores = np.array(
        [[prediction.probabilities[label] for label in taxonomy.labels] for prediction in predictions],
        dtype=np.float64,
    ).reshape(-1)
    columns["probability"] = pa.FixedSizeListArray.from_arrays(pa.array(np.round(scores, DIGITS)), len(taxonomy.labels))
    columns["abstained"] = pa.array([list(prediction.abstained) for prediction in predictions], pa.list_(pa.string()))
    return pa.table(columns)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Names of the columns of a result file, in their order: id, place, incoming, scope, groups, abstained, scores.

    ``roles`` maps a role to the incoming column that plays it. ``scope`` is None for files of before there was one.
    """

    taxonomy: Taxonomy
    id: str
    place: str
    incoming: Mapping[str, str]
    roles: Mapping[str, str]
    scope: str | None
    groups: tuple[str, ...]
    abstained: str
    probabilities: tuple[str, ...]

    @classmethod
    def over(cls, taxonomy: Taxonomy, incoming: Iterable[Incoming], *, scoped: bool = True) -> Layout:
        """Unite the columns of all blocks.

        One of our names that an incoming column has already gets the suffix " (단골)".
        """
        names = united(incoming)
        taken = set(names.values())

        def ours(name: str) -> str:
            return free_name(name, taken)

        return cls(
            taxonomy=taxonomy,
            incoming=names,
            roles={key.removeprefix("role:"): name for key, name in names.items() if key.startswith("role:")},
            id=ours(ID_COLUMN),
            place=ours(PLACE_COLUMN),
            scope=ours(SCOPE_COLUMN) if scoped else None,
            groups=tuple(ours(group.ko) for group in taxonomy),
            abstained=ours(UNSURE_COLUMN),
            probabilities=tuple(ours(f"{group.ko}:{label.ko}") for group in taxonomy for label in group.labels),
        )

    @property
    def names(self) -> list[str]:
        """All columns in order."""
        scope = () if self.scope is None else (self.scope,)
        ours = (*scope, *self.groups, self.abstained, *self.probabilities)
        return [self.id, self.place, *self.incoming.values(), *ours]

    def present(self, block: pa.Table, incoming: Sequence[Incoming]) -> pa.Table:
        """A block with the columns of the final file and the labels' Korean names."""
        at = {column.key: f"cell:{index}" for index, column in enumerate(incoming)}
        missing = pa.nulls(block.num_rows, pa.string())
        arrays = [block["id"], block["place"]]
        arrays += [block[at[key]] if key in at else missing for key in self.incoming]
        arrays.append(_renamed(block["scope"], SCOPES_KO))
        for group in self.taxonomy:
            korean = {label.id: label.ko for label in group.labels}
            arrays.append(_renamed(block[f"label:{group.id}"], korean))
        arrays.append(_renamed(block["abstained"], {group.id: group.ko for group in self.taxonomy}))
        width = len(self.taxonomy.labels)
        scores = block["probability"].combine_chunks().flatten().to_numpy().reshape(-1, width)
        arrays += [pa.array(scores[:, label]) for label in range(width)]
        return pa.table(arrays, names=self.names)

    def metadata(self) -> dict[str, Any]:
        """What a reader of the file needs to find columns by meaning, ready for JSON."""
        return {
            "id": self.id,
            "place": self.place,
            "roles": dict(self.roles),
            "scope": self.scope,
            "groups": dict(zip((group.id for group in self.taxonomy), self.groups, strict=True)),
            "abstained": self.abstained,
            "probabilities": dict(zip(self.taxonomy.labels, self.probabilities, strict=True)),
            "taxonomy": self.taxonomy.version,
        }


def united(incoming: Iterable[Incoming]) -> dict[str, str]:
    """The columns of several files as those of one: their names by ``Incoming.key``.

    Columns with the same role are one, under the first name met, whatever the files call them.
    """
    taken: set[str] = set()
    names: dict[str, str] = {}
    for column in incoming:
        if column.key not in names:
            names[column.key] = free_name(column.name, taken, " (2)")
    return names


def incoming_of(names: Sequence[str], roles: Mapping[str, str], text: str, *, by_turns: bool) -> list[Incoming]:
    """Columns with their roles, as a reader recognised them; ``text`` is the one that holds the words.

    In a call put together from its utterances, no column says who speaks any more.
    """
    role_of = {name: role for role in ROLES if (name := roles.get(role)) is not None} | {text: "text"}
    return [
        Incoming(name=name, role=role_of.get(name))
        for name in names
        if not (by_turns and role_of.get(name) == "speaker")
    ]


def _renamed(column: pa.ChunkedArray, names: Mapping[str, str]) -> pa.Array:
    values = column.to_pylist()
    if pa.types.is_list(column.type):
        return pa.array([[names[value] for value in row] for row in values], pa.list_(pa.string()))
    return pa.array([names[value] for value in values], pa.string())


def is_result(names: Iterable[str]) -> bool:
    """Whether these are the columns of a result, in any order and among others."""
    return {bare(ID_COLUMN), bare(PLACE_COLUMN), bare(UNSURE_COLUMN)} <= set(map(bare, names))


def bare(name: str) -> str:
    """A column name without blanks, and without what one of ours gets where a column of its name came in."""
    name, ending = "".join(name.split()), OURS.strip()
    while name.endswith(ending):
        name = name.removesuffix(ending)
    return name


def free_name(name: str, taken: set[str], suffix: str = OURS) -> str:
    """The name, with the suffix as often as it takes to be new; it is taken from then on."""
    while name in taken:
        name += suffix
    taken.add(name)
    return name
