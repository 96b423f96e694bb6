from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from hypothesis import given
from hypothesis import strategies as st

from nlp.training.steps import Steps, last_whole_checkpoint, order_of


@given(
    n_rows=st.integers(1, 300),
    count=st.integers(1, 130),
    batch_size=st.integers(1, 8),
    seed=st.integers(0, 5),
)
def test_every_text_is_read_about_as_often_as_any_other(n_rows: int, count: int, batch_size: int, seed: int) -> None:
    lengths = np.random.default_rng(0).integers(1, 60, n_rows)
    steps = Steps(count=count, batch_size=batch_size, seed=seed)

    order = order_of(lengths, steps)

    assert order.shape == (count * batch_size,)
    read = np.bincount(order, minlength=n_rows)
    assert read.max() - read.min() <= 1
    assert (order_of(lengths, steps) == order).all()


def test_texts_of_a_batch_have_like_lengths() -> None:
    lengths = np.random.default_rng(0).integers(1, 200, 4000)
    steps = Steps(count=100, batch_size=16)
    batches = lengths[order_of(lengths, steps)].reshape(100, 16)

    assert np.median(batches.max(axis=1) - batches.min(axis=1)) < 20


def test_a_checkpoint_that_a_kill_left_half_written_is_passed_over(tmp_path: Path) -> None:
    assert last_whole_checkpoint(tmp_path) is None
    for name in ("checkpoint-9", "checkpoint-10", "checkpoint-12"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").touch()
    for name in ("checkpoint-9", "checkpoint-10"):
        (tmp_path / name / "trainer_state.json").touch()

    assert last_whole_checkpoint(tmp_path) == str(tmp_path / "checkpoint-10")
