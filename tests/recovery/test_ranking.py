from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recovery_tables import NOW, document, table

from nlp.classified import ClassifiedTable
from nlp.errors import ColumnError, InputError
from nlp.recovery import Priors, Ranking, ValueColumns, rank_cases
from nlp.taxonomy import Taxonomy

CAUSES = ("price", "inconvenience", "core_service_failure", "encounter_failure", "employee_response", "competitor_pull")


PRIORS = Priors.load()


def rank(data: ClassifiedTable, **options: Any) -> Ranking:
    return rank_cases(data, now=NOW, **{"draws": 20, "priors": PRIORS, **options})


def place(ranking: Ranking, case_id: str) -> int:
    return list(ranking.ids).index(case_id)


def gain_of(**made: Any) -> float:
    return float(rank(table(document(**made))).gain[0])


def documents() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        document,
        customer=st.sampled_from(["A", "B", "C", None]),
        days_ago=st.one_of(st.none(), st.floats(-1, 300)),
        channel=st.sampled_from(["전화", "리뷰", None]),
        sure=st.floats(0.5, 1.0),
        severity=st.sampled_from("0123"),
        recovery=st.sampled_from(["none", "failed", "recovered"]),
        cause=st.lists(st.sampled_from(CAUSES), unique=True),
        response=st.lists(st.sampled_from(["switching", "voice", "negative_wom", "third_party"]), unique=True),
        abstained=st.sampled_from([(), ("cause",)]),
        text=st.sampled_from(
            ["주문한 물건이 오지 않았어요", "다음 달에 이사 가게 되어 해지합니다", "요금이 또 올랐네요"]
        ),
        fields=st.sampled_from([{}, {"월매출": "5만원", "해지여부": "Y"}, {"월매출": "?", "구매횟수": "12"}]),
    )


@settings(max_examples=40)
@given(st.lists(documents(), min_size=1, max_size=8))
def test_laws_of_every_ranking(made: list[dict[str, Any]]) -> None:
    ranking = rank(table(*made))
    assert np.allclose(ranking.contributions.sum(axis=1), ranking.gain, atol=0.01)
    assert np.allclose(ranking.value_sources.sum(axis=1), ranking.value)
    saved = ranking.p_ignored - np.where(ranking.fast, ranking.p_fast, ranking.p_slow)
    assert np.allclose(ranking.value * saved + ranking.word_of_mouth - ranking.cost, ranking.gain)
    assert (saved >= -1e-12).all()
    assert (ranking.p_fast <= ranking.p_slow + 1e-12).all()
    assert ((ranking.p_fast >= -1e-12) & (ranking.p_ignored <= 1 + 1e-12)).all()
    assert ((ranking.rank_low <= ranking.rank) & (ranking.rank <= ranking.rank_high)).all()
    urgent = ranking.tier == 0
    assert not urgent[int(urgent.sum()) :].any()
    assert (np.diff(ranking.gain)[np.diff(urgent) == 0] <= 1e-9).all()
    assert all(ranking.case(index).gain == ranking.gain[index] for index in range(len(ranking)))


