"""The moment that a ranking counts from, where nobody says it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

_ZONES: Final = np.timedelta64(1, "D")
"""Times are written as clocks show them; this clock may run in another time zone."""


def credible(times: NDArray[np.datetime64], today: datetime | None) -> NDArray[np.bool_]:
    """Where a time is known and does not lie after ``today``, ``(n,)``: one that does is a slip of the pen.

    Where most do, it is this machine's clock that is wrong, and all are believed.
    """
    known = ~np.isnat(times)
    if today is None:
        return known
    late: NDArray[np.bool_] = times > np.datetime64(today.replace(tzinfo=None), "s") + _ZONES
    return known if 2 * late.sum() > known.sum() else known & ~late


def latest_time(times: NDArray[np.datetime64], today: datetime | None) -> datetime | None:
    """The latest of the credible times; None where there is none."""
    known = times[credible(times, today)]
    if not len(known):
        return None
    latest: datetime = known.max().astype("datetime64[s]").item()
    return latest
