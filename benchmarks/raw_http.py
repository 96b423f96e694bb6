"""A light HTTP/1.1 client for load: connections kept alive, answers cut by Content-Length, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer; ``seconds`` count from the moment the request was due, not from when it could be sent.

    ``at`` is the moment (of ``perf_counter``) at which it was there, ``retry_after`` is in seconds.
    """

    index: int
    status: int
    seconds: float
    at: float
    retry_after: float | None
    closed: bool
    body: bytes


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._answer: asyncio.Future[tuple[bytes, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect until the answer is whole."""
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head = bytes(self._got[:end])
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self._got) >= end + 4 + length:
            self._answer.set_result((head, bytes(self._got[end + 4 : end + 4 + length])))
            self._got.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits gets nothing."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed by the server"))

    @property
    def is_open(self) -> bool:
        """Whether the server has not closed it."""
        return self._transport is not None

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Head and body of the answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


class Pool:
    """Connections to one server, made when needed and used again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[Connection] = []
        self.made = 0

    async def ask(self, index: int, request: bytes, *, due: float | None = None) -> Answer:
        """Send on a free connection; a request that was due earlier has waited since then."""
        begin = perf_counter() if due is None else due
        while self._free and not self._free[-1].is_open:
            self._free.pop()
        if self._free:
            connection = self._free.pop()
        else:
            self.made += 1
            _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", self._port)
        head, body = await connection.ask(request)
        now = perf_counter()
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        closed = lines.get(b"connection") == b"close"
        if not closed:
            self._free.append(connection)
        return Answer(
            index=index,
            status=int(head.split(b" ", 2)[1]),
            seconds=now - begin,
            at=now,
            retry_after=float(lines[b"retry-after"]) if b"retry-after" in lines else None,
            closed=closed,
            body=body,
        )


async def closed_loop(port: int, requests: Sequence[bytes], *, callers: int) -> list[Answer]:
    """So many callers, each sends its next request when it has an answer; a refused one comes again when it may."""
    pool = Pool(port)
    waiting = iter(enumerate(requests))
    answers: list[Answer] = []

    async def caller() -> None:
        for index, request in waiting:
            answer = await pool.ask(index, request)
            while answer.retry_after is not None:
                answers.append(answer)
                await asyncio.sleep(answer.retry_after)
                answer = await pool.ask(index, request)
            answers.append(answer)

    await asyncio.gather(*(caller() for _ in range(callers)))
    return answers


async def open_loop(port: int, requests: Sequence[bytes], *, gaps: NDArray[np.float64]) -> list[Answer]:
    """Requests come after these gaps in seconds ``(n,)`` whatever the server does; ``requests`` repeat."""
    pool = Pool(port)
    dues = perf_counter() + np.cumsum(gaps)
    asked = []
    for index, due in enumerate(dues.tolist()):
        while (left := due - perf_counter()) > 0:
            await asyncio.sleep(left)
        asked.append(asyncio.create_task(pool.ask(index, requests[index % len(requests)], due=due)))
        if index % 16 == 0:
            await asyncio.sleep(0)  # a generator that is behind must still let answers in
    return list(await asyncio.gather(*asked))


def post(body: bytes) -> bytes:
    """A request to ``/v1/predict``."""
    head = (
        "POST /v1/predict HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body
