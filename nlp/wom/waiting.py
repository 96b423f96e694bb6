"""Waiting as a line of its own: sentences about a wait, and about a time the firm named and did not keep.

The taxonomy files both under inconvenience and core service failure, but their remedies differ: a wait asks
for capacity and for managing how it is felt (Maister 1985, The Psychology of Waiting Lines), a broken time
promise for promising less or planning better. The cues are data, ``data/waiting.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.wom.durations import minutes, of_day
from nlp.wom.estimates import LEVEL, Estimate, Note, note, wilson
from nlp.wom.speech import customer_sentences
from nlp.wom.tables import read_table

CAUSES = ("inconvenience", "core_service_failure")


# One private-use character stands for each time found in a sentence.
_SPAN, _CLOCK, _BOTH = "\ue000", "\ue001", "\ue002"
_SIGNS = {"span": _SPAN, "clock": _CLOCK, "both": _BOTH}
_ANY = re.compile(f"[{_SPAN}{_CLOCK}{_BOTH}]")
_CLASSES = {"SPAN": f"[{_SPAN}{_BOTH}]", "CLOCK": f"[{_CLOCK}{_BOTH}]"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """Expressions of which one must be found; ``timeless`` are those that need no time, for texts without one."""

    every: re.Pattern[str]
    timeless: re.Pattern[str]

    @classmethod
    def of(cls, patterns: Sequence[str]) -> Cue:
        """Compile patterns that may hold SPAN and CLOCK."""
        timeless = [pattern for pattern in patterns if not any(name in pattern for name in _CLASSES)]
        joined = "|".join(f"(?:{pattern})" for pattern in patterns)
        for name, signs in _CLASSES.items():
            joined = joined.replace(name, signs)
        return cls(every=re.compile(joined), timeless=re.compile("|".join(timeless) or r"(?!)"))

    def search(self, text: str) -> re.Match[str] | None:
        """The first place where one of the expressions is found in a text with signs for its times."""
        return (self.every if _ANY.search(text) else self.timeless).search(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A sentence with one sign for each of its ``times``."""

    signed: str
    times: tuple[str, ...]

    def times_from(self, position: int) -> tuple[str, ...]:
        """The times whose signs stand at ``position`` or later."""
        return self.times[len(_ANY.findall(self.signed[:position])) :]