@settings(max_examples=10)
@given(st.lists(documents(), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(made: list[dict[str, Any]], shuffler: Any) -> None:
    made = [{**entry, "customer": f"C{index}"} for index, entry in enumerate(made)]
    shuffled = list(made)
    shuffler.shuffle(shuffled)
    one, two = rank(table(*made)), rank(table(*shuffled))
    gains = dict(zip(two.ids, two.gain, strict=True))
    assert dict(zip(one.ids, one.gain, strict=True)) == pytest.approx(gains, rel=1e-4, abs=1.0)


def test_equal_arguments_give_equal_results() -> None:
    data = table(*(document(sure=0.6 + index / 20, cause=["price"]) for index in range(6)))
    one, two = rank(data, seed=3), rank(data, seed=3)
    assert np.array_equal(one.rank_low, two.rank_low)
    assert np.array_equal(one.rank_high, two.rank_high)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"severity": "2"}, {"severity": "1"}),
        ({"cause": ["core_service_failure"]}, {"cause": []}),
        ({"response": ["switching"]}, {"response": []}),
        ({"response": []}, {"response": ["voice"]}),
        ({"days_ago": 1}, {"days_ago": 10}),
        ({"days_ago": 10}, {"days_ago": 100}),
        ({"fields": {"월매출": "10만원"}}, {"fields": {"월매출": "3만원"}}),
        ({"recovery": "none"}, {"recovery": "recovered"}),
        ({"channel": "리뷰", "response": ["negative_wom"]}, {"channel": "전화", "response": ["negative_wom"]}),
        ({"text": "상담원이 불친절해서 해지합니다"}, {"text": "이사 가게 되어 해지합니다"}),
        ({"fields": {"처리상태": "접수"}}, {"fields": {"처리상태": "종결"}}),
    ],
)
def test_what_raises_the_gain(more: dict[str, Any], less: dict[str, Any]) -> None:
    assert gain_of(**more) > gain_of(**less)


def test_a_competitor_tempers_what_recovery_can_do() -> None:
    priors = Priors.load().with_values({"leave.cause.competitor_pull": 0.0})
    pulled = rank(table(document(cause=["competitor_pull"], severity="2")), priors=priors)
    free = rank(table(document(severity="2")), priors=priors)
    assert pulled.p_ignored[0] == pytest.approx(free.p_ignored[0])
    assert pulled.gain[0] < free.gain[0]


@pytest.mark.parametrize("left", ["Y", "N", ""])
def test_an_involuntary_leaver_gains_nothing_from_recovery(left: str) -> None:
    made = document(
        text="이사 가게 되어 해지합니다", cause=["price"], response=["switching"], fields={"해지여부": left}
    )
    ranking = rank(table(made))
    case = ranking.case(0)
    assert case.involuntary
    assert case.p_leave_recovered == case.p_leave_ignored
    assert case.gain == pytest.approx(ranking.word_of_mouth[0] - ranking.cost[0])
    assert [action.id for action in case.actions] == ["farewell"]


@pytest.mark.parametrize(("stated", "whole"), [(1.0, True), (0.95, False)])
def test_recovery_never_takes_the_risk_below_that_of_no_failure(stated: float, whole: bool) -> None:
    generous = {"recovery.behaviour": 1.0, "recovery.stay.minor.quickly": stated}
    priors = Priors.load().with_values(generous)
    ranking = rank(table(document(severity="1", cause=["price"], days_ago=0.5, sure=1.0)), priors=priors)
    without = 1 / (1 + np.exp(-priors["leave.intercept"].value))
    assert ranking.p_fast[0] >= without - 1e-12
    assert (ranking.p_fast[0] == pytest.approx(without)) == whole


def test_a_second_failure_soon_after_the_first_moves_a_customer_up() -> None:
    def twice(customer: str, gap: float) -> list[dict[str, Any]]:
        first = document(customer=customer, days_ago=10 + gap, text="요금이 잘못 청구됐어요")
        return [document(customer=customer, days_ago=10), first]

    ranking = rank(table(*twice("soon", 12), *twice("long", 200)))
    assert list(ranking.ids) == ["soon", "long"]
    assert "repeat" in {part.factor for part in ranking.case(0).contributions}


@pytest.mark.parametrize(
    ("made", "tier"),
    [
        ({"cause": ["ethics"]}, "urgent"),
        ({"response": ["third_party"]}, "urgent"),
        ({"text": "먹고 응급실에 갔어요", "severity": "3"}, "urgent"),
        ({"cause": ["ethics"], "abstained": ("cause",)}, "urgent"),
        ({"abstained": ("cause",)}, "person"),
        ({"cause": ["price"]}, "ordinary"),
    ],
)
def test_tiers(made: dict[str, Any], tier: str) -> None:
    assert rank(table(document(**made))).case(0).tier == tier


