"""Word tables under ``data/``, or files of one's own in their place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from nlp.errors import InputError
from nlp.resources import data_path

T = TypeVar("T")


def read_table(name: str, read: Callable[[dict[str, Any]], T], *, path: Path | None = None) -> T:
    """What ``read`` makes of the TOML file at ``path``; without a path, of ``data/<name>``, which ships.

    Raises InputError that names the file when it cannot be read or ``read`` does not find what it looks for.
    """
    path = path or data_path(name)
    try:
        return read(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        raise InputError(
            "{path}: not a table of the form of data/{name} ({error!r}); correct it", path=path, name=name, error=error
        ) from error
