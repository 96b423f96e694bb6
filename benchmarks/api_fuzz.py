"""Thousands of made-up requests, right and wrong ones, against every operation of the API.

    python benchmarks/api_fuzz.py [--cases 200]

A real server answers on loopback; every answer must be documented for its operation (status, kind, form), and
none may be a server error. Cases are generated from ``docs/openapi.json`` by schemathesis.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

ROOT = Path(__file__).resolve().parent.parent
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

schemathesis.serializer.alias("application/x-ndjson", "text/plain")


def fuzz(base_url: str, *, cases: int, seed: int) -> Counter[tuple[str, int]]:
    """Send about ``cases`` requests to every operation in either mode; how often each status came, by operation.

    Raises schemathesis' failure for an answer that is not documented.
    """
    described = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    # Streams are JSON line by line, which schemathesis cannot hold against a schema; the tests read them.
    described["paths"]["/v1/predict/stream"]["post"]["responses"]["200"].pop("content")
    answers: Counter[tuple[str, int]] = Counter()
    # With made-up keys nearly all is refused at the door; most cases come without one, as on loopback.
    for schema, mode, count in (
        (_without_keys(described), GenerationMode.POSITIVE, cases),
        (_without_keys(described), GenerationMode.NEGATIVE, cases),
        (described, GenerationMode.NEGATIVE, max(1, cases // 5)),
    ):
        for found in schemathesis.openapi.from_dict(schema).get_all_operations():
            _fuzz_operation(found.ok(), mode, base_url, cases=count, seed=seed, answers=answers)
    return answers


def _fuzz_operation(
    operation: schemathesis.APIOperation,
    mode: GenerationMode,
    base_url: str,
    *,
    cases: int,
    seed: int,
    answers: Counter[tuple[str, int]],
) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(mode))
    def send(case: schemathesis.Case) -> None:
        response = case.call(base_url=base_url, timeout=60)
        case.validate_response(response, checks=CHECKS)
        answers[operation.label, response.status_code] += 1

    # An operation without parameters cannot be called wrongly.
    with suppress(hypothesis.errors.Unsatisfiable):
        send()


def _without_keys(described: dict[str, Any]) -> dict[str, Any]:
    plain = deepcopy(described)
    for path in plain["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    return plain


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server on a free port of this machine that takes jobs in and works on none; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "DANGOL_DATA_DIR": str(folder),
        "DANGOL_RATE_PER_MINUTE": "0",
        "DANGOL_JOB_WORKERS": "0",
        "DANGOL_MAX_WAITING_JOBS": "1000000",
        "DANGOL_LOG_LEVEL": "error",
    }
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "serve.py"), "--port", str(port)], env={**os.environ, **settings}, cwd=ROOT
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{address}/health/ready"):
                    break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=200, help="requests per operation and mode")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as address:
        begin = time.perf_counter()
        answers = fuzz(address, cases=given.cases, seed=given.seed)
        seconds = time.perf_counter() - begin
    for (operation, status), count in sorted(answers.items()):
        print(f"{operation:40} {status} {count:7,}")
    print(f"{sum(answers.values()):,} requests in {seconds:.0f} s; none undocumented, no server error")


if __name__ == "__main__":
    main()