def test_doubt_moves_nobody_ahead_of_a_larger_gain() -> None:
    large = document(customer="큰 고객", fields={"월매출": "30만원"}, severity="2", cause=["price"])
    doubtful = document(customer="작은 고객", fields={"월매출": "3만원"}, cause=["price"], abstained=("cause",))
    ranking = rank(table(doubtful, large))
    assert list(ranking.ids) == ["큰 고객", "작은 고객"]
    assert ranking.case(1).tier == "person"


def test_a_text_without_a_date_is_not_lost_among_dated_ones() -> None:
    urgent = document(customer="A", days_ago=None, response=["third_party"], text="소비자원에 신고합니다")
    assert rank(table(document(customer="A"), urgent)).case(0).tier == "urgent"


def test_the_deadline_is_a_few_days_after_the_newest_failure_and_a_late_case_counts_on_less() -> None:
    days = Priors.load()["timing.fast_days"].value
    ranking = rank(table(document(customer="new", days_ago=1), document(customer="old", days_ago=days + 1)))
    new, old = ranking.case(place(ranking, "new")), ranking.case(place(ranking, "old"))
    assert (new.speed, old.speed) == ("fast", "slow")
    assert new.deadline == NOW - timedelta(days=1) + timedelta(days=days)
    assert new.p_leave_recovered < ranking.p_slow[place(ranking, "new")]
    assert {part.factor for part in new.contributions} - {part.factor for part in old.contributions} == {"speed"}


def test_undated_cases_count_as_late_and_say_so() -> None:
    ranking = rank(table(document(days_ago=None)))
    assert ranking.case(0).deadline is None
    assert ranking.case(0).speed == "slow"
    assert "no_time" in {note.code for note in ranking.notes}


def test_capacity_gives_each_case_its_chance_to_be_worked_on() -> None:
    made = [document(customer=f"C{index}", fields={"월매출": f"{10 ** (index % 3 + 4)}원"}) for index in range(9)]
    ranking = rank(table(*made), capacity=3, draws=100)
    assert ranking.within_capacity is not None
    assert ranking.within_capacity.sum() == pytest.approx(3.0)
    assert ranking.within_capacity[:3].min() > ranking.within_capacity[6:].max()
    assert rank(table(*made)).case(0).within_capacity is None


def test_a_case_known_less_surely_has_the_wider_interval() -> None:
    crowd = [document(customer=f"C{index}", severity="1", cause=["inconvenience"]) for index in range(30)]
    exact = Priors.load().with_values({"leave.unexplained": 0.0, "value.unexplained": 0.0})
    sure = document(customer="sure", severity="2", sure=0.999)
    unsure = document(customer="unsure", severity="2", sure=0.5)
    ranking = rank(table(*crowd, sure, unsure), priors=exact, draws=200)
    width = ranking.rank_high - ranking.rank_low
    assert width[place(ranking, "unsure")] > width[place(ranking, "sure")]


def test_values_below_zero_are_named() -> None:
    notes = rank(table(document(fields={"월매출": "-3만원"}), document(fields={"월매출": "3만원"}))).notes
    assert "1건" in next(note.ko for note in notes if note.code == "negative_value")
    assert "negative_value" not in {n.code for n in rank(table(document(fields={"월매출": "3만원"}))).notes}


def test_amounts_of_single_orders_are_named() -> None:
    made = [
        document(customer="A", days_ago=9.0 - day, fields={"결제금액": cell})
        for day, cell in enumerate(["3만원", "2만원", "4만원", "1만원", "2만원", "1만원"])
    ]
    notes = {note.code: note.ko for note in rank(table(*made)).notes}
    assert "‘결제금액’" in notes["per_order"]
    assert "결제금액 → 건별 금액" in notes["columns_used"]
    assert "per_order" not in {note.code for note in rank(table(*made[:3])).notes}


