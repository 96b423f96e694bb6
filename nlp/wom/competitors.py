"""Competitors that customers name, and the causes that go along: what they win on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.wom.estimates import LEVEL, Estimate, Note, note, wilson
from nlp.wom.speech import customer_text
from nlp.wom.tables import read_table

Rule: TypeAlias = Literal["gazetteer", "suffix", "moved", "compared"]

_WORD = re.compile(r"[가-힣A-Za-z0-9&+]+")
_MOVED = re.compile(
    r"(?:으로|로)\s?(?:(?:다시|확|그냥|아예|전부|바로)\s?)?"
    r"(?:옮|갈아|넘어|이전하|이동했|번호이동|환승|바꿀|바꿨|바꿔|바꾸|왔습니다|왔어요|갈게요|갑니다|갈래)"
)
_COMPARED = re.compile(
    r"보다\s?(?:못|훨|더\s|비싸|느리|나쁘)"
    r"|[이가은는]\s?(?:(?:훨씬|훨|더|차라리|백배|만\s?원|[0-9천만]+\s?원)\s?){0,2}"
    r"(?:낫|나아|나은|나았|싸[고요서다]|빠르|빨라|친절했)"
)
_BEFORE = re.compile(r"[가-힣A-Za-z0-9&+]{2,12}$")


@dataclass(frozen=True, kw_only=True)
class Gazetteer:
    """Known names by sector (alias → name, name → sector) and the word lists that guard the rules."""

    names: Mapping[str, str]
    sectors: Mapping[str, str]
    suffixes: tuple[str, ...]
    particles: tuple[str, ...]
    generic: frozenset[str]
    nobody: frozenset[str]

    @cached_property
    def by_key(self) -> Mapping[str, str]:
        """Lower-case name or alias → name."""
        return {alias.lower(): name for alias, name in self.names.items()}

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Lengths that names have, longest first."""
        return tuple(sorted({len(alias) for alias in self.names}, reverse=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A competitor named in one document (``row``), by which rule, at the characters ``[start, end)``.

    Positions are those of the customer's own words (an agent's turns are left out).
    """

    row: int
    name: str
    rule: Rule
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Competitor:
    """A competitor: how many documents name it, and what goes along.

    ``share`` is of the documents about a competitor's pull, in [0, 1]. ``wins_on`` gives, for each other cause,
    the share of this competitor's documents that carry it, most frequent first. ``example`` is the row of the
    first document.
    """

    name: str
    sector: str | None
    rules: tuple[Rule, ...]
    documents: int
    share: Estimate
    wins_on: tuple[tuple[str, int, Estimate], ...]
    example: int


@dataclass(frozen=True, kw_only=True)
class Competitors:
    """Competitors, most named first. ``pulled`` documents are about a competitor, ``named`` of them name one.

    ``unnamed_wins_on`` is what goes along with a competitor's pull in all ``pulled`` documents.
    """

    pulled: int
    named: int
    competitors: tuple[Competitor, ...]
    wins_on: tuple[tuple[str, int, Estimate], ...]
    notes: tuple[Note, ...]


def load_gazetteer(*paths: Path) -> Gazetteer:
    """The names that ship, and those of further files of the same form; raises InputError when one is none."""
    names: dict[str, str] = {}
    sectors: dict[str, str] = {}
    lists: dict[str, list[str]] = {"suffixes": [], "particles": [], "generic": [], "nobody": []}

    def add(table: Mapping[str, Any]) -> None:
        for sector in table.get("sector", ()):
            for name in sector.get("names", ()):
                names[name], sectors[name] = sector.get("aliases", {}).get(name, name), sector["id"]
            for alias, name in sector.get("aliases", {}).items():
                names[alias] = name
                sectors.setdefault(name, sector["id"])
        for key, found in lists.items():
            found.extend(table.get(key, ()))

    for path in (None, *paths):
        read_table("competitors.toml", add, path=path)
    return Gazetteer(
        names=names,
        sectors=sectors,
        suffixes=tuple(lists["suffixes"]),
        particles=tuple(lists["particles"]),
        generic=frozenset(lists["generic"]),
        nobody=frozenset(lists["nobody"]),
    )


def competitors(
    table: ClassifiedTable,
    *,
    gazetteer: Gazetteer | None = None,
    own: Sequence[str] = (),
    level: float = LEVEL,
) -> Competitors:
    """Find the competitors in documents about a competitor's pull, leaving out ``own`` names.

    Four rules, each shown with the name: the gazetteer; a word with a company's ending ("단비모바일",
    "새솔의원"); a name before "…로 옮기다", "…로 갈아타다"; a name before "…가 더 낫다", "…보다 비싸다". Whichever
    rule finds it, a name that the gazetteer knows is called as it is called there. An own name is left out under
    its aliases and within longer names too ("KT": "케이티", "KT엠모바일", but not "KTX").
    """
    if not table.taxonomy.has("cause", "competitor_pull"):
        return Competitors(pulled=0, named=0, competitors=(), wins_on=(), notes=(note("label"),))
    gazetteer = gazetteer or load_gazetteer()
    rows = np.flatnonzero(table.has("cause", "competitor_pull"))
    mentions = [
        found
        for row in rows.tolist()
        for found in competitor_mentions(customer_text(table.texts[row]), gazetteer, own=own, row=row)
    ]
    documents: dict[str, dict[int, None]] = defaultdict(dict)
    rules: dict[str, Counter[Rule]] = defaultdict(Counter)
    for mention in mentions:
        documents[mention.name].setdefault(mention.row)
        rules[mention.name][mention.rule] += 1
    ranked = sorted(documents, key=lambda name: (-len(documents[name]), name))
    return Competitors(
        pulled=len(rows),
        named=len({mention.row for mention in mentions}),
        competitors=tuple(
            Competitor(
                name=name,
                sector=gazetteer.sectors.get(name),
                rules=tuple(rules[name]),
                documents=len(documents[name]),
                share=wilson(len(documents[name]), len(rows), level=level),
                wins_on=_wins_on(table, list(documents[name]), level),
                example=next(iter(documents[name])),
            )
            for name in ranked
        ),
        wins_on=_wins_on(table, rows.tolist(), level),
        notes=() if len(rows) else (note("text"),),
    )


def competitor_mentions(
    text: str, gazetteer: Gazetteer, *, own: Sequence[str] = (), row: int = 0
) -> tuple[Mention, ...]:
    """Names in one customer's words, each once, by the most trusted rule that finds it."""
    ours = _own_names(own, gazetteer)
    found: dict[str, Mention] = {}
    for rule, name, start, end in _candidates(text, gazetteer):
        if ours.search(_plain(name)):
            continue
        overlaps = any(start < other.end and other.start < end for other in found.values())
        if name not in found and not overlaps:
            found[name] = Mention(row=row, name=name, rule=rule, start=start, end=end)
    return tuple(sorted(found.values(), key=lambda mention: mention.start))


