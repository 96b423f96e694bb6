"""``dangol audit-sample``: rows for a person to label, so that shares can be corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from nlp.cli import options
from nlp.errors import InputError, Message
from nlp.taxonomy import Taxonomy


def command(
    context: typer.Context,
    predictions: Annotated[
        Path, typer.Argument(help="'dangol analyze'가 만든 predictions.parquet.", callback=options.present)
    ],
    rows: Annotated[int, typer.Option("-n", "--rows", help="뽑을 글 수.", min=1)] = 200,
    output: Annotated[Path, typer.Option("-o", "--output", help="라벨을 달 CSV 파일.")] = Path("audit.csv"),
    taxonomy: Annotated[
        Path | None,
        typer.Option(help="분류 체계 파일(TOML)이나 모델 폴더. 없으면 기본 체계.", callback=options.present_taxonomy),
    ] = None,
    seed: Annotated[int, typer.Option(help="표본 추출의 난수 시드.")] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="이미 있는 파일을 덮어씁니다.")] = False,
) -> None:
    """비중을 보정하려고 사람이 확인할 글을 뽑습니다. 라벨을 단 뒤 'dangol analyze --audited'로 지정하십시오."""
    if output.exists() and not overwrite:
        raise InputError("{path}: the output is there already; choose another name or use --overwrite", path=output)
    if output.suffix.lower() != ".csv":
        raise InputError("{path}: the sample is a CSV file, which Excel opens; end its name in .csv", path=output)
    from nlp.corpus.load import load_classified
    from nlp.pipeline.audits import write_audit_sample

    known = Taxonomy.load(taxonomy)
    drawn = write_audit_sample(load_classified(predictions, known), rows, output, seed=seed)
    console = Console(highlight=False)
    reader = options.reader_of(context)
    console.print(
        escape(reader.say(Message("{count:,} texts drawn: {path}", count=drawn, path=output))), soft_wrap=True
    )
    console.print(
        reader.say(
            Message("Read the texts and write the labels of every group, several with commas, '없음' where none fits.")
        )
    )
    for group in known:
        console.print(f"  {group.ko}: {', '.join(label.ko for label in group.labels)}")
    console.print(reader.say(Message("Keep the columns '층' and '추출확률'; the correction needs them.")))