def test_who_tells_nothing_of_money_stands_among_those_who_do() -> None:
    paid = [document(customer=f"C{index}", fields={"월매출": f"{index + 1}만원"}) for index in range(5)]
    ranking = rank(table(*paid, document(customer="blank", fields={"월매출": ""})))
    assert ranking.value[place(ranking, "blank")] == pytest.approx(ranking.value[place(ranking, "C2")])
    assert "1건" in next(note.ko for note in ranking.notes if note.code == "usual_value")


def test_who_left_without_a_complaint_stands_behind_who_complained() -> None:
    asked = document(customer="문의", severity="0", sentiment="neutral", fields={"월매출": "40만원", "해지여부": "Y"})
    failed = document(customer="실패", severity="2", cause=["price"], fields={"월매출": "12만원", "해지여부": "Y"})
    ranking = rank(table(asked, failed))
    assert list(ranking.ids) == ["실패", "문의"]
    assert ranking.gain[0] > 0 > ranking.gain[1]


def test_a_customer_who_has_left_is_won_back_only_in_part() -> None:
    fields = {"해지여부": "Y"}
    left, staying = rank(table(document(fields=fields))), rank(table(document(fields={"해지여부": "N"})))
    assert left.p_ignored[0] == 1.0
    assert left.p_fast[0] > staying.p_fast[0]
    assert "already_left" in {part.factor for part in left.case(0).contributions}


@pytest.mark.parametrize(
    ("harder", "easier"),
    [
        ({"cause": ["competitor_pull"]}, {"cause": ["price"]}),
        ({"recovery": "failed"}, {}),
        ({"recovery": "recovered"}, {}),
        ({"fields": {"처리상태": "종결"}}, {"fields": {"처리상태": "접수"}}),
    ],
)
def test_who_has_left_comes_back_less_easily_where_recovery_works_less(
    harder: dict[str, Any], easier: dict[str, Any]
) -> None:
    def left(made: dict[str, Any]) -> Ranking:
        grave = {"severity": "3", "cause": ["price"], "response": ["switching"], **made}
        return rank(table(document(**{**grave, "fields": {"해지여부": "Y", **made.get("fields", {})}})))

    assert left(harder).p_fast[0] > left(easier).p_fast[0]


def test_evidence_sentences_come_from_the_caller_for_the_episode_newest_first() -> None:
    data = table(
        document(customer="A", days_ago=400), document(customer="A", days_ago=5), document(customer="A", days_ago=1)
    )
    case = rank(data, evidence=lambda row: (f"근거 {row}",)).case(0)
    assert case.evidence == ("근거 2", "근거 1")
    assert case.rows == (0, 1, 2)
    assert rank(data).case(0).evidence == ()


def test_evidence_begins_with_what_the_customer_complains_of() -> None:
    praise = document(customer="A", days_ago=1, severity="0", sentiment="positive", response=["positive_wom"])
    data = table(document(customer="A", days_ago=5), praise)
    assert rank(data, evidence=lambda row: (f"근거 {row}",)).case(0).evidence == ("근거 0", "근거 1")


def test_a_bare_table_is_ranked_and_says_what_is_missing_in_two_languages() -> None:
    ranking = rank(table(document(days_ago=None, channel=None)))
    codes = {note.code for note in ranking.notes}
    assert codes >= {"no_customer", "no_time", "no_channel", "no_value", "no_purchases", "no_status", "no_outcome"}
    assert all(note.ko and note.en and "{" not in note.ko + note.en for note in ranking.notes)


def test_columns_of_a_second_file_that_mean_the_same_are_named() -> None:
    first, second = document(fields={"월매출": "50000"}), document(fields={"월매출(만원)": "5"})
    notes = {note.code: note.ko for note in rank(table(first, second)).notes}
    assert "월매출(만원)" in notes["columns_passed_over"]
    assert "columns_passed_over" not in {note.code for note in rank(table(first)).notes}


