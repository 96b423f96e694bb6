"""The linear yardstick."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.training.baseline import LinearBaseline


@pytest.mark.parametrize("texts", [["가", "나", "다", "라"], ["", "", "", ""]])
def test_of_texts_that_share_no_n_gram_it_learns_how_frequent_a_label_is(texts: list[str]) -> None:
    targets = np.array([[1.0], [0.0], [0.0], [0.0]], dtype=np.float32)

    model = LinearBaseline().fit(texts, targets)

    scores = model.predict_proba([*texts, "배송이 늦어요"])
    assert scores.shape == (5, 1)
    assert np.isfinite(scores).all()
    assert np.ptp(scores) < 0.01


def test_what_longer_texts_share_is_learnt() -> None:
    texts = ["배송이 늦어요", "배송이 너무 늦어요", "가격이 비싸요", "가격이 너무 비싸요"]
    targets = np.array([[1.0], [1.0], [0.0], [0.0]], dtype=np.float32)

    late, dear = LinearBaseline().fit(texts, targets).predict_proba(["배송이 늦네요", "가격이 비싸네요"])[:, 0]

    assert late > 0.5 > dear
