"""What Typer says of a wrong command line, as messages of ours; it speaks English only."""

from __future__ import annotations

import re
from typing import Any, Final

from nlp.errors import Message

_SAID: Final = (
    (r"No such option:? '?(?P<name>[^\s'.]+)'?\.?(?: \(Possible options: (?P<near>.+)\))?", "{name}: no such option"),
    (r"No such command '(?P<name>.+?)'\.?(?: Did you mean (?P<near>.+?)\??)?", "{name}: no such command"),
    (r"Missing (?:argument|option|parameter) '(?P<name>.+?)'\.?.*", "{name} is missing"),
    (r"Missing command\.?", "the command is missing"),
    (r"Option '(?P<name>.+?)' requires an argument\.?", "{name} needs a value"),
    (r"Option '(?P<name>.+?)' does not take a value\.?", "{name} takes no value"),
    (r"Got unexpected extra arguments? \((?P<name>.+?)\)", "{name}: nothing is known to do with this"),
    (r"Input should be greater than or equal to (?P<least>.+)", "a number of at least {least} is needed"),
    (r"Input should be greater than (?P<bound>.+)", "a number above {bound} is needed"),
    (r"Input should be less than or equal to (?P<most>.+)", "a number of at most {most} is needed"),
    (r"Input should be less than (?P<bound>.+)", "a number below {bound} is needed"),
    (r"Input should be a valid integer.*", "a whole number is needed"),
    (r"Input should be a valid number.*", "a number is needed"),
    (
        r"(?:Value error, )?'(?P<value>.*)' does not match the formats? (?P<known>.+?)\.?",
        "{value} is not written as {known}",
    ),
    (r"(?:Value error, )?'(?P<value>.*)' is not one of (?P<known>.+?)\.?", "{value} is none of {known}"),
    (r"(?:Value error, )?(?:path|file|directory) '(?P<value>.*)' does not exist\.?", "there is no {value}"),
    (r"(?:Value error, )?(?:path|file) '(?P<value>.*)' is a directory\.?", "{value} is a folder, not a file"),
    (r"(?:Value error, )?(?:path|directory) '(?P<value>.*)' is a file\.?", "{value} is a file, not a folder"),
)
"""Patterns of whole sentences, and what is said instead; the groups fill its fields."""

_OF_TIMES: Final = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%H": "hh", "%M": "mm"}
_OF_ONE: Final = re.compile(r"Invalid value for (?P<name>.+?)(?: \(env var: .+?\))?: (?P<problem>.+)", re.DOTALL)


def usage_problem(error: Any) -> Message:
    """What is wrong with the command line, and where help is; what is not known here stays as Typer says it."""
    said = " ".join(error.format_message().split())
    of_one = _OF_ONE.fullmatch(said)
    problem = _known(of_one["problem"] if of_one else said)
    if of_one:
        problem = Message("{name}: {problem}", name=of_one["name"].replace("'", ""), problem=problem)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "dangol"
    return Message("{problem}; see '{command} --help'", problem=problem, command=command)


def _known(said: str) -> str:
    for pattern, template in _SAID:
        found = re.fullmatch(pattern, said, re.IGNORECASE)
        if found is None:
            continue
        fields = found.groupdict()
        if "known" in fields:
            fields["known"] = re.sub("%[YmdHM]", lambda part: _OF_TIMES[part[0]], fields["known"])
        near = (fields.pop("near", None) or "").replace("'", "")
        problem = Message(template, **fields)
        return Message("{problem} (did you mean {near}?)", problem=problem, near=near) if near else problem
    return said
