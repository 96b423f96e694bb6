"""The taxonomy is data: groups of labels, read from ``data/taxonomy.toml`` or from a model folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.errors import Message, TaxonomyError
from nlp.resources import data_path
from nlp.types import Decided

Kind: TypeAlias = Literal["any-of", "one-of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """One label; ``id`` is unique within its group."""

    id: str
    ko: str
    en: str
    definition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Labels that answer one question: any number of them (any-of), or exactly one (one-of).

    ``empty_ko`` and ``empty_en`` name the answer "none of them" of an any-of group. The labels of an
    ``ordinal`` group stand in rising order.
    """

    id: str
    kind: Kind
    ko: str
    en: str
    definition: str
    source: str
    labels: tuple[Label, ...]
    empty_ko: str = ""
    empty_en: str = ""
    ordinal: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """Label ids in order."""
        return tuple(label.id for label in self.labels)

    def named(self, written: str) -> str | None:
        """The id of the label that a person wrote by id or name, whatever its blanks and case; None for no label."""
        return next((label.id for label in self.labels if _same(written, label.id, label.ko, label.en)), None)

    def is_none(self, written: str) -> bool:
        """Whether a person wrote that none of an any-of group's labels fits: its own word for that, 없음 or -."""
        return self.kind == "any-of" and _same(written, self.empty_ko, self.empty_en, "없음", "해당 없음", "none", "-")

    def label(self, label_id: str) -> Label:
        """The label with this id; raises TaxonomyError naming the allowed ids."""
        for label in self.labels:
            if label.id == label_id:
                return label
        raise TaxonomyError(
            "{id}: {label_id!r} is no label of this group; allowed: {allowed}",
            id=self.id,
            label_id=label_id,
            allowed=", ".join(
                f"{label.id} ({label.ko})" if label.ko != label.id else label.id for label in self.labels
            ),
        )


def _same(written: str, *names: str) -> bool:
    return _bare(written) in map(_bare, names)


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


@dataclass(frozen=True)
class Taxonomy:
    """All groups, and the order of the ``group:label`` columns that a model scores."""

    groups: tuple[Group, ...]
    version: str = "1"

    def __post_init__(self) -> None:
        if not self.groups:
            raise TaxonomyError("the taxonomy has no group; write one as [[group]]")
        _unique([group.id for group in self.groups], Message("group"))
        # Files name their columns after groups, and columns are compared without blanks.
        _unique(["".join(group.ko.split()) for group in self.groups], Message("Korean name of a group"))
        for group in self.groups:
            _unique(list(group.ids), Message("label of group {group!r}", group=group.id))
            for name in (group.id, *group.ids):
                if not name or any(character in name for character in ":,; \t\n"):
                    raise TaxonomyError("{name!r}: an id must not be empty nor hold a colon, comma or blank", name=name)
            if group.kind not in ("any-of", "one-of"):
                raise TaxonomyError(
                    "group {group!r}: kind is {kind!r}; use 'any-of' or 'one-of'", group=group.id, kind=group.kind
                )
            if group.ordinal and group.kind != "one-of":
                raise TaxonomyError("group {group!r} is ordinal; only a one-of group has an order", group=group.id)
            _unique([label.ko for label in group.labels], Message("Korean name in group {group!r}", group=group.id))
            for label in group.labels:
                if "," in label.ko or ";" in label.ko or label.ko == group.empty_ko:
                    raise TaxonomyError(
                        "{group}:{label}: the Korean name {name!r} must not hold a comma or semicolon nor be the "
                        "group's name for none of them",
                        group=group.id,
                        label=label.id,
                        name=label.ko,
                    )
            if len(group.labels) < (2 if group.kind == "one-of" else 1):
                raise TaxonomyError(
                    "group {group!r} has too few labels for its kind {kind!r}", group=group.id, kind=group.kind
                )

    @classmethod
    def load(cls, path: str | Path | None = None) -> Taxonomy:
        """Read a taxonomy file, or that of a model folder; without a path, the one that ships with Dangol.

        Raises TaxonomyError when it cannot be read or contradicts itself.
        """
        path = taxonomy_file(path)
        try:
            return cls.parse(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise TaxonomyError("{path}: the taxonomy cannot be read ({error})", path=path, error=error) from error
        except TaxonomyError as error:
            raise TaxonomyError("{path}: {error}", path=path, error=error) from error

    @classmethod
    def parse(cls, text: str) -> Taxonomy:
        """Build a taxonomy from the text of a TOML file; raises TaxonomyError when it contradicts itself."""
        try:
            table = tomllib.loads(text)
            groups = tuple(_group(entry) for entry in table["group"])
        except tomllib.TOMLDecodeError as error:
            raise TaxonomyError("not valid TOML: {error}", error=error) from error
        except KeyError as error:
            raise TaxonomyError("the key {error} is missing", error=error) from error
        except (TypeError, AttributeError) as error:
            raise TaxonomyError("groups are written as [[group]] and their labels as [[group.label]]") from error
        return cls(groups=groups, version=str(table.get("version", "1")))

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups)

    def __contains__(self, group_id: object) -> bool:
        return any(group.id == group_id for group in self.groups)

    def has(self, group_id: str, *label_ids: str) -> bool:
        """Whether there is this group, with all of these labels."""
        return any(group.id == group_id and set(label_ids) <= set(group.ids) for group in self.groups)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """``group:label`` ids in column order."""
        return tuple(f"{group.id}:{label}" for group in self.groups for label in group.ids)

    @cached_property
    def _spans(self) -> Mapping[str, slice]:
        spans: dict[str, slice] = {}
        start = 0
        for group in self.groups:
            spans[group.id] = slice(start, start + len(group.labels))
            start += len(group.labels)
        return spans

    def group(self, group_id: str) -> Group:
        """The group with this id; raises TaxonomyError naming the allowed ids."""
        for group in self.groups:
            if group.id == group_id:
                return group
        allowed = ", ".join(group.id for group in self.groups)
        raise TaxonomyError(
            "{group_id!r} is no group of this taxonomy; allowed: {allowed}", group_id=group_id, allowed=allowed
        )

    def columns(self, group_id: str) -> slice:
        """The columns that belong to a group; raises TaxonomyError for an unknown one."""
        self.group(group_id)
        return self._spans[group_id]

    def column(self, group_id: str, label_id: str) -> int:
        """The column of one label; raises TaxonomyError for an unknown group or label."""
        group = self.group(group_id)
        group.label(label_id)
        return int(self._spans[group_id].start) + group.ids.index(label_id)

    def encode(self, labels: Mapping[str, object]) -> NDArray[np.float32]:
        """Turn labels by group into a target row ``(n_labels,)``: 1 has it, 0 has it not, NaN not labelled.

        A group that is missing or None is not labelled. Any-of groups take a list of ids, one-of groups an
        id; numbers are read as ids (severity 2), arrays as lists. Raises TaxonomyError for an unknown group or label.
        """
        target = np.full(len(self.labels), np.nan, dtype=np.float32)
        for group_id, value in labels.items():
            group = self.group(group_id)
            if value is None:
                continue
            chosen = _chosen(group, value.tolist() if isinstance(value, np.generic | np.ndarray) else value)
            target[self._spans[group_id]] = 0.0
            for label_id in chosen:
                target[self.column(group_id, label_id)] = 1.0
        return target

    def decode(self, row: NDArray[Any]) -> dict[str, Decided]:
        """Turn a row of zeros and ones ``(n_labels,)`` back into labels by group.

        Raises TaxonomyError where a one-of group has no label or several.
        """
        decided: dict[str, Decided] = {}
        for group in self.groups:
            chosen = tuple(label for label, on in zip(group.ids, row[self._spans[group.id]], strict=True) if on > 0.5)
            if group.kind == "any-of":
                decided[group.id] = chosen
            elif len(chosen) == 1:
                decided[group.id] = chosen[0]
            else:
                raise TaxonomyError(
                    "{group}: exactly one label is needed, the row has {count}", group=group.id, count=len(chosen)
                )
        return decided


