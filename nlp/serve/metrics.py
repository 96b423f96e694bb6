"""What Prometheus reads at ``/metrics``; no value holds anything that a customer wrote."""

from __future__ import annotations

import os
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from nlp.serve.engine import Engine
from nlp.serve.lanes import Lane
from nlp.types import Prediction

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_WINDOWS = (1, 2, 4, 8, 16, 32, 64, 128)
_TOKENS = (32, 64, 128, 256, 512, 1024, 2048, 4096)


class Metrics:
    """Counters of one process; with ``PROMETHEUS_MULTIPROC_DIR`` set, of all processes of the server."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.requests = Counter(
            "dangol_requests", "Requests answered", ("method", "route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "dangol_request_seconds",
            "Seconds from the head to the answer",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.refused = Counter("dangol_refused", "Requests refused, by problem code", ("code",), registry=registry)
        self.texts = Counter("dangol_texts", "Texts answered over HTTP", registry=registry)
        self.labels = Counter("dangol_labels", "Decided labels", ("group", "label"), registry=registry)
        self.abstained = Counter("dangol_abstained", "Groups left to a person", ("group",), registry=registry)
        self.batch_windows = Histogram("dangol_batch_windows", "Windows per batch", buckets=_WINDOWS, registry=registry)
        self.batch_tokens = Histogram("dangol_batch_tokens", "Tokens per batch", buckets=_TOKENS, registry=registry)
        self.batch_seconds = Histogram(
            "dangol_batch_seconds", "Seconds of inference per batch", buckets=_SECONDS, registry=registry
        )
        self.queue = Gauge(
            "dangol_queue_tokens", "Tokens that wait", ("lane",), registry=registry, multiprocess_mode="livesum"
        )
        self.jobs = Counter("dangol_jobs", "File jobs that left a worker, by how", ("kind", "ended"), registry=registry)
        self.waiting = Gauge(
            "dangol_jobs_waiting", "File jobs that wait", registry=registry, multiprocess_mode="livemostrecent"
        )
        self.ready = Gauge("dangol_ready", "Processes that are ready", registry=registry, multiprocess_mode="livesum")

    def batch(self, windows: int, tokens: int, seconds: float) -> None:
        """Count a batch."""
        self.batch_windows.observe(windows)
        self.batch_tokens.observe(tokens)
        self.batch_seconds.observe(seconds)

    def job(self, kind: str, ended: str) -> None:
        """Count a job that was done, failed, cancelled, handed back (queued) or lost to another worker."""
        self.jobs.labels(kind, ended).inc()

    def state(self, engine: Engine) -> None:
        """Note what waits, and whether this process is ready."""
        for lane in Lane:
            self.queue.labels(lane.name.lower()).set(engine.load.owed[lane])
        self.ready.set(engine.state == "ready")

    def predictions(self, predictions: Iterable[Prediction]) -> None:
        """Count what was decided."""
        for prediction in predictions:
            self.texts.inc()
            for group, decided in prediction.labels.items():
                for label in (decided,) if isinstance(decided, str) else decided:
                    self.labels.labels(group, label).inc()
            for group in prediction.abstained:
                self.abstained.labels(group).inc()

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
