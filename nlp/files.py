"""Files and folders that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def replacing(target: Path, *, within: Path | None = None) -> Iterator[BinaryIO]:
    """A stream whose content becomes ``target`` in one step at the end, for good; on an error nothing is changed.

    Until then it lies beside the target, or in the folder ``within`` of the same file system. Raises OSError.
    """
    # A file of mkstemp would keep others out; results are as readable as any file of the user's.
    temporary = (within or target.parent) / f".{target.name}.{secrets.token_hex(4)}.tmp"
    try:
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill that becomes ``target`` at the end; on an error nothing of it is left.

    ``target`` must not hold anything yet. Raises OSError.
    """
    target = target.absolute()
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        _readable(unfinished)
        if target.exists():
            target.rmdir()
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _readable(folder: Path) -> None:
    """Let whoever may read the folder read its files: some libraries write theirs for the writer's eyes alone."""
    if os.name == "posix":
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(path.stat().st_mode | folder.stat().st_mode & 0o066)


def sync_folder(path: Path) -> None:
    """Make the names in a folder last through a power cut; only POSIX lets a folder be opened for that."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
