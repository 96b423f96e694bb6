import pytest
from wom_tables import table

from nlp.errors import InputError
from nlp.wom.importance import importance_performance
from nlp.wom.quality import ksqi_view, servqual_profile, touchpoint_kinds


def test_the_profile_weighs_dimensions_equally_unless_told_otherwise():
    rows = [{"servqual": ["reliability"]}, {"servqual": ["reliability", "empathy"]}, {}, {}]
    found = servqual_profile(table(rows))
    assert {entry.id: entry.performance.value for entry in found.dimensions}["reliability"] == 0.5
    assert {entry.weight for entry in found.dimensions} == {0.2}
    assert found.score.value == pytest.approx((1 + 0.5 + 1 + 1 + 0.75) / 5)


def test_weights_of_the_user_move_the_score():
    only = {"tangibles": 0, "reliability": 3, "responsiveness": 0, "assurance": 0, "empathy": 0}
    assert servqual_profile(table([{"servqual": ["reliability"]}, {}]), weights=only).score.value == 0.5


@pytest.mark.parametrize("weights", [{"reliability": 1.0}, dict.fromkeys(["tangibles"], 0.0), {}])
def test_weights_for_other_dimensions_are_refused(weights):
    with pytest.raises(InputError, match="one weight"):
        servqual_profile(table([{}]), weights=weights)


def test_ksqi_sees_only_interpersonal_causes_and_never_events_among_them():
    rows = [
        {"severity": "3", "cause": ["encounter_failure"]},
        {"severity": "3", "cause": ["ethics"]},
        {"severity": "1", "cause": ["price"]},
        {"severity": "0"},
    ]
    found = ksqi_view(table(rows))
    assert {item.cause for item in found.items} == {"encounter_failure", "employee_response"}
    assert found.never_rows.tolist() == [0]
    assert found.outside.value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("직원이 반말을 합니다", {"person"}),
        ("앱이 자꾸 튕기고 로그인이 안 돼요", {"digital"}),
        ("객실에서 담배 냄새가 났어요", {"facility"}),
        ("고객센터 전화가 하루 종일 안 돼요", {"phone"}),
        ("앱으로 안 돼서 창구에 갔더니 직원도 모른대요", {"person", "digital"}),
        ("너무 비싸요", set()),
        ("고객: 요금이 왜 올랐죠\n상담원: 앱에서 확인해 주세요", set()),
    ],
)
def test_a_complaint_speaks_of_kinds_of_touchpoints(text, kinds):
    found = touchpoint_kinds(table([{"text": text, "severity": "1"}]))
    assert {entry.id for entry in found if entry.count} == kinds


def test_praise_is_counted_for_no_touchpoint():
    found = touchpoint_kinds(table([{"text": "직원이 친절해요", "severity": "0"}]))
    assert not any(entry.count for entry in found)


def _complaints(leavers, label, others):
    row = {"severity": "1", "servqual": [label], "cause": ["price"]}
    return [{**row, "response": ["switching"]}] * leavers + [row] * others


def test_the_dimension_that_goes_along_with_leaving_is_important_and_fixed_first():
    rows = _complaints(40, "responsiveness", 10) + _complaints(4, "tangibles", 6) + _complaints(5, "empathy", 5)
    rows += _complaints(4, "assurance", 6) + _complaints(30, "reliability", 30)
    found = importance_performance(table(rows))
    first = {item.id: item for item in found.items}
    assert first["responsiveness"].quadrant == "fix_first"
    assert first["tangibles"].quadrant == "possible_overkill"
    assert first["responsiveness"].importance.low > first["tangibles"].importance.value
    assert first["reliability"].performance.value == pytest.approx(1 - 60 / 140)


def test_two_dimensions_that_come_together_share_their_importance_by_what_each_adds():
    rows = _complaints(45, "reliability", 5) + _complaints(5, "tangibles", 45)
    both = {"severity": "1", "servqual": ["reliability", "tangibles"], "response": ["switching"]}
    found = importance_performance(table(rows + [both] * 20))
    value = {item.id: item.importance.value for item in found.items}
    assert value["reliability"] > value["tangibles"] + 0.3


@pytest.mark.parametrize("outcome", ["switching", "severe"])
def test_few_complaints_give_a_note_and_no_chart(outcome):
    found = importance_performance(table([{"severity": "1"}] * 10), outcome=outcome)
    assert found.items == ()
    assert found.notes[0].missing == "text"


def test_causes_can_stand_in_place_of_dimensions():
    rows = [
        {"severity": "2" if number % 2 else "1", "cause": ["price"] if number % 3 else ["ethics"]}
        for number in range(60)
    ]
    found = importance_performance(table(rows), group="cause", outcome="severe")
    assert [item.id for item in found.items] == ["price", "ethics"]
