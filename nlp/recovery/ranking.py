"""Whom to win back first: cases in the order of expected gain, with an interval for each rank."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.classified import ClassifiedTable
from nlp.errors import InputError
from nlp.recovery.cases import Cases, group_cases
from nlp.recovery.columns import ValueColumns, parse_answer, parse_column
from nlp.recovery.expectation import OTHER_FACTORS, expect
from nlp.recovery.gain import Gain, GainModel
from nlp.recovery.leave import Floats, Terms
from nlp.recovery.notes import notes_of
from nlp.recovery.outcome import OutcomeFit, fit_outcome
from nlp.recovery.priors import Priors, Values
from nlp.recovery.queue import TIERS, Evidence, Ranking
from nlp.recovery.readings import Readings
from nlp.recovery.texts import Words, words
from nlp.recovery.value import read_value_facts

_INTERVAL: Final = (0.05, 0.95)
_CHUNK: Final = 4096


def rank_cases(
    table: ClassifiedTable,
    *,
    now: datetime,
    priors: Priors | None = None,
    value_columns: ValueColumns | None = None,
    capacity: int | None = None,
    draws: int = 300,
    seed: int = 0,
    evidence: Evidence | None = None,
    readings: Readings | None = None,
) -> Ranking:
    """Rank the customers behind classified documents by the expected gain of winning them back.

    ``now`` is compared with the documents' times as wall-clock time. ``value_columns`` names columns of
    ``table.fields``; roles that it leaves open are recognised by name. ``capacity`` is the number of cases that
    can be worked on. ``evidence`` gives the evidence sentences of a row of the table. ``readings`` are those of
    the table's texts where they have been read already. With a column of churn
    outcomes the leave model is re-estimated from it and shrunk to the priors. Equal arguments give equal results.

    Raises InputError for an empty table or fewer than 20 draws, ColumnError for a column that does not exist.
    """
    if not len(table):
        raise InputError("the table has no documents; at least one is needed to rank")
    if draws < 20:
        raise InputError("draws is {draws}; a 5-95 % interval needs at least 20", draws=draws)
    priors = priors or Priors.load()
    model, columns = build_model(table, now=now, priors=priors, value_columns=value_columns, readings=readings)
    random = np.random.default_rng(seed)
    fit = _fit(model, priors, table, columns, random)
    values = {**priors.values(), **(fit.values() if fit else {})}

    x = model.terms.expected(model.cases, window_days=values["timing.repeat_window_days"])
    expectation = expect(model, x, values)
    gain = expectation.gain
    tier = _tiers(table, model.cases)
    urgent = tier == TIERS.index("urgent")
    position = np.lexsort((-gain.urgency, -gain.total, ~urgent))
    low, high, within = _rank_intervals(model, priors, fit, urgent, draws=draws, capacity=capacity, random=random)
    rank = np.arange(1, len(position) + 1)
    cases = model.cases
    fast = np.timedelta64(round(values["timing.fast_days"] * 86_400), "s")
    factors = (*model.terms.names, *OTHER_FACTORS)
    label_columns = np.concatenate([model.terms.columns, np.full(len(factors) - len(model.terms.columns), -1)])
    return Ranking(
        cases=cases,
        position=position,
        ids=cases.ids[position],
        tier=tier[position],
        rank_low=np.minimum(low[position], rank).astype(np.int32),
        rank_high=np.maximum(high[position], rank).astype(np.int32),
        within_capacity=None if within is None else within[position],
        gain=gain.total[position],
        value=gain.value[position],
        value_sources=model.value_sources(values)[position],
        p_ignored=gain.leave.ignored[position],
        p_fast=gain.leave.fast[position],
        p_slow=gain.leave.slow[position],
        fast=gain.fast[position],
        word_of_mouth=gain.word_of_mouth[position],
        cost=gain.cost[position],
        urgency=gain.urgency[position],
        factors=factors,
        label_columns=label_columns,
        factor_names=tuple(_factor_name(table, factor) for factor in factors),
        contributions=expectation.contributions[position],
        deadline=(cases.failed_at + fast)[position],
        columns=columns,
        fit=fit,
        notes=notes_of(table, model, columns, priors, fit),
        evidence=evidence,
    )


def build_model(
    table: ClassifiedTable,
    *,
    now: datetime,
    priors: Priors,
    value_columns: ValueColumns | None = None,
    readings: Readings | None = None,
) -> tuple[GainModel, ValueColumns]:
    """Group the documents and read the columns; see ``rank_cases``."""
    columns = (value_columns or ValueColumns()).filled_from(tuple(table.fields))
    closed = None
    if columns.status is not None:
        closed = parse_column(table.fields[columns.status], lambda cell: parse_answer(cell, yes="closed", no="open"))
    cases = group_cases(
        table, now=now, window_days=priors["timing.repeat_window_days"].used, closed=closed, readings=readings
    )
    left = np.zeros(len(cases), dtype=bool)
    if columns.churned is not None:
        left = cases.latest(parse_column(table.fields[columns.churned], parse_answer)) == 1.0
    return (
        GainModel(
            cases=cases,
            terms=Terms.of(table.taxonomy, tuple(priors.constants)),
            facts=read_value_facts(table, cases, columns, now=now),
            left=left,
        ),
        columns,
    )


def _fit(
    model: GainModel, priors: Priors, table: ClassifiedTable, columns: ValueColumns, random: np.random.Generator
) -> OutcomeFit | None:
    if columns.churned is None:
        return None
    x = model.terms.expected(model.cases, window_days=priors["timing.repeat_window_days"].used)
    return fit_outcome(
        x,
        model.regular,
        model.cases.latest(parse_column(table.fields[columns.churned], parse_answer)),
        terms=model.terms,
        priors=priors,
        random=random,
    )


def _tiers(table: ClassifiedTable, cases: Cases) -> NDArray[np.int8]:
    urgent = cases.safety.copy()
    for group, label in (("cause", "ethics"), ("response", "third_party")):
        if table.taxonomy.has(group, label):
            urgent |= cases.decided[:, table.taxonomy.column(group, label)]
    return np.where(urgent, 0, np.where(cases.abstained, 1, 2)).astype(np.int8)


def _rank_intervals(
    model: GainModel,
    priors: Priors,
    fit: OutcomeFit | None,
    urgent: NDArray[np.bool_],
    *,
    draws: int,
    capacity: int | None,
    random: np.random.Generator,
) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats | None]:
    """Bounds of the rank ``(n,)`` each, and the share of draws within the capacity."""
    n = len(model.cases)
    sampled = {**priors.sample(random, draws), **(fit.sample(random, draws) if fit else {})}
    members = (np.flatnonzero(urgent), np.flatnonzero(~urgent))
    ranks = np.empty((draws, n), dtype=np.int32)
    expected = model.terms.expected(model.cases, window_days=np.inf)
    for draw in range(draws):
        values: Values = {key: float(series[draw]) for key, series in sampled.items()}
        gain = draw_gain(model, expected, values, random)
        first = 1
        for rows in members:
            order = rows[np.argsort(-gain.total[rows])]
            ranks[draw, order] = np.arange(first, first + len(rows), dtype=np.int32)
            first += len(rows)
    low, high = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    below, above = int(np.floor(_INTERVAL[0] * (draws - 1))), int(np.ceil(_INTERVAL[1] * (draws - 1)))
    for start in range(0, n, _CHUNK):
        part = np.partition(ranks[:, start : start + _CHUNK], (below, above), axis=0)
        low[start : start + _CHUNK], high[start : start + _CHUNK] = part[below], part[above]
    return low, high, None if capacity is None else (ranks <= capacity).mean(axis=0)


def draw_gain(model: GainModel, expected: NDArray[np.float32], values: Values, random: np.random.Generator) -> Gain:
    """Gain for one draw of labels and of what tells customers apart."""
    x = draw_labels(model, expected, values, random)
    noise = random.standard_normal((2, len(model.cases)), dtype=np.float32)
    spread = values["value.unexplained"]
    return model.gain(
        x,
        values,
        value=model.value_sources(values).sum(axis=1) * np.exp(spread * noise[1].astype(np.float64) - spread**2 / 2),
        shift=values["leave.unexplained"] * noise[0].astype(np.float64),
    )


def draw_labels(
    model: GainModel, expected: NDArray[np.float32], values: Values, random: np.random.Generator
) -> NDArray[np.float32]:
    """One draw of x; ``expected`` is ``Terms.expected`` for an endless window, the window that of ``values``."""
    x = model.terms.draw(expected, random)
    x[:, -1] *= model.cases.gap_days <= values["timing.repeat_window_days"]
    return x


def _factor_name(table: ClassifiedTable, factor: str) -> Words:
    group, _, label = factor.partition(":")
    if label:
        known, found = table.taxonomy.group(group), table.taxonomy.group(group).label(label)
        return Words(code=factor, ko=f"{known.ko}: {found.ko}", en=f"{known.en}: {found.en}")
    return words("factor", factor)
