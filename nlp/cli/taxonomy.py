"""``dangol taxonomy``: the labels and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from nlp.taxonomy import Taxonomy


def command(
    path: Annotated[Path | None, typer.Argument(help="분류 체계 파일(TOML). 없으면 기본 체계.")] = None,
) -> None:
    """분류 체계(라벨과 뜻)를 보여 줍니다."""
    console = Console()
    for group in Taxonomy.load(path):
        kind = "여러 개" if group.kind == "any-of" else "하나"
        table = Table(title=f"{group.ko} ({group.id}, {kind})", title_justify="left")
        table.add_column("라벨", no_wrap=True)
        table.add_column("이름", no_wrap=True)
        table.add_column("뜻")
        for label in group.labels:
            table.add_row(label.id, label.ko, label.definition)
        console.print(table)
