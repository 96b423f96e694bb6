"""The asynchronous client: the blocking one with ``await``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from uuid import uuid4

import httpx

from nlp.client import requests
from nlp.client.retries import Retries
from nlp.client.values import Job, Predictions, Text, refusal, settled
from nlp.types import Document


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
            base_url=base_url, headers=requests.headers(api_key, language), timeout=timeout, transport=transport
        )
        self._retries = retries or Retries()
        self._sleep = sleep

    async def predict(
        self,
        texts: Sequence[Text],
        *,
        probabilities: bool = False,
        evidence: bool = False,
        masked_text: bool = False,
        mask: bool = True,
    ) -> Predictions:
        """Labels of texts or calls, in order. Raises ApiError."""
        body = requests.predict(
            texts, probabilities=probabilities, evidence=evidence, masked_text=masked_text, mask=mask
        )
        return Predictions.of(await self._json("POST", "/v1/predict", json=body))

    async def rank(
        self,
        documents: Sequence[Document],
        *,
        now: datetime | None = None,
        capacity: int | None = None,
        evidence: bool = False,
    ) -> dict[str, Any]:
        """The recovery queue of documents, as the server's JSON (``model``, ``now``, ``cases``, ``notes``)."""
        found: dict[str, Any] = await self._json(
            "POST", "/v1/rank", json=requests.rank(documents, now=now, capacity=capacity, evidence=evidence)
        )
        return found

    async def taxonomy(self) -> dict[str, Any]:
        """Groups and labels of the live model."""
        found: dict[str, Any] = await self._json("GET", "/v1/taxonomy")
        return found

    async def model(self) -> dict[str, Any]:
        """The live model."""
        found: dict[str, Any] = await self._json("GET", "/v1/models")
        return found

    async def submit(
        self,
        path: str | Path,
        *,
        kind: Literal["classify", "analyze"] = "classify",
        idempotency_key: str | None = None,
        **options: object,
    ) -> Job:
        """Send a file to be classified, or analysed to a report.

        ``options`` are the form's fields (``output="xlsx"``, ``text_column=…``, ``capacity=…``). A repeated
        ``idempotency_key`` gives the job of the first time; without one each call makes its own.
        """
        path = Path(path)
        with ExitStack() as open_files:

            def upload() -> dict[str, Any]:
                return {"file": (path.name, open_files.enter_context(path.open("rb")))}

            answer = await self._send(
                "POST",
                "/v1/jobs" if kind == "classify" else "/v1/analyze",
                data=requests.form(options),
                headers={"Idempotency-Key": idempotency_key or str(uuid4())},
                upload=upload,
            )
        return Job.of(answer.json())

    async def job(self, job_id: str) -> Job:
        """How far a job is."""
        return Job.of(await self._json("GET", f"/v1/jobs/{job_id}"))

    async def cancel(self, job_id: str) -> Job:
        """End a job and drop what it did."""
        return Job.of(await self._json("POST", f"/v1/jobs/{job_id}/cancel"))

    async def wait(self, job_id: str, *, seconds: float | None = None, every: float = 1.0) -> Job:
        """The job once it has finished, or as it stands after ``seconds``."""
        waited = 0.0
        while not (job := await self.job(job_id)).finished and (seconds is None or waited < seconds):
            await self._sleep(every)
            waited += every
        return job

    async def download(self, job_id: str, target: str | Path) -> Path:
        """Write the result of a finished job to ``target``, which appears in one step."""
        target = Path(target)
        part = target.with_name(f".{target.name}.part")
        try:
            async with self._http.stream("GET", f"/v1/jobs/{job_id}/result") as answer:
                if answer.is_error:
                    await answer.aread()
                    raise refusal(answer)
                with part.open("wb") as file:
                    async for chunk in answer.aiter_bytes():
                        file.write(chunk)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _json(self, method: str, path: str, **request: Any) -> Any:
        return (await self._send(method, path, **request)).json()

    async def _send(
        self, method: str, path: str, *, upload: Callable[[], dict[str, Any]] | None = None, **request: Any
    ) -> httpx.Response:
        tried = 0
        while True:
            tried += 1
            outcome: httpx.Response | httpx.TransportError
            try:
                # A file is opened for each try, for a failed one has read some of it.
                outcome = await self._http.request(method, path, files=upload() if upload else None, **request)
            except httpx.TransportError as error:
                outcome = error
            wait = self._retries.wait(tried, outcome)
            if wait is None:
                return settled(outcome)
            await self._sleep(wait)
