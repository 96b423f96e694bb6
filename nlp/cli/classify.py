"""``dangol classify``: label every row of exported files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from nlp.cli import options
from nlp.cli.columns import show_files, takes_columns, unmasked, without_own
from nlp.corpus.columns import Columns
from nlp.errors import Message
from nlp.taxonomy import Taxonomy

if TYPE_CHECKING:
    from nlp.model.classifier import ComplaintClassifier
    from nlp.pipeline.assemble import JobReport


@takes_columns
def command(
    context: typer.Context,
    files: options.Files,
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="결과 파일(.csv .tsv .xlsx .jsonl .parquet). 없으면 '첫 파일_분류.csv'."),
    ] = None,
    model: options.Model = None,
    columns: Columns,
    precision: options.Precision = None,
    resume: options.Resume = False,
    restart: options.Restart = False,
    overwrite: options.Overwrite = False,
    threads: options.Threads = None,
) -> None:
    """내보낸 파일의 글마다 이탈 원인, 감성, 불평 행동 등의 라벨을 붙입니다. 개인정보는 가려서 저장합니다."""
    from nlp.model.classifier import ComplaintClassifier
    from nlp.pipeline.classify import classify_files

    reader = options.reader_of(context)
    files = without_own(files, reader)
    classifier = ComplaintClassifier.from_pretrained(model, threads=threads, precision=precision)
    with options.JobProgress(reader) as progress:
        report = classify_files(
            files,
            output or files[0].with_name(f"{files[0].stem}_분류.csv"),
            classifier=classifier,
            model_id=classifier.name,
            columns=columns,
            resume=resume,
            restart=restart,
            overwrite=overwrite,
            lang=reader.lang,
            progress=progress,
        )
    console = Console(markup=False, highlight=False)
    show(report, classifier.taxonomy, console, reader)
    if precision is not None and (missing := unsure_labels(classifier, reader)) is not None:
        console.print(reader.say(missing), style="yellow")


def show(report: JobReport, taxonomy: Taxonomy, console: Console, reader: options.Reader) -> None:
    """Print what was read, what was found and where it lies."""
    say = reader.say
    show_files(report.files, console, reader)
    console.print(say(Message("{count:,} texts classified.", count=report.documents)), style="bold")
    if report.resumed:
        console.print(say(Message("An earlier run had done {rows:,} of the rows.", rows=report.resumed)))
    if report.documents:
        show_found(report, taxonomy, console, reader)
    console.print(say(Message("Result: {path}", path=report.output)))
    if (plain := unmasked(report.files)) is not None:
        console.print(say(plain), style="yellow")
    if report.rejects is not None:
        console.print(say(rejects_line(report.rejected, report.rejects)), style="yellow")


def show_found(report: JobReport, taxonomy: Taxonomy, console: Console, reader: options.Reader) -> None:
    """Print how often each kind of text and each label was found."""
    from nlp.corpus.results import SCOPE_NAMES

    say = reader.say
    kinds = Table(title=say(Message("kind of text")), title_justify="left", show_header=False, box=None, padding=(0, 1))
    for scope, name in SCOPE_NAMES.items():
        if count := report.scopes[scope]:
            share = count / report.documents
            kinds.add_row(f"  {say(name)}", f"{count:,}", f"{share:.1%}", "█" * round(share * 30))
    console.print(kinds)
    if not report.readable:
        return
    for group in taxonomy:
        table = Table(title=reader.name(group), title_justify="left", show_header=False, box=None, padding=(0, 1))
        for label in group.labels:
            count = report.labels[f"{group.id}:{label.id}"]
            share = count / report.readable
            table.add_row(f"  {reader.name(label)}", f"{count:,}", f"{share:.1%}", "█" * round(share * 30))
        unsure = report.abstained[group.id]
        if unsure:
            table.add_row(say(Message("  (undecided)")), f"{unsure:,}", f"{unsure / report.readable:.1%}", "")
        console.print(table)


def unsure_labels(classifier: ComplaintClassifier, reader: options.Reader) -> Message | None:
    """Labels that were not given because none is sure enough for the precision asked for; None without such a label."""
    names = reader.labels(classifier.decision.unreachable, classifier.taxonomy)
    if not names:
        return None
    return Message(
        "Labels that nothing makes sure enough for this precision, so that a person decides them: {names}",
        names=", ".join(names),
    )


def rejects_line(rows: int, path: Path) -> Message:
    """Where the rows that could not be used stand."""
    return Message("{rows:,} unusable rows, and why: {path}", rows=rows, path=path)
