"""The word tables of ``data/noise.toml``, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from nlp.resources import data_path


@cache
def words(section: str, name: str) -> tuple[str, ...]:
    """A list of words."""
    return tuple(_tables()[section][name])


@cache
def pairs(section: str, name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns and what is written in their place."""
    return tuple((re.compile(pattern), replacement) for pattern, replacement in _tables()[section][name])


@cache
def names(section: str) -> tuple[str, ...]:
    """The names of a section's tables, in their order."""
    return tuple(_tables()[section])


@cache
def swap_pairs(kind: str) -> tuple[tuple[str, str], ...]:
    """Words and what is put in their place."""
    return tuple(
        pair
        for one, other, *one_way in _tables()["swap"][kind]
        for pair in (((one, other),) if one_way else ((one, other), (other, one)))
    )


@cache
def frame(kind: str) -> tuple[str, tuple[str, ...]]:
    """A neutral sentence with a gap, and the words for it."""
    table = _tables()["frame"][kind]
    return str(table["sentence"]), tuple(table["words"])


@cache
def _tables() -> Mapping[str, Any]:
    return tomllib.loads(data_path("noise.toml").read_text(encoding="utf-8"))
