"""The ``dangol`` command."""

from __future__ import annotations

import sys
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from nlp.cli import analyze, audit_sample, classify, evaluate, keys, options, purge, serve, taxonomy, train
from nlp.errors import DangolError, Message

app = typer.Typer(
    name="dangol",
    help="단골: 고객이 왜 떠나는지, 누구를 먼저 되찾을지 알려 줍니다.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("analyze")(analyze.command)
app.command("classify")(classify.command)
app.command("audit-sample")(audit_sample.command)
app.command("evaluate")(evaluate.command)
app.command("train")(train.command)
app.command("taxonomy")(taxonomy.command)
app.command("serve")(serve.command)
app.add_typer(keys.app, name="keys")
app.command("purge")(purge.command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dangol {version('dangol')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    lang: Annotated[
        options.Lang, typer.Option(envvar="DANGOL_LANG", help="오류와 안내의 언어. 명령 앞에 적습니다.")
    ] = options.Lang.ko,
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="판 번호를 보여 줍니다.")
    ] = False,
) -> None:
    """단골: 고객이 왜 떠나는지, 누구를 먼저 되찾을지 알려 줍니다."""
    options.reader_of(context, lang)


def main() -> None:
    """Run the command line; an error raised on purpose is shown without a traceback and exits with 2."""
    for stream in (sys.stdout, sys.stderr):
        # A console or log in cp949 lacks the bar's blocks; that must not end a job whose work is done.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    reader = options.Reader()
    try:
        app(obj=reader)
    except DangolError as error:
        # Messages quote masked text such as [전화번호], which Rich would take for markup.
        Console(stderr=True, highlight=False).print(
            f"[bold red]{reader.say(Message('Error'))}[/] {escape(reader.say(error))}", soft_wrap=True
        )
        sys.exit(2)
