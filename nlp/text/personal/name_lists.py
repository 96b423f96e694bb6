"""The word lists of ``data/names.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from nlp.resources import data_path


@dataclass(frozen=True, kw_only=True, slots=True)
class NameLists:
    """Korean family and given names, foreign names, words that only look like names, and the words of cues.

    Fields of type ``str`` hold syllables (``usual_family``: "김이박…") and fit into a character class.
    """

    usual_family: str
    any_family: str
    frequent_family: str
    odd_family: str
    title_family: str
    before_title: str
    mister_family: str
    double_family: tuple[str, ...]
    given_syllables: str
    single_given: str
    common_given: tuple[str, ...]
    firsts: str
    lasts: str
    unmistakable_given: frozenset[str]
    noun_names: frozenset[str]
    public_persons: frozenset[str]
    never_last: str
    nouns: frozenset[str]
    noun_endings: str
    words: frozenset[str]
    stops: frozenset[str]
    no_titled: frozenset[str]
    own_titles: frozenset[str]
    foreign_given: tuple[str, ...]
    foreign_family: tuple[str, ...]
    chinese_family: str
    cues: Mapping[str, tuple[str, ...]]

    def any_cue(self, kind: str) -> str:
        """A pattern for any of the cue words of a kind (``title``, ``label`` …)."""
        return f"(?:{'|'.join(self.cues[kind])})"


@cache
def name_lists() -> NameLists:
    """The lists, read once."""
    table = tomllib.loads(data_path("names.toml").read_text(encoding="utf-8"))
    common = tuple(table["common"].split())
    nouns = frozenset(table["nouns"].split())
    return NameLists(
        usual_family=table["family"],
        any_family=table["family"] + table["rare_family"],
        frequent_family=table["frequent_family"],
        odd_family=table["odd_family"],
        title_family=_without(table["family"] + table["rare_family"] + table["odd_family"], table["no_family"]),
        before_title=table["before_title"],
        mister_family=_without(table["family"], table["no_family"] + table["before_title"] + "오"),
        double_family=tuple(table["double_family"]),
        given_syllables="".join(table["given"].split()),
        single_given=table["single"],
        common_given=common,
        firsts=table["first"],
        lasts=table["last"],
        unmistakable_given=frozenset(common) - {*table["double_meaning"].split(), *nouns},
        noun_names=frozenset(table["noun_names"].split()),
        public_persons=frozenset(table["public"].split()),
        never_last=table["not_last"],
        nouns=nouns,
        noun_endings=table["endings"],
        words=frozenset(table["words"].split()),
        stops=frozenset(table["stops"].split()),
        no_titled=frozenset(table["no_titled"].split()),
        own_titles=frozenset(table["own_titles"].split()),
        foreign_given=tuple(table["foreign"].split()),
        foreign_family=tuple(table["foreign_family"]),
        chinese_family=table["chinese"],
        cues={
            kind: tuple(word.replace("_", r"[ \t]?") for word in words.split()) for kind, words in table["cues"].items()
        },
    )


def _without(syllables: str, others: str) -> str:
    return "".join(syllable for syllable in dict.fromkeys(syllables) if syllable not in others)


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of the words, the longer ones first; by their first letter, as this is searched fastest."""
    rest: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        rest.setdefault(word[0], []).append(re.escape(word[1:]))
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(ends)})" for first, ends in rest.items()))