def _candidates(text: str, gazetteer: Gazetteer) -> Iterator[tuple[Rule, str, int, int]]:
    words = [(match.group(), match.start()) for match in _WORD.finditer(text)]
    for word, start in words:
        known = _known(word, gazetteer)
        if known:
            yield "gazetteer", gazetteer.by_key[known], start, start + len(known)
    for word, start in words:
        name = _suffixed(word, gazetteer)
        if name:
            yield "suffix", _called(name, gazetteer), start, start + len(name)
    rules: tuple[tuple[Rule, re.Pattern[str]], ...] = (("moved", _MOVED), ("compared", _COMPARED))
    for rule, pattern in rules:
        for match in pattern.finditer(text):
            found = _BEFORE.search(text, max(0, match.start() - 12), match.start())
            if found and not _names_nobody(found.group(), text, found.start(), gazetteer):
                yield rule, _called(found.group(), gazetteer), found.start(), found.end()


def _called(word: str, gazetteer: Gazetteer) -> str:
    """The gazetteer's name for a word that it knows, else the word."""
    known = _known(word, gazetteer)
    return gazetteer.by_key[known] if known else word


def _known(word: str, gazetteer: Gazetteer) -> str | None:
    """The longest known name that the word begins with; a Latin name must end there ("KT는", not "KTX")."""
    lower = word.lower()
    for length in gazetteer.lengths:
        if lower[:length] in gazetteer.by_key and len(lower) >= length:
            latin = lower[length - 1].isascii() and lower[length : length + 1].isascii()
            if not (latin and lower[length : length + 1]):
                return lower[:length]
    return None


def _suffixed(word: str, gazetteer: Gazetteer) -> str | None:
    """The word without its particle, when it ends like a company's name and names one in particular."""
    # Most words end in no particle: one look at all of them spares one at each.
    particles = gazetteer.particles if word.endswith(gazetteer.particles) else ()
    for particle in ("", *particles):
        if not word.endswith(particle):
            continue
        stem = word[: len(word) - len(particle)]
        if stem.endswith(gazetteer.suffixes) and stem not in gazetteer.suffixes and len(stem) <= 12:
            return None if stem in gazetteer.generic else stem
    return None


def _names_nobody(word: str, text: str, start: int, gazetteer: Gazetteer) -> bool:
    """Whether a word before a particle is an everyday one, or the end of "다른 은행으로", "길 건너 의원이"."""
    if (
        word in gazetteer.nobody
        or word in gazetteer.generic
        or re.fullmatch(r"\d+.{0,2}|.*(?:는|은|던|서|면|한|값|님)", word)
    ):
        return True
    before = text[max(0, start - 5) : start]
    return bool(_WORD.search(before[-1:])) or bool(
        re.search(r"(?:다른|딴|타|옆|동네|건너|골목|어느|모든|온)\s?$", before)
    )


def _wins_on(table: ClassifiedTable, rows: list[int], level: float) -> tuple[tuple[str, int, Estimate], ...]:
    found = []
    for cause in table.taxonomy.group("cause").ids:
        if cause != "competitor_pull":
            count = int(table.has("cause", cause)[rows].sum())
            found.append((cause, count, wilson(count, len(rows), level=level)))
    return tuple(sorted(found, key=lambda entry: -entry[1]))


def _own_names(own: Sequence[str], gazetteer: Gazetteer) -> re.Pattern[str]:
    """Finds own names, in themselves or as the gazetteer calls them, in plain names; Latin letters must end there."""
    plain = {_plain(name) for name in own} - {""}
    plain |= {_plain(gazetteer.by_key[name]) for name in plain if name in gazetteer.by_key}
    edged = [
        (r"\b" if re.match(r"\w", name, re.ASCII) else "")
        + re.escape(name)
        + (r"\b" if re.match(r"\w", name[-1], re.ASCII) else "")
        for name in sorted(plain)
    ]
    return re.compile("|".join(edged) or r"(?!)", re.ASCII)


def _plain(name: str) -> str:
    return re.sub(r"\s", "", name).lower()