@dataclass(frozen=True, kw_only=True)
class WaitingCues:
    """Compiled cues: a sentence speaks of a wait, names a promised time, tells of a breach, or neither.

    ``times`` finds spans, clock times and days; the other expressions read text in which each is one sign.
    """

    times: re.Pattern[str]
    waiting: Cue
    waiting_veto: Cue
    promise: Cue
    breach: Cue
    moved: Cue
    promise_veto: Cue

    def signed(self, text: str) -> str:
        """The text with one sign in place of each time."""
        return self.times.sub(lambda found: _SIGNS[str(found.lastgroup)], text)

    def heard(self, sentence: str) -> Heard:
        """A sentence with signs for its times, and the times as they were written."""
        return Heard(
            signed=self.signed(sentence), times=tuple(found.group() for found in self.times.finditer(sentence))
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingEvidence:
    """Sentence spans ``[start, end)`` of a text that speak of waiting and of broken time promises."""

    waiting: tuple[tuple[int, int], ...]
    broken_promise: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How often documents with inconvenience or core failure speak of time.

    ``waiting`` and ``broken_promise`` are bool ``(n,)``, ``evidence`` maps a row to its sentences. Shares in
    [0, 1] are of all documents; ``waiting_of_eligible`` is of the ``eligible`` ones, those with a cause that
    can hold a wait. A document can be both. The rule's own errors are in no interval; see
    data/annotations/README.md for its measured precision and recall.
    """

    waiting: NDArray[np.bool_]
    broken_promise: NDArray[np.bool_]
    evidence: dict[int, WaitingEvidence]
    eligible: int
    waiting_share: Estimate
    broken_promise_share: Estimate
    waiting_of_eligible: Estimate
    notes: tuple[Note, ...]


def load_waiting_cues(path: Path | None = None) -> WaitingCues:
    """Read the cue table; without a path the one that ships. Raises InputError when it is none."""
    return read_table("waiting.toml", _cues, path=path)


def _cues(table: Mapping[str, Any]) -> WaitingCues:
    times = {name: pattern.replace("NUMBER", table["times"]["number"]) for name, pattern in table["times"].items()}
    waiting, promise = table["waiting"], table["broken_promise"]
    return WaitingCues(
        # A day ("3일") comes first: as a span it would not be seen to be a date as well.
        times=re.compile(
            times["first"] + "(?:" + "|".join(f"(?P<{name}>{times[name]})" for name in ("both", "span", "clock")) + ")"
        ),
        waiting=Cue.of(waiting["cues"]),
        waiting_veto=Cue.of(waiting["vetoes"]),
        promise=Cue.of(promise["promises"]),
        breach=Cue.of(promise["breaches"]),
        moved=Cue.of(promise["moved"]),
        promise_veto=Cue.of(promise["vetoes"]),
    )


def waiting_evidence(text: str, cues: WaitingCues) -> WaitingEvidence:
    """Sentences of the customer that speak of waiting or of a broken time promise; an agent's do not count."""
    read = cues.signed(text)
    if not any(pattern.search(read) for pattern in (cues.waiting, cues.promise, cues.moved)):
        return WaitingEvidence(waiting=(), broken_promise=())
    spans = customer_sentences(text)
    said = [cues.heard(text[start:end]) for start, end in spans]
    waits = [
        bool(cues.waiting.search(one.signed)) and not cues.waiting_veto.search(one.signed) and not _kept(one, cues)
        for one in said
    ]
    broken = [_broken(said, index, cues) for index in range(len(said))]
    return WaitingEvidence(
        waiting=tuple(span for span, yes in zip(spans, waits, strict=True) if yes),
        broken_promise=tuple(span for span, yes in zip(spans, broken, strict=True) if yes),
    )


def waiting(table: ClassifiedTable, *, cues: WaitingCues | None = None, level: float = LEVEL) -> Waiting:
    """Apply the rule to every document decided to hold inconvenience or core service failure."""
    n = len(table)
    eligible = np.zeros(n, dtype=bool)
    present = [cause for cause in CAUSES if table.taxonomy.has("cause", cause)]
    for cause in present:
        eligible |= table.has("cause", cause)
    cues = cues or load_waiting_cues()
    waits, broken = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    evidence: dict[int, WaitingEvidence] = {}
    for row in np.flatnonzero(eligible).tolist():
        found = waiting_evidence(table.texts[row], cues)
        if found.waiting or found.broken_promise:
            evidence[row] = found
            waits[row], broken[row] = bool(found.waiting), bool(found.broken_promise)
    return Waiting(
        waiting=waits,
        broken_promise=broken,
        evidence=evidence,
        eligible=int(eligible.sum()),
        waiting_share=wilson(float(waits.sum()), n, level=level),
        broken_promise_share=wilson(float(broken.sum()), n, level=level),
        waiting_of_eligible=wilson(float((waits | broken).sum()), int(eligible.sum()), level=level),
        notes=() if present else (note("label"),),
    )


def _broken(said: Sequence[Heard], index: int, cues: WaitingCues) -> bool:
    """A promised time in a sentence, and in it or beside it that it was not kept."""
    sentence = said[index].signed
    if cues.promise_veto.search(sentence):
        return False
    if cues.moved.search(sentence):
        return True
    found = cues.promise.search(sentence)
    if not found:
        return False
    later = said[index + 1].times if index + 1 < len(said) else ()
    outlasted = _outlasted(said[index].times_from(found.start()), later)
    if outlasted is not None:
        return outlasted
    around = [one.signed for one in (*said[max(0, index - 1) : index], *said[index + 1 : index + 2])]
    rest = (sentence[: found.start()], sentence[found.end() :], *around)
    return bool(cues.breach.search("\n".join(rest)))


def _kept(heard: Heard, cues: WaitingCues) -> bool:
    """Whether the sentence tells of a promised time and of a shorter one that it took."""
    found = cues.promise.search(heard.signed)
    return found is not None and _outlasted(heard.times_from(found.start()), ()) is False


def _outlasted(times: Sequence[str], beside: Sequence[str]) -> bool | None:
    """Whether a time told later is longer, or later in the day, than the first; None where they do not compare.

    "이틀 걸린다더니 하루 만에 왔어요" was kept, "10분이면 된다더니 한 시간" was not. An hour that is told later and is
    the earlier one belongs to another day, and says nothing.
    """
    if not times:
        return None
    promised, told = times[0], (*times[1:], *beside)
    length, hour = minutes(promised), of_day(promised)
    lengths = [found for found in map(minutes, told) if found is not None]
    if length is not None and lengths:
        return max(lengths) > length
    hours = [found for found in map(of_day, told) if found is not None]
    if hour is not None and hours and max(hours) > hour:
        return True
    return None
