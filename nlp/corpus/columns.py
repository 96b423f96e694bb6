"""Which column plays which role: by the user's word, by its name, or by what its cells look like."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from itertools import zip_longest
from statistics import median
from typing import Any

from nlp.corpus.tables import unique_names
from nlp.errors import ColumnError, Message
from nlp.resources import data_path
from nlp.text.redact import redact
from nlp.types import Speaker


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """The user's own word on column roles; None leaves a role to recognition by name.

    ``text`` holds one document a row. For exports with one utterance a row, ``call_id`` ties the rows of a
    call, ``utterance`` holds what was said, ``speaker`` who said it and ``turn_time`` when.
    """

    id: str | None = None
    text: str | None = None
    customer_id: str | None = None
    time: str | None = None
    channel: str | None = None
    branch: str | None = None
    product: str | None = None
    call_id: str | None = None
    speaker: str | None = None
    utterance: str | None = None
    turn_time: str | None = None

    def given(self) -> dict[str, str]:
        """The roles that the user named, with their columns."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {role: name for role, name in named.items() if name is not None}


_LONGEST_NAME = 25
_HEADER_WITHIN = 20
_MOST_WORDS = 4
_MOST_CODES = 4
_ATTRIBUTED = 0.8
"""Share of a column's cells that must name a known speaker for it to be the speakers'."""
_CODES = re.compile(r"(?:화자|발화자|참여자|참석자|speaker|spk|channel|ch|s)?[0-9]{1,2}|[a-z]|left|right")
_CODED = re.compile(r"화자|참여자|참석자|채널|구분|speaker|spk|channel|^ch$|participant|side|track|leg")

ROLES = tuple(field.name for field in fields(Columns))


@dataclass(frozen=True, kw_only=True, slots=True)
class Roles:
    """Positions of the columns that play a role.

    ``guessed_text`` is true when the text column was found by its cells, not by its name. ``by_turns`` is
    true when each row is one utterance of a call, ``torn`` where calls have many rows and nobody known speaks them.
    """

    index: Mapping[str, int]
    guessed_text: bool = False
    by_turns: bool = False
    torn: bool = field(default=False, compare=False)

    @property
    def text(self) -> int:
        """Position of the column that holds the words: the utterance for calls, else the text."""
        return self.index["utterance"] if self.by_turns and "utterance" in self.index else self.index["text"]


def option_of(role: str) -> str:
    """The command-line option that names a role's column: ``customer_id`` → ``--customer-id-column``."""
    return f"--{role.replace('_', '-')}-column"


def normalize_name(name: str) -> str:
    """A column name without case, blanks, punctuation and parentheses: ``고객 ID (필수)`` → ``고객id``."""
    bare = re.sub(r"[(\[（【].*?[)\]）】]", "", name)
    return re.sub(r"[\W_]+", "", bare or name).lower()


def recognised(names: Sequence[str]) -> dict[str, int]:
    """Positions of the columns whose names say their role."""
    keys = [normalize_name(name) for name in names]
    found: dict[str, int] = {}
    for role, synonyms in _synonyms().items():
        position = next((keys.index(name) for name in synonyms.names if name in keys), None)
        if position is not None and position not in found.values():
            found[role] = position
    for role, synonyms in _synonyms().items():
        free = (at for at, key in enumerate(keys) if at not in found.values() and synonyms.ends(key))
        if role not in found and (position := next(free, None)) is not None:
            found[role] = position
    return found


def texts_among(names: Sequence[str]) -> list[int]:
    """Positions of all columns whose names say that they hold texts."""
    synonyms = _synonyms()["text"]
    keys = [normalize_name(name) for name in names]
    return [at for at, key in enumerate(keys) if key in synonyms.names or synonyms.ends(key)]


def find_header(rows: Sequence[Sequence[str]], columns: Columns) -> tuple[int, list[str]]:
    """Index of the row that names the columns, and the names.

    It is the row with most known names, else the first widest row: exports often put a title and the query's dates
    above the header. Where cells are merged, the header has two rows, of which the index is the second one.
    """
    wanted = {normalize_name(name) for name in columns.given().values()}
    known = wanted | {name for synonyms in _synonyms().values() for name in synonyms.names}
    scores = [sum(normalize_name(cell) in known for cell in row if cell) for row in rows]
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    ranked = scores if any(scores) else widths
    at = ranked.index(max(ranked))
    for lower in (at + 1, at):
        if 0 < lower < len(rows) and scores[lower] and (names := _merged(rows[lower - 1], rows[lower])):
            return lower, names
    return at, list(rows[at])


