"""What the routes work with: built once per process, kept on ``app.state``."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from nlp.serve.settings import Settings
from nlp.store import Store

if TYPE_CHECKING:
    from nlp.serve.auth import Gate
    from nlp.serve.engine import Engine
    from nlp.serve.jobs import JobRunner
    from nlp.serve.live import LiveModel
    from nlp.serve.metrics import Metrics


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of one server process.

    ``jobs`` starts once the engine is up and stops before it. Other processes may work on the same store.
    """

    settings: Settings
    engine: Engine
    store: Store
    gate: Gate
    metrics: Metrics
    live: LiveModel
    streams: asyncio.Semaphore
    jobs: JobRunner


def services(request: Request) -> Services:
    """The services of the app that got this request."""
    found: Services = request.app.state.services
    return found


async def provided(request: Request) -> Services:
    """The same as a FastAPI dependency; a plain function would cost a thread's turn in every request."""
    return services(request)


Parts = Annotated[Services, Depends(provided)]
