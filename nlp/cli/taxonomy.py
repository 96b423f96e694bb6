"""``dangol taxonomy``: the labels and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from nlp.cli import options
from nlp.errors import Message
from nlp.taxonomy import Taxonomy


def command(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="분류 체계 파일(TOML)이나 모델 폴더. 없으면 기본 체계.")] = None,
) -> None:
    """분류 체계(라벨과 뜻)를 보여 줍니다."""
    console, reader = Console(), options.reader_of(context)
    for group in Taxonomy.load(path):
        kind = reader.say(Message("any number") if group.kind == "any-of" else Message("exactly one"))
        table = Table(title=f"{reader.name(group)} ({group.id}, {kind})", title_justify="left")
        table.add_column(reader.say(Message("label")), no_wrap=True)
        table.add_column(reader.say(Message("name")), no_wrap=True)
        # A line that is full to its last column would lose its comma to an ellipsis.
        table.add_column(reader.say(Message("meaning")), overflow="fold")
        for label in group.labels:
            table.add_row(label.id, reader.name(label), label.definition)
        console.print(table)
