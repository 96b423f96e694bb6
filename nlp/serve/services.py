"""What the routes work with: built once per process, kept on ``app.state``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request

from nlp.serve.settings import Settings
from nlp.store import Store

if TYPE_CHECKING:
    from nlp.serve.auth import Gate
    from nlp.serve.engine import Engine
    from nlp.serve.metrics import Metrics


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of one server process.

    ``jobs`` is the ``nlp.serve.jobs.JobRunner``: the app calls ``await jobs.start()`` once the engine is up and
    ``await jobs.stop()`` before the engine stops. Other processes may work on the same store.
    """

    settings: Settings
    engine: Engine
    store: Store
    gate: Gate
    metrics: Metrics
    jobs: Any = None


def services(request: Request) -> Services:
    """FastAPI dependency: the services of the app that got this request."""
    found: Services = request.app.state.services
    return found
