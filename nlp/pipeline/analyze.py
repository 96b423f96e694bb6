"""From an export to decisions: classify, compute, rank, and write the report."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.corpus.columns import Columns
from nlp.corpus.dates import in_korea
from nlp.corpus.load import is_classified, job_of, load_classified
from nlp.corpus.workbook_writer import without_controls
from nlp.errors import InputError, Message, ResumeError, TaxonomyError
from nlp.model.classifier import ComplaintClassifier
from nlp.pipeline.assemble import JobReport
from nlp.pipeline.audits import read_audit
from nlp.pipeline.classify import Classifier, Progress, classify_files, ingredients, name_of
from nlp.pipeline.evidence import model_evidence
from nlp.pipeline.forms import result_file, write_csv
from nlp.pipeline.sources import Source, files_of
from nlp.pipeline.volumes import read_volumes
from nlp.recovery.columns import ValueColumns
from nlp.recovery.priors import Priors
from nlp.report.analysis import Analysis, analyze_table
from nlp.report.evidence import lexical_evidence
from nlp.report.html import render_report
from nlp.report.summary import cause_rows, summary
from nlp.report.words import Lang
from nlp.report.workbook import write_workbook
from nlp.taxonomy import Taxonomy
from nlp.text.morphemes import Analyzer, kiwi

PREDICTIONS = "predictions.parquet"
OUTPUTS = ("report.html", "recovery_queue.xlsx", "causes.csv", "summary.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What an analysis is told beside its texts.

    ``audited`` and ``volumes`` are files. Without ``now`` deadlines count from the latest time in the data;
    a ``now`` with a zone is turned into Korean time. ``capacity`` is the number of customers that can be cared for.
    ``own_names`` are names of one's own firm and brands, which are no competitors.
    ``morphemes`` replaces Kiwi. ``draws`` sets of priors, drawn from ``seed``, give the intervals of ranks.

    Raises InputError for a ``now``, ``capacity`` or ``own_names`` of another kind, and for files that are not there.
    """

    now: datetime | None = None
    audited: str | Path | None = None
    volumes: str | Path | None = None
    priors: Priors | None = None
    value_columns: ValueColumns | None = None
    capacity: int | None = None
    own_names: Sequence[str] = ()
    morphemes: Analyzer | None = None
    seed: int = 0
    draws: int = 300

    def __post_init__(self) -> None:
        if self.now is not None and not isinstance(self.now, datetime):
            raise InputError("now is {now!r}; give a datetime", now=self.now)
        if self.capacity is not None and not (isinstance(self.capacity, int | np.integer) and self.capacity >= 1):
            raise InputError(
                "capacity is {capacity!r}; give a whole number of customers, 1 or more", capacity=self.capacity
            )
        if isinstance(self.own_names, str):
            raise InputError("own_names is one string; give a list of names, such as [{name!r}]", name=self.own_names)
        for path in (self.audited, self.volumes):
            if path is not None and not Path(path).exists():
                raise InputError("{path}: there is no such file; check the path", path=path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What an analysis of files wrote: the folder, the files in it, and the figures.

    ``job`` is None when the input was classified before. ``in_workbook`` counts the cases in the workbook.
    """

    folder: Path
    files: tuple[Path, ...]
    analysis: Analysis
    job: JobReport | None
    in_workbook: int


def analyze(
    source: Source,
    *,
    classifier: Classifier | None = None,
    columns: Columns | None = None,
    now: datetime | None = None,
    audited: str | Path | None = None,
    volumes: str | Path | None = None,
    priors: Priors | None = None,
    value_columns: ValueColumns | None = None,
    capacity: int | None = None,
    own_names: Sequence[str] = (),
    morphemes: Analyzer | None = None,
    seed: int = 0,
    draws: int = 300,
) -> Analysis:
    """Classify what is not classified yet and compute every figure of the report.

    ``source`` is a path or several, a data frame or an Arrow table of raw texts (one row a document, columns
    recognised by name as in files or named by ``columns``), or a ClassifiedTable. Rows without a text are left out
    and counted in ``Analysis.rejected``. Without a ``classifier`` the model that ships is used. The options from
    ``now`` on are those of ``Settings``.

    Raises InputError when the source cannot be read or an option is of another kind, ModelError when no model is
    there, and TaxonomyError where its taxonomy has no causes.
    """
    settings = Settings(
        now=now,
        audited=audited,
        volumes=volumes,
        priors=priors,
        value_columns=value_columns,
        capacity=capacity,
        own_names=own_names,
        morphemes=morphemes,
        seed=seed,
        draws=draws,
    )
    rejected = 0
    if isinstance(source, ClassifiedTable):
        table = source
    elif isinstance(source, (str, Path)) and is_classified(Path(source)):
        table = load_classified(source, classifier.taxonomy if classifier is not None else Taxonomy.load())
    else:
        classifier = classifier or ComplaintClassifier.from_pretrained()
        _check_causes(classifier.taxonomy)
        with tempfile.TemporaryDirectory(prefix="dangol-") as folder:
            paths = files_of(source, Path(folder))
            target = Path(folder) / PREDICTIONS
            # A row without an id is called by its place, in every run alike.
            names = ["table"] if any(path.parent == Path(folder) for path in paths) else None
            rejected = classify_files(paths, target, classifier=classifier, columns=columns, names=names).rejected
            table = load_classified(target, classifier.taxonomy)
    _not_empty(table, Message("the source"))
    return replace(_analysis(table, classifier, settings), rejected=rejected)


def analyze_files(
    paths: Sequence[str | Path],
    folder: str | Path,
    *,
    classifier: Classifier | None = None,
    model_id: str = "",
    columns: Columns | None = None,
    names: Sequence[str] | None = None,
    settings: Settings | None = None,
    lang: Lang = "ko",
    resume: bool = False,
    restart: bool = False,
    overwrite: bool = False,
    made: datetime | None = None,
    progress: Progress | None = None,
    stage: Callable[[str], None] | None = None,
) -> Delivery:
    """Write report.html, recovery_queue.xlsx, causes.csv, summary.json and predictions.parquet into ``folder``.

    A job that was cut off while classifying is continued by ``resume``; where classification had finished, its
    predictions are used as they are. A single predictions file among ``paths`` is reported on without a model.
    Each file appears in one step. ``names`` stand for the paths in places and on the report. ``made`` is the date
    printed on the report; ``stage`` is told what begins: ``classify``, ``compute`` and ``write``.

    Raises InputError before the work begins when an input or the folder cannot be used, and TaxonomyError where the
    taxonomy has no causes.
    """
    sources, target = [Path(path) for path in paths], Path(folder)
    tell = stage or (lambda _name: None)
    predictions = target / PREDICTIONS
    given = len(sources) == 1 and is_classified(sources[0])
    _check_folder(target, sources, overwrite=overwrite or resume or restart)
    job = None
    if given:
        predictions = sources[0]
    else:
        classifier = classifier or ComplaintClassifier.from_pretrained()
        _check_causes(classifier.taxonomy)
        made_of = ingredients(sources, classifier=classifier, model_id=model_id, columns=columns, names=names)
        if not (resume and _finished(predictions, made_of)):
            tell("classify")
            job = classify_files(
                sources,
                predictions,
                classifier=classifier,
                model_id=model_id,
                columns=columns,
                names=names,
                resume=resume,
                restart=restart,
                overwrite=overwrite,
                lang=lang,
                progress=progress,
            )
            if not job.documents and not job.rejected:
                predictions.unlink()
                raise InputError(
                    "{place}: there is no row below the header, so there is nothing to analyse; check the file",
                    place=", ".join(names or map(str, sources)),
                )
    tell("compute")
    table = load_classified(predictions, classifier.taxonomy if classifier is not None else Taxonomy.load())
    _not_empty(table, str(predictions))
    analysis = replace(
        _analysis(table, classifier, settings or Settings()), rejected=job.rejected if job is not None else 0
    )
    tell("write")
    shown = names if names is not None else [path.name for path in sources]
    in_workbook = write_outputs(analysis, target, sources=shown, model=model_id, lang=lang, made=made)
    files = (*(target / name for name in OUTPUTS), *([predictions] if not given else []))
    return Delivery(folder=target, files=files, analysis=analysis, job=job, in_workbook=in_workbook)


def write_outputs(
    analysis: Analysis,
    folder: Path,
    *,
    sources: Sequence[str] = (),
    model: str = "",
    lang: Lang = "ko",
    made: datetime | None = None,
) -> int:
    """Write the four outputs of an analysis, each in one step; returns how many cases the workbook holds."""
    page = render_report(analysis, lang=lang, sources=sources, model=model, made=made)
    with result_file(folder / "report.html") as stream:
        stream.write(page.encode())
    with result_file(folder / "recovery_queue.xlsx") as stream:
        in_workbook = write_workbook(stream, analysis, lang=lang, clean=without_controls)
    write_csv(folder / "causes.csv", cause_rows(analysis, lang=lang))
    figures = summary(analysis, sources=sources, model=model)
    with result_file(folder / "summary.json") as stream:
        stream.write(json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n")
    return in_workbook


def _analysis(table: ClassifiedTable, classifier: Classifier | None, settings: Settings) -> Analysis:
    _check_causes(table.taxonomy)
    audited, volumes = settings.audited, settings.volumes
    analysis = analyze_table(
        table,
        now=None if settings.now is None else in_korea(settings.now),
        today=in_korea(datetime.now(UTC)).replace(microsecond=0),
        audit=read_audit(Path(audited), table.taxonomy) if audited is not None else None,
        volumes=read_volumes(Path(volumes), table.taxonomy) if volumes is not None else (),
        priors=settings.priors,
        value_columns=settings.value_columns,
        capacity=settings.capacity,
        own_names=settings.own_names,
        morphemes=settings.morphemes or kiwi(),
        seed=settings.seed,
        draws=settings.draws,
    )
    said = lexical_evidence(analysis.table, analysis.phrases)
    if isinstance(classifier, ComplaintClassifier):
        found = model_evidence(analysis, classifier)
        evidence: Callable[[int], Sequence[str]] = lambda row: found[row] if row in found else said(row)  # noqa: E731
    else:
        evidence = said
    return replace(analysis, ranking=replace(analysis.ranking, evidence=evidence))


def _finished(predictions: Path, made_of: Mapping[str, Any]) -> bool:
    """Whether an earlier run had classified everything; raises ResumeError where it was another job."""
    if not predictions.is_file() or predictions.with_name(f"{predictions.name}.partial").exists():
        return False
    if job_of(predictions) != name_of(made_of):
        raise ResumeError(
            "{path}: these predictions are of other files, another model or other columns; give the first command "
            "again, another folder, or --restart",
            path=predictions,
        )
    return True


def _check_causes(taxonomy: Taxonomy) -> None:
    if "cause" not in taxonomy:
        raise TaxonomyError(
            "an analysis needs causes, and this taxonomy has no group 'cause'; give it one, or use 'dangol classify'"
        )


def _not_empty(table: ClassifiedTable, place: str) -> None:
    if not len(table):
        raise InputError(
            "{place}: no row could be used, so there is nothing to analyse; see the reject file", place=place
        )


def _check_folder(folder: Path, sources: Sequence[Path], *, overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError("{folder}: the output is a file; name a folder", folder=folder)
    there = [name for name in OUTPUTS if (folder / name).exists()]
    if there and not overwrite:
        raise InputError(
            "{path}: the output is there already; choose another folder or use --overwrite", path=folder / there[0]
        )
    missing = [path for path in sources if not path.exists()]
    if missing:
        raise InputError("{path}: there is no such file; check the path", path=missing[0])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "{folder}: the folder cannot be made ({error.strerror}); choose another", folder=folder, error=error
        ) from error
