"""Which channels the public can read, from a table of words in channel names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.errors import InputError
from nlp.resources import data_path
from nlp.wom.slices import encode
from nlp.wom.tables import read_table

Visibility: TypeAlias = Literal["public", "private", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A kind of channel; ``words`` are parts of names by which it is known."""

    name: str
    ko: str
    kind: Visibility
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChannelKinds:
    """For each document whether others can read it: bool ``public`` and ``private``, ``(n,)``; rest unknown.

    ``of`` maps every channel name that occurs to its kind; ``unknown`` lists those that no word fits.
    """

    public: NDArray[np.bool_]
    private: NDArray[np.bool_]
    of: dict[str, Visibility]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Channel names that are in no table, to be asked about."""
        return tuple(name for name, kind in self.of.items() if kind == "unknown")


def load_channels(path: Path | None = None) -> tuple[Channel, ...]:
    """Read a table of channels; without a path the one that ships.

    Raises InputError when the file is no such table.
    """
    path = path or data_path("channels.toml")
    channels = read_table(
        "channels.toml",
        lambda table: tuple(
            Channel(
                name=entry["name"],
                ko=entry.get("ko", entry["name"]),
                kind=entry["kind"],
                words=tuple(_key(word) for word in entry["words"]),
            )
            for entry in table["channel"]
        ),
        path=path,
    )
    for channel in channels:
        if channel.kind not in ("public", "private"):
            raise InputError(
                "{path}: channel {channel!r} has kind {kind!r}; use 'public' or 'private'",
                path=path,
                channel=channel.name,
                kind=channel.kind,
            )
    return channels


def channel_kinds(table: ClassifiedTable, channels: Sequence[Channel] | None = None) -> ChannelKinds | None:
    """Sort the documents by who can read their channel; None when no document names a channel."""
    codes, names = encode(table.channels)
    if not names:
        return None
    known = load_channels() if channels is None else channels
    kinds = {name: visibility(name, known) for name in names}
    public = np.array([kinds[name] == "public" for name in names] + [False])
    private = np.array([kinds[name] == "private" for name in names] + [False])
    return ChannelKinds(public=public[codes], private=private[codes], of=kinds)


def visibility(name: str, channels: Sequence[Channel]) -> Visibility:
    """Kind of one channel by its name: of the first channel whose word is a part of it."""
    key = _key(name)
    for channel in channels:
        if any(word in key for word in channel.words):
            return channel.kind
    return "unknown"


def _key(name: str) -> str:
    return "".join(character for character in name.lower() if not character.isspace() and character not in "-_")
