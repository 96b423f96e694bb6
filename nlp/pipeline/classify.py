"""Classify files in fixed blocks of rows; a job that was cut off goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from nlp.corpus.columns import Columns
from nlp.corpus.reader import Reader, Reject, read_documents
from nlp.corpus.results import Incoming, encode_block, incoming_of, is_result
from nlp.corpus.writers import format_of
from nlp.errors import InputError, Message, ResumeError
from nlp.messages import Language
from nlp.pipeline.assemble import JobReport, assemble, rejects_of
from nlp.pipeline.masking import cell_mask
from nlp.pipeline.partial import Part, PartialFolder, fingerprint
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.types import Document, Prediction

_PARTS_VERSION = 7
_GROWTH = 3.0
"""Bytes of blocks and output together, per byte of input; a guess that stops hopeless jobs early."""


class Classifier(Protocol):
    """What a job needs of a classifier."""

    @property
    def taxonomy(self) -> Taxonomy:
        """The labels it gives."""

    def predict(self, texts: Sequence[PreparedText], /) -> list[Prediction]:
        """One prediction per text, in order, each independent of its neighbours."""


Progress = Callable[[int, int, int], None]
"""Called with the rows done, the bytes done and the bytes in all."""


def classify_files(
    paths: Sequence[str | Path],
    output: str | Path,
    *,
    classifier: Classifier,
    model_id: str = "",
    columns: Columns | None = None,
    names: Sequence[str] | None = None,
    block_rows: int = 2048,
    resume: bool = False,
    restart: bool = False,
    overwrite: bool = False,
    mask: bool = True,
    lang: Language = "ko",
    progress: Progress | None = None,
) -> JobReport:
    """Classify every row of the files into ``output`` (.csv, .tsv, .xlsx, .jsonl or .parquet).

    Rows that cannot be used go to ``OUT.rejects.csv``, with the reason in ``lang``. ``model_id`` names the
    classifier's version: finished blocks are used again only under the same one. ``resume`` continues a job
    that was cut off, ``restart`` drops what it left. Memory stays bounded by ``block_rows``, save for XLSX input.
    ``names`` stand for the paths in the places of rows: what an uploaded file is called by its owner.

    Raises InputError (also FileFormatError, ColumnError) before the work begins when an input or the output
    cannot be used or another run writes the output, and ResumeError when the interrupted job is missing, unasked for
    or was another one.
    """
    if block_rows < 1:
        raise InputError("block_rows is {block_rows}; it must be at least 1", block_rows=block_rows)
    columns = columns or Columns()
    sources, target = [Path(path) for path in paths], Path(output)
    with PartialFolder(target) as folder:
        _check_target(sources, target, folder, resume=resume, restart=restart, overwrite=overwrite)
        shown = names if names is not None else map(str, sources)
        readers = [_opened(path, columns, name) for path, name in zip(sources, shown, strict=True)]
        made_of = ingredients(
            sources, classifier=classifier, model_id=model_id, columns=columns, names=names, mask=mask
        )
        manifest = made_of | {"block_rows": block_rows, "output": target.name, "version": _PARTS_VERSION}
        if resume:
            folder.check(manifest)
        else:
            _check_room(target, sum(reader.size for reader in readers))
            folder.create(manifest)
        folder.hold()

        job = _Job(folder=folder, classifier=classifier, block_rows=block_rows, mask=mask)
        job.run(readers, progress or (lambda _rows, _done, _total: None))
        report = assemble(
            folder,
            len(readers),
            target,
            classifier.taxonomy,
            resumed=job.resumed,
            lang=lang,
            job=name_of(made_of),
        )
        folder.discard()
        return report


def ingredients(
    sources: Sequence[Path],
    *,
    classifier: Classifier,
    model_id: str,
    columns: Columns | None = None,
    names: Sequence[str] | None = None,
    mask: bool = True,
) -> dict[str, Any]:
    """What decides the rows of a result, ready for JSON."""
    return {
        "inputs": [fingerprint(path) for path in sources],
        "names": list(names) if names is not None else None,
        "columns": (columns or Columns()).given(),
        "mask": mask,
        "model": model_id,
        "taxonomy": hashlib.sha256(repr(classifier.taxonomy.groups).encode()).hexdigest(),
    }


def name_of(made_of: Mapping[str, Any]) -> str:
    """A digest of ``ingredients``, which result files in Parquet keep."""
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


class _Job:
    """One pass over the readers that leaves every block in the folder."""

    def __init__(self, *, folder: PartialFolder, classifier: Classifier, block_rows: int, mask: bool) -> None:
        self._folder = folder
        self._classifier = classifier
        self._block_rows = block_rows
        self._mask = mask
        self._mask_cell = cell_mask(mask=mask)
        self.resumed = 0

    def run(self, readers: Sequence[Reader], progress: Progress) -> None:
        total = sum(reader.size for reader in readers)
        before = rows = 0
        for file, reader in enumerate(readers):
            finished = self._folder.count(file)
            notes = self._folder.read(file, finished - 1).notes if finished else None
            skipped = self._block_rows * (finished - 1) + notes["items"] if notes else 0
            rows += skipped
            self.resumed += skipped
            # Only the last block of a file is short of rows, perhaps empty.
            if notes is None or notes["items"] == self._block_rows:
                progress(rows, before, total)
                for block, items in enumerate(self._blocks(reader, skipped), start=finished):
                    self._folder.write(file, block, self._classified(reader, items))
                    rows += len(items)
                    progress(rows, before + reader.position, total)
            before += reader.size
        progress(rows, total, total)

    def _blocks(self, reader: Reader, skipped: int) -> Iterator[list[Document | Reject]]:
        items = islice(reader, skipped, None)
        while True:
            block = list(islice(items, self._block_rows))
            yield block
            if len(block) < self._block_rows:
                return

    def _classified(self, reader: Reader, items: Sequence[Document | Reject]) -> Part:
        documents = [item for item in items if isinstance(item, Document)]
        prepared = [prepare(item.text, turns=item.turns, mask=self._mask) for item in documents]
        predictions = self._classifier.predict(prepared)
        if len(predictions) != len(documents):
            raise InputError(
                "the classifier gave {given} predictions for {wanted} texts; it must give one per text",
                given=len(predictions),
                wanted=len(documents),
            )
        found = reader.report
        incoming = incoming_of(found.columns, found.roles, found.text_column, by_turns=found.by_turns)
        table = encode_block(
            [self._identified(document, found.roles) for document in documents],
            [text.masked for text in prepared],
            predictions,
            taxonomy=self._classifier.taxonomy,
            incoming=incoming,
            mask=self._mask_cell,
        )
        columns = incoming_of(found.columns, found.roles, found.text_column, by_turns=False)
        return Part(
            table=table,
            notes={
                "items": len(items),
                "incoming": [[column.name, column.role] for column in incoming],
                "columns": [[column.name, column.role] for column in columns],
                "rejects": [self._rejected(item, columns) for item in items if isinstance(item, Reject)],
                "report": asdict(found),
            },
        )

    def _rejected(self, item: Reject, columns: Sequence[Incoming]) -> list[Any]:
        """What is kept of a row that cannot be used; what a customer may have said is masked as a text is."""
        words = Incoming(name="")
        cells = [
            self._mask_cell(cell, words if column.role in ("text", "utterance") else column)
            for cell, column in zip(item.cells, columns, strict=False)
        ]
        reason = [item.reason.template, item.reason.fields]
        return [item.place, item.line, reason, cells, self._mask_cell(item.whole, words)]

    def _identified(self, document: Document, roles: Mapping[str, str]) -> Document:
        """The document under its place, when its id holds personal data."""
        column = Incoming(name=roles.get("id") or roles.get("call_id") or "")
        if document.id == document.place or self._mask_cell(document.id, column) == document.id:
            return document
        return replace(document, id=document.place)


def _opened(path: Path, columns: Columns, name: str) -> Reader:
    reader = read_documents(path, columns=columns, name=name)
    if is_result(reader.report.columns):
        raise InputError(
            "{path}: Dangol wrote this file, its rows are classified; give the file that came in", path=name
        )
    return reader


def _check_target(
    sources: Sequence[Path],
    target: Path,
    folder: PartialFolder,
    *,
    resume: bool,
    restart: bool,
    overwrite: bool,
) -> None:
    format_of(target)
    if not sources:
        raise InputError("no input file is given; name at least one")
    resolved = [path.resolve() for path in sources]
    twice = next((path for path in sources if resolved.count(path.resolve()) > 1), None)
    if twice is not None:
        raise InputError("{path}: the file is given twice; its rows would count double", path=twice)
    if target.resolve() in resolved:
        raise InputError("{path}: the output is one of the inputs; choose another name", path=target)
    if rejects_of(target).resolve() in resolved:
        raise InputError(
            "{path}: this input is where the unusable rows of the output would go; choose another output",
            path=rejects_of(target),
        )
    if target.is_dir():
        raise InputError("{path}: the output is a folder; give a file name", path=target)
    if resume and restart:
        raise InputError("resume and restart exclude each other; choose one")
    if resume and not folder.exists:
        there = target.exists()
        done = Message("it is finished, the output is there") if there else Message("start it without --resume")
        raise ResumeError("{path}: there is no interrupted job to resume; {done}", path=folder.path, done=done)
    if folder.exists and not (resume or restart):
        raise ResumeError(
            "{path}: an interrupted job left finished blocks; continue it with --resume or drop them with --restart",
            path=folder.path,
        )
    for path in (target, rejects_of(target)):
        if path.exists() and not (overwrite or resume):
            raise InputError("{path}: the output is there already; choose another name or use --overwrite", path=path)


def _check_room(target: Path, total: int) -> None:
    parent = target.parent
    if not parent.is_dir():
        raise InputError("{folder}: there is no such folder for the output; create it", folder=parent)
    free, needed = shutil.disk_usage(parent).free, int(total * _GROWTH)
    if free < needed:
        raise InputError(
            "{folder}: {free:,} MiB are free, about {needed:,} MiB are needed for {file}; make room or "
            "choose another disk",
            folder=parent,
            free=free >> 20,
            needed=needed >> 20,
            file=target.name,
        )
