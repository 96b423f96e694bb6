from __future__ import annotations

import pytest
from recovery_tables import TAXONOMY

from nlp.recovery.actions import Action, actions, retention_tactics, success_points, suggest
from nlp.recovery.cases import OUTCOMES, STAGES

CAUSES = TAXONOMY.group("cause").ids


def test_the_eight_tactics_and_five_points_are_there_with_sources() -> None:
    assert len(retention_tactics()) == 8
    assert len(success_points()) == 5
    assert all(action.ko and action.en and action.source for action in actions())
    assert len({action.id for action in actions()}) == len(actions())


def test_actions_name_causes_of_the_taxonomy() -> None:
    assert {cause for action in actions() for cause in action.causes} == set(CAUSES)


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_actions_of_two_justice_dimensions_or_stands_alone(cause: str) -> None:
    matched = [action for action in actions() if action.kind == "recovery" and cause in action.causes]
    assert len({action.justice for action in matched}) == len(matched)
    assert len(matched) >= (1 if cause == "competitor_pull" else 2)


@pytest.mark.parametrize(
    ("cause", "first"),
    [
        ("price", "distributive"),
        ("core_service_failure", "distributive"),
        ("ethics", "distributive"),
        ("encounter_failure", "interactional"),
        ("employee_response", "interactional"),
        ("inconvenience", "interactional"),
    ],
)
def test_goods_come_first_where_goods_were_lost_and_treatment_elsewhere(cause: str, first: str) -> None:
    by_cause = [action for action in suggest(causes=[cause], stage="during") if action.causes]
    assert by_cause[0].justice == first


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("causes", [[], ["price"], list(CAUSES)])
def test_no_case_gets_too_many_actions_nor_one_that_does_not_fit(stage: str, outcome: str, causes: list[str]) -> None:
    found = suggest(causes=causes, stage=stage, outcome=outcome)  # type: ignore[arg-type]
    assert len(found) <= 4
    assert len({action.id for action in found}) == len(found)
    for action in found:
        assert not action.urgent
        assert not action.involuntary
        assert not action.outcomes or outcome in action.outcomes
        assert not action.causes or set(action.causes) & set(causes)


def test_who_is_content_with_the_recovery_is_not_compensated_again() -> None:
    found = suggest(causes=["core_service_failure", "ethics"], stage="after", outcome="recovered")
    assert [action.id for action in found] == ["confirm_recovery"]
    urgent = suggest(causes=["ethics"], stage="after", outcome="recovered", urgent=True)
    assert [action.id for action in urgent] == ["urgent_lead", "confirm_recovery"]


def test_a_failed_recovery_gets_somebody_with_more_authority() -> None:
    assert "second_failure" in {a.id for a in suggest(causes=["price"], stage="after", outcome="failed")}


def test_an_urgent_case_goes_to_a_manager_first() -> None:
    assert suggest(causes=["ethics"], stage="during", urgent=True)[0].id == "urgent_lead"


def test_an_action_with_an_unknown_justice_dimension_is_refused() -> None:
    from nlp.errors import InputError

    sample = actions()[0]
    fields = {name: getattr(sample, name) for name in sample.__dataclass_fields__}
    with pytest.raises(InputError, match="karma"):
        Action(**{**fields, "justice": "karma"})
