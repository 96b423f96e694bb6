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
def _tables() -> Mapping[str, Any]:
    return tomllib.loads(data_path("noise.toml").read_text(encoding="utf-8"))
