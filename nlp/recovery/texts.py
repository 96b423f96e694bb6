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
    """The words of ``code`` among those of a ``kind`` (tier, stage, note …); blanks take plain values or Words."""
    entry = _table()[kind][code]
    ko, en = (
        entry[lang].format(**{name: getattr(v, lang) if isinstance(v, Words) else v for name, v in filled.items()})
        for lang in ("ko", "en")
    )
    return Words(code=code, ko=ko, en=en)


def sourced(text: str) -> Words:
    """A unit or source of a constant or an action, with its wording in ``data/priors.ko.toml``; else as written."""
    return Words(code="", ko=_sources().get(text, text), en=text)


@cache
def _sources() -> dict[str, str]:
    return tomllib.loads(data_path("priors.ko.toml").read_text(encoding="utf-8"))


@cache
def _table() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(data_path("recovery_texts.toml").read_text(encoding="utf-8"))
