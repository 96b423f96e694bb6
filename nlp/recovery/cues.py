"""Small rules over sentences: leavers whom no service could keep, and things that must never happen.

The rules are data (``data/cues.toml``), so that a firm reads and changes them without code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InputError
from nlp.resources import data_path

_SENTENCE = re.compile(r"[^.!?…\n]*[.!?…\n]+|[^.!?…\n]+$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A sentence is evidence when it matches ``any`` and ``also`` (where given), and not ``unless``."""

    any: re.Pattern[str]
    also: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def evidence(self, text: str) -> tuple[str, ...]:
        """The sentences of ``text`` that are evidence, in their order; empty when the rule does not hold."""
        if self.any.search(text) is None:
            return ()
        return tuple(sentence for sentence in _sentences(text) if self._holds(sentence))

    def holds(self, texts: Iterable[str]) -> list[bool]:
        """Whether each text has evidence."""
        return [bool(self.evidence(text)) for text in texts]

    def _holds(self, sentence: str) -> bool:
        return (
            self.any.search(sentence) is not None
            and (self.also is None or self.also.search(sentence) is not None)
            and (self.unless is None or self.unless.search(sentence) is None)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cues:
    """The rules of a cue file."""

    involuntary: Rule
    safety: Rule

    @classmethod
    def load(cls, path: Path | None = None) -> Cues:
        """Read a cue file; without a path, the one that ships. Raises InputError naming file and rule."""
        path = path or data_path("cues.toml")
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls(involuntary=_rule(table["involuntary"]), safety=_rule(table["safety"]))
        except KeyError as error:
            raise InputError(
                "{path}: {error} is missing; give [involuntary] and [safety], each with any", path=path, error=error
            ) from error
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, re.error) as error:
            raise InputError("{path}: the cues cannot be read ({error})", path=path, error=error) from error


def _rule(table: dict[str, list[str]]) -> Rule:
    return Rule(any=_either(table["any"]), also=_optional(table.get("with")), unless=_optional(table.get("unless")))


def _optional(patterns: list[str] | None) -> re.Pattern[str] | None:
    return _either(patterns) if patterns else None


def _either(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.strip()]
