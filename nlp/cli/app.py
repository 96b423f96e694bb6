"""The ``dangol`` command."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console

from nlp.cli import classify, evaluate, taxonomy, train
from nlp.errors import DangolError

app = typer.Typer(
    name="dangol",
    help="단골: 고객이 왜 떠나는지, 누구를 먼저 되찾을지 알려 줍니다.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("classify")(classify.command)
app.command("evaluate")(evaluate.command)
app.command("train")(train.command)
app.command("taxonomy")(taxonomy.command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dangol {version('dangol')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="판 번호를 보여 줍니다.")
    ] = False,
) -> None:
    """단골: 고객이 왜 떠나는지, 누구를 먼저 되찾을지 알려 줍니다."""


def main() -> None:
    """Run the command line; an error raised on purpose is shown without a traceback and exits with 2."""
    try:
        app()
    except DangolError as error:
        Console(stderr=True, highlight=False).print(f"[bold red]오류[/] {_escaped(str(error))}", soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        Console(stderr=True).print("중단했습니다.")
        sys.exit(130)


def _escaped(text: str) -> str:
    """Rich reads [..] as markup; messages quote masked text such as [전화번호]."""
    return text.replace("[", r"\[")
