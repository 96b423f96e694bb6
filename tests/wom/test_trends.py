from datetime import date, timedelta

import numpy as np
import pytest
from wom_tables import TAXONOMY, built, table

from nlp.wom.bursts import emerging, emerging_events
from nlp.wom.trends import trend

MONDAY = date(2026, 8, 31)


def _weeks(counts, size=40):
    """One document a day and more; ``counts`` of each week's ``size`` documents are about price."""
    rows = []
    for week, count in enumerate(counts):
        for number in range(size):
            day = MONDAY + timedelta(days=7 * week + number % 7)
            rows.append({"time": str(day), **({"cause": ["price"], "stage": ["order"]} if number < count else {})})
    return table(rows)


def test_each_week_has_its_count_and_share_with_intervals():
    points = [point for point in trend(_weeks([4, 8])).weeks if point.event.label == "price" and not point.event.stage]
    assert [(point.monday, point.count.value, point.share.value) for point in points] == [
        (MONDAY, 4, 0.1),
        (MONDAY + timedelta(days=7), 8, 0.2),
    ]
    assert all(point.count.low < point.count.value < point.count.high for point in points)


def _price(found):
    return next(change for change in found.changes if change.event.label == "price" and not change.event.stage)


@pytest.mark.parametrize(
    ("counts", "direction"), [([4] * 8, "unclear"), ([2] * 4 + [20] * 4, "up"), ([20] * 4 + [2] * 4, "down")]
)
def test_a_change_has_a_direction_only_when_its_interval_leaves_zero(counts, direction):
    assert _price(trend(_weeks(counts))).direction == direction


def _swinging(rng, correlation, size=150, weeks=8):
    """Weeks of seven causes whose shares swing around the same mean."""
    causes = TAXONOMY.columns("cause")
    share, strength = np.linspace(0.1, 0.4, 7), 1 / max(correlation, 1e-9) - 1
    weekly = rng.beta(share * strength, (1 - share) * strength, size=(weeks, 7))
    week, number = np.divmod(np.arange(weeks * size), size)
    decided = np.zeros((len(week), len(TAXONOMY.labels)), dtype=bool)
    decided[:, causes] = rng.random((len(week), 7)) < weekly[week]
    times = np.datetime64(MONDAY) + 7 * week + number % 7
    return built(TAXONOMY, decided=decided, probabilities=decided.astype(np.float32), columns={"times": times})


@pytest.mark.parametrize("correlation", [0.0, 0.02])
def test_when_nothing_changes_the_chance_that_any_cause_has_a_direction_is_small(correlation):
    rng, runs = np.random.default_rng(13), 100
    told = 0
    for _ in range(runs):
        found = trend(_swinging(rng, correlation)).changes
        told += any(
            change.direction != "unclear"
            for change in found
            if change.event.group == "cause" and change.event.stage is None
        )
    # 0.05 plus three standard errors.
    assert told / runs <= 0.115


def test_single_weeks_have_no_direction_because_their_swing_is_unknown():
    change = _price(trend(_weeks([2, 30])))
    assert change.points.low > 0
    assert change.direction == "unclear"


def test_weeks_without_a_text_are_compared_with_nothing():
    change = _price(trend(_weeks([4] * 6, size=7).take(np.r_[0:14, 35:42]), recent=2))
    assert np.isnan(change.points.value)
    assert change.direction == "unclear"


def test_the_last_weeks_are_compared_with_as_many_before():
    found = trend(_weeks([1] * 10), recent=3)
    assert found.after == (MONDAY + timedelta(weeks=7), MONDAY + timedelta(weeks=9))
    assert found.before == (MONDAY + timedelta(weeks=4), MONDAY + timedelta(weeks=6))


def test_a_week_that_the_file_leaves_midway_is_marked_and_not_compared():
    rows = [{"time": str(MONDAY + timedelta(days=day))} for day in range(16)]
    found = trend(table(rows), recent=1)
    complete = {point.monday: point.complete for point in found.weeks}
    assert list(complete.values()) == [True, True, False]
    assert found.after == (MONDAY + timedelta(days=7), MONDAY + timedelta(days=7))


def test_one_week_alone_is_not_compared():
    assert trend(_weeks([3])).changes == ()


def test_undated_documents_are_counted_and_left_out():
    found = trend(table([{"time": "2026-11-02"}, {}]))
    assert found.undated == 1
    assert found.weeks[0].documents == 1


def test_without_times_there_is_no_trend_but_a_note():
    found = trend(table([{}]))
    assert found.weeks == ()
    assert found.notes[0].missing == "time"


def _null(rng, *, overdispersion, items=30, weeks=13, size=300):
    share = rng.uniform(0.01, 0.4, items)
    documents = rng.poisson(size, weeks)
    if overdispersion:
        strength = 1 / overdispersion - 1
        weekly = rng.beta(share * strength, (1 - share) * strength, size=(weeks, items))
    else:
        weekly = np.tile(share, (weeks, 1))
    return weekly, documents


@pytest.mark.parametrize("overdispersion", [0.0, 0.005, 0.03])
def test_when_nothing_changes_the_chance_of_any_alarm_is_at_most_the_rate_claimed(overdispersion):
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(300):
        weekly, documents = _null(rng, overdispersion=overdispersion)
        alarms += bool(emerging(rng.binomial(documents[:, None], weekly), documents, rate=0.1, fewest=0))
    # 0.1 plus three standard errors of 300 trials; not so few that the alarm is deaf.
    assert 0.02 <= alarms / 300 <= 0.152


@pytest.mark.parametrize("overdispersion", [0.0, 0.005])
def test_a_planted_burst_is_found_first(overdispersion):
    rng = np.random.default_rng(12)
    for _ in range(20):
        weekly, documents = _null(rng, overdispersion=overdispersion)
        weekly[:, 3], weekly[-1, 3] = 0.05, 0.25
        found = emerging(rng.binomial(documents[:, None], weekly), documents)
        assert found[0].position == 3
        assert found[0].ratio > 2
        assert found[0].q_value <= 0.05


def test_a_fall_is_no_burst():
    counts = np.full((13, 1), 60.0)
    counts[-1] = 5
    assert emerging(counts, np.full(13, 200)) == ()


def test_fewer_than_four_weeks_before_say_nothing():
    assert emerging(np.array([[1.0], [1.0], [90.0]]), np.full(3, 100)) == ()


def test_a_cause_that_breaks_out_is_named_with_its_week():
    found = emerging_events(_weeks([3, 4, 3, 2, 4, 3, 3, 22]))
    assert {(item.event.label, item.event.stage) for item in found.events} == {("price", None), ("price", "order")}
    assert found.monday == MONDAY + timedelta(weeks=7)


def test_without_times_no_burst_is_looked_for():
    assert emerging_events(table([{}])).notes[0].missing == "time"


def test_all_documents_in_one_day_give_no_burst():
    rows = [{"time": "2026-11-02", "cause": ["price"]}] * 5
    assert emerging_events(table(rows)).events == ()


def test_weeks_follow_the_calendar_across_the_year_and_before_1970():
    decided = np.zeros((2, len(TAXONOMY.labels)), dtype=bool)
    found = built(
        TAXONOMY,
        decided=decided,
        probabilities=decided.astype(np.float32),
        columns={"times": ["1969-12-31", "1970-01-05"]},
    )
    assert [point.monday for point in trend(found).weeks[:2]] == [date(1969, 12, 29), date(1970, 1, 5)]
