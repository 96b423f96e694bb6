"""The engine: equal scores on every road, early refusals, callers who leave, swaps and stopping."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.model.classifier import ComplaintClassifier
from nlp.serve.engine import Engine
from nlp.serve.lanes import Lane
from nlp.serve.model import LoadedModel
from nlp.serve.refusals import NotReadyError, OverloadedError
from nlp.serve.sources import Source
from nlp.text.prepare import prepare
from nlp.types import Turn

TEXTS = (
    "배송이 2주나 걸렸는데 상담원은 기다리라는 말만 해요",
    "감사합니다",
    "요금이 또 올랐네요. 다른 통신사로 옮기려고요. 위약금이 얼마인가요?",
    "해지 방어만 30분째. " * 60,
)
CALL = (
    Turn(speaker="agent", text="무엇을 도와드릴까요?"),
    Turn(speaker="customer", text="기사님이 약속을 세 번이나 어겼어요. " * 30),
)


class Gated(LoadedModel):
    """The shipped model, scoring only while its gate is open; notes what it scored."""

    gate: threading.Event
    began: threading.Event
    batches: list[int]

    def score(self, windows: Sequence[Any]) -> Any:
        self.began.set()
        assert self.gate.wait(240)
        self.batches.append(len(windows))
        return super().score(windows)


def gated(model: LoadedModel, *, is_open: bool = True) -> Gated:
    found = Gated(**vars(model))
    object.__setattr__(found, "gate", threading.Event())
    object.__setattr__(found, "began", threading.Event())
    object.__setattr__(found, "batches", [])
    if is_open:
        found.gate.set()
    return found


def engine(**limits: Any) -> Engine:
    return Engine(**{"batch_tokens": 512, "queue_tokens": 100_000, "max_wait": 1e9, **limits})


@asynccontextmanager
async def running(load: Callable[[], LoadedModel], **limits: Any) -> AsyncIterator[Engine]:
    one = engine(**limits)
    await one.start(load)
    yield one
    await one.stop()


@asynccontextmanager
async def occupied(slow: Gated, *texts: str, **limits: Any) -> AsyncIterator[tuple[Engine, asyncio.Task[Any]]]:
    """An engine whose model holds a first request until the test, or its end, opens the gate."""
    async with running(lambda: slow, **limits) as one:
        first = asyncio.create_task(one.predict([Source(text) for text in texts]))
        assert await asyncio.to_thread(slow.began.wait, 240)
        try:
            yield one, first
        finally:
            slow.gate.set()
        await first


def run(work: Coroutine[Any, Any, Any]) -> Any:
    async def limited() -> Any:
        async with asyncio.timeout(250):
            return await work

    return asyncio.run(limited())


def rows(scored: Any, model: LoadedModel) -> Any:
    return np.array([[one.probabilities[label] for label in model.taxonomy.labels] for one in scored.predictions])


def test_scores_equal_those_of_the_library_alone_and_together_and_in_the_low_lane(
    model: LoadedModel, classifier: ComplaintClassifier
) -> None:
    sources = [*(Source(text) for text in TEXTS), Source("", CALL)]
    prepared = [prepare(source.text, turns=source.turns) for source in sources]
    expected = classifier.predict_proba(prepared)

    async def work() -> None:
        async with running(lambda: model) as one:
            apart = await asyncio.gather(*(one.predict([source]) for source in sources))
            together = await one.predict(sources)
            low = await asyncio.to_thread(one.batch_classifier().predict_proba, prepared)
        assert np.abs(np.vstack([rows(each, model) for each in apart]) - expected).max() < 1e-5
        assert np.abs(rows(together, model) - expected).max() < 1e-5
        assert np.abs(low - expected).max() < 1e-5
        assert list(together.predictions) == classifier.predict(prepared)
        assert {"prepare", "score", "decide"} == set(together.seconds)

    run(work())


def test_texts_that_come_while_a_batch_runs_share_the_next(model: LoadedModel) -> None:
    slow = gated(model, is_open=False)

    async def work() -> None:
        async with occupied(slow, TEXTS[0]) as (one, first):
            later = [asyncio.create_task(one.predict([Source(TEXTS[0])])) for _ in range(5)]
            while len(one._lanes) < 5:
                await asyncio.sleep(0)
            slow.gate.set()
            await asyncio.gather(first, *later)
        assert slow.batches == [1, 5]

    run(work())


def test_a_full_queue_refuses_at_once_with_the_time_it_needs(model: LoadedModel) -> None:
    slow = gated(model, is_open=False)

    async def work() -> None:
        async with occupied(slow, TEXTS[2], queue_tokens=120) as (one, accepted):
            with pytest.raises(OverloadedError) as refused:
                await one.predict([Source(TEXTS[2] * 4)])
            assert refused.value.retry_after is not None
            assert refused.value.retry_after >= 1
            slow.gate.set()
            assert (await accepted).predictions
            assert (await one.predict([Source(TEXTS[3])])).predictions, "an idle engine takes any text"
            assert one.load.owed == [0, 0]

    run(work())


def test_a_long_wait_refuses_even_where_the_queue_has_room(model: LoadedModel) -> None:
    slow = gated(model, is_open=False)

    async def work() -> None:
        async with occupied(slow, TEXTS[0], max_wait=1e-6) as (one, accepted):
            with pytest.raises(OverloadedError):
                await one.predict([Source(TEXTS[0])])
        assert accepted.result().predictions

    run(work())


def test_the_door_closes_before_the_queue_is_full(model: LoadedModel) -> None:
    slow = gated(model, is_open=False)

    async def work() -> None:
        async with occupied(slow, TEXTS[0], max_wait=10.0) as (one, _):
            one.load.rate = one.load.owed[Lane.HIGH] / 9.5
            one.admit()
            with pytest.raises(OverloadedError):
                one.admit(share=0.9)

    run(work())


def test_a_lone_text_is_let_in_beside_a_large_request_and_another_large_one_is_not(model: LoadedModel) -> None:
    slow = gated(model, is_open=False)

    async def work() -> None:
        async with occupied(slow, *[TEXTS[0]] * 200, max_wait=2.0) as (one, large):
            one.load.rate = 1_000.0
            while len(one._lanes) < 100:
                await asyncio.sleep(0.001)
            assert one.load.owed[Lane.HIGH] > 3_000
            with pytest.raises(OverloadedError):
                await one.predict([Source(TEXTS[0])] * 200)
            lone = asyncio.create_task(one.predict([Source(TEXTS[0])]))
            while len(one._waiting) < 2:
                await asyncio.sleep(0.001)
            one.admit()
            slow.gate.set()
            await lone
            assert not large.done(), "it does not wait for the large one's end"
            await large

    run(work())


def test_work_of_a_caller_who_left_is_dropped_before_it_is_scored(model: LoadedModel) -> None:
    slow = gated(model, is_open=False)

    async def work() -> None:
        async with occupied(slow, TEXTS[0]) as (one, first):
            left = asyncio.create_task(one.predict([Source(text) for text in TEXTS]))
            while len(one._lanes) < len(TEXTS):
                await asyncio.sleep(0)
            left.cancel()
            with pytest.raises(asyncio.CancelledError):
                await left
            assert len(one._lanes) == 0
            slow.gate.set()
            await first
            assert slow.batches == [1]
            assert one.load.owed == [0, 0]

    run(work())


def test_a_swap_changes_no_request_in_flight_and_a_failed_one_changes_nothing(model: LoadedModel) -> None:
    old, new = gated(model, is_open=False), replace(model)

    def broken() -> LoadedModel:
        raise ModelError("broken")

    async def work() -> None:
        async with occupied(old, TEXTS[0]) as (one, flying):
            await one.swap(lambda: new)
            with pytest.raises(ModelError):
                await one.swap(broken)
            assert one.model is new
            assert str(one.error) == "broken"
            old.gate.set()
            assert (await flying).model is old
            assert (await one.predict([Source(TEXTS[0])])).model is new

    run(work())


def test_stopping_finishes_what_was_accepted_and_refuses_what_is_new(model: LoadedModel) -> None:
    slow = gated(model, is_open=False)

    async def work() -> None:
        async with occupied(slow, *TEXTS) as (one, accepted):
            jobs = one.batch_classifier()
            stopping = asyncio.create_task(one.stop())
            await asyncio.sleep(0)
            with pytest.raises(NotReadyError):
                await one.predict([Source(TEXTS[0])])
            with pytest.raises(NotReadyError):
                await asyncio.to_thread(jobs.predict, [prepare(TEXTS[0])])
            slow.gate.set()
            await stopping
            assert len((await accepted).predictions) == len(TEXTS)

    run(work())


def test_stopping_waits_until_the_last_answer_is_decided(model: LoadedModel) -> None:
    deciding, go_on = threading.Event(), threading.Event()

    class Hesitant(LoadedModel):
        def decide(self, *args: Any) -> Any:
            deciding.set()
            assert go_on.wait(240)
            return super().decide(*args)

    async def work() -> None:
        one = engine()
        await one.start(lambda: Hesitant(**vars(model)))
        accepted = asyncio.create_task(one.predict([Source(TEXTS[0])]))
        assert await asyncio.to_thread(deciding.wait, 240)
        stopping = asyncio.create_task(one.stop())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not stopping.done()
        go_on.set()
        await stopping
        assert (await accepted).predictions

    run(work())


def test_an_error_while_scoring_reaches_its_callers_and_the_next_batch_goes_on(model: LoadedModel) -> None:
    class Failing(LoadedModel):
        def score(self, windows: Sequence[Any]) -> Any:
            if len(windows) == 1:
                raise RuntimeError("out of luck")
            return super().score(windows)

    failing = Failing(**vars(model))

    async def work() -> None:
        async with running(lambda: failing) as one:
            with pytest.raises(RuntimeError, match="out of luck"):
                await one.predict([Source(TEXTS[0])])
            assert len((await one.predict([Source(TEXTS[0])] * 2)).predictions) == 2

    run(work())


def test_the_low_lane_waits_for_room_instead_of_filling_the_memory(model: LoadedModel) -> None:
    slow = gated(model, is_open=False)

    async def work() -> None:
        async with running(lambda: slow, batch_tokens=16) as one:
            many = [asyncio.create_task(one.predict([Source(TEXTS[2])], lane=Lane.LOW)) for _ in range(40)]
            assert await asyncio.to_thread(slow.began.wait, 240)
            for _ in range(200):
                await asyncio.sleep(0)
            assert one.load.owed[Lane.LOW] < 16 * 8 + 200
            slow.gate.set()
            assert len(await asyncio.gather(*many)) == 40

    run(work())


@pytest.mark.parametrize(
    ("error", "told"), [(ModelError("the folder is empty"), "empty"), (RuntimeError("고객의 말"), r"\(RuntimeError\)")]
)
def test_no_model_no_answer_until_one_is_loaded(model: LoadedModel, error: Exception, told: str) -> None:
    def broken() -> LoadedModel:
        raise error

    async def work() -> None:
        one = engine()
        with pytest.raises(NotReadyError):
            one.check()
        await one.start(broken)
        assert one.state == "failed"
        assert re.search(told, str(one.error))
        with pytest.raises(NotReadyError, match="its log tells why"):
            await one.predict([Source(TEXTS[0])])
        await one.swap(lambda: model)
        assert (await one.predict([Source(TEXTS[0])])).predictions
        await one.stop()

    run(work())
