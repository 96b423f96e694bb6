from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recovery_tables import NOW, document, table

from nlp.classified import ClassifiedTable
from nlp.errors import InputError
from nlp.recovery.causes import CauseImpact, rank_causes
from nlp.recovery.priors import Priors
from nlp.recovery.ranking import rank_cases


def impacts(data: ClassifiedTable, **options: Any) -> dict[str, CauseImpact]:
    return {impact.cause: impact for impact in rank_causes(data, now=NOW, draws=20, **options)}


CAUSES = ("price", "inconvenience", "core_service_failure", "ethics")


@settings(max_examples=12)
@given(st.lists(st.lists(st.sampled_from(CAUSES), unique=True, max_size=3), min_size=1, max_size=6))
def test_laws_of_the_impact_of_causes(causes: list[list[str]]) -> None:
    data = table(*(document(cause=held, sure=1.0) for held in causes))
    found = impacts(data)
    for cause, impact in found.items():
        assert impact.documents == sum(cause in held for held in causes)
        assert 0.0 <= impact.customers.value <= len(causes)
        assert (impact.customers.value > 0) == (impact.documents > 0)
        assert impact.silent_weight.low >= 1.0
    order = [impact.value.value for impact in found.values()]
    assert order == sorted(order, reverse=True)


def test_without_its_only_cause_a_complaint_adds_no_risk_at_all() -> None:
    priors = Priors.load().with_values({c.key: c.used for c in Priors.load()})
    found = impacts(table(document(cause=["price"], severity="2", sure=1.0)), priors=priors)
    values = priors.values()
    added = values["leave.cause.price"] + values["leave.severity.1"] + values["leave.severity.2"]
    base = values["leave.intercept"]
    expected = 1 / (1 + np.exp(-base - added)) - 1 / (1 + np.exp(-base))
    assert found["price"].customers.value == pytest.approx(expected, rel=1e-5)
    assert found["price"].customers.low == pytest.approx(expected, rel=1e-5)


def test_two_causes_share_what_the_severity_adds() -> None:
    alone = impacts(table(document(cause=["price"], severity="3", sure=1.0)))["price"]
    shared = impacts(table(document(cause=["price", "ethics"], severity="3", sure=1.0)))["price"]
    assert shared.customers.value < alone.customers.value


def test_a_text_without_a_cause_charges_no_cause_with_its_loss() -> None:
    bare = table(*(document(text=f"그냥 해지합니다 {index}", response=["switching"], sure=0.97) for index in range(20)))
    probabilities = bare.probabilities.copy()
    probabilities[:, bare.taxonomy.columns("cause")] = 0.001
    probabilities[:, bare.taxonomy.column("cause", "price")] = 0.02
    lost = impacts(replace(bare, probabilities=probabilities))["price"].customers
    certain = impacts(table(document(cause=["price"], response=["switching"], sure=1.0)))["price"].customers
    assert lost.low <= lost.value <= lost.high
    assert lost.value == pytest.approx(20 * 0.02 * certain.value, rel=0.35)


def test_people_are_counted_once_each_whatever_they_write_and_texts_without_copies() -> None:
    many = [
        document(customer="A", text=f"{index}번째 요금 오류", cause=["price"], days_ago=index) for index in range(9)
    ]
    copied = [document(customer=f"B{index}", cause=["ethics"]) for index in range(5)]
    data = table(*many, *copied)
    found = impacts(data, counted=data.take(np.arange(10)))
    assert (found["price"].documents, found["ethics"].documents) == (9, 1)
    assert found["price"].sufferers.value == pytest.approx(found["price"].silent_weight.value)
    assert found["ethics"].sufferers.value == pytest.approx(5 * found["ethics"].silent_weight.value)


def test_the_leave_model_re_estimated_from_outcomes_counts_here_too() -> None:
    made = [
        document(customer=f"C{index}", cause=["price"] if index % 2 else ["ethics"], days_ago=1.0 + index % 30,
                 fields={"해지여부": "Y" if index % 2 or not index % 5 else "N"})
        for index in range(200)
    ]  # fmt: skip
    data = table(*made)
    fit = rank_cases(data, now=NOW, draws=20).fit
    assert fit is not None
    assert fit.values()["leave.intercept"] > Priors.load()["leave.intercept"].used
    plain, fitted = impacts(data), impacts(data, fit=fit)
    assert fitted["price"].customers.value > plain["price"].customers.value


def test_who_suffers_in_silence_moves_mistreatment_up_and_raw_counts_stay() -> None:
    data = table(document(cause=["price"]), document(cause=["price"]), document(cause=["encounter_failure"]))
    found = impacts(data)
    assert (found["price"].documents, found["encounter_failure"].documents) == (2, 1)
    assert found["price"].sufferers.value == pytest.approx(2 / 0.625)
    assert found["encounter_failure"].sufferers.value == pytest.approx(1 / 0.175)
    assert found["encounter_failure"].sufferers.value > found["price"].sufferers.value


def test_a_cause_of_unhappy_texts_lifts_satisfaction_when_it_is_gone() -> None:
    unhappy = [document(cause=["core_service_failure"], sentiment="negative") for _ in range(30)]
    happy = [document(sentiment="positive", severity="0") for _ in range(30)]
    found = impacts(table(*unhappy, *happy))
    effect = found["core_service_failure"].satisfaction
    assert effect is not None
    assert effect.low > 0
    other = found["ethics"].satisfaction
    assert other is not None
    assert other.value < effect.value


def test_a_handful_of_texts_says_nothing_of_satisfaction() -> None:
    unhappy = [document(cause=["core_service_failure"], sentiment="negative") for _ in range(25)]
    happy = [document(sentiment="positive", severity="0") for _ in range(24)]
    assert impacts(table(*unhappy, *happy))["core_service_failure"].satisfaction is None


def test_involuntary_leavers_do_not_count() -> None:
    assert impacts(table(document(cause=["price"], text="이사 가게 되어 해지합니다")))["price"].customers.value == 0.0


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputError, match="0 documents"):
        impacts(table(document()).take(np.zeros(0, dtype=np.int64)))
