"""The ``dangol`` command."""

from __future__ import annotations

import codecs
import sys
from importlib import import_module
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_command, get_group

from nlp.cli import options
from nlp.cli.help import in_korean, wrap_wide_letters
from nlp.cli.usage import usage_problem
from nlp.errors import DangolError, Message

COMMANDS: Final = (
    "analyze",
    "classify",
    "audit-sample",
    "evaluate",
    "train",
    "calibrate",
    "pretrain",
    "taxonomy",
    "serve",
    "keys",
    "purge",
)


_INTERRUPTED: Final = 130
_RESUMABLE: Final = frozenset(("classify", "analyze"))


class Commands(TyperGroup):
    """Knows its commands by name and imports each when it is asked for: none waits for what only others need."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = dict.fromkeys(COMMANDS)
        in_korean(self)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name; None when there is none."""
        if cmd_name in COMMANDS and self.commands[cmd_name] is None:
            self.commands[cmd_name] = in_korean(_made(cmd_name))
        return super().get_command(ctx, cmd_name)


def _made(name: str) -> Any:
    module = import_module(f"nlp.cli.{name.replace('-', '_')}")
    found = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
    if hasattr(module, "app"):
        found.add_typer(module.app, name=name)
        return get_group(found).commands[name]
    found.command(name)(module.command)
    return get_command(found)


app = typer.Typer(
    name="dangol",
    cls=Commands,
    help="단골: 고객이 왜 떠나는지, 누구를 먼저 되찾을지 알려 줍니다.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


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
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="버전을 보여 줍니다.")
    ] = False,
) -> None:
    """단골: 고객이 왜 떠나는지, 누구를 먼저 되찾을지 알려 줍니다."""
    options.reader_of(context, lang)


_PLAINER: Final = "dangol.plainer"
_PLAIN: Final = {"–": "~", "—": "-", "−": "-", "•": "·", "█": "■", "₩": "￦"}


def _plainer(error: UnicodeError) -> tuple[bytes, int]:
    """What a stream cannot encode, in characters that it can.

    On Windows in Korea a redirected stream is cp949. A minus sign that became a question mark would be a wrong figure.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in lost).encode(error.encoding, "replace"), error.end


codecs.register_error(_PLAINER, _plainer)


def main() -> None:
    """Run the command line; an error raised on purpose is shown without a traceback and exits with 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_PLAINER)
    wrap_wide_letters()
    reader = options.Reader()
    try:
        code = app(obj=reader, prog_name="dangol", standalone_mode=False)
    except DangolError as error:
        _refuse(reader, error)
    except Exception as error:
        # Typer's errors have no public class that all its versions share.
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.exit(2)
        _refuse(reader, usage_problem(error))
    if code == _INTERRUPTED and not _RESUMABLE.isdisjoint(sys.argv):
        Console(stderr=True, highlight=False).print(
            reader.say(Message("Stopped. What is finished is kept; the same command with --resume goes on.")),
            style="yellow",
        )
    sys.exit(code if isinstance(code, int) else 0)


def _refuse(reader: options.Reader, error: DangolError | Message) -> NoReturn:
    # Messages quote masked text such as [전화번호], which Rich would take for markup.
    Console(stderr=True, highlight=False).print(
        f"[bold red]{reader.say(Message('Error'))}[/] {escape(reader.say(error))}", soft_wrap=True
    )
    sys.exit(2)
