"""Which windows are scored next."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.model.windows import Window
from nlp.serve.lanes import Lane, Lanes, Piece, Work

MODEL: Any = SimpleNamespace(pool=lambda logits, tokens: logits.mean(axis=0))


def work(texts: int = 1, *, lane: Lane = Lane.HIGH, model: Any = MODEL) -> Work:
    return Work(lane=lane, model=model, owed=0, rows=np.zeros((texts, 2), np.float32), missing=texts)


def window(tokens: int) -> Window:
    return Window(row=0, ids=(0,) * tokens, type_ids=(0,) * tokens)


def lengths(batch: Sequence[Piece]) -> list[int]:
    return [piece.tokens for piece in batch]


def test_nothing_waits_nothing_is_taken() -> None:
    assert Lanes(batch_tokens=100).take() == []


def test_windows_of_like_length_share_a_batch_up_to_the_budget() -> None:
    lanes = Lanes(batch_tokens=300)
    for tokens in (100, 300, 90, 110, 95):
        lanes.push(work(), 0, [window(tokens)])
    assert lengths(lanes.take()) == [100, 90, 95]
    assert lengths(lanes.take()) == [300]
    assert lengths(lanes.take()) == [110]


def test_a_window_larger_than_the_budget_goes_alone() -> None:
    lanes = Lanes(batch_tokens=64)
    lanes.push(work(), 0, [window(200), window(200)])
    assert lengths(lanes.take()) == [200]


def test_a_lone_text_does_not_stand_behind_all_texts_of_a_large_request() -> None:
    lanes = Lanes(batch_tokens=100)
    large = work(50)
    for row in range(50):
        lanes.push(large, row, [window(100)])
    lanes.take()
    lone = work()
    lanes.push(lone, 0, [window(100)])
    assert lone in {piece.text.work for _ in range(2) for piece in lanes.take()}


def test_lone_texts_go_by_their_arrival_whatever_their_length() -> None:
    lanes = Lanes(batch_tokens=300)
    for tokens in (300, 30, 200, 60):
        lanes.push(work(), 0, [window(tokens)])
    assert [lengths(lanes.take()) for _ in range(4)] == [[300], [30], [200], [60]]


def test_a_large_request_gets_on_while_lone_texts_keep_coming() -> None:
    lanes = Lanes(batch_tokens=100)
    large = work(20)
    for row in range(20):
        lanes.push(large, row, [window(100)])
    served = 0
    for _ in range(100):
        lanes.push(work(), 0, [window(100)])
        served += sum(piece.text.work is large for piece in lanes.take())
    assert served == 20


def test_the_low_lane_gets_every_tenth_batch_while_the_high_one_is_busy() -> None:
    lanes = Lanes(batch_tokens=100)
    for _ in range(30):
        lanes.push(work(), 0, [window(100)])
        lanes.push(work(lane=Lane.LOW), 0, [window(100)])
    taken = [lanes.take()[0].text.work.lane for _ in range(20)]
    assert taken.count(Lane.LOW) == 2


def test_models_do_not_share_a_batch() -> None:
    lanes = Lanes(batch_tokens=1000)
    other: Any = SimpleNamespace()
    for model in (MODEL, other, MODEL):
        lanes.push(work(model=model), 0, [window(50)])
    assert [len(lanes.take()), len(lanes.take())] == [2, 1]


def test_a_dropped_work_is_never_taken() -> None:
    lanes = Lanes(batch_tokens=100)
    left, stays = work(), work()
    lanes.push(left, 0, [window(50)])
    lanes.push(stays, 0, [window(50)])
    lanes.drop(left)
    assert [piece.text.work for piece in lanes.take()] == [stays]
    assert len(lanes) == 0


@given(
    texts=st.lists(
        st.tuples(st.sampled_from(Lane), st.lists(st.integers(2, 400), min_size=1, max_size=4)), max_size=25
    ),
    budget=st.integers(16, 1024),
)
def test_every_window_is_taken_once_within_the_budget_and_completes_its_text(
    texts: list[tuple[Lane, list[int]]], budget: int
) -> None:
    lanes = Lanes(batch_tokens=budget)
    works = []
    for lane, sizes in texts:
        works.append(work(lane=lane))
        lanes.push(works[-1], 0, [window(size) for size in sizes])
    completed = 0
    while batch := lanes.take():
        assert len({piece.text.work.lane for piece in batch}) == 1
        assert len(batch) == 1 or max(lengths(batch)) * len(batch) <= budget
        completed += sum(piece.text.take(piece.index, np.ones(2, np.float32)) for piece in batch)
    assert completed == len(texts)
    assert len(lanes) == 0
    assert all(one.rows == pytest.approx(1.0) for one in works)
