"""JSON Lines: one object a line, keys as columns; those of an object within it as ``customer.id``.

An object that holds the turns of a call in a list is a row for each turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from nlp.corpus.encoding import Encoding
from nlp.corpus.tables import RawRow, cell_text, composed, undecodable, without_surrogates
from nlp.errors import Message

_TURNS: Final = ("turns", "utterances", "segments", "dialogue", "messages")
_MOST_KEYS: Final = 2_000
"""Columns of a file; each row has a cell for each of them."""


class JsonLinesTable:
    """A JSON Lines file; see ``nlp.corpus.tables.Table``. ``names`` grows with the keys met."""

    format = "JSONL"
    sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    sampled: Sequence[RawRow] | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._path = path
        self._encoding = encoding
        self._raw: BinaryIO | None = None
        self.encoding: str | None = encoding.name
        self.names: list[str] = []

    def rows(self) -> Iterator[RawRow]:
        """All objects; a line that is no object carries its problem."""
        names = self.names
        at = {name: index for index, name in enumerate(names)}
        codec, errors = self._encoding.codec, self._encoding.errors
        with self._path.open(encoding=codec, errors=errors, newline="\n") as file:
            self._raw = file.buffer.raw  # type: ignore[attr-defined]
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                line = self._encoding.mended(line)
                if self._encoding.undecodable(line):
                    yield RawRow(number, [line], undecodable(self._encoding.name))
                    continue
                try:
                    # Files that were joined have a byte order mark in the middle.
                    entry = json.loads(composed(line).removeprefix("\ufeff"))
                except (ValueError, RecursionError) as error:
                    yield RawRow(number, [line], Message("not valid JSON ({error})", error=str(error)))
                    continue
                if not isinstance(entry, dict):
                    yield RawRow(number, [line], Message("not a JSON object"))
                    continue
                # An escape such as "\\ud83d" alone is half of an emoji that no file could be written with.
                halves = "\\ud" in line or "\\uD" in line
                for row in _turns(entry, number):
                    cells_of = dict(_flat(row))
                    unknown = [key for key in cells_of if key not in at]
                    if len(names) + len(unknown) > _MOST_KEYS:
                        problem = Message("the file has more than {most:,} different keys", most=_MOST_KEYS)
                        yield RawRow(number, [line], problem)
                        break
                    for key in unknown:
                        at[key] = len(names)
                        names.append(key)
                    cells = [""] * len(names)
                    for key, value in cells_of.items():
                        text = cell_text(value)
                        cells[at[key]] = without_surrogates(text) if halves else text
                    yield RawRow(number, cells)
            self._raw = None

    def position(self) -> int:
        """Bytes handed to the decoder so far."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed else 0


def _turns(entry: Mapping[str, Any], number: int) -> Sequence[Mapping[str, Any]]:
    """The turns of a call that stand in a list, each with what the call's object says besides; else the entry itself.

    A call without a number of its own gets that of its line. The whole text beside the turns says nothing more.
    """
    for key in _TURNS:
        turns = entry.get(key)
        if isinstance(turns, list) and turns and all(isinstance(turn, dict) and turn for turn in turns):
            call = {name: value for name, value in entry.items() if name != "text" and not isinstance(value, list)}
            numbered = {"call_id", "id"} & call.keys()
            return [{**turn, **call} if numbered else {**turn, **call, "call_id": number} for turn in turns]
    return [entry]


def _flat(entry: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Keys and values; what stands in an object within the object is ``customer.id``."""
    for key, value in entry.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value
