"""Micro-batched inference: texts of many callers, one model, a bounded queue.

A request is admitted or refused at once, by the tokens that wait and the measured rate. Its texts are normalised,
masked and cut into windows in one thread; windows are scored in another, in batches of whatever waits when the one
before is done. A lone text is therefore scored at once, and batches grow by themselves with the load.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, ParamSpec, TypeAlias, TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray

from nlp.errors import DangolError, ModelError
from nlp.model.windows import Window
from nlp.serve.batch_classifier import BatchClassifier
from nlp.serve.lanes import STRETCH, Lane, Lanes, Piece, Work
from nlp.serve.load import Load
from nlp.serve.model import LoadedModel
from nlp.serve.refusals import NotReadyError, retry
from nlp.serve.sources import Source, parts
from nlp.text.prepare import PreparedText, prepare
from nlp.types import Prediction

State: TypeAlias = Literal["starting", "ready", "failed", "stopped"]
P = ParamSpec("P")
T = TypeVar("T")

_log: structlog.stdlib.BoundLogger = structlog.get_logger("dangol.model")

_CHUNK_CHARS = 2_000
"""Characters that the preparing thread takes at once; few, so that requests take turns there too."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Answers to one request; ``seconds`` tells by stage how long they took."""

    model: LoadedModel
    texts: tuple[PreparedText, ...]
    predictions: tuple[Prediction, ...]
    seconds: dict[str, float]


