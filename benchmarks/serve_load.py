"""Load on a real server from a second process: capacity, waiting, refusals, memory, and batch classification beside it.

    python benchmarks/serve_load.py --report

The server is ``dangol serve`` with the model that ships and its default settings, but for the rate per key. The client
is a light one (``raw_http.py``) in the process of this script. Each round has all phases, so that whatever else the
machine does falls on all of them; what they are is told in the report. ``--peer`` is what the script calls itself with
for batch classification.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import http.client
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from raw_http import Answer, closed_loop, open_loop, post

from nlp.model.classifier import ComplaintClassifier
from nlp.resources import data_path

CALLERS = 256
MOST_START, MOST_MEMORY = 3.0, 400e6
_SERVE = "from nlp.cli import main; main()"
_REPORT = Path(__file__).parent / "reports" / "serve_load.md"
_EDGES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True, kw_only=True)
class Phase:
    """What one phase saw. ``seconds`` is its length; CPU seconds are of the event loop's thread of the server, of its
    other threads (masking, tokenising, scoring), and of the client.
    """

    answers: Sequence[Answer]
    begin: float
    seconds: float
    loop_cpu: float
    model_cpu: float
    client_cpu: float

    def taken(self, *, refused: bool = False) -> list[float]:
        """Seconds of each answer."""
        return [answer.seconds for answer in self.answers if (answer.status == 503) is refused]

    @property
    def goodput(self) -> float:
        """Answers per second while requests came."""
        until = self.begin + self.seconds
        return sum(answer.status == 200 and answer.at <= until for answer in self.answers) / self.seconds


class Server:
    """``dangol serve`` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        # Installing compiles the modules; here the first start does, into a folder that goes with the run.
        environment |= {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "DANGOL_RATE_PER_MINUTE": "0"}
        environment |= {"DANGOL_DATA_DIR": str(folder / "data")}
        begin = time.perf_counter()
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, "serve", "--port", str(self.port)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        while not self._ready():
            if self._process.poll() is not None:
                raise RuntimeError((folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.01)
        self.started = time.perf_counter() - begin

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def cpu(self) -> tuple[float, float]:
        """CPU seconds of the event loop's thread and of all others."""
        spent = {}
        for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
            with contextlib.suppress(OSError):
                spent[int(thread.name)] = int((thread / "schedstat").read_text().split()[0]) / 1e9
        loop = spent.pop(self._process.pid)
        return loop, sum(spent.values())

    def peak(self) -> float:
        """Most bytes that the process has held resident (VmHWM)."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return float(line.split()[1]) * 1024
        raise RuntimeError("no VmHWM")

    def measure(self, load: Awaitable[list[Answer]], *, seconds: float | None = None) -> Phase:
        """Run a load; ``seconds`` is for how long requests come, None until the last answer."""
        loop, others = self.cpu()
        client, begin = time.process_time(), time.perf_counter()
        answers = asyncio.run(_awaited(load))
        end = time.perf_counter()
        loop_after, others_after = self.cpu()
        return Phase(
            answers=answers,
            begin=begin,
            seconds=seconds or end - begin,
            loop_cpu=loop_after - loop,
            model_cpu=others_after - others,
            client_cpu=time.process_time() - client,
        )

    def stop(self) -> None:
        """End it in order."""
        self._process.terminate()
        self._process.wait(60)


class Peer:
    """Batch classification of the same texts, in a process of its own with as many threads as the server."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--peer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def classify(self, texts: Sequence[str]) -> tuple[float, float]:
        """Seconds and CPU seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(texts) + "\n")
        self._process.stdin.flush()
        seconds, cpu = json.loads(self._process.stdout.readline())
        return seconds, cpu

    def stop(self) -> None:
        """End it."""
        self._process.communicate()


def serve_peer() -> None:
    """Read lists of texts, answer with what classifying them took."""
    classifier = ComplaintClassifier.from_pretrained(threads=len(os.sched_getaffinity(0)))
    for line in sys.stdin:
        texts = json.loads(line)
        cpu, begin = time.process_time(), time.perf_counter()
        classifier.predict(texts)
        print(json.dumps([time.perf_counter() - begin, time.process_time() - cpu]), flush=True)


async def _awaited(load: Awaitable[list[Answer]]) -> list[Answer]:
    return await load


def corpus() -> list[str]:
    """Our own complaints, posts, memos and calls, in an order by chance."""
    found = [
        json.loads(line)["text"]
        for path in sorted(data_path("complaints").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [found[at] for at in np.random.default_rng(0).permutation(len(found))]


def request(*texts: str) -> bytes:
    """The texts as one request."""
    return post(json.dumps({"texts": texts}, ensure_ascii=False).encode())


@dataclass(frozen=True, kw_only=True)
class Round:
    """All phases once; ``batch`` is texts per second and CPU seconds per text of the peer.

    Full load comes before and after the others, for what it is compared with must have met the same machine.
    """

    lone: Phase
    full: Phase
    batch: tuple[float, float]
    half: Phase
    flood: Phase
    full_again: Phase

    @property
    def capacity(self) -> float:
        """Texts per second with 256 callers."""
        both = (self.full, self.full_again)
        answered = sum(answer.status == 200 for phase in both for answer in phase.answers)
        return answered / sum(phase.seconds for phase in both)


def one_round(server: Server, peer: Peer, texts: Sequence[str], seconds: float, random: np.random.Generator) -> Round:
    """Unloaded, full, batch, half of the capacity, three times the capacity, and full again."""
    requests = [request(text) for text in texts]
    lone = server.measure(closed_loop(server.port, requests[: len(requests) // 6], callers=1))
    full = server.measure(closed_loop(server.port, requests, callers=CALLERS))
    taken, cpu = peer.classify(texts)
    capacity = len(texts) / full.seconds

    def poisson(times: float) -> Phase:
        rate = times * capacity
        gaps = random.exponential(1.0 / rate, int(rate * seconds))
        return server.measure(open_loop(server.port, requests, gaps=gaps), seconds=float(gaps.sum()))

    return Round(
        lone=lone,
        full=full,
        batch=(len(texts) / taken, cpu / len(texts)),
        half=poisson(0.5),
        flood=poisson(3.0),
        full_again=server.measure(closed_loop(server.port, requests, callers=CALLERS)),
    )


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server that ends with the block."""
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


def run(rounds: int, count: int, seconds: float, starts: int) -> str:
    """Measure everything; the report."""
    texts = corpus()
    random = np.random.default_rng(1)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="dangol-load-") as name:
        folder = Path(name)
        with serving(folder):
            pass  # the first start compiles
        started = []
        for _ in range(starts):
            with serving(folder) as server:
                started.append(server.started)
        peer = Peer()
        with serving(folder) as server:
            peer.classify(texts[:50])
            server.measure(closed_loop(server.port, [request(text) for text in texts[:50]], callers=1))
            # A full look for garbage among all that was imported would stop this client for a tenth of a second.
            gc.collect()
            gc.freeze()
            done = [
                one_round(server, peer, texts[at * count : (at + 1) * count], seconds, random) for at in range(rounds)
            ]
            short = server.peak()
            long = " ".join(texts)[:20_000]
            longest = server.measure(closed_loop(server.port, [request(long)] * 6, callers=6))
            peaks = short, server.peak()
        peer.stop()
    return _report(done, longest, started, peaks, load)


