"""Every error that Dangol raises on purpose.

    DangolError
    ├── InputError            a file or a value that a user gave cannot be used
    │   ├── FileFormatError   the file cannot be read as what it claims to be
    │   └── ColumnError       a column is missing, unknown or named twice
    ├── TaxonomyError         a taxonomy is inconsistent, or a label is not in it
    ├── LabelledDataError     labelled rows cannot be trained or evaluated on
    ├── ModelError            a model folder is missing, incomplete or does not fit
    ├── ResumeError           an interrupted run cannot be continued with what is there
    └── MissingExtraError     an optional dependency is not installed

A message names the place, the value, the rule and the next step, in that order. It is raised with a
template and fields, never as a finished sentence; its Korean wording stands in ``data/messages.ko.toml``.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterable
from typing import Any, Self

_SHOWN = 20
"""Problems that the message lists; all are in ``problems``."""


class Message(str):
    """A sentence for a person that can still be said in another language; as a str it is the English one.

    ``template`` holds named places in the style of ``str.format`` and ``fields`` fills them: numbers, paths,
    labels, or further messages. Without fields the template is the sentence, braces and all.
    """

    __slots__ = ("fields", "template")

    template: str
    fields: dict[str, object]

    def __new__(cls, template: str, **fields: object) -> Self:
        """``Message("{path}: no such file; check the name", path=path)``."""
        message = super().__new__(cls, template.format(**fields) if fields else template)
        message.template, message.fields = template, fields
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """What pickle builds the message from again."""
        return (self.template,), self.fields


class Joined(str):
    """Messages one after the other; each is translated on its own."""

    __slots__ = ("parts", "separator")

    separator: str
    parts: tuple[str, ...]

    def __new__(cls, separator: str, parts: Iterable[str]) -> Self:
        """``Joined("; ", [Message(…), Message(…)])``."""
        parts = tuple(parts)
        joined = super().__new__(cls, separator.join(parts))
        joined.separator, joined.parts = separator, parts
        return joined

    def __getnewargs_ex__(self) -> tuple[tuple[str, tuple[str, ...]], dict[str, object]]:
        """What pickle builds the messages from again."""
        return (self.separator, self.parts), {}


class DangolError(Exception):
    """Base of all errors raised on purpose; the command line prints its message without a traceback.

    ``message`` keeps the English template apart from its fields, so that ``nlp.messages.localized`` can say
    it in the language of whoever reads it: ``InputError("{path}: no such file; check the name", path=path)``.
    """

    def __init__(self, template: str, **fields: object) -> None:
        self.message = Message(template, **fields)
        super().__init__(self.message)

    @property
    def template(self) -> str:
        """The English message with named places."""
        return self.message.template

    @property
    def fields(self) -> dict[str, object]:
        """What fills the places."""
        return self.message.fields

    def __reduce__(self) -> tuple[Any, ...]:
        """Let pickle rebuild the error as it is; by default it would call ``__init__`` with the finished message."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class InputError(DangolError):
    """Something the user gave cannot be used."""


class FileFormatError(InputError):
    """A file cannot be read as the format its name or content claims."""


class ColumnError(InputError):
    """A column is missing, unknown or named twice."""


class TaxonomyError(DangolError):
    """A taxonomy is inconsistent, or a label is not part of it."""


class LabelledDataError(DangolError):
    """Labelled rows cannot be trained or evaluated on; ``problems`` lists each as ``file:line: reason`` (messages).

    A problem on its own, of a row, a file or all rows together, is the whole message.
    """

    def __init__(self, problems: tuple[Message, ...]) -> None:
        shown = Joined("\n", problems[:_SHOWN])
        if len(problems) == 1:
            super().__init__(problems[0].template, **problems[0].fields)
        elif len(problems) > _SHOWN:
            super().__init__(
                "{count} things to correct in the labelled rows:\n{shown}\n… and {more} more",
                count=len(problems),
                shown=shown,
                more=len(problems) - _SHOWN,
            )
        else:
            super().__init__(
                "{count} things to correct in the labelled rows:\n{shown}", count=len(problems), shown=shown
            )
        self.problems = problems


class ModelError(DangolError):
    """A model folder is missing, incomplete or does not fit its taxonomy."""


class ResumeError(DangolError):
    """An interrupted run cannot be continued with the files that are there."""


class MissingExtraError(DangolError):
    """An optional dependency is needed and not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            "the package '{package}' is not installed; it comes with the extra '{extra}': "
            'pip install "dangol[{extra}]"',
            package=package,
            extra=extra,
        )
