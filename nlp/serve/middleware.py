"""What every request passes: an id, limits on its body, safe headers, one log line, metrics."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nlp.errors import DangolError
from nlp.serve.metrics import Metrics
from nlp.serve.problems import problem, unforeseen
from nlp.serve.refusals import (
    MediaTypeError,
    OverloadedError,
    StrangerError,
    TooLargeError,
    TooSlowError,
    file_too_large,
    retry,
)
from nlp.serve.services import services
from nlp.serve.settings import MIB, Settings

UPLOADS = ("/v1/jobs", "/v1/analyze")
STREAMS = ("/v1/predict/stream",)
PROBES = ("/health/live", "/health/ready")

LEFT = 499
"""Counted where the caller left before an answer was begun; nobody sees it."""

_CLOSES_AT = 0.9
"""Share of the queue at which the door closes. What it let in a moment ago is still being read and not yet counted:
closing only at the limit, it would let in as many again, to be refused once they are read."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_log: structlog.stdlib.BoundLogger = structlog.get_logger("dangol.http")


def path_of(scope: Scope) -> str:
    """The path of a request as the routes know it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _place(scope: Scope, root: str) -> None:
    """Note that the app stands under ``root``, whether or not a proxy has taken that off the path (ASGI: it is on)."""
    path = scope["path"]
    if path != root and not path.startswith(f"{root}/"):
        path = root + path
    scope.update(path=path, root_path=root)


class Guard:
    """The outermost layer of the app but for CORS; pure ASGI, so that bodies stream through it."""

    def __init__(self, app: ASGIApp, *, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._held = Held(most=settings.max_held_bytes)
        self._hosts = settings.allowed_hosts or (_LOCAL_NAMES if settings.loopback else ())
        self._origins = None if settings.keys_needed else settings.cors_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        _place(scope, self._settings.root_path)
        exchange = _Exchange(scope, send)
        body = None
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=exchange.id)
        try:
            self._check(scope, exchange.headers)
            if exchange.headers.get("content-encoding", "identity").lower() != "identity":
                raise MediaTypeError("the body is compressed; send it as it is, without Content-Encoding")
            body = _Body(scope, exchange.headers, receive, self._settings, self._held)
            await self._app(scope, body.receive, exchange.send)
        except DangolError as error:
            await problem(error, Request(scope))(scope, receive, exchange.send)
        except ClientDisconnect:
            pass
        except Exception:  # the last place to answer; the log gets the kind and the places, never the message
            _log.exception("unforeseen error")
            if exchange.status == LEFT:
                await unforeseen(Request(scope))(scope, receive, exchange.send)
        finally:
            if body is not None:
                body.release()
            self._note(scope, exchange)

    def _check(self, scope: Scope, headers: Headers) -> None:
        """Without keys, no web page may send anything: under a name of its own for this machine, or across origins."""
        method, name = scope["method"], headers.get("host", "").lower()
        # Probes name a container by its address.
        if self._hosts and path_of(scope) not in PROBES and re.sub(r":\d+$", "", name) not in self._hosts:
            raise StrangerError("the server does not answer under this host name; see the setting allowed_hosts")
        origin = headers.get("origin", "").lower()
        if method in ("GET", "HEAD", "OPTIONS") or not origin or self._origins is None:
            return
        if origin.partition("://")[2] != name and origin not in self._origins:
            raise StrangerError("a page of another origin may not send this; see the setting cors_origins, or use keys")

    def _note(self, scope: Scope, exchange: _Exchange) -> None:
        seconds = perf_counter() - exchange.begin
        state: dict[str, Any] = scope["state"]
        route = getattr(scope.get("route"), "path", "") or state.get("route", "-")
        status = exchange.status
        self._metrics.requests.labels(scope["method"] if route != "-" else "-", route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if "problem" in state:
            self._metrics.refused.labels(state["problem"]).inc()
        quiet = route.startswith("/health") or route == "/metrics"
        (_log.debug if quiet else _log.info)(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(1000 * seconds, 1),
            caller=state.get("caller"),
            problem=state.get("problem"),
            texts=state.get("texts"),
        )


class Door:
    """Turns requests for inference away before anything of them is read, from ``_CLOSES_AT`` of the queue on.

    The engine would refuse them all the same, a little later; here it costs a third of the time, which in a flood
    is time for those who were let in.
    """

    def __init__(self, app: ASGIApp, *, paths: Collection[str]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] == "POST" and path_of(scope) in self._paths:
            request = Request(scope)
            try:
                services(request).engine.admit(share=_CLOSES_AT)
            except OverloadedError as error:
                scope["state"]["route"] = path_of(scope)
                await problem(error, request)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class _Exchange:
    """One request and what was answered."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.begin = perf_counter()
        self.headers = Headers(scope=scope)
        given = self.headers.get("x-request-id", "")
        self.id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        self.status = LEFT
        self._send = send
        self._state = scope.setdefault("state", {})
        self._state.update(request_id=self.id, timings={})

    async def send(self, message: Message) -> None:
        """Add our headers to the head of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _SAFE.items():
                headers.setdefault(name, value)
            headers["X-Request-ID"] = self.id
            timings = {**self._state["timings"], "total": perf_counter() - self.begin}
            headers["Server-Timing"] = ", ".join(f"{stage};dur={1000 * took:.1f}" for stage, took in timings.items())
            if self.status in (408, 413):
                headers["Connection"] = "close"
        await self._send(message)


@dataclass(kw_only=True, slots=True)
class Held:
    """Bytes of the bodies that all requests together hold in memory."""

    most: int
    now: int = 0


class _Body:
    """The body of a request, within its limits of size and time."""

    def __init__(self, scope: Scope, headers: Headers, receive: Receive, settings: Settings, held: Held) -> None:
        path = path_of(scope).rstrip("/")
        self._receive = receive
        self._flowing = path in STREAMS or path in UPLOADS
        self._timeout = settings.body_timeout
        self._most: int | None = settings.max_body_bytes
        self._file: int | None = settings.max_upload_bytes if path in UPLOADS else None
        if self._file is not None:
            self._most = self._file + MIB
        elif path in STREAMS:
            self._most = None
        self._held = held
        self._got = 0
        self._complete = False
        self._until = perf_counter() + self._timeout
        declared = headers.get("content-length", "")
        if declared.isdecimal():
            self._check(int(declared))

    async def receive(self) -> Message:
        """The next part; raises TooLargeError, TooSlowError."""
        if self._complete:
            return await self._receive()
        left = self._timeout if self._flowing else self._until - perf_counter()
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        except TimeoutError:
            raise TooSlowError(
                "the body did not arrive within {seconds} seconds; send it faster", seconds=self._timeout
            ) from None
        size = len(message.get("body", b""))
        self._got += size
        self._hold(size)
        self._check(self._got)
        self._complete = not message.get("more_body", False)
        return message

    def release(self) -> None:
        """The request is over; its body is no longer held."""
        if not self._flowing:
            self._held.now -= self._got

    def _hold(self, size: int) -> None:
        """Count what is kept in memory until the request is over; what flows on is not."""
        if self._flowing:
            return
        self._held.now += size
        if self._held.now > self._held.most:
            raise retry(OverloadedError("too many large requests at once; send the request again in a moment"), 2.0)

    def _check(self, size: int) -> None:
        if self._most is None or size <= self._most:
            return
        if self._file is not None:
            raise file_too_large(self._file)
        raise TooLargeError(
            "the body is larger than {most} bytes; send less at once, or a file to /v1/jobs", most=self._most
        )
