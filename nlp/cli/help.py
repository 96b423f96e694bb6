"""Help in Korean: Typer's own words around ours, and lines of wide letters that are wrapped whole."""

from __future__ import annotations

from typing import Any, Final

from rich.cells import cell_len
from rich.text import Text

_WORDS: Final = {
    "ARGUMENTS_PANEL_TITLE": "인수",
    "OPTIONS_PANEL_TITLE": "옵션",
    "COMMANDS_PANEL_TITLE": "명령",
    "DEFAULT_STRING": "[기본값: {}]",
    "ENVVAR_STRING": "[환경 변수: {}]",
    "REQUIRED_LONG_STRING": "[필수]",
}
_HELP: Final = "이 도움말을 보여 주고 끝냅니다."


def in_korean(command: Any) -> Any:
    """The command, or group of commands, with help whose every word is Korean."""
    option_of, write = command.get_help_option, command.format_help

    def get_help_option(ctx: Any) -> Any:
        option = option_of(ctx)
        if option is not None:
            option.help = _HELP
        return option

    def format_help(ctx: Any, formatter: Any) -> None:
        from typer import rich_utils  # slow to import, and needed for help alone

        for name, word in _WORDS.items():
            setattr(rich_utils, name, word)
        write(ctx, formatter)

    command.get_help_option, command.format_help = get_help_option, format_help
    for part in (getattr(command, "commands", None) or {}).values():
        if part is not None:
            in_korean(part)
    return command


def wrap_wide_letters() -> None:
    """Let Rich measure a line in cells, not letters, before it drops blanks at its end.

    A Hangul syllable fills two cells, so a line of them kept its last blank, was found too long, and lost letters.
    """

    def rstrip_end(self: Text, size: int) -> None:
        blanks = len(self.plain) - len(self.plain.rstrip())
        excess = min(blanks, cell_len(self.plain) - size)
        if excess > 0:
            self.right_crop(excess)

    Text.rstrip_end = rstrip_end  # type: ignore[method-assign]
