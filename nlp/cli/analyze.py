"""``dangol analyze``: from an export to the report, the recovery queue and the causes."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nlp.cli import options
from nlp.cli.classify import rejects_line, unsure_labels
from nlp.cli.columns import show_files, takes_columns, unmasked, without_own
from nlp.corpus.columns import Columns
from nlp.errors import InputError, Message

if TYPE_CHECKING:
    from nlp.pipeline.analyze import Delivery

_TOP = 5


@takes_columns
def command(
    context: typer.Context,
    files: options.Files,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="결과 폴더. 없으면 '첫 파일_단골'.", file_okay=False)
    ] = None,
    model: options.Model = None,
    columns: Columns,
    precision: options.Precision = None,
    volumes: Annotated[
        Path | None,
        typer.Option(
            help="단계별 이용 건수표(단계, 건수, 시작일, 종료일). 주면 여정 지수를 냅니다.", callback=options.present
        ),
    ] = None,
    audited: Annotated[
        Path | None,
        typer.Option(
            help="'dangol audit-sample'로 뽑아 사람이 라벨을 단 파일. 주면 비중을 보정합니다.", callback=options.present
        ),
    ] = None,
    priors: Annotated[Path | None, typer.Option(help="순위에 쓸 상수 파일(TOML).", callback=options.present)] = None,
    capacity: Annotated[int | None, typer.Option(help="서비스 회복을 맡을 수 있는 고객 수.", min=1)] = None,
    own_names: Annotated[
        list[str] | None, typer.Option("--own-name", help="자사 이름. 경쟁사로 세지 않습니다. 여러 번 쓸 수 있습니다.")
    ] = None,
    now: Annotated[
        datetime | None,
        typer.Option(
            help="기한을 세는 기준 시각. 없으면 데이터의 마지막 시각.",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        ),
    ] = None,
    lang: Annotated[
        options.Lang | None,
        typer.Option(help="보고서를 열 때의 언어와 안내의 언어. 보고서 안에서 바꿀 수 있습니다.", show_default="ko"),
    ] = None,
    resume: options.Resume = False,
    restart: options.Restart = False,
    overwrite: options.Overwrite = False,
    threads: options.Threads = None,
) -> None:
    """내보낸 파일로 보고서를 만듭니다. 고객이 왜 떠나는지, 무엇을 먼저 고치고 누구를 먼저 되찾을지 알려 줍니다."""
    from nlp.corpus.load import is_classified
    from nlp.model.classifier import ComplaintClassifier
    from nlp.pipeline.analyze import Settings, analyze_files
    from nlp.recovery.priors import Priors

    reader = options.reader_of(context, lang)
    files = without_own(files, reader)
    ready = len(files) == 1 and is_classified(files[0])
    if ready and precision is not None:
        raise InputError(
            "{path}: the rows are classified already, so a precision cannot be chosen any more; give the file that "
            "came in",
            path=files[0],
        )
    if ready and columns.given():
        raise InputError(
            "{path}: the rows are classified already and say themselves which column is which; give the file that "
            "came in to name columns",
            path=files[0],
        )
    classifier = (
        None
        if ready and model is None
        else ComplaintClassifier.from_pretrained(model, threads=threads, precision=precision)
    )
    console = Console(stderr=True, highlight=False)
    progress = options.JobProgress(reader)
    with ExitStack() as bar:

        def tell(stage: str) -> None:
            if stage == "classify":
                bar.enter_context(progress)
            else:
                bar.close()
                console.print(reader.say(_STAGES[stage]), style="dim")

        delivery = analyze_files(
            files,
            output or files[0].with_name(f"{files[0].stem}_단골"),
            classifier=classifier,
            model_id=classifier.name if classifier is not None else "",
            columns=columns,
            settings=Settings(
                now=now,
                audited=audited,
                volumes=volumes,
                priors=Priors.load(priors),
                capacity=capacity,
                own_names=own_names or (),
            ),
            lang=reader.lang,
            resume=resume,
            restart=restart,
            overwrite=overwrite,
            made=datetime.now(),  # noqa: DTZ005 - a date on paper
            progress=progress,
            stage=tell,
        )
    show(delivery, Console(highlight=False), reader, now_given=now is not None)
    if classifier is not None and precision is not None and (missing := unsure_labels(classifier, reader)) is not None:
        Console(highlight=False, markup=False).print(reader.say(missing), style="yellow")


_STAGES = {
    "compute": Message("Computing: shares, trends, word of mouth, ranking …"),
    "write": Message("Writing the report …"),
}


def show(delivery: Delivery, console: Console, reader: options.Reader, *, now_given: bool) -> None:
    """Print the headlines, the head of the queue, what is missing, and where the files lie."""
    from nlp.recovery.texts import words
    from nlp.report.cards import causes_of
    from nlp.report.headlines import headlines
    from nlp.report.selection import by_customer, shown_id, to_recover, until
    from nlp.report.words import percent, won

    analysis, say = delivery.analysis, reader.say
    if delivery.job is not None:
        show_files(delivery.job.files, console, reader)
    if delivery.job is not None and delivery.job.rejects is not None:
        console.print(escape(say(rejects_line(delivery.job.rejected, delivery.job.rejects))), style="yellow")
    basis = Message("as given") if now_given else Message("this moment; the data has no times")
    if analysis.now_from_data:
        basis = Message("the last time in the data")
    head = Message(
        "{count:,} texts · as of {now:%Y-%m-%d %H:%M} ({basis})",
        count=len(analysis.table),
        now=analysis.now,
        basis=basis,
    )
    console.print(f"{say(head)}\n", style="bold")
    if audited := max((share.audited for share in analysis.shares.rows if share.corrected), default=0):
        console.print(say(Message("Shares are corrected with {count:,} audited rows.", count=audited)))
    for line in headlines(analysis):
        console.print(f" • {escape(reader.name(line))}")

    shown = min(_TOP, to_recover(analysis))
    first = Message("Customers to look at first: {count}", count=shown)
    if not by_customer(analysis):
        first = Message("Texts to look at first: {count}", count=shown)
    queue = Table(
        title="\n" + say(first),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
    )
    queue.add_column(say(Message("Rank (5–95%)")), no_wrap=True)
    queue.add_column(say(Message("Customer and causes")), overflow="fold")
    queue.add_column(say(Message("Chance to leave")), no_wrap=True)
    queue.add_column(say(Message("Expected gain")), no_wrap=True, justify="right")
    queue.add_column(say(Message("Due")), no_wrap=True)
    for place in range(shown):
        case = analysis.ranking.case(place)
        why = say(_some([reader.name(cause) for cause in causes_of(analysis, place)]))
        queue.add_row(
            f"{case.rank:,} ({case.rank_low:,}–{case.rank_high:,})",
            f"[bold]{escape(shown_id(case.id))}[/bold]\n{escape(why or reader.name(words('tier', case.tier)))}",
            f"{percent(case.p_leave_ignored)} → {percent(case.p_leave_recovered)}",
            reader.name(won(case.gain)),
            reader.name(until(case.deadline, analysis.now)),
        )
    if shown:
        console.print(queue)

    for note in analysis.notes:
        if note.code in ("unread", "unlike"):
            console.print(f" • {escape(reader.name(note))}", style="yellow")
    missing = [note for note in analysis.notes if note.code.startswith("no_")]
    if missing:
        console.print("\n" + say(Message("What this file lacks, and what it would show")), style="bold")
        for note in missing:
            console.print(f" • {escape(reader.name(note))}", style="yellow")
    console.print("\n" + say(Message("Results")), style="bold")
    for file in delivery.files:
        console.print(f"  {escape(str(file))}", soft_wrap=True)
    if delivery.job is not None and (plain := unmasked(delivery.job.files)) is not None:
        console.print("\n" + escape(say(plain)), style="yellow")


def _some(names: list[str], most: int = 2) -> str:
    """The first names and how many more there are: ``가격, 불편 외 2개``."""
    shown = ", ".join(names[:most])
    return Message("{shown} and {more} more", shown=shown, more=len(names) - most) if len(names) > most else shown
