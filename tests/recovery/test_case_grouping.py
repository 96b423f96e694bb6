from __future__ import annotations

from datetime import timedelta, timezone

import numpy as np
import pytest
from recovery_tables import NOW, document, table

from nlp.classified import ClassifiedTable
from nlp.recovery.cases import OUTCOMES, STAGES, Cases, group_cases


def group(data: ClassifiedTable, **options: object) -> Cases:
    return group_cases(data, now=NOW, window_days=60.0, **options)  # type: ignore[arg-type]


def test_a_customers_documents_are_one_case_and_others_stand_alone() -> None:
    cases = group(table(document(customer="A"), document(), document(customer="A", days_ago=9), document()))
    assert list(cases.ids) == ["A", "doc-1", "doc-3"]
    assert list(cases.known_customer) == [True, False, False]
    assert [sorted(cases.rows(case)) for case in range(3)] == [[0, 2], [1], [3]]
    assert list(cases.newest) == [0, 1, 3]


def test_a_customer_and_a_document_of_the_same_name_are_two_cases() -> None:
    assert len(group(table(document(customer="doc-1"), document()))) == 2


@pytest.mark.parametrize("cell", ["-", "--", "0", "0000", "비회원", "없음", "N/A", "null", " 익명 ", "(미상)", "?"])
def test_a_cell_that_names_nobody_joins_no_strangers(cell: str) -> None:
    cases = group(table(document(customer=cell), document(customer=cell, days_ago=9, text="또 늦네요")))
    assert list(cases.ids) == ["doc-0", "doc-1"]
    assert not cases.known_customer.any()


@pytest.mark.parametrize("cell", ["A", "7", "100", "0012", "무명씨"])
def test_other_cells_name_a_customer(cell: str) -> None:
    assert list(group(table(document(customer=cell), document(customer=cell))).known_customer) == [True]


def test_causes_of_one_episode_come_together_and_old_ones_stay_out() -> None:
    data = table(
        document(customer="A", days_ago=2, cause=["price"]),
        document(customer="A", days_ago=30, cause=["inconvenience"]),
        document(customer="A", days_ago=400, cause=["ethics"]),
    )
    cases = group(data)
    held = {
        cause: cases.decided[0, data.taxonomy.column("cause", cause)] for cause in ("price", "inconvenience", "ethics")
    }
    assert held == {"price": True, "inconvenience": True, "ethics": False}
    assert cases.probabilities[0, data.taxonomy.column("cause", "inconvenience")] == pytest.approx(0.95)
    assert cases.probabilities[0, data.taxonomy.column("cause", "ethics")] == pytest.approx(0.05)


def test_severity_of_a_case_is_that_of_the_worst_document() -> None:
    data = table(document(customer="A", severity="3"), document(customer="A", days_ago=5, severity="1"))
    levels = group(data).probabilities[0, data.taxonomy.columns("severity")]
    assert levels.argmax() == 3
    assert levels.sum() == pytest.approx(1.0)


def test_recovery_is_what_the_newest_document_says() -> None:
    data = table(
        document(customer="A", days_ago=1, recovery="recovered", text="담당자가 바로 해결해 주었어요"),
        document(customer="A", days_ago=20, recovery="failed"),
    )
    cases = group(data)
    assert OUTCOMES[cases.outcome[0]] == "recovered"
    assert cases.probabilities[0, data.taxonomy.column("recovery", "recovered")] == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("second", "text", "repeated"),
    [
        (10.0, "이번에는 요금이 두 번 빠져나갔습니다", True),
        (90.0, "이번에는 요금이 두 번 빠져나갔습니다", True),
        (1.2, "이번에는 요금이 두 번 빠져나갔습니다", False),
        (10.0, "주문한 물건이 오지 않았어요!!", False),
    ],
    ids=["ten days before", "long before, kept with its gap", "same day", "a copy of the text"],
)
def test_a_second_failure_is_another_text_on_another_day(second: float, text: str, repeated: bool) -> None:
    cases = group(table(document(customer="A", days_ago=1.0), document(customer="A", days_ago=second, text=text)))
    assert (cases.repeat[0] > 0.5) == repeated
    if repeated:
        assert cases.gap_days[0] == pytest.approx(second - 1.0)
    else:
        assert cases.gap_days[0] == np.inf


