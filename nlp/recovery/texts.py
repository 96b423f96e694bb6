"""Korean and English words of the queue, read from ``data/recovery_texts.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from nlp.resources import data_path


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One text in Korean and English; ``code`` names it (``no_customer``, ``urgent`` …)."""

    code: str
    ko: str
    en: str


def words(kind: str, code: str, **filled: object) -> Words:
    """The words of ``code`` among those of a ``kind`` (tier, stage, note …), with its blanks filled."""
    entry = _table()[kind][code]
    return Words(code=code, ko=entry["ko"].format(**filled), en=entry["en"].format(**filled))


@cache
def _table() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(data_path("recovery_texts.toml").read_text(encoding="utf-8"))