def test_the_columns_read_and_those_that_are_not_in_won_are_named() -> None:
    made = document(fields={"월매출(USD)": "300", "등급": "VIP", "해지여부": "N"})
    notes = {note.code: note.ko for note in rank(table(made)).notes}
    assert "월매출(USD)" in notes["not_in_won"]
    assert "등급 → 등급; 해지여부 → 해지 여부" in notes["columns_used"]
    assert not {"not_in_won", "columns_used"} & {note.code for note in rank(table(document())).notes}


def test_one_rich_customer_moves_nobody_elses_word_of_mouth() -> None:
    def told(richest: str) -> float:
        crowd = [document(customer=f"C{index}", fields={"월매출": "5만원"}) for index in range(4)]
        loud = document(customer="loud", response=["negative_wom"], fields={"월매출": "5만원"})
        ranking = rank(table(*crowd, loud, document(customer="rich", fields={"월매출": richest})))
        return float(ranking.word_of_mouth[place(ranking, "loud")])

    assert told("50억원") == told("5만원")


def test_switching_a_contested_constant_on_is_told_first(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[value.growth]\nenabled = true\n", encoding="utf-8")
    ranking = rank(table(document()), priors=Priors.load(path))
    assert "value.growth" in ranking.notes[0].en
    assert "사고 실험" in ranking.notes[0].ko
    assert ranking.case(0).value_sources["growth"] > 0
    assert rank(table(document())).case(0).value_sources["growth"] == 0


def test_contested_constants_move_no_ranking_silently(tmp_path: Path) -> None:
    contested = [entry for entry in Priors.load() if entry.status == "contested"]
    changed = Priors(
        constants={
            **Priors.load().constants,
            **{
                entry.key: type(entry)(
                    key=entry.key, value=entry.high, low=entry.low, high=entry.high, unit=entry.unit,
                    source=entry.source, status="contested", neutral=entry.neutral,
                )
                for entry in contested
            },
        }
    )  # fmt: skip
    data = table(*(document(sure=0.6 + index / 20, response=["negative_wom"]) for index in range(5)))
    one, two = rank(data), rank(data, priors=changed)
    assert np.array_equal(one.gain, two.gain)
    assert np.array_equal(one.rank_high, two.rank_high)


def test_a_taxonomy_with_causes_of_its_own_and_no_severity_still_ranks() -> None:
    own = Taxonomy.parse(
        '[[group]]\nid="cause"\nkind="any-of"\nko="원인"\n[[group.label]]\nid="parking"\nko="주차"\n'
        '[[group]]\nid="sentiment"\nkind="one-of"\nko="감성"\n[[group.label]]\nid="negative"\nko="부정"\n'
        '[[group.label]]\nid="positive"\nko="긍정"\n'
    )
    ranking = rank(table(document(customer="A", cause=["parking"]), document(customer="B"), taxonomy=own))
    assert list(ranking.ids) == ["A", "B"]
    assert "원인: 주차" in {part.name.ko for part in ranking.case(0).contributions}


def test_the_users_own_columns_go_before_recognised_ones() -> None:
    fields = {"월매출": "1만원", "내부지표": "9만원"}
    recognised = rank(table(document(fields=fields)))
    named = rank(table(document(fields=fields)), value_columns=ValueColumns(margin="내부지표"))
    assert named.value[0] > recognised.value[0]
    with pytest.raises(ColumnError, match="없는 열"):
        rank(table(document(fields=fields)), value_columns=ValueColumns(margin="없는 열"))


@pytest.mark.parametrize("draws", [0, 19])
def test_too_few_draws_are_refused(draws: int) -> None:
    with pytest.raises(InputError, match="at least 20"):
        rank(table(document()), draws=draws)


def test_an_empty_table_is_refused() -> None:
    data = table(document()).take(np.zeros(0, dtype=np.int64))
    with pytest.raises(InputError, match="at least one"):
        rank(data)


def test_a_place_outside_the_queue_is_refused() -> None:
    with pytest.raises(IndexError, match="0 to 0"):
        rank(table(document())).case(1)
