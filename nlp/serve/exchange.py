"""What all routes of inference do: stop when the caller leaves, keep the deadline, answer JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from nlp.serve.refusals import DeadlineError, retry

T = TypeVar("T")


async def while_wanted(request: Request, work: Coroutine[Any, Any, T], *, seconds: float) -> T:
    """The result of ``work``; it is cancelled when the caller leaves, or when it takes too long.

    The body must have been read. Raises ClientDisconnect, DeadlineError.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(request))
    try:
        done, _ = await asyncio.wait({working, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if working in done:
            return working.result()
        if leaving in done:
            raise ClientDisconnect
        raise retry(
            DeadlineError("the answer took more than {seconds} seconds; send fewer texts at once", seconds=seconds),
            5.0,
        )
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def reply(body: Any, *, status: int = 200) -> Response:
    """A JSON answer in UTF-8."""
    return Response(encoded(body), status_code=status, media_type="application/json")


def encoded(body: Any) -> bytes:
    """Compact JSON in UTF-8; floats are rounded before, NaN is an error."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # JSON can escape half of a surrogate pair ("\\ud800"), UTF-8 cannot hold it.
    return text.encode("utf-8", "replace")
