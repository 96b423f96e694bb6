from __future__ import annotations

import numpy as np
import pytest
from recovery_tables import TAXONOMY, document, table

from nlp.recovery.levers import CONTROLS, control_of, levers, loss_of, triad

CAUSES, STAGES = TAXONOMY.group("cause").ids, TAXONOMY.group("stage").ids
SERVQUAL = TAXONOMY.group("servqual").ids


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("stage", STAGES)
def test_every_cause_at_every_stage_has_a_lever(cause: str, stage: str) -> None:
    assert levers(cause, stage)


@pytest.mark.parametrize(
    ("cause", "stage", "first"),
    [
        ("inconvenience", "reservation", "booking"),
        ("inconvenience", "provision", "waiting"),
        ("core_service_failure", "provision", "accurate"),
        ("core_service_failure", "processing", "timely"),
        ("employee_response", "after_service", "recovery"),
    ],
)
def test_the_first_lever_of_typical_failures(cause: str, stage: str, first: str) -> None:
    assert levers(cause, stage)[0].code == first


def test_all_five_levers_are_used() -> None:
    used = {lever.code for cause in CAUSES for stage in STAGES for lever in levers(cause, stage)}
    assert used == {"accurate", "recovery", "waiting", "timely", "booking"}


def test_a_cause_of_ones_own_has_no_lever_and_a_mixed_loss() -> None:
    assert levers("parking", "provision") == ()
    assert loss_of("parking") == "mixed"
    assert control_of("parking") is None


@pytest.mark.parametrize(
    ("example", "cause", "stage", "servqual", "control"),
    [
        ("위약금이 너무 비싸요", "price", "after_service", "empathy", "organisation"),
        ("상담원이 반말을 하네요", "encounter_failure", "order", "assurance", "provider"),
        ("규정이라 환불이 안 된대요", "employee_response", "after_service", "reliability", "organisation"),
        ("이 부서 저 부서로 돌려요", "employee_response", "after_service", "responsiveness", "provider"),
        ("불량품이 왔어요", "core_service_failure", "processing", "reliability", "organisation"),
        ("시술이 서툴러 흉이 졌어요", "core_service_failure", "provision", "assurance", "provider"),
        ("전화 연결이 안 돼요", "inconvenience", "after_service", "responsiveness", "organisation"),
        ("인증을 몇 번이나 하라는 건지", "inconvenience", "order", "empathy", "customer"),
        ("앱 화면이 복잡해 못 쓰겠어요", "inconvenience", "provision", "tangibles", "customer"),
        ("옆집은 반값이에요", "competitor_pull", None, None, "customer"),
        ("동의 없이 가입시켰어요", "ethics", "order", "assurance", "provider"),
        ("개인정보가 유출됐대요", "ethics", "provision", "assurance", "organisation"),
        ("기다리다 지쳤어요", "inconvenience", None, None, "organisation"),
    ],
)
def test_who_had_control(example: str, cause: str, stage: str | None, servqual: str | None, control: str) -> None:
    assert control_of(cause, stage=stage, servqual=servqual) == control, example


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_somebody_in_control_whatever_else_is_known(cause: str) -> None:
    assert all(
        control_of(cause, stage=stage, servqual=servqual) in CONTROLS
        for stage in (None, *STAGES)
        for servqual in (None, *SERVQUAL)
    )


def test_the_triad_counts_each_cause_of_a_document_once() -> None:
    found = triad(
        table(
            document(cause=["price", "encounter_failure"], stage=["order"], servqual=["assurance"]),
            document(cause=["inconvenience"], stage=["order"], servqual=["empathy", "responsiveness"]),
            document(),
        )
    )
    assert dict(zip(CONTROLS, found.counts, strict=True)) == {"organisation": 1.5, "provider": 1.0, "customer": 0.5}
    assert found.shares.sum() == pytest.approx(1.0)


def test_a_triad_without_failures_has_no_shares() -> None:
    assert np.isnan(triad(table(document())).shares).all()
