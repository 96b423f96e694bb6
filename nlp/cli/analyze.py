"""``dangol analyze``: from an export to the report, the recovery queue and the causes."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nlp.cli import options
from nlp.corpus.columns import Columns
from nlp.model.classifier import ComplaintClassifier
from nlp.pipeline.analyze import Delivery, analyze_files, is_classified
from nlp.recovery.priors import Priors
from nlp.recovery.texts import words
from nlp.report.cards import causes_of
from nlp.report.headlines import headlines, shown_id, until
from nlp.report.words import percent, won

_TOP = 5


class Language(StrEnum):
    """Language that the report opens in."""

    ko = "ko"
    en = "en"


def command(
    files: options.Files,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="결과 폴더. 없으면 '첫 파일_단골'.", file_okay=False)
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
    volumes: Annotated[
        Path | None,
        typer.Option(help="단계별 이용 건수표(단계, 건수, 시작일, 종료일). 주면 여정 지수를 냅니다.", exists=True),
    ] = None,
    audited: Annotated[
        Path | None,
        typer.Option(help="'dangol audit-sample'로 뽑아 사람이 라벨을 단 파일. 주면 비중을 보정합니다.", exists=True),
    ] = None,
    priors: Annotated[Path | None, typer.Option(help="순위에 쓸 상수 파일(TOML).", exists=True)] = None,
    capacity: Annotated[int | None, typer.Option(help="회복을 맡을 수 있는 고객 수.", min=1)] = None,
    now: Annotated[
        datetime | None,
        typer.Option(
            help="기한을 세는 기준 시각. 없으면 자료의 마지막 시각.",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        ),
    ] = None,
    lang: Annotated[
        Language, typer.Option(help="보고서를 열 때의 언어. 보고서 안에서 바꿀 수 있습니다.")
    ] = Language.ko,
    resume: options.Resume = False,
    restart: options.Restart = False,
    overwrite: options.Overwrite = False,
    threads: options.Threads = None,
) -> None:
    """내보낸 파일에서 보고서까지: 왜 떠나는지, 무엇을 먼저 고치고 누구를 먼저 되찾을지 알려 줍니다."""
    ready = len(files) == 1 and is_classified(files[0])
    classifier = None if ready and model is None else ComplaintClassifier.from_pretrained(model, threads=threads)
    console = Console(stderr=True, highlight=False)
    progress = options.JobProgress("분류")
    with ExitStack() as bar:

        def tell(stage: str) -> None:
            if stage == "classify":
                bar.enter_context(progress)
            else:
                bar.close()
                console.print(_STAGES[stage], style="dim")

        delivery = analyze_files(
            files,
            output or files[0].with_name(f"{files[0].stem}_단골"),
            classifier=classifier,
            model_id=classifier.name if classifier is not None else "",
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
            now=now,
            audited=audited,
            volumes=volumes,
            priors=Priors.load(priors),
            capacity=capacity,
            lang=lang.value,
            resume=resume,
            restart=restart,
            overwrite=overwrite,
            made=datetime.now(),  # noqa: DTZ005 - a date on paper
            progress=progress,
            stage=tell,
        )
    show(delivery, Console(highlight=False))


_STAGES = {"compute": "셈하는 중: 비중, 추이, 입소문, 순위 …", "write": "보고서를 쓰는 중 …"}


def show(delivery: Delivery, console: Console) -> None:
    """Print the headlines, the head of the queue, what is missing, and where the files lie."""
    analysis = delivery.analysis
    basis = "자료의 마지막 시각" if analysis.now_from_data else "주어진 시각"
    if delivery.job is not None and delivery.job.rejects is not None:
        console.print(
            f"쓰지 못한 행 {delivery.job.rejected:,}개와 까닭: {escape(str(delivery.job.rejects))}", style="yellow"
        )
    console.print(f"글 {len(analysis.table):,}건 · 기준 시각 {analysis.now:%Y-%m-%d %H:%M}({basis})\n", style="bold")
    for line in headlines(analysis):
        console.print(f" • {escape(line.ko)}")

    shown = min(_TOP, len(analysis.ranking))
    queue = Table(title=f"\n먼저 되찾을 고객 {shown}명", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1))
    for heading in ("순위(5–95%)", "고객", "떠날 확률", "기대 이익", "기한"):
        queue.add_column(heading, no_wrap=True, justify="right" if heading == "기대 이익" else "left")
    queue.add_column("원인", overflow="fold")
    for place in range(shown):
        case = analysis.ranking.case(place)
        queue.add_row(
            f"{case.rank:,} ({case.rank_low:,}–{case.rank_high:,})",
            escape(shown_id(case.id)),
            f"{percent(case.p_leave_ignored)} → {percent(case.p_leave_recovered)}",
            won(case.gain).ko,
            until(case.deadline, analysis.now).ko,
            _some([cause.ko for cause in causes_of(analysis, place)]) or words("tier", case.tier).ko,
        )
    console.print(queue)

    missing = [note for note in analysis.notes if note.code.startswith("no_")]
    if missing:
        console.print("\n이 파일에 없는 것, 있으면 더 보이는 것", style="bold")
        for note in missing:
            console.print(f" • {escape(note.ko)}", style="yellow")
    console.print("\n결과", style="bold")
    for file in delivery.files:
        console.print(f"  {escape(str(file))}", soft_wrap=True)


def _some(names: list[str], most: int = 2) -> str:
    """The first names and how many more there are: ``가격, 불편 외 2``."""
    more = f" 외 {len(names) - most}" if len(names) > most else ""
    return ", ".join(names[:most]) + more
