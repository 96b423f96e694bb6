"""When to send a request again, and after how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import httpx

_PASSING: Final = (429, 502, 503, 504)


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """At most ``most`` further tries; a wait of more than ``longest`` seconds is not waited for.

    The server's Retry-After decides; where there is none, the wait doubles from ``first``. All requests of the
    client may be repeated: predictions change nothing, and jobs carry an idempotency key.
    """

    most: int = 5
    first: float = 0.5
    longest: float = 60.0

    def wait(self, tried: int, outcome: httpx.Response | httpx.TransportError) -> float | None:
        """Seconds until the next try after ``tried`` ones; None when this outcome stands."""
        if isinstance(outcome, httpx.Response) and outcome.status_code not in _PASSING:
            return None
        if isinstance(outcome, (httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
            return None  # it was never sent, and never will be
        if tried > self.most:
            return None
        seconds = self.first * 2.0 ** (tried - 1)
        if isinstance(outcome, httpx.Response):
            told = outcome.headers.get("retry-after", "")
            seconds = float(told) if told.isdecimal() else seconds
        return seconds if seconds <= self.longest else None