def header_of(rows: Sequence[Sequence[str]], columns: Columns) -> tuple[int, list[str]]:
    """Index of the header among a table's first rows, and a name for each column up to the last one that has any."""
    at, cells = find_header(rows[:_HEADER_WITHIN], columns)
    width = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return at, unique_names(cells[:width])


def _merged(above: Sequence[str], below: Sequence[str]) -> list[str] | None:
    """Names from a header of two rows: ``고객 |   | 내용`` over ``번호 | 등급 |  `` are ``번호 | 등급 | 내용``.

    A cell over several columns leaves those behind its first one blank, a cell over both rows leaves the lower one
    blank. None where the rows are not merged in both ways, or the lower one holds more than names.
    """
    cells = [(up.strip(), low.strip()) for up, low in zip_longest(above, below, fillvalue="")]
    over_columns = any(low and not up for up, low in cells)
    over_rows = any(up and not low for up, low in cells)
    named = not any(len(low) > _LONGEST_NAME or any(map(str.isdigit, low)) for _, low in cells)
    return [low or up for up, low in cells] if over_columns and over_rows and named else None


def resolve(names: Sequence[str], columns: Columns, sample: Sequence[Sequence[str]], *, place: str) -> Roles:
    """Decide the roles of the columns ``names``; ``sample`` holds some rows of cells under them.

    Raises ColumnError when a named column is not there, two roles share a column, or no text column is found.
    """
    named = {role: _position(names, name, role, place) for role, name in columns.given().items()}
    for role, position in named.items():
        twin = next((other for other in named if other != role and named[other] == position), None)
        if twin and {role, twin} != {"text", "utterance"}:
            raise ColumnError(
                "{place}: the column {column!r} is given for both {other} and {option}; a column plays one "
                "role, drop one of the options",
                place=place,
                column=names[position],
                other=option_of(twin),
                option=option_of(role),
            )
    index = {role: at for role, at in recognised(names).items() if at not in named.values()} | named
    if columns.text is not None and columns.utterance is None and columns.call_id is None:
        index.pop("utterance", None)
    index = _with_speakers(names, index, named, sample)
    by_turns = "call_id" in index and ("utterance" in index or {"speaker", "text"} <= index.keys())
    if by_turns:
        return Roles(index=index, by_turns=True)
    if "text" not in index and "utterance" in index:
        index["text"] = index.pop("utterance")
    if "text" in index:
        return Roles(index=index, torn="call_id" in index and _follow(sample, index["call_id"]))
    free = [at for at in _free_text(names, sample) if at not in named.values()]
    if len(free) == 1 and len(names[free[0]]) > _LONGEST_NAME:
        raise ColumnError(
            "{place}: the first row looks like data ({start!r} …), not like the names of columns; put a row "
            "of names above it, for example 내용",
            place=place,
            start=redact(names[free[0]]).text[:40],
        )
    if len(free) == 1:
        kept = {role: at for role, at in index.items() if at != free[0]}
        by_turns = {"call_id", "speaker"} <= kept.keys()
        return Roles(index=kept | {"text": free[0]}, guessed_text=True, by_turns=by_turns)
    # Of a file without names of columns, this is a customer's row.
    shown = ", ".join(repr(redact(name).text) for name in names[:40]) or Message("none")
    if free:
        found = Message("{count} columns look like free text", count=len(free))
    else:
        found = Message("no column looks like free Korean text")
    raise ColumnError(
        "{place}: no text column was recognised among {shown} ({found}); name it with {option}",
        place=place,
        option=option_of("text"),
        shown=shown,
        found=found,
    )


def speaker_of(name: str) -> Speaker:
    """Who speaks, from a cell such as ``상담원1``, ``고객님``, ``AGENT`` or ``상담사 김하늘``."""
    known, endings = _speakers()
    words = [normalize_name(name), *re.split(r"[\W_]+", name.lower())[:_MOST_WORDS]]
    bare = [word.rstrip("0123456789") for word in words]
    keys = [*bare, *(word.removesuffix("님") for word in bare)]
    found = {known[key] for key in keys if key in known}
    if "agent" in found or (not found and any(key.endswith(endings) for key in keys)):
        return "agent"
    return "customer" if found else "unknown"


def names_nobody(customer_id: str) -> bool:
    """Whether a customer's cell stands for an unknown one: ``-``, ``0000``, ``비회원``, ``N/A``."""
    key = normalize_name(customer_id)
    return not key.strip("0") or key in _nobody()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Synonyms:
    names: tuple[str, ...]
    endings: tuple[str, ...]
    never: tuple[str, ...]

    def ends(self, key: str) -> bool:
        return key.endswith(self.endings) and not key.endswith(self.never)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(data_path("columns.toml").read_text(encoding="utf-8"))


