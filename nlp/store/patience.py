"""Connections to PostgreSQL that do not wait for ever for a server that is there but says nothing.

A server that is stopped, or whose disk hangs, keeps its connections: the kernel answers for it, and no timeout of
the network or of the server's own ends the wait.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer takes more than ``seconds``; None waits for ever."""

    seconds: float | None = None

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **options: Any) -> Any:
        """As psycopg's; raises OperationalError."""
        return super().wait(gen if self.seconds is None else self._bounded(gen, self.seconds), *args, **options)

    def _bounded(self, gen: Generator[Any, Any, Any], seconds: float) -> Generator[Any, Any, Any]:
        until = time.monotonic() + seconds
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > until:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer within {seconds:g} seconds")
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value
