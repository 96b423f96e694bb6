import numpy as np
import pytest
from wom_tables import TAXONOMY, simulated, table

from nlp.errors import InputError
from nlp.wom.audit import Audit, audit_sample
from nlp.wom.correction import corrected_means
from nlp.wom.estimates import z_value
from nlp.wom.events import event_truth
from nlp.wom.shares import shares

PRICE_AT_ORDER = {"cause": ["price"], "stage": ["order"]}


def test_a_share_counts_decided_documents_and_is_flagged_uncorrected():
    found = shares(table([{"cause": ["price"]}, {}, {}, {"cause": ["price", "ethics"]}]))
    price = found.get("cause", "price")
    assert (price.count, price.documents, price.raw.value) == (2, 4, 0.5)
    assert not price.corrected
    assert price.best == price.raw
    assert [entry.missing for entry in found.notes] == ["audit"]


def test_a_cause_in_a_stage_needs_both_in_one_document():
    found = shares(table([PRICE_AT_ORDER, {"cause": ["price"]}, {"stage": ["order"]}]))
    assert found.get("cause", "price", "order").count == 1
    assert found.get("cause", "price", "provision").count == 0


@pytest.mark.parametrize(("by", "column"), [("channel", "channel"), ("branch", "branch"), ("product", "product")])
def test_shares_are_taken_within_each_value_of_a_column(by, column):
    found = shares(table([{column: "A", "cause": ["price"]}, {column: "A"}, {column: "B"}, {}]), by=by)
    assert found.get("cause", "price", name="A").raw.value == 0.5
    assert found.get("cause", "price", name="B").documents == 1


def test_weeks_without_documents_are_kept_as_empty_weeks():
    found = shares(table([{"time": "2026-11-02"}, {"time": "2026-11-17", "cause": ["price"]}]), by="week")
    names = list(dict.fromkeys(row.name for row in found.rows))
    assert names == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert found.get("cause", "price", name="2026-11-09").documents == 0


@pytest.mark.parametrize(
    ("by", "missing"),
    [("week", "time"), ("month", "time"), ("channel", "channel"), ("branch", "branch"), ("product", "product")],
)
def test_a_missing_column_gives_no_shares_and_a_note(by, missing):
    found = shares(table([{}, {}]), by=by)
    assert found.rows == ()
    assert missing in [entry.missing for entry in found.notes]


def test_only_the_largest_slices_are_shown_and_the_rest_are_counted():
    rows = [{"branch": name} for name in "aaabbc"]
    found = shares(table(rows), by="branch", most=2)
    assert {row.name for row in found.rows} == {"a", "b"}
    assert found.left_out == 1


def test_an_empty_table_has_no_shares():
    assert shares(table([])).rows == ()


def _audited(rng, rows, n=400):
    found, truth = simulated(rng, rows)
    drawn = audit_sample(found, n, rng)
    return found, truth, Audit(ids=drawn.ids, truth=truth[drawn.rows], inclusion=drawn.inclusion, strata=drawn.strata)


def test_correction_removes_at_least_two_thirds_of_the_bias_and_its_intervals_cover():
    rng = np.random.default_rng(20261122)
    _, truth = simulated(rng, 200_000)
    real = event_truth(TAXONOMY, truth).mean(axis=0)
    raw, best, covered = [], [], []
    for _ in range(60):
        found, _, audit = _audited(rng, 3000)
        rows = shares(found, audit=audit).rows
        assert all(row.corrected for row in rows)
        raw.append([row.raw.value for row in rows])
        best.append([row.best.value for row in rows])
        covered.append([row.best.low <= value <= row.best.high for row, value in zip(rows, real, strict=True)])
    raw_bias = np.abs(np.mean(raw, axis=0) - real).mean()
    left = np.abs(np.mean(best, axis=0) - real).mean()
    assert left <= raw_bias / 3
    assert 0.92 <= np.mean(covered) <= 0.98


def test_good_predictions_make_the_interval_narrower_than_the_audit_alone():
    found, _, audit = _audited(np.random.default_rng(5), 20_000)
    alone = corrected_means(
        np.zeros(1), len(found), np.zeros((400, 1)), audit.truth[:, :1], audit.inclusion, np.zeros(400, dtype=np.int64)
    )
    together = shares(found, audit=audit).get("cause", "price").best
    assert together.high - together.low < alone.high[0] - alone.low[0]


