"""Messages in the reader's language: English stands in the code, Korean in ``data/messages.ko.toml``."""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeAlias

from nlp.errors import DangolError, Joined, Message
from nlp.resources import data_path

Language: TypeAlias = Literal["ko", "en"]


def localized(message: DangolError | str, language: Language) -> str:
    """What an error or a message says in ``language``; messages among its fields are translated as well.

    A wording that is missing or does not fit is English: telling of a trouble must not become another one.
    """
    if language == "ko":
        try:
            return str(_korean(message))
        except Exception:  # whatever is wrong with the wordings, the English one is always there
            return str(message)
    return str(message)


@cache
def wordings() -> Mapping[str, str]:
    """Korean wordings by English template."""
    return {entry["en"]: entry["ko"] for entry in _table()["message"]}


def _korean(value: object) -> object:
    if isinstance(value, DangolError):
        value = value.message
    if isinstance(value, Joined):
        return value.separator.join(str(_korean(part)) for part in value.parts)
    if isinstance(value, Message):
        wording = wordings().get(value.template, value.template)
        return (
            wording.format(**{name: _korean(field) for name, field in value.fields.items()})
            if value.fields
            else wording
        )
    if isinstance(value, OSError):
        return _table()["system"].get(errno.errorcode.get(value.errno or 0), value)
    return value


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(data_path("messages.ko.toml").read_text(encoding="utf-8"))
