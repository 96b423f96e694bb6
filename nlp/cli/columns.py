"""The options that name an export's columns, the same for every command that reads exports."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from nlp.cli.options import Reader
from nlp.corpus.columns import Columns, option_of
from nlp.errors import Message

if TYPE_CHECKING:
    from nlp.corpus.reader import ReadReport

_HELP: Final = "{name} 열 이름 (보통은 자동으로 찾습니다)"
_NAMES: Final = {
    "text": "본문",
    "id": "문서 번호",
    "customer_id": "고객번호",
    "time": "접수일시",
    "channel": "채널",
    "branch": "지점",
    "product": "상품",
    "call_id": "통화 번호",
    "speaker": "화자",
    "utterance": "발화",
    "turn_time": "발화 시각",
}
_MORE: Final = {"customer_id": ". 가리지 않고 그대로 씁니다."}


def takes_columns(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each role of a column; the command gets them all as ``columns``.

    The options stand where the command has its parameter ``columns``.
    """
    signature = inspect.signature(command, eval_str=True)
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        parameters += _options() if parameter.name == "columns" else [parameter]

    @functools.wraps(command)
    def with_columns(**given: Any) -> None:
        named = {role: given.pop(f"{role}_column") for role in _NAMES}
        command(columns=Columns(**named), **given)

    # Typer reads options from the signature and its types from the annotations.
    with_columns.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_columns.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_columns


def show_files(files: Iterable[ReadReport], console: Console, reader: Reader) -> None:
    """Print what was read of each file, and what was not."""
    say = reader.say

    def warn(message: Message) -> None:
        console.print(say(message), style="yellow", markup=False)

    for file in files:
        read = Message(
            "{path}: {format}, text column {column!r}{guessed}, {rows:,} rows",
            path=file.path,
            format=", ".join(filter(None, (file.format, file.encoding, *file.sheets))),
            column=file.text_column,
            guessed=Message(" (chosen by its content, not its name)") if file.guessed_text else "",
            rows=file.rows,
        )
        console.print(say(read), markup=False)
        if file.other_texts:
            warn(
                Message(
                    "  texts were taken from this column alone; {names} may hold some, too: choose with {option}",
                    names=", ".join(map(repr, file.other_texts)),
                    option=option_of("text"),
                )
            )
        if file.unread:
            warn(
                Message("  sheets that were not read, for their columns differ: {names}", names=", ".join(file.unread))
            )
        if file.hidden_sheets:
            warn(Message("  hidden sheets that were not read: {names}", names=", ".join(file.hidden_sheets)))
        if file.hidden_rows:
            warn(
                Message(
                    "  hidden rows that were read as well: {rows:,}; delete them in Excel if they shall not count",
                    rows=file.hidden_rows,
                )
            )
        if file.misnamed is not None:
            warn(
                Message(
                    "{path}: the name says {named}, the content is {format} and was read as such",
                    path=file.path,
                    named=file.misnamed,
                    format=file.format,
                )
            )
        if file.unmarked:
            warn(
                Message(
                    "  texts in which an agent speaks as well, but no mark says who: {rows:,}; all of it was read as "
                    "the customer's. Export them with the speakers, for example 상담사: … 고객: …",
                    rows=file.unmarked,
                )
            )
        if file.undated:
            warn(Message("  rows whose date could not be read: {rows:,}", rows=file.undated))
        if file.torn:
            warn(
                Message(
                    "  several rows share a {column!r}, and each was read as a text of its own; if they are what was "
                    "said in one call, name the column of speakers with {option}",
                    column=file.roles["call_id"],
                    option=option_of("speaker"),
                )
            )
        if file.scattered:
            warn(
                Message(
                    "  {column!r} says who speaks, but no column which rows are one call, so each row, the agent's "
                    "too, was read as a text of its own; name the column of the calls' numbers with {option}",
                    column=file.roles["speaker"],
                    option=option_of("call_id"),
                )
            )
        if file.told:
            warn(
                Message(
                    "  calls in which only what they say tells the agent from the customer: {calls:,}; look at some, "
                    "and write 상담사 or 고객 as the speakers where it is wrong",
                    calls=file.told,
                )
            )
        if file.unattributed and "speaker" not in file.roles:
            warn(
                Message(
                    "  no column says who speaks, so the agent's words were read as the customer's; if there is one, "
                    "name it with {option}",
                    option=option_of("speaker"),
                )
            )
        elif file.unattributed:
            warn(
                Message(
                    "  utterances read as the customer's, for nobody known spoke them: {rows:,} (speakers: {names}); "
                    "write 상담사 or 고객 there, or name the column with {option}",
                    rows=file.unattributed,
                    names=", ".join(map(repr, file.strangers)),
                    option=option_of("speaker"),
                )
            )


def without_own(files: list[Path], reader: Reader) -> list[Path]:
    """The files to read; those that Dangol wrote itself are named and passed over, see ``nlp.pipeline.sources``."""
    from nlp.pipeline.sources import without_own

    kept, own = without_own(files)
    if own:
        note = Message("Passed over, for Dangol wrote them: {names}", names=", ".join(map(str, own)))
        Console(stderr=True, markup=False, highlight=False).print(reader.say(note), style="yellow", soft_wrap=True)
    return kept


def unmasked(files: Iterable[ReadReport]) -> Message | None:
    """Which columns of customer ids were written as they are; None without one."""
    names = dict.fromkeys(file.roles["customer_id"] for file in files if "customer_id" in file.roles)
    if not names:
        return None
    return Message(
        "The customer ids of column {names} stand in the results as they are; they tie a customer's texts together. "
        "If they are names or phone numbers, replace them by numbers first.",
        names=", ".join(map(repr, names)),
    )


def _options() -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            f"{role}_column",
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None, typer.Option(option_of(role), help=_HELP.format(name=name) + _MORE.get(role, ""))
            ],
        )
        for role, name in _NAMES.items()
    ]
