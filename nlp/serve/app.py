"""The app: settings in, FastAPI out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware

from nlp.serve import description, logs, problems
from nlp.serve.auth import Gate
from nlp.serve.engine import Engine
from nlp.serve.jobs import JobRunner
from nlp.serve.jobs_signals import PASSING
from nlp.serve.jobs_work import Conditions
from nlp.serve.live import LiveModel, Loader
from nlp.serve.metrics import Metrics
from nlp.serve.middleware import Door, Guard
from nlp.serve.model import LoadedModel
from nlp.serve.services import Services
from nlp.serve.settings import Settings
from nlp.store import Store

ROUTES = ("health", "predict", "stream", "rank", "models", "jobs")
INFERENCE = ("/v1/predict", "/v1/rank")
"""Where a caller waits for the model."""

_MEASURE_EVERY = 1.0

_log: structlog.stdlib.BoundLogger = structlog.get_logger("dangol.serve")


def create_app(settings: Settings, *, load: Loader | None = None, store: Store | None = None) -> FastAPI:
    """The service as an ASGI app. ``load`` and ``store`` replace the model and the database that settings name.

    The services exist while the app runs (lifespan) and are found with ``nlp.serve.services.services``.
    """
    metrics = Metrics()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(settings, metrics, load=load, store=store) as built:
            app.state.services = built
            yield

    app = FastAPI(
        title="Dangol",
        version=_version(),
        description=description.ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(app)
    for name in ROUTES:
        router: APIRouter = import_module(f"nlp.serve.routes.{name}").router
        app.include_router(router)
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
                # Load balancers ask with HEAD.
                app.add_api_route(route.path, route.endpoint, methods=["HEAD"], include_in_schema=False)
    description.install(app, settings.root_path)
    app.add_middleware(Door, paths=INFERENCE)
    app.add_middleware(Guard, settings=settings, metrics=metrics)
    # Outermost, so that a page can read refusals of the guard, too.
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=[
                "Authorization",
                "X-API-Key",
                "Content-Type",
                "Idempotency-Key",
                "Last-Event-ID",
                "X-Request-ID",
            ],
            expose_headers=[
                "Content-Disposition",
                "Idempotent-Replayed",
                "Location",
                "Retry-After",
                "Server-Timing",
                "X-Request-ID",
            ],
        )
    return app


@contextlib.asynccontextmanager
async def running(
    settings: Settings, metrics: Metrics, *, load: Loader | None, store: Store | None
) -> AsyncIterator[Services]:
    """Build the services, load the model beside answering, and take all down in order."""
    logs.configure(settings.log_level, settings.log_format)
    settings.make_data_dir()
    own = None if store is not None else await asyncio.to_thread(_opened, settings.store_url)
    kept = store or own
    assert kept is not None
    engine = Engine(
        batch_tokens=settings.batch_tokens,
        queue_tokens=settings.queue_tokens,
        max_wait=settings.max_wait,
        observe=metrics.batch,
    )
    live = LiveModel(
        settings,
        engine,
        load or (lambda folder: LoadedModel.load(folder, threads=settings.cores, shared=settings.workers > 1)),
    )
    built = Services(
        settings=settings,
        engine=engine,
        store=kept,
        gate=Gate(kept.keys, needed=settings.keys_needed, rate_per_minute=settings.rate_per_minute),
        metrics=metrics,
        live=live,
        streams=asyncio.Semaphore(settings.max_streams),
        jobs=_jobs(settings, kept, engine, metrics),
    )
    beside = (asyncio.create_task(_start(built)), asyncio.create_task(_measure(built)))
    try:
        yield built
    finally:
        for task in beside:
            task.cancel()
        for outcome in await asyncio.gather(*beside, return_exceptions=True):
            if isinstance(outcome, Exception):  # told here, so that it keeps nothing from being taken down
                _log.error("a task beside the answers ended unforeseen", exc_info=outcome)
        await live.stop()
        await built.jobs.stop()
        await engine.stop()
        if own is not None:
            await asyncio.to_thread(own.close)
        _log.info("stopped")


def _opened(url: str) -> Store:
    """The database, or what will reach it once it is back: a worker that replaces one that died may find it away."""
    try:
        return Store.open(url)
    except PASSING as error:
        _log.warning("the store does not answer yet", problem=str(error))
        return Store.later(url)


async def _start(built: Services) -> None:
    """Load the model, then take up jobs: the server answers /health/live meanwhile."""
    await built.live.start()
    if built.engine.error is not None:
        _log.error("model not loaded", problem=str(built.engine.error))
    else:
        _log.info("ready", model=built.engine.model.name)
    await built.jobs.start()


async def _measure(built: Services) -> None:
    """Note how things stand; another process of the server may be the one that is asked for it."""
    while True:
        built.metrics.state(built.engine)
        await asyncio.sleep(_MEASURE_EVERY)


def _jobs(settings: Settings, store: Store, engine: Engine, metrics: Metrics) -> JobRunner:
    return JobRunner(
        store=store,
        folder=settings.data_dir / "jobs",
        given=Conditions(
            batch_classifier=engine.batch_classifier,
            keep_documents=settings.keep_documents,
            max_rows=settings.max_upload_rows,
            threads=settings.cores,
        ),
        workers=settings.job_workers,
        observe=metrics.job,
    )


def _version() -> str:
    try:
        return version("dangol")
    except PackageNotFoundError:
        return "0"
