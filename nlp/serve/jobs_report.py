"""The child process that turns classified rows into a report, seen from the server."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nlp
from nlp.errors import DangolError
from nlp.store.failures import unpack

_LOOK_EVERY = 0.2
"""Seconds between two looks at whether the job is still wanted."""


def run_report(task: Mapping[str, Any], *, check: Callable[[], None], stage: Callable[[str], None]) -> None:
    """Run ``nlp.serve.jobs_child`` on a task; ``stage`` is told what begins, ``check`` raises to end it.

    Raises DangolError when the analysis cannot be done, OSError when a file cannot be read or written. The child
    never outlives this call or this process.
    """
    roots = [str(Path(nlp.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    with subprocess.Popen(
        [sys.executable, "-m", "nlp.serve.jobs_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
    ) as child:
        said: queue.SimpleQueue[str] = queue.SimpleQueue()
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(task) + "\n")
            child.stdin.flush()
            listener = threading.Thread(target=_listen, args=(child, said), daemon=True)
            listener.start()
            last = _follow(said, check, stage)
        finally:
            child.kill()
        _judge(last)


def _listen(child: subprocess.Popen[str], said: queue.SimpleQueue[str]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        said.put(line)
    said.put("")


def _follow(said: queue.SimpleQueue[str], check: Callable[[], None], stage: Callable[[str], None]) -> Mapping[str, Any]:
    """The last thing that the child said."""
    last: Mapping[str, Any] = {}
    while True:
        check()
        try:
            line = said.get(timeout=_LOOK_EVERY)
        except queue.Empty:
            continue
        if not line:
            return last
        last = json.loads(line)
        if "stage" in last:
            stage(last["stage"])


def _judge(last: Mapping[str, Any]) -> None:
    if last.get("done"):
        return
    if "errno" in last:
        raise OSError(last["errno"], os.strerror(last["errno"]))
    if "error" in last:
        raise unpack(last["error"])
    reason = f"{last['crash']} {last['at'][-1]}" if "crash" in last else "killed"
    raise DangolError(
        "the analysis ended unexpectedly ({reason}); the classified rows are kept. Resume the job, and tell the "
        "operator if it happens again",
        reason=reason,
    )