def test_useless_predictions_are_given_no_weight():
    rng = np.random.default_rng(1)
    truth = (rng.random((500, 1)) < 0.3).astype(np.float32)
    noise = np.sign(rng.normal(size=(500, 1)))
    found = corrected_means(
        np.array([0.9]), 10_000, noise - 2 * truth, truth, np.ones(500), np.zeros(500, dtype=np.int64)
    )
    assert found.weight[0] == 0
    assert found.value[0] == pytest.approx(truth.mean())


def test_an_audit_without_a_single_error_still_leaves_an_interval():
    truth = np.zeros((100, 1), dtype=np.float32)
    found = corrected_means(np.zeros(1), 100_000, truth, truth, np.ones(100), np.zeros(100, dtype=np.int64))
    # Three in a hundred is what the exact bound allows when none was seen in 100 (rule of three).
    assert 0.015 < found.high[0] < 0.04


@pytest.mark.parametrize(("strata", "within"), [([0] * 40, 0.25 * 40 / 39), ([0] * 20 + [1] * 20, 0.0)])
def test_the_interval_rests_on_the_variance_within_the_strata(strata, within):
    """By the textbook: (1 - n/N) s²/n within the strata, the errors imagined, and the N documents as a sample."""
    truth = np.repeat([[0.0], [1.0]], 20, axis=0).astype(np.float32)
    found = corrected_means(np.zeros(1), 400, np.zeros((40, 1)), truth, np.full(40, 0.1), np.array(strata))
    z = z_value(0.95)
    variance = (1 - 40 / 400) * (within / 40 + z**2 / 2 / 40**2) + 0.25 / 400
    assert found.value[0] == pytest.approx(0.5)
    assert found.high[0] - found.value[0] == pytest.approx(z * variance**0.5)


def test_slices_with_few_audited_rows_stay_raw():
    rng = np.random.default_rng(7)
    names = ["본점"] * 2500 + ["작은점"] * 50
    found, truth = simulated(rng, 2550, columns={"branches": names})
    drawn = np.sort(rng.choice(2550, 300, replace=False))
    audit = Audit.at_random(found.ids[drawn], truth[drawn])
    rows = {row.name: row.corrected for row in shares(found, by="branch", audit=audit).rows}
    assert rows == {"본점": True, "작은점": False}


def test_an_audit_of_too_few_rows_corrects_nothing_and_says_so():
    found, truth = simulated(np.random.default_rng(7), 500)
    audit = Audit.at_random(found.ids[:29], truth[:29])
    few = shares(found, audit=audit)
    assert [entry.missing for entry in few.notes] == ["audited"]
    assert not any(row.corrected for row in few.rows)
    assert shares(found, audit=Audit.at_random(found.ids[:30], truth[:30])).notes == ()


def test_groups_that_the_auditor_left_blank_stay_raw():
    rng = np.random.default_rng(8)
    found, truth = simulated(rng, 2000)
    drawn = np.arange(0, 2000, 10)
    labelled = truth[drawn].copy()
    labelled[:, TAXONOMY.columns("servqual")] = np.nan
    rows = shares(found, audit=Audit.at_random(found.ids[drawn], labelled))
    assert rows.get("cause", "price").corrected
    assert not rows.get("servqual", "empathy").corrected


def test_audited_rows_of_another_file_are_refused():
    found, truth = simulated(np.random.default_rng(0), 50)
    with pytest.raises(InputError, match="none of 50 ids"):
        shares(found, audit=Audit.at_random(np.array([f"x{row}" for row in range(50)], dtype=object), truth))


def test_an_inclusion_probability_outside_0_and_1_is_refused_with_its_row():
    with pytest.raises(InputError, match="audited row 'a'"):
        Audit(
            ids=np.array(["a"], dtype=object),
            truth=np.zeros((1, len(TAXONOMY.labels)), dtype=np.float32),
            inclusion=np.array([0.0]),
            strata=np.array(["all"], dtype=object),
        )
