"""What a ranking could not use, and what it would add; and which contested constants it uses."""

from __future__ import annotations

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.recovery.columns import ValueColumns, not_in_won, passed_over
from nlp.recovery.gain import GainModel
from nlp.recovery.outcome import FEWEST, OutcomeFit
from nlp.recovery.priors import Priors
from nlp.recovery.texts import Words, sourced, words
from nlp.recovery.value import FEWEST as FEWEST_PAID


def notes_of(
    table: ClassifiedTable, model: GainModel, columns: ValueColumns, priors: Priors, fit: OutcomeFit | None
) -> tuple[Words, ...]:
    """Notes for the reader of a ranking, in Korean and English, the gravest first."""
    return (
        *(
            words("note", "contested", key=constant.key, value=constant.value, source=sourced(constant.source))
            for constant in priors.switched_on
        ),
        *_missing(table, model),
        *_columns(table, model, columns, fit),
        words("note", "shares_of_leavers", shrink=priors["recovery.behaviour"].used),
    )


def _missing(table: ClassifiedTable, model: GainModel) -> list[Words]:
    cases = model.cases
    notes = []
    anonymous = int((~cases.known_customer).sum())
    if anonymous == len(cases):
        notes.append(words("note", "no_customer"))
    elif anonymous:
        notes.append(words("note", "some_customers", n=anonymous))
    undated = int(np.isnat(cases.failed_at).sum())
    if undated == len(cases):
        notes.append(words("note", "no_time"))
    elif undated:
        notes.append(words("note", "some_times", n=undated))
    if cases.n_future:
        notes.append(words("note", "future_times", n=cases.n_future))
    if not any(table.channels):
        notes.append(words("note", "no_channel"))
    return notes


def _columns(table: ClassifiedTable, model: GainModel, columns: ValueColumns, fit: OutcomeFit | None) -> list[Words]:
    notes = []
    if foreign := not_in_won(table.fields):
        notes.append(words("note", "not_in_won", columns=", ".join(foreign)))
    unmeasured, unpaid = int((~model.facts.measured).sum()), int((~model.facts.paid).sum())
    if unmeasured == len(model.cases):
        notes.append(words("note", "no_value"))
    elif len(model.cases) - unpaid >= FEWEST_PAID:
        if unpaid:
            notes.append(words("note", "usual_value", n=unpaid, fewest=FEWEST_PAID))
    elif unmeasured:
        notes.append(words("note", "some_value", n=unmeasured))
    earned = np.where(np.isnan(model.facts.margin), model.facts.revenue, model.facts.margin)
    if below := int((earned < 0.0).sum()):
        notes.append(words("note", "negative_value", n=below))
    notes += [words("note", "per_order", column=name) for name in model.facts.per_order]
    if np.isnan(model.facts.purchases).all():
        notes.append(words("note", "no_purchases"))
    if columns.status is None:
        notes.append(words("note", "no_status"))
    if columns.churned is None:
        notes.append(words("note", "no_outcome"))
    elif fit is None:
        notes.append(words("note", "few_outcomes", fewest=FEWEST))
    else:
        q = fit.quality
        notes.append(
            words("note", "fitted", n=q.n, left=q.left, auc=q.auc, low=q.auc_low, high=q.auc_high, slope=q.slope)
        )
    if columns.used:
        notes.append(_used(columns, model.facts.per_order))
        if others := passed_over(table.fields, columns.used):
            notes.append(words("note", "columns_passed_over", columns=", ".join(others)))
    return notes


def _used(columns: ValueColumns, per_order: tuple[str, ...]) -> Words:
    """The columns that were read, each with what it was read as."""
    read = {name: words("role", "order" if name in per_order else role) for name, role in columns.used.items()}
    ko, en = ("; ".join(f"{name} → {getattr(role, lang)}" for name, role in read.items()) for lang in ("ko", "en"))
    return words("note", "columns_used", columns=Words(code="", ko=ko, en=en))