def taxonomy_file(path: str | Path | None) -> Path:
    """The file of a taxonomy that is given as a file, as a model folder or, to mean the one that ships, as None."""
    path = data_path("taxonomy.toml") if path is None else Path(path)
    return path / "taxonomy.toml" if path.is_dir() else path


def complaints(decided: NDArray[np.bool_], taxonomy: Taxonomy) -> NDArray[np.bool_] | None:
    """Rows of ``decided`` ``(n, n_labels)`` that hold a complaint, ``(n,)``: severity above 0, or else any cause.

    None where the taxonomy has neither group, so that nothing tells.
    """
    if taxonomy.has("severity", "0"):
        return ~decided[:, taxonomy.column("severity", "0")]
    if "cause" in taxonomy:
        return np.asarray(decided[:, taxonomy.columns("cause")].any(axis=1))
    return None


def _group(entry: Mapping[str, Any]) -> Group:
    empty = ("없음", "None") if entry["kind"] == "any-of" else ("", "")
    return Group(
        id=_text(entry, "id"),
        kind=entry["kind"],
        ko=_text(entry, "ko"),
        en=_text(entry, "en", entry["id"]),
        definition=_text(entry, "definition", ""),
        source=_text(entry, "source", ""),
        empty_ko=_text(entry, "empty_ko", empty[0]),
        empty_en=_text(entry, "empty_en", empty[1]),
        ordinal=bool(entry.get("ordinal", False)),
        labels=tuple(
            Label(
                id=_text(label, "id"),
                ko=_text(label, "ko"),
                en=_text(label, "en", label["id"]),
                definition=_text(label, "definition", ""),
            )
            for label in entry["label"]
        ),
    )


def _text(entry: Mapping[str, Any], key: str, default: object = None) -> str:
    """The text under a key, numbers as their digits; raises KeyError where it is needed and missing."""
    value = entry[key] if default is None else entry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TaxonomyError("{key} is {value!r}; write a text in quotation marks", key=key, value=value)
    return str(value)


def _chosen(group: Group, value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        chosen = [str(item) for item in value]
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        chosen = [str(value)]
    else:
        raise TaxonomyError(
            "{group}: {value!r} is neither a label id nor a list of label ids", group=group.id, value=value
        )
    if group.kind == "one-of" and len(chosen) != 1:
        raise TaxonomyError("{group}: exactly one label is needed, {count} given", group=group.id, count=len(chosen))
    return chosen


def _unique(ids: Sequence[str], what: Message) -> None:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise TaxonomyError("{what} named twice: {names}", what=what, names=", ".join(twice))
