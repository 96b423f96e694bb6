"""Rows for a person to label so that shares can be corrected: out as a CSV, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.errors import InputError, LabelledDataError, Message
from nlp.pipeline.forms import read_form, write_csv
from nlp.recovery.cases import known_customers
from nlp.taxonomy import Group, Taxonomy
from nlp.wom.audit import ANYWHERE, DOCUMENT, INCLUSION, STRATUM, TEXT, Audit, audit_sample
from nlp.wom.copies import distinct


def write_audit_sample(table: ClassifiedTable, n: int, path: Path, *, seed: int = 0) -> int:
    """Draw ``n`` rows that can be read and write them with an empty column for each group; returns how many were drawn.

    The model's own labels are left out: who sees them agrees with them too easily. Documents that share an id
    with another one cannot be told apart when they come back, so none of them is drawn. Copies are one document, as
    in the shares that the rows correct: else a text of many copies would be drawn more often than it counts.
    """
    table = table.take(table.readable_rows())
    ids, counts = np.unique(table.ids.astype(str), return_counts=True)
    once = set(ids[counts == 1].tolist())
    counted = distinct(table, keep=list(once), known=known_customers(table)).table
    unique = counted.take(np.array([identity in once for identity in counted.ids], dtype=bool))
    if not len(unique):
        raise InputError(
            "{path}: every document shares its id with another one; give a column of unique ids", path=path
        )
    sample = audit_sample(unique, n, np.random.default_rng(seed))
    groups = [group.ko for group in table.taxonomy]
    rows = [[DOCUMENT, TEXT, *groups, STRATUM, INCLUSION]]
    for row, identity, stratum, chance in zip(
        sample.rows, sample.ids, sample.strata, sample.inclusion.tolist(), strict=True
    ):
        rows.append([str(identity), str(unique.texts[row]), *([""] * len(groups)), str(stratum), f"{chance:.8g}"])
    write_csv(path, rows)
    return len(sample.rows)


def read_audit(path: Path, taxonomy: Taxonomy) -> Audit:
    """Labelled rows: Korean names or ids of labels, several with commas; ``없음`` for none, empty for not labelled.

    Rows without any label are passed over. Raises LabelledDataError that names the place of every label that is none
    and of every document that has no number or stands there twice.
    """
    known = {"id": (DOCUMENT, "id"), "stratum": (STRATUM, "stratum"), "inclusion": (INCLUSION, "inclusion")}
    known |= {f"group:{group.id}": (group.ko, group.id) for group in taxonomy}
    ids, truth, strata, inclusion = [], [], [], []
    problems: list[Message] = []
    seen: dict[str, str] = {}
    for row in read_form(path, known, needed=("id",)):
        labels = dict(_labels(row.cells, taxonomy, row.place, problems))
        if not labels:
            continue
        identity = row.cells.get("id", "")
        if not identity:
            problems.append(
                Message(
                    "{place}: the document's number is empty; write it as it was, or delete the row", place=row.place
                )
            )
        elif identity in seen:
            problems.append(
                Message(
                    "{place}: the document {id!r} was labelled in {first} already; keep one of the two rows",
                    place=row.place,
                    id=identity,
                    first=seen[identity],
                )
            )
        seen.setdefault(identity, row.place)
        ids.append(identity)
        truth.append(taxonomy.encode(labels))
        strata.append(row.cells.get("stratum") or ANYWHERE)
        inclusion.append(_chance(row.cells.get("inclusion", ""), row.place))
    if problems:
        raise LabelledDataError(tuple(problems))
    if not ids:
        raise InputError(
            "{path}: no row has a label; fill in the columns of the groups, '없음' where none fits", path=path
        )
    return Audit(
        ids=np.array(ids, dtype=object),
        truth=np.stack(truth),
        inclusion=np.array(inclusion),
        strata=np.array(strata, dtype=object),
    )


def _labels(
    cells: dict[str, str], taxonomy: Taxonomy, place: str, problems: list[Message]
) -> Iterator[tuple[str, str | list[str]]]:
    """The groups of a row that are labelled and can be used; what is wrong with the others joins ``problems``."""
    for group in taxonomy:
        written = cells.get(f"group:{group.id}", "")
        if not written:
            continue
        if group.is_none(written):
            yield group.id, []
            continue
        try:
            found = [_label(group, name.strip(), place) for name in re.split("[,;]", written) if name.strip()]
            if group.kind == "one-of" and len(found) != 1:
                raise InputError(
                    "{place}: {group!r} is {written!r}; exactly one label is needed",
                    place=place,
                    group=group.ko,
                    written=written,
                )
        except InputError as error:
            problems.append(error.message)
            continue
        yield group.id, found[0] if group.kind == "one-of" else found


def _label(group: Group, name: str, place: str) -> str:
    if (found := group.named(name)) is not None:
        return found
    allowed = ", ".join([label.ko for label in group.labels] + (["없음"] if group.is_none("없음") else []))
    raise InputError(
        "{place}: {name!r} is no label of {group!r}; write one of {allowed}",
        place=place,
        name=name,
        group=group.ko,
        allowed=allowed,
    )


def _chance(written: str, place: str) -> float:
    if not written:
        return 1.0
    try:
        return float(written)
    except ValueError:
        raise InputError(
            "{place}: the inclusion probability is {written!r}; keep the number that 'dangol audit-sample' wrote",
            place=place,
            written=written,
        ) from None
