from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from nlp.recovery.clock import credible, latest_time

TODAY = datetime(2026, 11, 22, 12)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("times", "believed"),
    [
        (["2026-11-01", "2026-11-20", "2062-11-20"], [True, True, False]),
        (["2026-11-22T20:00", "2026-11-23T11:59", "NaT"], [True, True, False]),
        (["2026-12-01", "2026-12-02", "2026-11-01"], [True, True, True]),
        (["NaT"], [False]),
    ],
    ids=["a slip", "another zone", "a clock that lags", "none"],
)
def test_a_time_after_today_is_a_slip_unless_most_are(times: list[str], believed: list[bool]) -> None:
    assert credible(np.array(times, dtype="datetime64[s]"), TODAY).tolist() == believed


def test_the_latest_time_is_one_that_is_believed() -> None:
    times = np.array(["2026-11-01", "2026-11-20T09:00", "2062-11-20", "NaT"], dtype="datetime64[s]")
    assert latest_time(times, TODAY) == datetime(2026, 11, 20, 9)  # noqa: DTZ001
    assert latest_time(times, None) == datetime(2062, 11, 20)  # noqa: DTZ001
    assert latest_time(times[3:], TODAY) is None
