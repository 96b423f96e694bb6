from __future__ import annotations

import numpy as np
from small_taxonomy import TAXONOMY

from nlp.training.metrics import bootstrap_weights
from nlp.training.mistakes import confusion, length_names, slices, worst_mistakes

CAUSE, MOOD = TAXONOMY.groups


def _rows(*rows: str) -> np.ndarray:
    return np.array([[float(cell) if cell != "." else np.nan for cell in row] for row in rows], dtype=np.float32)


def test_a_label_missed_is_told_by_what_was_decided_in_its_place() -> None:
    actual = _rows("10", "10", "01", "11", "00", "..")
    decided = _rows("01", "00", "01", "00", "10", "11") > 0

    found = confusion(decided, actual, CAUSE)

    assert found.table == ((0, 1), (0, 0))
    assert found.alone == (2, 1)
    assert found.extra == (1, 0)
    assert found.together == ((0, 1), (1, 0))


def test_a_one_of_group_gives_the_plain_confusion_matrix() -> None:
    found = confusion(_rows("10", "10", "01") > 0, _rows("10", "01", "01"), MOOD)

    assert found.table == ((1, 0), (1, 1))
    assert found.together == ()


def test_the_worst_mistakes_are_those_furthest_off() -> None:
    probabilities = _rows("0000", "0000", "0000", "0000")
    probabilities[:, 0] = [0.3, 0.05, 0.6, 0.95]
    targets = _rows("1010", "1010", "0010", "0010")
    decided = _rows("0010", "0010", "1010", "1010") > 0

    found = worst_mistakes(probabilities, decided, targets, TAXONOMY, most=1)

    assert [(item.label, item.row, item.missed) for item in found] == [
        ("cause:price", 1, True),
        ("cause:price", 3, False),
    ]


def test_rare_and_unknown_names_make_no_slice_and_a_slice_counts_its_own_texts() -> None:
    names = ["은행"] * 25 + ["앱"] * 30 + ["식당"] * 5 + [""] * 40
    targets = np.tile(_rows("1010"), (100, 1))
    targets[:25, 2:] = np.nan
    decided = targets > 0
    decided[25:55, 0] = False

    found = slices(names, decided, targets, bootstrap_weights(100, 10, np.random.default_rng(0)), TAXONOMY)

    assert [(item.name, item.n_texts) for item in found] == [("앱", 30), ("은행", 25)]
    assert found[0].micro_f1["cause"].value == 0.0
    assert found[1].micro_f1["cause"].value == 1.0
    assert list(found[1].micro_f1) == ["cause"]


def test_lengths_fall_into_ranges_of_letters() -> None:
    assert length_names(["가" * n for n in (0, 1, 30, 31, 100, 101, 300, 301)]) == [
        "1–30",
        "1–30",
        "1–30",
        "31–100",
        "31–100",
        "101–300",
        "101–300",
        "301–",
    ]
