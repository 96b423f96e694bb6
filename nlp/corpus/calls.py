"""Calls whose export holds one utterance a row, put together again in constant memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from nlp.corpus.columns import Roles, speaker_of
from nlp.corpus.dates import clock_seconds
from nlp.corpus.tables import RawRow
from nlp.text.prepare import render
from nlp.text.segment import agent_among
from nlp.types import Turn


class Call(NamedTuple):
    """The turns of one call in order, their text with speaker marks, and the cells that describe the call.

    ``strangers`` are the names of those whose turns are an unknown speaker's, one a turn; ``told`` is true where
    nameless speakers were known by their words.
    """

    row: RawRow
    turns: tuple[Turn, ...]
    text: str
    strangers: tuple[str, ...]
    told: bool


class CallSpool:
    """Collects the rows of calls in any order and gives the calls back by their first row.

    Rows of several calls may interleave, so they are spooled into SQLite's private temporary database: a
    file without a name that vanishes with the process.
    """

    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        self._base = sqlite3.connect("")
        self._base.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE call (id TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID;"
            "CREATE TABLE turn (number INTEGER, clock REAL, line INTEGER, sheet TEXT, cells TEXT);"
        )
        self._numbers = 0

    def __enter__(self) -> CallSpool:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def __len__(self) -> int:
        return self._numbers

    def add(self, row: RawRow) -> None:
        """Take one row; its call id must not be empty."""
        index = self._roles.index
        call_id = row.cells[index["call_id"]].strip()
        clock = clock_seconds(row.cells[index["turn_time"]]) if "turn_time" in index else None
        found = self._base.execute("SELECT number FROM call WHERE id = ?", (call_id,)).fetchone()
        if found is None:
            self._numbers += 1
            found = (self._numbers,)
            self._base.execute("INSERT INTO call VALUES (?, ?)", (call_id, self._numbers))
        self._base.execute(
            "INSERT INTO turn VALUES (?, ?, ?, ?, ?)",
            (found[0], clock, row.line, row.sheet, json.dumps(row.cells, ensure_ascii=False)),
        )

    def calls(self) -> Iterator[Call]:
        """The calls in the order of their first rows."""
        cursor = self._base.execute("SELECT number, clock, line, sheet, cells FROM turn ORDER BY number, rowid")
        current = 0
        rows: list[tuple[float | None, RawRow]] = []
        for number, clock, line, sheet, cells in cursor:
            if number != current and rows:
                yield self._call(rows)
                rows = []
            current = number
            rows.append((clock, RawRow(line, json.loads(cells), sheet=sheet)))
        if rows:
            yield self._call(rows)

    def _call(self, rows: list[tuple[float | None, RawRow]]) -> Call:
        first = rows[0][1]
        if all(clock is not None for clock, _ in rows):
            rows = sorted(rows, key=lambda entry: entry[0] or 0.0)
        speaker_at = self._roles.index.get("speaker")
        spoken = [
            (row.cells[speaker_at].strip() if speaker_at is not None else "", row.cells[self._roles.text].strip())
            for _, row in rows
        ]
        speakers = {name: speaker_of(name) for name, _ in spoken}
        nameless = [name for name, speaker in speakers.items() if name and speaker == "unknown"]
        agent = None
        if "agent" not in speakers.values():
            agent = agent_among({name: [text for other, text in spoken if other == name] for name in nameless})
        if agent is not None:
            speakers |= {name: "agent" if name == agent else "customer" for name in nameless}
        turns = tuple(Turn(speaker=speakers[name], text=text) for name, text in spoken)
        strangers = tuple(name for name, _ in spoken if speakers[name] == "unknown")
        width = len(first.cells)
        described = [next((row.cells[at] for _, row in rows if row.cells[at]), "") for at in range(width)]
        return Call(first._replace(cells=described), turns, render(turns), strangers, agent is not None)
