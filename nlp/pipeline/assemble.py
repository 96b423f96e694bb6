"""From finished blocks to the output file, its reject file and the job's report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from nlp.corpus.reader import ReadReport
from nlp.corpus.rejects import RejectLine, step_of, write_rejects
from nlp.corpus.results import SCOPE_NAMES, Incoming, Layout, united
from nlp.corpus.writers import format_of, open_writer
from nlp.errors import Message
from nlp.messages import Language, localized
from nlp.pipeline.partial import PartialFolder
from nlp.taxonomy import Taxonomy
from nlp.types import UNREAD, Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class JobReport:
    """What became of a job.

    ``rejects`` is the reject file, None when every row was usable. ``labels`` counts decided documents by
    ``group:label``, ``abstained`` by group, both of texts that can be read; ``scopes`` counts all by what they are.
    ``resumed`` counts the rows that an earlier run had done.
    """

    output: Path
    rejects: Path | None
    files: tuple[ReadReport, ...]
    documents: int
    rejected: int
    resumed: int
    labels: Mapping[str, int]
    abstained: Mapping[str, int]
    scopes: Mapping[Scope, int]

    @property
    def readable(self) -> int:
        """Documents in Korean words of a customer."""
        return self.documents - sum(self.scopes[scope] for scope in UNREAD)


def rejects_of(target: Path) -> Path:
    """The reject file of an output: ``OUT.rejects.csv``."""
    return target.with_name(f"{target.name}.rejects.csv")


def assemble(
    folder: PartialFolder, files: int, target: Path, taxonomy: Taxonomy, *, resumed: int, lang: Language, job: str
) -> JobReport:
    """Put the blocks together in order; the output appears in one step, after the reject file."""
    places = [(file, block) for file in range(files) for block in range(folder.count(file))]
    columns: dict[str, Incoming] = {}
    all_columns: dict[str, Incoming] = {}
    last: dict[int, Mapping[str, Any]] = {}
    rejected = 0
    for file, block in places:
        notes = folder.read(file, block).notes
        last[file] = notes["report"]
        rejected += len(notes["rejects"])
        for column in _incoming(notes):
            columns.setdefault(column.key, column)
        for column in _columns(notes["columns"]):
            all_columns.setdefault(column.key, column)
    layout = Layout.over(taxonomy, columns.values())

    rejects = rejects_of(target)
    if rejected:
        names = united(all_columns.values())
        lines = (line for place in places for line in _rejected(folder.read(*place).notes, list(names), lang))
        with folder.replacing(rejects) as stream:
            write_rejects(stream, list(names.values()), lines)
    else:
        with folder.writing(rejects):
            rejects.unlink(missing_ok=True)

    documents, labels, abstained, scopes = 0, Counter[str](), Counter[str](), Counter[str]()
    with folder.replacing(target) as stream:
        writer = open_writer(stream, format_of(target), layout, job=job)
        for place in places:
            part = folder.read(*place)
            writer.write(layout.present(part.table, _incoming(part.notes)))
            documents += part.table.num_rows
            kinds = part.table["scope"].to_pylist()
            scopes.update(kinds)
            readable = part.table.filter(pa.array([kind not in UNREAD for kind in kinds], pa.bool_()))
            for group in taxonomy:
                decided = readable[f"label:{group.id}"].to_pylist()
                ids = decided if group.kind == "one-of" else [label for row in decided for label in row]
                labels.update(f"{group.id}:{label}" for label in ids)
            abstained.update(name for row in readable["abstained"].to_pylist() for name in row)
        writer.close()
    return JobReport(
        output=target,
        rejects=rejects if rejected else None,
        files=tuple(_report(last[file]) for file in range(files)),
        documents=documents,
        rejected=rejected,
        resumed=resumed,
        labels={label: labels[label] for label in taxonomy.labels},
        abstained={group.id: abstained[group.id] for group in taxonomy},
        scopes={scope: scopes[scope] for scope in SCOPE_NAMES},
    )


def _report(kept: Mapping[str, Any]) -> ReadReport:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    return ReadReport(**fields)


def _incoming(notes: Mapping[str, Any]) -> list[Incoming]:
    return _columns(notes["incoming"])


def _columns(kept: Iterable[tuple[str, str | None]]) -> list[Incoming]:
    return [Incoming(name=name, role=role) for name, role in kept]


def _rejected(notes: Mapping[str, Any], keys: Sequence[str], lang: Language) -> Iterator[RejectLine]:
    """The rejected rows of a block, each with a cell for every column of the reject file."""
    own = [column.key for column in _columns(notes["columns"])]
    for place, line, (template, fields), cells, whole in notes["rejects"]:
        known = dict(zip(own, cells, strict=False))
        yield RejectLine(
            place=place,
            line=line,
            reason=localized(Message(template, **fields), lang),
            step=localized(step_of(split=bool(cells)), lang),
            whole=whole,
            cells=[known.get(key, "") for key in keys],
        )
