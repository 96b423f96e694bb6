"""Kill a real server ten times in the middle of a file job and compare what comes out with an undisturbed run.

    python benchmarks/kill_jobs.py --rows 3000

The server is ``dangol serve`` with the model that ships, in a process of its own; the file goes in and the result
comes out over HTTP. Moments are random over the rows of the file, and random again within the block that is then being
worked on. After the last restart every row must be answered once, in the result and in the database, and the bytes must
be those of the undisturbed run.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from nlp.resources import data_path
from nlp.serve.jobs_work import BLOCK_ROWS
from nlp.store import Store

_START = "from nlp.cli import main; main()"
_REPORT = Path(__file__).parent / "reports" / "kill_jobs.md"


def export(rows: int) -> bytes:
    """Our own complaints as a CSV with personal data in every tenth row and no text in every hundredth."""
    found = []
    for path in sorted(data_path("complaints").glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            found += [entry["text"] for entry in map(json.loads, file) if "\n" not in entry["text"]]
    stream = io.StringIO(newline="")
    table = csv.writer(stream)
    table.writerow(["접수번호", "고객번호", "상담내용"])
    for at in range(rows):
        text = "" if at % 100 == 99 else f"{found[at % len(found)]} ({at})"
        table.writerow([f"R{at}", f"C{at % 500}", text + (f" 010-0000-{at % 10000:04d}" if at % 10 == 0 else "")])
    return stream.getvalue().encode()


def expected(rows: int) -> list[str]:
    """The ids that must be answered, in order."""
    return [f"R{at}" for at in range(rows) if at % 100 != 99]


class Server:
    """``dangol serve`` on a data folder; starts, is killed, and starts again."""

    def __init__(self, folder: Path, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "DANGOL_DATA_DIR": str(folder),
            "DANGOL_KEEP_DOCUMENTS": "true",
            "DANGOL_LOG_LEVEL": "warning",
            "DANGOL_RATE_PER_MINUTE": "0",
            "DANGOL_WORKERS": str(workers),
        }

    def start(self) -> float:
        """Seconds until it is ready."""
        begin = time.perf_counter()
        command = [sys.executable, "-c", _START, "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(command, env=self._environment, start_new_session=True)
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/health/ready").status_code == 200:
                    return time.perf_counter() - begin
            if self._process.poll() is not None:
                raise SystemExit("the server ended by itself")
            time.sleep(0.05)

    def kill(self) -> None:
        """``kill -9`` of the server and all its workers at once."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def job(self, job_id: str) -> dict[str, Any]:
        """A job as the API shows it."""
        found: dict[str, Any] = httpx.get(f"{self.url}/v1/jobs/{job_id}", timeout=30).json()
        return found

    def submit(self, content: bytes) -> str:
        """Send the file; returns the job's id."""
        answer = httpx.post(f"{self.url}/v1/jobs", files={"file": ("상담.csv", content)}, timeout=60)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def wait(self, job_id: str) -> dict[str, Any]:
        """The job when it has ended."""
        while (job := self.job(job_id))["state"] in ("queued", "running"):
            time.sleep(0.1)
        if job["state"] != "done":
            raise SystemExit(f"the job is {job['state']}: {job['error']}")
        return job

    def result(self, job_id: str) -> bytes:
        """The downloaded result."""
        return httpx.get(f"{self.url}/v1/jobs/{job_id}/result", timeout=60).raise_for_status().content


@contextlib.contextmanager
def running(folder: Path, workers: int) -> Iterator[tuple[Server, float]]:
    server = Server(folder, workers)
    ready = server.start()
    try:
        yield server, ready
    finally:
        server.kill()


def run(rows: int, kills: int, seed: int, workers: int) -> str:
    """Do it; returns the report. Ends with an error when a row is lost, doubled or different."""
    content, chance = export(rows), random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="dangol-kill-") as scratch:
        with running(Path(scratch) / "plain", workers) as (server, ready):
            begin = time.perf_counter()
            plain_id = server.submit(content)
            server.wait(plain_id)
            whole = time.perf_counter() - begin
            plain = server.result(plain_id)

        folder = Path(scratch) / "killed"
        table = []
        with running(folder, workers) as (server, _):
            job_id = server.submit(content)
            block_seconds = whole * BLOCK_ROWS / rows
            for number, moment in enumerate(sorted(chance.uniform(0.0, 0.95 * rows) for _ in range(kills))):
                while server.job(job_id)["rows"] < moment - BLOCK_ROWS:
                    time.sleep(0.05)
                pause = chance.uniform(0.0, block_seconds)
                time.sleep(pause)
                before = server.job(job_id)
                server.kill()
                blocks = len(list((folder / "jobs" / job_id).glob("*.partial/*.arrow")))
                restart = server.start()
                cells = (number + 1, before["state"], f"{before['rows']:,}", blocks, f"{restart:.1f}")
                table.append(f"| {' | '.join(map(str, cells))} |")
            server.wait(job_id)
            result = server.result(job_id)
        with Store.open(str(folder / "dangol.db")) as store:
            kept = [document.id for document in store.documents.of_job(job_id)]
    answered = [row["접수번호"] for row in csv.DictReader(io.StringIO(result.decode("utf-8-sig"), newline=""))]
    checks = {
        "every usable row is in the result once, in order": answered == expected(rows),
        "every usable row is in the database once, in order": kept == expected(rows),
        "the result's bytes are those of the undisturbed run": result == plain,
        "no personal data in the result": b"010-0000" not in result,
    }
    report = _report(rows, workers, whole, ready, table, checks, hashlib.sha256(result).hexdigest())
    if not all(checks.values()):
        raise SystemExit(report)
    return report


def _report(
    rows: int, workers: int, whole: float, ready: float, table: Sequence[str], checks: dict[str, bool], digest: str
) -> str:
    command = f"python benchmarks/kill_jobs.py --rows {rows} --kills {len(table)} --workers {workers} --report"
    lines = [
        "# A file job whose server is killed",
        "",
        f"Measured on {datetime.now().astimezone():%Y-%m-%d} with `{command}` "
        f"({platform.machine()}, {os.cpu_count()} shared cores, Python {platform.python_version()}).",
        "",
        f"A CSV of {rows:,} rows goes to `dangol serve` with the model that ships. Undisturbed, the job takes "
        f"{whole:.1f} s; the server is ready after {ready:.1f} s. Then the same file again, with `kill -9` of all the "
        f"server's processes at random moments, each followed by a restart. A block has {BLOCK_ROWS} rows.",
        "",
        "| kill | state | rows told | blocks on the disk | seconds to ready |",
        "|---|---|---|---|---|",
        *table,
        "",
        *(f"- {'yes' if held else '**NO**'}: {what}" for what, held in checks.items()),
        "",
        f"SHA-256 of the result: `{digest}`.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--report", action="store_true", help=f"write {_REPORT}")
    options = parser.parse_args()
    report = run(options.rows, options.kills, options.seed, options.workers)
    print(report)
    if options.report:
        _REPORT.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
