"""``dangol classify``: label every row of exported files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from nlp.cli import options
from nlp.corpus.columns import Columns
from nlp.errors import Message
from nlp.model.classifier import ComplaintClassifier
from nlp.pipeline.assemble import JobReport
from nlp.pipeline.classify import classify_files
from nlp.taxonomy import Taxonomy


def command(
    context: typer.Context,
    files: options.Files,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="결과 파일(.csv .tsv .xlsx .jsonl .parquet). 없으면 '첫 파일_분류.csv'."),
    ] = None,
    model: options.Model = None,
    text_column: options.BodyColumn = None,
    id_column: options.IdColumn = None,
    customer_id_column: options.CustomerColumn = None,
    time_column: options.TimeColumn = None,
    channel_column: options.ChannelColumn = None,
    branch_column: options.BranchColumn = None,
    product_column: options.ProductColumn = None,
    call_id_column: options.CallColumn = None,
    speaker_column: options.SpeakerColumn = None,
    utterance_column: options.UtteranceColumn = None,
    turn_time_column: options.TurnTimeColumn = None,
    resume: options.Resume = False,
    restart: options.Restart = False,
    overwrite: options.Overwrite = False,
    threads: options.Threads = None,
) -> None:
    """내보낸 파일의 글마다 이탈 원인, 감성, 불평 행동 등을 붙입니다. 개인정보는 가려서 씁니다."""
    reader = options.reader_of(context)
    classifier = ComplaintClassifier.from_pretrained(model, threads=threads)
    with options.JobProgress(reader) as progress:
        report = classify_files(
            files,
            output or files[0].with_name(f"{files[0].stem}_분류.csv"),
            classifier=classifier,
            model_id=classifier.name,
            columns=Columns(
                id=id_column,
                text=text_column,
                customer_id=customer_id_column,
                time=time_column,
                channel=channel_column,
                branch=branch_column,
                product=product_column,
                call_id=call_id_column,
                speaker=speaker_column,
                utterance=utterance_column,
                turn_time=turn_time_column,
            ),
            resume=resume,
            restart=restart,
            overwrite=overwrite,
            lang=reader.lang,
            progress=progress,
        )
    show(report, classifier.taxonomy, Console(markup=False, highlight=False), reader)


def show(report: JobReport, taxonomy: Taxonomy, console: Console, reader: options.Reader) -> None:
    """Print what was read, what was found and where it lies."""
    say = reader.say
    for file in report.files:
        console.print(
            say(
                Message(
                    "{path}: {format}, text column {column!r}{guessed}, {rows:,} rows",
                    path=file.path,
                    format=", ".join(filter(None, (file.format, file.encoding))),
                    column=file.text_column,
                    guessed=Message(" (chosen by its content, not its name)") if file.guessed_text else "",
                    rows=file.rows,
                )
            )
        )
        if file.undated:
            console.print(
                say(Message("  rows whose date could not be read: {rows:,}", rows=file.undated)), style="yellow"
            )
    console.print(say(Message("{count:,} texts classified.", count=report.documents)), style="bold")
    if report.resumed:
        console.print(say(Message("An earlier run had done {rows:,} of the rows.", rows=report.resumed)))
    for group in taxonomy:
        table = Table(title=reader.name(group), title_justify="left", show_header=False, box=None, padding=(0, 1))
        for label in group.labels:
            count = report.labels[f"{group.id}:{label.id}"]
            share = count / max(report.documents, 1)
            table.add_row(f"  {reader.name(label)}", f"{count:,}", f"{share:.1%}", "█" * round(share * 30))
        unsure = report.abstained[group.id]
        if unsure:
            table.add_row(say(Message("  (undecided)")), f"{unsure:,}", f"{unsure / max(report.documents, 1):.1%}", "")
        console.print(table)
    console.print(say(Message("Result: {path}", path=report.output)))
    if report.rejects is not None:
        console.print(say(rejects_line(report.rejected, report.rejects)), style="yellow")


def rejects_line(rows: int, path: Path) -> Message:
    """Where the rows that could not be used stand."""
    return Message("{rows:,} unusable rows, and why: {path}", rows=rows, path=path)
