"""``dangol calibrate``: fit the thresholds of a finished model to one's own labelled rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from nlp.cli import options
from nlp.errors import InputError, Message
from nlp.resources import default_model_path
from nlp.taxonomy import Taxonomy


def command(
    context: typer.Context,
    labelled: Annotated[
        list[Path],
        typer.Argument(
            help="라벨이 달린 CSV, 엑셀, JSONL. 학습에 쓰지 않은 행이어야 합니다.", callback=options.present
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="새 모델 폴더. 아직 없어야 합니다.")],
    model: Annotated[Path | None, typer.Option(help="모델 폴더. 없으면 기본 모델.", file_okay=False)] = None,
    like: Annotated[
        Path | None,
        typer.Option(
            help="이 모델처럼 판단하게 맞춥니다. 확률을 이 모델에 맞추고 기준값을 물려받으며 라벨은 보지 않습니다.",
            file_okay=False,
        ),
    ] = None,
    precision: Annotated[
        list[float] | None,
        typer.Option(help="기준값을 구해 둘 정밀도. 여러 번 적을 수 있습니다. 없으면 0.8과 0.9.", min=0.01, max=0.99),
    ] = None,
    text_column: options.LabelledText = None,
    threads: options.Threads = None,
) -> None:
    """우리 라벨에 맞추어 기준값과 보정만 다시 구합니다. 학습은 하지 않으며, 글 몇백 건이면 됩니다."""
    options.need("train", "scipy")
    from nlp.training.checks import check_folder
    from nlp.training.examples import read_examples
    from nlp.training.precision import PRECISIONS
    from nlp.training.recalibrate import Recalibrated, calibrate_like, recalibrate, save_recalibrated

    if like is not None and precision:
        raise InputError("--precision is fitted to labels, --like looks at none; give one of the two")
    if output.exists():
        raise InputError("{path}: the output is there already; choose another folder", path=output)
    check_folder(output.absolute().parent)
    folder = model or default_model_path()
    if not (folder / "taxonomy.toml").is_file():
        raise InputError("{path}: this is no model folder; give one that 'dangol train' wrote", path=folder)
    taxonomy = Taxonomy.load(folder / "taxonomy.toml")
    console, reader = Console(markup=False, highlight=False), options.reader_of(context)
    say = reader.say
    examples = read_examples(
        labelled, taxonomy, text_column=text_column, say=lambda message: console.print(say(message), soft_wrap=True)
    )
    with options.scoring(reader) as progress:
        found: Recalibrated = (
            calibrate_like(folder, like, examples, threads=threads, progress=progress)
            if like is not None
            else recalibrate(folder, examples, threads=threads, precisions=precision or PRECISIONS, progress=progress)
        )
    save_recalibrated(found, folder, output, rows=len(examples), today=datetime.now().astimezone().date())

    if like is not None:
        console.print(say(Message("wrote {path}", path=output)))
        return
    table = Table(
        title=say(Message("On {count:,} rows, each fitted without itself (macro F1)", count=len(examples))),
        title_justify="left",
    )
    for heading in (Message("taxonomy group"), Message("before"), Message("after"), Message("difference")):
        table.add_column(say(heading))
    for group_id, change in found.changes.items():
        table.add_row(
            reader.name(taxonomy.group(group_id)),
            f"{change.before:.3f}",
            f"{change.after:.3f}",
            f"{change.after - change.before:+.3f} [{change.low:+.3f}–{change.high:+.3f}]",
        )
    console.print(table)
    for wanted in precision or PRECISIONS:
        names = reader.labels(found.decision.at_precision(wanted).unreachable, taxonomy)
        if names:
            console.print(
                say(
                    Message(
                        "Precision {precision:g} cannot be promised for: {names}",
                        precision=wanted,
                        names=", ".join(names),
                    )
                ),
                style="yellow",
            )
        else:
            console.print(say(Message("Precision {precision:g} can be promised for every label.", precision=wanted)))
    if any(change.high < 0 for change in found.changes.values()):
        console.print(
            say(Message("Some groups got worse: keep the old folder for them, or give more rows.")), style="yellow"
        )
    console.print(say(Message("wrote {path}", path=output)))
