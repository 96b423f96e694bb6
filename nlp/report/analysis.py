"""Everything that a report shows, computed from classified documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Final

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.recovery.cases import known_customers
from nlp.recovery.causes import CauseImpact, rank_causes
from nlp.recovery.clock import credible, latest_time
from nlp.recovery.columns import ValueColumns
from nlp.recovery.levers import Triad, triad
from nlp.recovery.priors import Priors
from nlp.recovery.queue import Evidence, Ranking
from nlp.recovery.ranking import rank_cases
from nlp.recovery.readings import Readings
from nlp.recovery.texts import words
from nlp.report.words import Words, percent, say
from nlp.taxonomy import Taxonomy
from nlp.text.duplicates import near_duplicate_groups
from nlp.text.morphemes import Analyzer
from nlp.wom.audit import Audit
from nlp.wom.bursts import Emerging, emerging_events
from nlp.wom.competitors import Competitors, competitors
from nlp.wom.copies import Distinct, distinct
from nlp.wom.estimates import Note
from nlp.wom.importance import ImportanceChart, importance_performance
from nlp.wom.journey import Journey, StageVolume, complaint_rows, journey
from nlp.wom.keyphrases import EmergingPhrases, Graph, KeyPhrase, cooccurrence, emerging_phrases, key_phrases
from nlp.wom.phrases import phrase_index
from nlp.wom.quality import KsqiView, ServqualProfile, TouchpointShare, ksqi_view, servqual_profile, touchpoint_kinds
from nlp.wom.shares import Shares, shares
from nlp.wom.slices import By
from nlp.wom.trends import Trend, trend
from nlp.wom.waiting import Waiting, waiting
from nlp.wom.wordofmouth import WordOfMouth, word_of_mouth

SLICED: Final[tuple[By, ...]] = ("channel", "branch", "product")
_MOST_NAMES: Final = 8
"""Unknown channels named in a note."""

_MANY_TEXTS, _MUCH = 10, 0.1
"""Texts, and part of all counted, above which a single customer's are named."""


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """Key phrases of a sample: ``read`` of ``population`` documents were split into morphemes."""

    typical: tuple[KeyPhrase, ...]
    graph: Graph
    emerging: EmergingPhrases
    read: int
    population: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Analysis:
    """Figures of one set of classified documents.

    ``table`` holds all documents that can be read, ``unread`` counts those that cannot: not Korean, or without a word
    of the customer. ``distinct`` those that count once each; every share, trend and chart is of
    the latter, the ranking of the former. ``now`` is the moment that deadlines are counted from;
    ``now_from_data`` tells that it is the latest time in the data. ``phrases`` is None where no morphemes
    were asked for. ``rejected`` counts the rows that could not be used, 0 of documents that were classified before;
    ``audited_elsewhere`` the audited rows of no document counted here. ``audited_at_random`` tells that audited rows
    do not say how they were drawn.
    """

    table: ClassifiedTable
    unread: int
    distinct: Distinct
    now: datetime
    now_from_data: bool
    shares: Shares
    slices: Mapping[By, Shares]
    trend: Trend
    emerging: Emerging
    voices: WordOfMouth
    voices_by: Mapping[By, WordOfMouth]
    journey: Journey
    importance: Mapping[str, ImportanceChart]
    servqual: ServqualProfile
    ksqi: KsqiView
    touchpoints: tuple[TouchpointShare, ...]
    waiting: Waiting
    competitors: Competitors
    phrases: Phrases | None
    ranking: Ranking
    causes: tuple[CauseImpact, ...]
    triad: Triad
    priors: Priors
    capacity: int | None
    audited_elsewhere: int = 0
    audited_at_random: bool = False
    rejected: int = 0

    def __repr__(self) -> str:
        return f"Analysis({len(self.table)} documents, {len(self.ranking)} cases, now={self.now:%Y-%m-%d %H:%M})"

    @property
    def taxonomy(self) -> Taxonomy:
        """The labels that the documents carry."""
        return self.table.taxonomy

    @cached_property
    def complaints(self) -> int:
        """Documents counted that hold a complaint."""
        return int(complaint_rows(self.distinct.table).sum())

    @cached_property
    def period(self) -> tuple[date, date] | None:
        """First and last day of the documents; None where no document has a time."""
        times = self.table.times[~np.isnat(self.table.times)]
        if not len(times):
            return None
        return times.min().item().date(), times.max().item().date()

    @cached_property
    def notes(self) -> tuple[Words, ...]:
        """What could not be computed and what would bring it, each once, the ranking's notes last."""
        parts: list[Note] = [
            *self.shares.notes,
            *self.trend.notes,
            *self.voices.notes,
            *(note for part in self.slices.values() for note in part.notes),
            *self.journey.notes,
        ]
        # The ranking says more of a missing time, channel or customer than the shares do.
        told = {f"no_{note.missing}" for note in parts}
        seen = dict.fromkeys(Words(code=f"no_{note.missing}", ko=note.ko, en=note.en) for note in parts)
        ranked = [
            note for note in self.ranking.notes if note.code not in told or note.code in ("no_time", "no_channel")
        ]
        voices = self.voices
        unknown = (
            [say("note", "unknown_channels", n=voices.unknown_documents, names=_names(voices.unknown_channels))]
            if voices.unknown_documents and not {"no_channel", "no_label"} & told
            else []
        )
        copied = [say("note", "copies", dropped=self.distinct.dropped)] if self.distinct.dropped else []
        strange = int((self.table.scopes == "unlike").sum()) if self.table.scopes is not None else 0
        unlike = [say("note", "unlike", n=strange)] if strange else []
        unread = [words("note", "unread", n=self.unread)] if self.unread else []
        elsewhere = [say("note", "elsewhere", n=self.audited_elsewhere)] if self.audited_elsewhere else []
        random = [say("note", "audited_at_random")] if self.audited_at_random else []
        return (*seen, *random, *elsewhere, *self._one_customer(), *unknown, *ranked, *unread, *unlike, *copied)

    def _one_customer(self) -> Iterator[Words]:
        """Of a customer whose texts alone move the shares."""
        counted = self.distinct.table
        texts = Counter(str(name) for name in counted.customer_ids[known_customers(counted)])
        for customer, n in texts.most_common(1):
            if n >= _MANY_TEXTS and n > _MUCH * len(counted):
                yield say("note", "one_customer", customer=customer, n=n, share=percent(n / len(counted)))