def test_praise_is_no_failure() -> None:
    praise = document(customer="A", days_ago=9, severity="0", sentiment="positive", text="기사님이 친절하셨어요")
    cases = group(table(document(customer="A"), praise))
    assert cases.repeat[0] == 0.0


def test_the_clock_runs_from_the_newest_failure_and_not_from_later_thanks() -> None:
    thanks = document(customer="A", days_ago=1, severity="0", sentiment="positive", text="답변 감사합니다")
    cases = group(table(thanks, document(customer="A", days_ago=4)))
    assert cases.days[0] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("made", "stage", "outcome"),
    [
        ({"channel": "리뷰"}, "before", "unknown"),
        ({"channel": "리뷰", "response": ["voice"]}, "during", "unknown"),
        ({"channel": "전화"}, "during", "unknown"),
        ({"channel": None}, "before", "unknown"),
        ({"channel": None, "response": ["voice"]}, "during", "unknown"),
        ({"recovery": "failed"}, "after", "failed"),
        ({"recovery": "recovered"}, "after", "recovered"),
    ],
)
def test_the_recovery_stage_follows_who_knows_and_what_came_of_it(
    made: dict[str, object], stage: str, outcome: str
) -> None:
    cases = group(table(document(**made)))  # type: ignore[arg-type]
    assert (STAGES[cases.stage[0]], OUTCOMES[cases.outcome[0]]) == (stage, outcome)


@pytest.mark.parametrize(
    ("newer", "older", "outcome"),
    [(np.nan, 1.0, "unknown"), (1.0, 0.0, "closed"), (0.0, 1.0, "unknown"), (np.nan, np.nan, "unknown")],
)
def test_the_newest_tickets_own_status_tells_whether_a_case_is_closed(newer: float, older: float, outcome: str) -> None:
    data = table(document(customer="A", days_ago=1), document(customer="A", days_ago=9))
    assert OUTCOMES[group(data, closed=np.array([newer, older])).outcome[0]] == outcome


def test_undated_documents_still_make_cases() -> None:
    cases = group(table(document(customer="A", days_ago=None), document(customer="A", days_ago=None, text="또 늦네요")))
    assert len(cases) == 1
    assert np.isnan(cases.days[0])
    assert np.isnat(cases.failed_at[0])
    assert cases.repeat[0] == 0.0


def test_a_date_after_now_counts_as_today_and_is_counted() -> None:
    cases = group(table(document(days_ago=-3.0), document()))
    assert cases.days[0] == 0.0
    assert cases.failed_at[0] == np.datetime64(NOW, "s")
    assert cases.n_future == 1


def test_a_date_after_now_leaves_the_complaint_before_it_in_the_episode() -> None:
    before = document(customer="A", cause=["price"], severity="3", days_ago=2.0)
    data = table(before, document(customer="A", severity="1", days_ago=-12_000.0))
    cases = group(data)
    assert cases.decided[0, data.taxonomy.column("cause", "price")]


def test_a_clock_with_a_time_zone_is_read_as_wall_clock_time() -> None:
    korea = timezone(timedelta(hours=9))
    cases = group_cases(table(document(days_ago=2.0)), now=NOW.replace(tzinfo=korea), window_days=60.0)
    assert cases.days[0] == pytest.approx(2.0)


def test_abstention_on_cause_or_severity_marks_the_case_and_on_servqual_does_not() -> None:
    data = table(document(abstained=("cause",)), document(abstained=("severity",)), document(abstained=("servqual",)))
    assert list(group(data).abstained) == [True, True, False]


def test_harm_counts_only_with_the_gravest_severity() -> None:
    text = "의자가 부러져서 허리를 다쳤어요"
    cases = group(table(document(text=text, severity="3"), document(text=text, severity="1")))
    assert list(cases.safety) == [True, False]


def test_the_newest_filled_cell_of_a_customer_counts() -> None:
    cases = group(
        table(
            document(customer="A", days_ago=1),
            document(customer="A", days_ago=2),
            document(customer="A", days_ago=3),
            document(customer="B"),
        )
    )
    assert np.array_equal(cases.latest(np.array([np.nan, 5.0, 7.0, np.nan])), [5.0, np.nan], equal_nan=True)
