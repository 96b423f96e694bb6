"""From settings to a running server: checks, sockets, processes."""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from asyncio import Transport
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from nlp.errors import InputError, ModelError
from nlp.model.session import FILE
from nlp.resources import default_model_path
from nlp.serve import logs
from nlp.serve.app import create_app
from nlp.serve.settings import Settings
from nlp.store import Store

_HUNG_AFTER = 30
"""Seconds without a sign of life after which a worker is replaced. It gives none before Python and the imports are
there, which takes a busy machine more than the five seconds that uvicorn allows: no worker would ever get ready."""

_START_FAILED = 3
"""How uvicorn's workers end that could not start; a supervisor restarts only what does not end with 0."""

_LISTENERS = 8
"""Handles of the one listening socket. libuv, below uvloop, accepts one connection a handle in each turn of the loop.
Turns are long under load: with a single handle, new callers would stand before the door."""

_MOST_HEAD = 1 << 16
_HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

_log: structlog.stdlib.BoundLogger = structlog.get_logger("dangol.serve")


def serve(settings: Settings) -> None:
    """Serve until a signal ends it; what was accepted is finished first.

    SIGTERM and SIGINT stop, SIGHUP loads the model again. Raises InputError when the server would listen beyond
    loopback without any API key, ModelError when there is no model folder, StoreError for the database, SystemExit when
    a process cannot start.
    """
    logs.configure(settings.log_level, settings.log_format)
    _check_model(settings)
    settings.make_data_dir()
    with Store.open(settings.store_url) as store:
        if settings.keys_needed and not store.keys.any_active():
            raise InputError(
                "{host}: the server needs API keys here and there are none; make one with 'dangol keys create', "
                "or listen on 127.0.0.1",
                host=settings.host,
            )
    config = uvicorn.Config(
        partial(_settled_app, settings),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.head_timeout,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=settings.shutdown_timeout,
        timeout_worker_healthcheck=_HUNG_AFTER,
    )
    bound = config.bind_socket()
    # At once: until somebody listens, Linux lets a second server bind the same address.
    bound.listen(config.backlog)
    if settings.workers == 1:
        with bound:
            listeners = [bound.dup() for _ in range(_handles())]
        server = uvicorn.Server(config)
        server.run(listeners)
        if not server.started:
            sys.exit(_START_FAILED)
        return
    with bound, tempfile.TemporaryDirectory(prefix="dangol-metrics-") as folder:
        # Read by prometheus_client when a worker imports it; every process then counts into files of this folder.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        workers = Workers(config, [bound])
        workers.run()
    if workers.failed:
        sys.exit(_START_FAILED)


def _handles() -> int:
    """How many handles the socket has: asyncio's own loops need but one, and that of Windows takes no more."""
    return _LISTENERS if find_spec("uvloop") else 1


def _settled_app(settings: Settings) -> FastAPI:
    """The app of a process that is the server's own.

    What its imports left stays for good. Looking through all of it for garbage again and again, as a busy process
    does, would stop every caller for a fifth of a second. So would looking through a thousand requests that wait, where
    there is none to be found: a full look comes a tenth as often as usual.
    """
    app = create_app(settings)
    gc.freeze()
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, 10 * old)
    return app


class Workers(Multiprocess):
    """Several processes on one socket; SIGHUP goes to each, which loads its model beside answering."""

    _counted: frozenset[int] = frozenset()

    @property
    def failed(self) -> bool:
        """Whether they ended because one of them could not start."""
        return any(process.process.exitcode == _START_FAILED for process in self.processes)

    def keep_subprocess_alive(self) -> None:
        """Replace the dead; what they were last is no longer counted as what the server is."""
        super().keep_subprocess_alive()
        alive = frozenset(process.pid for process in self.processes if process.pid is not None)
        for gone in self._counted - alive:
            _log.warning("a worker ended", pid=gone)
            mark_process_dead(gone)  # type: ignore[no-untyped-call]
        self._counted = alive

    def handle_hup(self) -> None:
        """Tell the workers instead of replacing them."""
        for process in self.processes:
            if process.pid is not None:
                os.kill(process.pid, signal.SIGHUP)


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose head of a request does not come within the keep-alive time (slowloris), or is endless.

    The parser keeps all of a head, and has no limit of its own.
    """

    _within_head = False
    _head_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._waiting = self.loop.call_later(self.timeout_keep_alive, transport.close)

    def data_received(self, data: bytes) -> None:
        """Refuse a head that goes on after ``_MOST_HEAD`` further bytes."""
        if self._within_head:
            self._head_bytes += len(data)
            if self._head_bytes > _MOST_HEAD:
                if not self.transport.is_closing():
                    self.transport.write(_HEAD_TOO_LARGE)
                    self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin to wait for the next head of the same connection."""
        super().on_message_begin()
        self._within_head, self._head_bytes = True, 0
        self._waiting.cancel()
        self._waiting = self.loop.call_later(self.timeout_keep_alive, self.transport.close)

    def on_headers_complete(self) -> None:
        """The head is there; the body has limits of its own."""
        self._within_head = False
        self._waiting.cancel()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._waiting.cancel()
        super().connection_lost(exc)


def _check_model(settings: Settings) -> None:
    """A wrong path is told at once; a file that cannot be loaded is told by the log and /health/ready."""
    folder = default_model_path() if settings.model is None else Path(settings.model)
    if settings.model is not None and settings.model.count("/") == 1 and not folder.exists():
        return  # a model of the hub
    if not (folder / FILE).is_file():
        raise ModelError(
            "{folder}: this is no complete model folder, {file} is missing; check the setting 'model'",
            folder=folder,
            file=FILE,
        )