def analyze_table(
    table: ClassifiedTable,
    *,
    now: datetime | None = None,
    today: datetime | None = None,
    audit: Audit | None = None,
    volumes: tuple[StageVolume, ...] = (),
    priors: Priors | None = None,
    value_columns: ValueColumns | None = None,
    capacity: int | None = None,
    own_names: Sequence[str] = (),
    morphemes: Analyzer | None = None,
    evidence: Evidence | None = None,
    draws: int = 300,
    seed: int = 0,
) -> Analysis:
    """Compute every figure of the report.

    ``now`` is the moment the queue is worked on; without it the latest time in the data, and where no document
    has a time ``today``. Times later than ``today`` are slips: they are no ``now``, the ranking names them, and
    elsewhere these documents are undated. ``audit`` rows correct the shares, ``volumes`` give the journey index,
    ``morphemes`` the key phrases; each is left out with a note when it is missing. ``own_names`` are no competitors.
    ``evidence`` speaks of rows of ``table``. Documents that cannot be read are left out of everything. Equal
    arguments give equal results.

    Raises InputError for a table without a document that can be read, audited rows or volumes that do not fit it,
    and ValueError when neither the arguments nor the data tell a time.
    """
    rows = table.readable_rows()
    unread = len(table) - len(rows)
    if unread:
        said, table = evidence, table.take(rows)
        evidence = None if said is None else lambda row: said(int(rows[row]))
    if now is not None and today is not None:
        today = max(today, now.replace(tzinfo=None))
    latest = latest_time(table.times, today)
    moment = now or latest or today
    if moment is None:
        raise ValueError("no document has a time; give 'now' or 'today'")
    priors = priors or Priors.load()
    rng = np.random.default_rng(seed)
    copies = near_duplicate_groups(table.texts.tolist())
    readings = Readings.of(table, copies=copies)
    ranking = rank_cases(
        table,
        now=moment,
        priors=priors,
        value_columns=value_columns,
        capacity=capacity,
        draws=draws,
        seed=seed,
        evidence=evidence,
        readings=readings,
    )
    # The ranking alone is told of times that cannot be: it names them.
    table = replace(table, times=np.where(credible(table.times, today), table.times, np.datetime64("NaT")))
    known = known_customers(table)
    once = distinct(table, keep=audit.ids.tolist() if audit is not None else (), groups=copies, known=known)
    counted = once.table
    overall = shares(counted, audit=audit)
    # Texts of known customers are joined by customer; a copy by nobody knows whom may be the same person.
    people = np.union1d(once.rows, np.flatnonzero(known))
    return Analysis(
        table=table,
        unread=unread,
        distinct=once,
        now=moment,
        now_from_data=now is None and latest is not None,
        shares=overall,
        slices={by: shares(counted, by=by, audit=audit) for by in SLICED},
        trend=trend(counted),
        emerging=emerging_events(counted),
        voices=word_of_mouth(counted),
        voices_by={by: word_of_mouth(counted, by=by) for by in (*SLICED, "month")},
        journey=journey(counted, volumes=volumes, shares=overall if audit is not None else None),
        importance={group: importance_performance(counted, group=group) for group in ("cause", "servqual")},
        servqual=servqual_profile(counted),
        ksqi=ksqi_view(counted),
        touchpoints=touchpoint_kinds(counted),
        waiting=waiting(counted),
        competitors=competitors(counted, own=own_names),
        phrases=_phrases(table.take(once.wordings), morphemes, rng) if morphemes is not None else None,
        ranking=ranking,
        causes=rank_causes(
            table.take(people),
            now=moment,
            priors=priors,
            value_columns=value_columns,
            seed=seed,
            readings=readings.take(people),
            fit=ranking.fit,
            counted=counted,
        ),
        triad=triad(counted),
        priors=priors,
        capacity=capacity,
        audited_elsewhere=len(audit.ids) - len(audit.positions(counted)[0]) if audit is not None else 0,
        audited_at_random=audit is not None and audit.is_random,
    )


def _names(names: Sequence[str]) -> str:
    """The first names, ready to follow a sentence."""
    shown = ", ".join(names[:_MOST_NAMES])
    return f": {shown}{' …' if len(names) > _MOST_NAMES else ''}" if shown else ""


def _phrases(table: ClassifiedTable, morphemes: Analyzer, rng: np.random.Generator) -> Phrases | None:
    if "cause" not in table.taxonomy:
        return None
    index = phrase_index(table, morphemes, rng)
    typical = key_phrases(table, index)
    return Phrases(
        typical=typical,
        graph=cooccurrence(table, index, typical),
        emerging=emerging_phrases(table, index),
        read=len(index.rows),
        population=index.population,
    )