@cache
def _synonyms() -> dict[str, _Synonyms]:
    def keys(entry: Mapping[str, list[str]], part: str) -> tuple[str, ...]:
        return tuple(normalize_name(name) for name in entry.get(part, ()))

    return {
        role: _Synonyms(names=keys(entry, "names"), endings=keys(entry, "endings"), never=keys(entry, "never"))
        for role, entry in _table()["role"].items()
    }


@cache
def _nobody() -> frozenset[str]:
    return frozenset(normalize_name(name) for name in _table()["nobody"]["names"])


@cache
def _speakers() -> tuple[dict[str, Speaker], tuple[str, ...]]:
    """Who goes by which name, and how the names of agents end."""
    kinds = _table()["speakers"]
    found: dict[str, Speaker] = dict.fromkeys(map(normalize_name, kinds["agent"]), "agent")
    return found | dict.fromkeys(map(normalize_name, kinds["customer"]), "customer"), tuple(kinds["endings"])


def _position(names: Sequence[str], wanted: str, role: str, place: str) -> int:
    if wanted in names:
        return names.index(wanted)
    keys = [normalize_name(name) for name in names]
    if normalize_name(wanted) in keys:
        return keys.index(normalize_name(wanted))
    shown = ", ".join(repr(name) for name in names[:40])
    raise ColumnError(
        "{place}: there is no column {wanted!r}; the file has {shown}. Correct {option}",
        place=place,
        wanted=wanted,
        shown=shown,
        option=option_of(role),
    )


def _follow(sample: Sequence[Sequence[str]], at: int) -> bool:
    """Whether calls, named in column ``at``, have two rows and more."""
    calls = [row[at] for row in sample if at < len(row) and row[at].strip()]
    return 0 < len(set(calls)) * 2 <= len(calls)


def _with_speakers(
    names: Sequence[str], index: Mapping[str, int], named: Mapping[str, int], sample: Sequence[Sequence[str]]
) -> dict[str, int]:
    """The roles, where rows that share a number are the turns of a call: who speaks, and that the number is a call's.

    So the number may be one of documents (``접수번호``), and a column that is called 채널 may tell L from R.
    """
    at = index.get("call_id", index.get("id") if "id" not in named else None)
    if at is None or not _follow(sample, at):
        return dict(index)
    taken = {place for role, place in index.items() if role != "channel" or role in named}
    speaker = index["speaker"] if "speaker" in index else _speaking(names, sample, taken, at)
    if speaker is None:
        return dict(index)
    return {role: place for role, place in index.items() if place not in (at, speaker)} | {
        "call_id": at,
        "speaker": speaker,
    }


def _speaking(names: Sequence[str], sample: Sequence[Sequence[str]], taken: set[int], call: int) -> int | None:
    """The column that says who speaks, by its cells; ``call`` holds the calls' numbers. None without one."""
    for at, name in enumerate(names):
        rows = [(row[call], row[at]) for row in sample if max(at, call) < len(row) and row[at].strip()]
        if at in taken or not rows:
            continue
        speakers = [speaker_of(cell) for _, cell in rows]
        known = len(rows) - speakers.count("unknown")
        if {"agent", "customer"} <= set(speakers) and known >= _ATTRIBUTED * len(rows):
            return at
        codes = {normalize_name(cell) for _, cell in rows}
        if 2 <= len(codes) <= _MOST_CODES and all(map(_CODES.fullmatch, codes)) and _CODED.search(normalize_name(name)):
            spoken: dict[str, set[str]] = {}
            for number, cell in rows:
                spoken.setdefault(number, set()).add(cell)
            if sum(len(cells) > 1 for cells in spoken.values()) * 2 >= len(spoken):
                return at
    return None


def _free_text(names: Sequence[str], sample: Sequence[Sequence[str]]) -> list[int]:
    """Columns whose cells read like written Korean: long, mostly Hangul, hardly ever repeated."""
    found = []
    for at in range(len(names)):
        cells = [row[at].strip() for row in sample if at < len(row) and row[at].strip()]
        if not cells or len(set(cells)) < 0.5 * len(cells) or median(map(len, cells)) < 12:
            continue
        joined = "".join(cells)
        hangul = sum("가" <= character <= "힣" for character in joined)
        replies = (*_synonyms()["text"].never, "주소")
        if hangul >= 0.4 * len(joined) and not normalize_name(names[at]).endswith(replies):
            found.append(at)
    return found
