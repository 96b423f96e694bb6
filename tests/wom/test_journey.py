from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wom_tables import simulated, table

from nlp.errors import InputError
from nlp.wom.audit import Audit
from nlp.wom.journey import StageVolume, journey
from nlp.wom.shares import shares

STAGES = ("reservation", "order", "processing", "provision", "after_service")


def _complaints(**counts):
    return table([{"severity": "1", "stage": [stage]} for stage, count in counts.items() for _ in range(count)] or [{}])


def _volumes(**contacts):
    return tuple(StageVolume(stage=stage, contacts=number) for stage, number in contacts.items())


def test_the_index_is_the_product_of_what_each_stage_lets_through():
    found = journey(_complaints(order=10, provision=20), volumes=_volumes(order=100, provision=100))
    assert found.index.value == pytest.approx(0.9 * 0.8)
    assert found.index.low < found.index.value < found.index.high


def test_one_bad_moment_multiplies_through_the_whole_journey():
    volumes = _volumes(**dict.fromkeys(STAGES, 100))
    assert journey(_complaints(**dict.fromkeys(STAGES, 10)), volumes=volumes).index.value == pytest.approx(0.9**5)


def test_the_stage_to_repair_first_is_the_one_that_lifts_the_index_most():
    found = journey(_complaints(order=30, provision=40), volumes=_volumes(order=100, provision=1000))
    assert found.repair_first == "order"
    lift = {stage.stage: stage.lift.value for stage in found.stages if stage.lift}
    assert lift["order"] == pytest.approx(0.96 - 0.7 * 0.96)


def test_where_no_repair_lifts_the_index_none_comes_first():
    found = journey(_complaints(order=0), volumes=_volumes(order=100, provision=100))
    assert found.index.value == 1.0
    assert found.repair_first is None


def test_without_volumes_there_are_stage_shares_a_note_and_no_product():
    found = journey(_complaints(order=1, provision=3))
    assert found.index is None
    assert found.repair_first is None
    assert [stage.share.value for stage in found.stages] == [0, 0.25, 0, 0.75, 0]
    assert found.notes[0].missing == "volume"


def test_complaints_are_counted_in_the_days_of_their_volume():
    rows = [
        {"severity": "2", "stage": ["order"], "time": day} for day in ("2026-10-31", "2026-11-01T23:59", "2026-11-30")
    ]
    november = StageVolume(stage="order", contacts=10, first=date(2026, 11, 1), last=date(2026, 11, 30))
    assert journey(table(rows), volumes=(november,)).index.value == pytest.approx(0.8)


def test_a_dated_volume_without_dated_documents_gives_a_note():
    found = journey(_complaints(order=1), volumes=(StageVolume(stage="order", contacts=9, first=date(2026, 1, 1)),))
    assert found.index is None
    assert found.notes[0].missing == "time"


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        (StageVolume(stage="주문", contacts=5), "use one of reservation"),
        (StageVolume(stage="order", contacts=0), "above 0"),
        (StageVolume(stage="order", contacts=2), "3 complaints but 2 contacts"),
    ],
)
def test_a_volume_that_cannot_be_is_refused_with_the_way_out(volume, message):
    with pytest.raises(InputError, match=message):
        journey(_complaints(order=3), volumes=(volume,))


def test_phases_join_their_stages_and_count_a_complaint_once():
    found = journey(
        table([{"severity": "1", "stage": ["reservation", "order"]}, {"severity": "1", "stage": ["after_service"]}])
    )
    assert {phase: share.value for phase, share in found.phases.items()} == {"before": 0.5, "on": 0.0, "after": 0.5}


def test_praise_is_no_complaint_about_its_stage():
    found = journey(table([{"severity": "0", "stage": ["provision"]}, {"severity": "1", "stage": ["order"]}]))
    assert found.complaints == 1
    assert {stage.stage: stage.complaints for stage in found.stages}["provision"] == 0


def test_a_stage_that_nobody_complains_of_lets_all_through():
    found = journey(_complaints(order=0), volumes=_volumes(order=50))
    assert found.index.value == 1.0
    assert found.index.low > 0.9


def test_a_stage_where_everybody_complains_stops_the_journey():
    found = journey(_complaints(order=5), volumes=_volumes(order=5, provision=10))
    assert found.index.value == 0.0
    assert found.repair_first == "order"


@given(
    st.lists(st.tuples(st.sampled_from(STAGES), st.integers(0, 20)), min_size=1, max_size=5, unique_by=lambda x: x[0])
)
def test_the_index_never_exceeds_its_weakest_stage(stages):
    counts = dict(stages)
    found = journey(_complaints(**counts), volumes=_volumes(**dict.fromkeys(counts, 20)))
    weakest = min(1 - count / 20 for count in counts.values())
    assert 0 <= found.index.low <= found.index.value <= weakest + 1e-9
    assert found.index.value <= found.index.high <= 1


def test_corrected_shares_scale_the_complaints_and_widen_the_interval():
    rng = np.random.default_rng(3)
    found, truth = simulated(rng, 4000)
    drawn = np.sort(rng.choice(4000, 300, replace=False))
    corrected = shares(found, audit=Audit.at_random(found.ids[drawn], truth[drawn]))
    volumes = _volumes(order=40_000)
    plain, fixed = journey(found, volumes=volumes), journey(found, volumes=volumes, shares=corrected)
    share = corrected.get("stage", "order")
    assert (1 - fixed.index.value) / (1 - plain.index.value) == pytest.approx(share.best.value / share.raw.value)
    assert fixed.index.high - fixed.index.low > plain.index.high - plain.index.low
