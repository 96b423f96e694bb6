"""Word of mouth: what the public can read, and what customers privately report or threaten.

A text in a public channel *is* word of mouth, so its volume, valence and dispersion come from there (Godes &
Mayzlin 2004, Using Online Conversations to Study Word-of-Mouth Communication, Marketing Science 23). A text
in a private channel can only report or announce it; the two are never added up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.wom.channels import Channel, ChannelKinds, channel_kinds
from nlp.wom.estimates import LEVEL, Estimate, Note, note, paired_difference, wilson, z_value
from nlp.wom.slices import MISSING, By, Slices, encode, slices

Side: TypeAlias = Literal["public", "private", "all"]

RESPONSES = ("negative_wom", "positive_wom", "switching", "third_party")


@dataclass(frozen=True, kw_only=True, slots=True)
class Voices:
    """What the documents of one slice say to others; ``side`` tells who can read them.

    ``volume`` counts documents, of which ``responses`` gives the shares of negative_wom (dissuasion),
    positive_wom (advice), switching and third_party, in [0, 1]. ``net_advocacy`` is the share of
    positive_wom minus that of negative_wom, in [-1, 1]: it is no Net Promoter Score, which comes from a
    survey question. ``valence`` is the share of positive minus that of negative texts, in [-1, 1]; None when the
    taxonomy has no such sentiment. All are raw decisions of the classifier.
    """

    by: By | None
    name: str | None
    side: Side
    volume: int
    responses: dict[str, Estimate]
    net_advocacy: Estimate | None
    valence: Estimate | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispersion:
    """How widely public word of mouth spreads over channels.

    ``entropy`` is Shannon's, in nats, of the documents over the ``channels`` public channels (Godes &
    Mayzlin 2004: what is told in many circles travels further); ``evenness`` divides it by its maximum, so
    that 0 is one channel and 1 all alike. Intervals by the delta method to the second order: the first has no width
    where all channels are alike. ``evenness`` is None with one channel.
    """

    channels: int
    entropy: Estimate
    evenness: Estimate | None


@dataclass(frozen=True, kw_only=True)
class WordOfMouth:
    """Word of mouth of a whole file, by one slice if asked for.

    Without a channel column there is one side, ``all``, no dispersion, and a note. ``unknown_channels`` are
    names in no table; their documents (``unknown_documents``, with those that name no channel) are on neither
    side.
    """

    voices: tuple[Voices, ...]
    dispersion: Dispersion | None
    unknown_channels: tuple[str, ...]
    unknown_documents: int
    notes: tuple[Note, ...]


def word_of_mouth(
    table: ClassifiedTable,
    *,
    by: By | None = None,
    channels: Sequence[Channel] | None = None,
    most: int = 100,
    level: float = LEVEL,
) -> WordOfMouth:
    """Volume, valence, dispersion and advocacy, public and private apart, per slice when ``by`` is given.

    Of channels, branches and products the ``most`` largest are shown. ``channels`` replaces the table that
    ships.
    """
    if "response" not in table.taxonomy:
        return WordOfMouth(
            voices=(),
            dispersion=None,
            unknown_channels=(),
            unknown_documents=len(table),
            notes=(note("label"),),
        )
    kinds = channel_kinds(table, channels)
    notes = [] if kinds is not None else [note("channel")]
    cut = Slices.whole(len(table)) if by is None else slices(table, by)
    if cut is None:
        assert by is not None
        missing = note(MISSING[by])
        notes = notes if missing in notes else [*notes, missing]
        return WordOfMouth(
            voices=(), dispersion=None, unknown_channels=(), unknown_documents=len(table), notes=tuple(notes)
        )
    voices = [
        voice
        for side, rows in _sides(kinds, len(table)).items()
        for voice in _voices(table, cut, side, rows, most, level)
    ]
    known = kinds.public | kinds.private if kinds is not None else np.zeros(len(table), dtype=bool)
    return WordOfMouth(
        voices=tuple(voices),
        dispersion=_dispersion(table, kinds, level) if kinds is not None else None,
        unknown_channels=kinds.unknown if kinds is not None else (),
        unknown_documents=int((~known).sum()),
        notes=tuple(notes),
    )


def _sides(kinds: ChannelKinds | None, n: int) -> dict[Side, NDArray[np.bool_]]:
    if kinds is None:
        return {"all": np.ones(n, dtype=bool)}
    return {"public": kinds.public, "private": kinds.private}


def _voices(
    table: ClassifiedTable, cut: Slices, side: Side, rows: NDArray[np.bool_], most: int, level: float
) -> list[Voices]:
    responses = [label for label in RESPONSES if label in table.taxonomy.group("response").ids]
    marks = {label: table.has("response", label) for label in responses}
    if {"positive_wom", "negative_wom"} <= marks.keys():
        marks["only_positive"] = marks["positive_wom"] & ~marks["negative_wom"]
        marks["only_negative"] = marks["negative_wom"] & ~marks["positive_wom"]
    if "sentiment" in table.taxonomy and {"positive", "negative"} <= set(table.taxonomy.group("sentiment").ids):
        marks |= {tone: table.has("sentiment", tone) for tone in ("positive", "negative")}
    names = list(marks)
    inside = Slices(by=cut.by, names=cut.names, codes=np.where(rows, cut.codes, -1))
    sums = inside.sums(np.stack([marks[name] for name in names], axis=1)) if names else np.zeros((len(cut.names), 0))
    sizes = inside.sizes
    found = []
    for code in inside.shown(most):
        size, count = int(sizes[code]), dict(zip(names, sums[code].tolist(), strict=True))
        if not size and cut.by is not None:
            continue
        found.append(
            Voices(
                by=cut.by,
                name=cut.names[code] if cut.by is not None else None,
                side=side,
                volume=size,
                responses={label: wilson(count[label], size, level=level) for label in responses},
                net_advocacy=_net(count, "only_positive", "only_negative", size, level),
                valence=_net(count, "positive", "negative", size, level),
            )
        )
    return found


def _net(count: dict[str, float], plus: str, minus: str, size: int, level: float) -> Estimate | None:
    if plus not in count or minus not in count:
        return None
    return paired_difference(count[plus], count[minus], size, level=level)


def _dispersion(table: ClassifiedTable, kinds: ChannelKinds, level: float) -> Dispersion | None:
    codes, names = encode(table.channels)
    public = codes[kinds.public]
    if not len(public):
        return None
    share = np.bincount(public, minlength=len(names)) / len(public)
    share = share[share > 0]
    surprise = -np.log(share)
    entropy = float((share * surprise).sum())
    variance = max(float((share * surprise**2).sum()) - entropy**2, 0.0) / len(public)
    variance += (len(share) - 1) / (2 * len(public) ** 2)
    spread = z_value(level) * math.sqrt(variance)
    top = math.log(len(share)) if len(share) > 1 else 0.0
    value = Estimate(value=entropy, low=max(0.0, entropy - spread), high=max(entropy, min(top, entropy + spread)))
    even = Estimate(value=value.value / top, low=value.low / top, high=min(1.0, value.high / top)) if top else None
    return Dispersion(channels=len(share), entropy=value, evenness=even)
