"""The part of an analysis that runs in a process of its own: ``python -m nlp.serve.jobs_child``.

The morpheme analyser takes more memory than a serving process may have, so the server never imports it. The
child reads what to do as one line of JSON, tells its stages on standard output as lines of JSON, and dies with
the server: it ends when its standard input does, and the kernel closes that however the server ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any


def main() -> None:
    """Do the analysis that the first line of standard input describes; the last line says how it ended."""
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # callers who wait for an answer come first
    from filelock import FileLock

    from nlp.errors import DangolError, InputError
    from nlp.store.failures import pack

    try:
        # The child of a server that was killed may live a moment longer than the job's lock.
        with FileLock(task["lock"]):
            _analyze(task)
    except Exception as error:
        # What went wrong with a file is said by the server: the library's advice is for who gave it a command.
        disk = error.__cause__ if isinstance(error, InputError) else error
        if isinstance(disk, OSError) and disk.errno:
            _tell(errno=disk.errno)
        elif isinstance(error, DangolError):
            _tell(error=pack(error))
        else:
            # Where it happened, but not what the error says: that may quote a customer.
            frames = traceback.extract_tb(error.__traceback__)
            _tell(crash=type(error).__name__, at=[f"{frame.filename}:{frame.lineno}" for frame in frames[-6:]])
    else:
        _tell(done=True)


def _analyze(task: Mapping[str, Any]) -> None:
    from nlp.files import replacing
    from nlp.model.classifier import ComplaintClassifier
    from nlp.pipeline.analyze import Settings, analyze_files

    classifier = ComplaintClassifier.from_pretrained(task["model"], threads=task["threads"])
    delivery = analyze_files(
        [task["predictions"]],
        task["folder"],
        classifier=classifier,
        model_id=task["model_id"],
        names=[task["name"]],
        settings=Settings(capacity=task["capacity"], now=datetime.fromisoformat(task["now"]) if task["now"] else None),
        made=datetime.fromisoformat(task["made"]),
        lang=task["lang"],
        overwrite=True,
        stage=lambda name: _tell(stage=name),
    )
    _tell(stage="pack")
    with replacing(Path(task["archive"])) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        # The folder may also hold half a file that a run left which was cut off.
        for path in [*sorted(delivery.files), *map(Path, task["with"])]:
            packed.write(path, path.name)


def _tell(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
