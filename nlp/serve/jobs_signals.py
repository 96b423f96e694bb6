"""What may end a job early, and patience with a database that does not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from nlp.store import StoreBusyError, StoreFullError, StoreUnreachableError

PASSING = (StoreBusyError, StoreUnreachableError, StoreFullError)
"""Troubles of the store that end without anybody touching the job."""

_LONGEST_WAIT = 30.0

T = TypeVar("T")


class CancelledError(Exception):
    """The caller does not want the result any more."""


class StoppingError(Exception):
    """The server shuts down; the job goes on after its restart."""


@dataclass(frozen=True, kw_only=True)
class Signals:
    """``stopping`` is of the whole server, ``cancelled`` of one job."""

    stopping: threading.Event
    cancelled: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise what was asked for: CancelledError or StoppingError."""
        if self.cancelled.is_set():
            raise CancelledError
        if self.stopping.is_set():
            raise StoppingError

    def insist(self, act: Callable[[], T]) -> T:
        """Do something with the store; while it is locked, away or full, wait and try again.

        Raises StoppingError when the server stops meanwhile.
        """
        wait = 0.1
        while True:
            try:
                return act()
            except PASSING:
                if self.stopping.wait(wait):
                    raise StoppingError from None
                wait = min(2 * wait, _LONGEST_WAIT)
