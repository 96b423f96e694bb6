"""The asynchronous client: the blocking one with ``await``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, Self, TypeVar

import httpx

from nlp.client import calls
from nlp.client.calls import Call
from nlp.client.retries import Retries
from nlp.client.values import Job, json_of, settled
from nlp.files import replacing

P = ParamSpec("P")
T = TypeVar("T")


def _sent(make: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]:
    """The method that sends what ``make`` asks for."""

    async def method(self: AsyncClient, /, *args: P.args, **options: P.kwargs) -> T:
        return await self.send(make(*args, **options))

    return calls.described(method, make)


class AsyncClient:
    """As ``Client``, for an event loop."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        language: Literal["ko", "en"] = "ko",
        timeout: float = 90.0,
        retries: Retries | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url, headers=calls.headers(api_key, language), timeout=timeout, transport=transport
        )
        self._retries = retries or Retries()
        self._sleep = sleep

    predict = _sent(calls.predict)
    rank = _sent(calls.rank)
    taxonomy = _sent(calls.taxonomy)
    model = _sent(calls.model)
    submit = _sent(calls.submit)
    job = _sent(calls.job)
    cancel = _sent(calls.cancel)

    async def wait(self, job_id: str, *, seconds: float | None = None, every: float = 1.0) -> Job:
        """The job once it has finished, or as it stands after ``seconds``."""
        waited = 0.0
        while not (job := await self.job(job_id)).finished and (seconds is None or waited < seconds):
            await self._sleep(every)
            waited += every
        return job

    async def download(self, job_id: str, target: str | Path) -> Path:
        """Write the result of a finished job to ``target``, which appears in one step. Raises ApiError."""
        for tried in count(1):
            outcome: httpx.Response | httpx.TransportError
            try:
                async with self._http.stream("GET", calls.result(job_id)) as answer:
                    if answer.is_success:
                        with replacing(Path(target)) as file:
                            async for chunk in answer.aiter_bytes():
                                file.write(chunk)
                    else:
                        await answer.aread()
                    outcome = answer
            except httpx.TransportError as error:
                outcome = error
            if (wait := self._retries.wait(tried, outcome)) is None:
                break
            await self._sleep(wait)
        settled(outcome)
        return Path(target)

    async def send(self, call: Call[T]) -> T:
        """The answer to a call, tried again while the server is busy. Raises ApiError."""
        for tried in count(1):
            outcome: httpx.Response | httpx.TransportError
            try:
                with call.request() as request:
                    outcome = await self._http.request(**request)
            except httpx.TransportError as error:
                outcome = error
            if (wait := self._retries.wait(tried, outcome)) is None:
                break
            await self._sleep(wait)
        return call.read(json_of(settled(outcome)))

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