def _report(
    done: Sequence[Round], longest: Phase, started: Sequence[float], peaks: tuple[float, float], load: float
) -> str:
    p99 = {name: _pooled(done, name, 0.99) for name in ("lone", "half")}
    capacity = float(np.median([one.capacity for one in done]))
    kept = [one.flood.goodput / one.capacity for one in done]
    beside = [one.capacity / one.batch[0] for one in done]
    refused = [seconds for one in done for seconds in one.flood.taken(refused=True)]
    refused_p99 = float(np.quantile(refused, 0.99)) if refused else float("nan")
    phases = [phase for one in done for phase in (one.lone, one.full, one.half, one.flood, one.full_again)]
    odd = [answer for phase in phases for answer in phase.answers if answer.status not in (200, 503)]
    silent = [answer for phase in phases for answer in phase.answers if answer.status == 503 and not answer.retry_after]
    closed = sum(answer.closed for phase in phases for answer in phase.answers)
    start = float(np.median(started)) if started else float("nan")
    targets = [
        (p99["half"] <= 5 * p99["lone"], "p99 at half of the capacity is at most 5 times the p99 of lone texts",
         f"{_ms(p99['half'])} / {_ms(p99['lone'])} = {p99['half'] / p99['lone']:.1f}"),
        (np.median(kept) >= 0.85, "at 3 times the capacity, at least 85 % of it is answered (median of the rounds)",
         _shares(kept)),
        (refused_p99 < 0.05, "refusals are answered in under 50 ms (p99)", f"{_ms(refused_p99)} of {len(refused):,}"),
        (np.median(beside) >= 0.5, f"{CALLERS} callers get at least 50 % of the throughput of batch classification",
         _shares(beside)),
        (max(peaks) <= MOST_MEMORY, "peak memory (VmHWM) is at most 400 MB",
         f"{peaks[0] / 1e6:.0f} MB, {peaks[1] / 1e6:.0f} MB after long texts"),
        (start <= MOST_START, "ready within 3 s of the start of the process, median",
         f"{start:.2f} s of {len(started)} ({min(started, default=0):.2f}–{max(started, default=0):.2f})"),
        (not odd and not silent, "every request is answered; every refusal says when to come again",
         f"{sum(len(phase.answers) for phase in phases):,} answers, {closed} connections closed by the server"),
    ]  # fmt: skip
    lines = [
        "# Load on the HTTP service",
        "",
        f"Measured on {datetime.now().astimezone().date()} with `python benchmarks/serve_load.py {_options()}` "
        f"({platform.machine()}, {len(os.sched_getaffinity(0))} shared cores, load {load:.1f} before and "
        f"{os.getloadavg()[0]:.1f} after, Python {platform.python_version()}).",
        "",
        f"One text a request, of our own corpus (mean {np.mean([len(text) for text in corpus()]):.0f} characters). "
        f"Client and server share the cores. {len(done)} rounds, each with all phases: *lone* is one caller; *full* is "
        f"{CALLERS} callers who send again when they have an answer, and gives the capacity; *batch* is "
        "`ComplaintClassifier.predict` on the same texts in a process of its own; *half* and *flood* are Poisson "
        "arrivals at half of and three times what *full* gave, timed from the moment a request was due. *Full* comes "
        "again at the end of a round, and the capacity that others are compared with is that of both.",
        "",
        *(f"- {'yes' if met else '**no**'}: {name}: {value}" for met, name, value in targets),
        "",
        f"| round | phase | answered | a second | refused | p50 | p90 | p99 | CPU ms a text: client | {_CPU} |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for at, one in enumerate(done, 1):
        for name, phase in _PHASES.items():
            lines.append(_row(at, name, getattr(one, phase)))
        lines.append(f"| {at} | batch | | {one.batch[0]:.1f} | | | | | | | {1000 * one.batch[1]:.1f} |")
    lines += [
        "",
        f"Capacity {capacity:.0f} texts a second (median). HTTP's share of the CPU at full load, client aside: "
        f"{np.median([one.full.loop_cpu / (one.full.loop_cpu + one.full.model_cpu) for one in done]):.0%}. "
        "In *flood* the CPU per answered text holds what its refusals cost.",
        "",
        f"Long texts: {sum(answer.status == 200 for answer in longest.answers)} requests of 20,000 characters at once.",
        "",
        "## Seconds to the answer, all rounds",
        "",
        f"| up to | {' | '.join(f'{edge:g}' for edge in _EDGES)} | more |",
        "|---|" + "---|" * (len(_EDGES) + 1),
    ]
    for name, phase in _PHASES.items():
        lines.append(_histogram(name, [seconds for one in done for seconds in getattr(one, phase).taken()]))
    lines.append(_histogram("flood, refused", refused))
    return "\n".join(lines) + "\n"


_PHASES = {"lone": "lone", "full": "full", "half": "half", "flood": "flood", "full again": "full_again"}
_CPU = "event loop (HTTP) | other threads (masking, model)"


def _pooled(done: Sequence[Round], name: str, level: float) -> float:
    return float(np.quantile([seconds for one in done for seconds in getattr(one, name).taken()], level))


def _row(at: int, name: str, phase: Phase) -> str:
    taken = phase.taken()
    refused = len(phase.taken(refused=True))
    quantiles = " | ".join(_ms(float(value)) for value in np.quantile(taken, (0.5, 0.9, 0.99)))
    cpu = " | ".join(
        f"{1000 * spent / len(taken):.1f}" for spent in (phase.client_cpu, phase.loop_cpu, phase.model_cpu)
    )
    return f"| {at} | {name} | {len(taken):,} | {phase.goodput:.1f} | {refused:,} | {quantiles} | {cpu} |"


def _histogram(name: str, taken: Sequence[float]) -> str:
    counts, _ = np.histogram(taken, (0.0, *_EDGES, np.inf))
    return f"| {name} | {' | '.join(f'{count:,}' if count else '' for count in counts)} |"


def _shares(shares: Sequence[float]) -> str:
    return f"{np.median(shares):.0%} ({', '.join(f'{share:.0%}' for share in shares)})"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


def _options() -> str:
    return " ".join(sys.argv[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--texts", type=int, default=800, help="per round")
    parser.add_argument("--seconds", type=float, default=15.0, help="of Poisson arrivals")
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--report", action="store_true", help=f"write {_REPORT}")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        serve_peer()
        return
    report = run(options.rounds, options.texts, options.seconds, options.starts)
    print(report)
    if options.report:
        _REPORT.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