class Engine:
    """One per event loop; everything but preparing and scoring runs on that loop.

    ``observe`` is told the windows, the tokens and the seconds of every batch. ``queue_tokens`` bounds what waits
    with and before a new request, ``max_wait`` how many seconds of work may stand before it.
    """

    def __init__(
        self,
        *,
        batch_tokens: int,
        queue_tokens: int,
        max_wait: float,
        observe: Callable[[int, int, float], None] = lambda _windows, _tokens, _seconds: None,
        scoring: Executor | None = None,
    ) -> None:
        self.load = Load(queue_tokens=queue_tokens, max_wait=max_wait)
        self._observe = observe
        self._batch_tokens = batch_tokens
        self._lanes = Lanes(batch_tokens=batch_tokens)
        self._preparing = ThreadPoolExecutor(1, "prepare")
        self._scoring = scoring or ThreadPoolExecutor(1, "score")
        self._model: LoadedModel | None = None
        self._error: DangolError | None = None
        self._state: State = "starting"
        self._waiting: dict[Work, asyncio.Future[None]] = {}
        self._in_flight = self._uncut = 0
        self._changed = asyncio.Condition()
        self._arrived = asyncio.Event()
        self._swapping = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runner: asyncio.Task[None] | None = None

    @property
    def state(self) -> State:
        """Whether it answers."""
        return self._state

    @property
    def error(self) -> DangolError | None:
        """Why there is no model, or why the last swap failed; None when all is well."""
        return self._error

    @property
    def model(self) -> LoadedModel:
        """The live model; raises NotReadyError when there is none.

        Why, with the folder's path, is for the log: anybody may ask whether the server is ready.
        """
        if self._state == "stopped":
            raise _stopping()
        if self._model is None:
            if self._error is not None:
                raise NotReadyError("the server's model cannot be loaded, its log tells why; try again later")
            raise retry(NotReadyError("the model is being loaded; try again in a moment"), 1.0)
        return self._model

    def check(self) -> None:
        """Raise what ``model`` raises when nothing can be answered."""
        _ = self.model

    def admit(self, tokens: int = 0, *, share: float = 1.0) -> None:
        """Raise OverloadedError when a request of so many tokens would wait too long in the high lane.

        It waits for what is due before it and, while it is paced itself, for the others' share; not for all the rest
        of a large request, which lets it pass. ``share`` of the queue is what may be full.
        """
        due = self._in_flight + self._uncut + self._lanes.due[Lane.HIGH]
        self.load.check(tokens, before=min(self.load.owed[Lane.HIGH], due + STRETCH * tokens), share=share)

    async def start(self, load: Callable[[], LoadedModel]) -> None:
        """Load the first model; a failure is kept in ``error``, and a later ``swap`` can mend it."""
        self._loop = asyncio.get_running_loop()
        self._runner = asyncio.create_task(self._run(), name="engine")
        with contextlib.suppress(DangolError):
            await self.swap(load)

    async def swap(self, load: Callable[[], LoadedModel]) -> LoadedModel:
        """Load a model in a thread, beside the live one, and make it live; requests in flight keep theirs.

        Raises ModelError or TaxonomyError when it cannot be loaded; then the live one stays.
        """
        async with self._swapping:
            try:
                loaded = await asyncio.to_thread(load)
            except Exception as error:  # nobody awaits those who watch for a new model: what is not kept is lost
                self._error = failure = _load_failure(error)
                if self._model is None and self._state == "starting":
                    self._state = "failed"
                raise failure from error
            if self._model is None:
                self.load.rate = loaded.rate
            self._model, self._error = loaded, None
            if self._state != "stopped":
                self._state = "ready"
            return loaded

    async def stop(self) -> None:
        """Refuse what is new, finish what was accepted, and end the threads."""
        self._state = "stopped"
        async with self._changed:
            await self._changed.wait_for(lambda: not self._waiting)
        if self._runner is not None:
            self._runner.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._runner
        self._preparing.shutdown(wait=False)
        self._scoring.shutdown(wait=False)

    async def predict(
        self,
        sources: Sequence[Source],
        *,
        mask: bool = True,
        lane: Lane = Lane.HIGH,
        factor: float = 1.0,
        precision: float | None = None,
    ) -> Scored:
        """Prepare and score texts; cancelling the call drops what is not scored yet.

        ``factor`` is how many times its length a text will cost in all (evidence scores every sentence again).
        The high lane raises OverloadedError at once, the low lane waits for room. Raises NotReadyError, and
        InvalidError for a ``precision`` that the model has no thresholds for.
        """
        begin = perf_counter()
        model = self.model
        model.check_precision(precision)
        guess = self.load.guess(sum(source.size for source in sources), len(sources))
        if lane is Lane.HIGH:
            self.admit(int(guess * factor))
        texts: list[PreparedText] = []
        async with self._work(model, len(sources), guess, lane) as (work, done):
            sizes = [source.size for source in sources]
            for part in parts(range(len(sources)), sizes, _CHUNK_CHARS):
                chunk = [sources[index] for index in part]
                prepared, windows = await self._in(self._preparing, _prepare, model, chunk, mask)
                size = sum(sizes[index] for index in part)
                self._queue(work, windows, first=len(texts), guess=self.load.guess(size, len(chunk)), size=size)
                texts += prepared
            queued = perf_counter()
            await done
            scored = perf_counter()
            # Here, so that stopping waits for it: the thread that decides ends with the engine.
            predictions = await self._in(self._preparing, model.decide, work.rows, texts, precision)
        return Scored(
            model=model,
            texts=tuple(texts),
            predictions=tuple(predictions),
            seconds={"prepare": queued - begin, "score": scored - queued, "decide": perf_counter() - scored},
        )

    async def logits(
        self, model: LoadedModel, windows: Sequence[Window], n_texts: int, *, lane: Lane
    ) -> NDArray[np.float32]:
        """Score windows that are cut already, ``(n_texts, n_labels)``; never refused, the low lane waits for room."""
        if self._state == "stopped":
            raise _stopping()
        tokens = sum(len(window.ids) for window in windows)
        async with self._work(model, n_texts, tokens, lane) as (work, done):
            self._queue(work, windows, first=0, guess=tokens, size=0)
            await done
        return work.rows

    def batch_classifier(self, *, lane: Lane = Lane.LOW) -> BatchClassifier:
        """The live model as a classifier for other threads; it stays the same through swaps.

        Its calls block, and must not come from the event loop's thread.
        """
        return self.classifier_of(self.model, lane=lane)

    def classifier_of(self, model: LoadedModel, *, lane: Lane) -> BatchClassifier:
        """The same for a model that a request began with."""
        assert self._loop is not None, "start the engine first"
        loop = self._loop

        def score(windows: Sequence[Window], n_texts: int) -> NDArray[np.float32]:
            scoring = self.logits(model, windows, n_texts, lane=lane)
            return asyncio.run_coroutine_threadsafe(scoring, loop).result()

        return BatchClassifier(model, score)

    @contextlib.asynccontextmanager
    async def _work(
        self, model: LoadedModel, n_texts: int, guess: int, lane: Lane
    ) -> AsyncIterator[tuple[Work, asyncio.Future[None]]]:
        if lane is Lane.LOW:
            async with self._changed:
                await self._changed.wait_for(lambda: self.load.owed[lane] < 8 * self._batch_tokens)
        rows = np.empty((n_texts, len(model.taxonomy.labels)), dtype=np.float32)
        work = Work(lane=lane, model=model, owed=guess, rows=rows, missing=n_texts)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not n_texts:
            done.set_result(None)
        self._waiting[work] = done
        self.load.owed[lane] += guess
        if lane is Lane.HIGH:
            # Before windows are known, about a batch of a request counts as due at once.
            work.uncut = min(guess, self._batch_tokens)
            self._uncut += work.uncut
        try:
            yield work, done
        finally:
            self._lanes.drop(work)
            self._uncut -= work.uncut
            del self._waiting[work]
            done.cancel()
            self._owe(work, -work.owed)
            await asyncio.shield(self._tell())

    def _queue(self, work: Work, windows: Sequence[Window], *, first: int, guess: int, size: int) -> None:
        """Queue the windows of some texts whose cost was guessed before."""
        tokens = sum(len(window.ids) for window in windows)
        self._owe(work, tokens - guess)
        self._uncut -= work.uncut
        work.uncut = 0
        self.load.learn_length(size, tokens)
        by_row: dict[int, list[Window]] = {}
        for window in windows:
            by_row.setdefault(window.row, []).append(window)
        for row, own in by_row.items():
            self._lanes.push(work, first + row, own)
        self._arrived.set()

    def _owe(self, work: Work, tokens: int) -> None:
        work.owed += tokens
        self.load.owed[work.lane] += tokens

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _run(self) -> None:
        """Score batch after batch, each of whatever waits by then."""
        while True:
            await self._arrived.wait()
            batch = self._lanes.take()
            if not batch:
                self._in_flight = 0
                self._arrived.clear()
                continue
            tokens = self._in_flight = sum(piece.tokens for piece in batch)
            begin = perf_counter()
            try:
                logits = await self._in(
                    self._scoring, batch[0].text.work.model.score, [piece.window for piece in batch]
                )
            except Exception as error:  # whatever it is, it is the callers' to hear, and the next batch goes on
                self._fail(batch, error)
                continue
            seconds = perf_counter() - begin
            self.load.learn_rate(tokens, seconds)
            self._observe(len(batch), tokens, seconds)
            self._deliver(batch, logits)
            if batch[0].text.work.lane is Lane.LOW:
                await self._tell()

    def _deliver(self, batch: Sequence[Piece], logits: NDArray[np.float32]) -> None:
        for piece, row in zip(batch, logits, strict=True):
            work = piece.text.work
            done = self._waiting.get(work)
            if done is None:
                continue
            self._owe(work, -piece.tokens)
            if piece.text.take(piece.index, row) and not done.done():
                done.set_result(None)

    def _fail(self, batch: Sequence[Piece], error: Exception) -> None:
        for work in {piece.text.work for piece in batch}:
            done = self._waiting.get(work)
            if done is not None and not done.done():
                done.set_exception(error)

    @staticmethod
    async def _in(pool: Executor, call: Callable[P, T], *args: P.args, **_: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, call, *args)


def _stopping() -> NotReadyError:
    return retry(NotReadyError("the server is stopping; send the request again in a moment"), 5.0)


def _load_failure(error: Exception) -> DangolError:
    if isinstance(error, DangolError):
        return error
    _log.error("loading a model failed unforeseen", exc_info=error)
    return ModelError(
        "the model cannot be loaded: an unforeseen error ({kind}) was logged; restore the model folder, or choose "
        "another",
        kind=type(error).__name__,
    )


def _prepare(model: LoadedModel, sources: Sequence[Source], mask: bool) -> tuple[list[PreparedText], list[Window]]:
    prepared = [prepare(source.text, turns=source.turns, mask=mask) for source in sources]
    return prepared, model.cut(prepared)
