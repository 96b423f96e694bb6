"""The folder of a job under way: finished blocks, and a manifest that says what they belong to.

A block is written under another name, flushed to the disk and then renamed, so a part that is there is
whole, whenever the process was killed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import pyarrow as pa
from filelock import FileLock, Timeout

from nlp.errors import InputError, Joined, Message, ResumeError
from nlp.files import replacing

_WHOLE_HASH = 64 << 20
_END_HASH = 1 << 20
_MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A finished block: its table, and what does not fit a table, as JSON values in ``notes``."""

    table: pa.Table
    notes: Mapping[str, Any]


def fingerprint(path: Path) -> dict[str, Any]:
    """What tells that an input is the same as before: size, and a hash of its content.

    Of a file over 64 MiB the two ends are hashed, and its time of change counts as well.
    """
    stat = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if stat.st_size <= _WHOLE_HASH:
            while chunk := file.read(_END_HASH):
                digest.update(chunk)
        else:
            digest.update(file.read(_END_HASH))
            file.seek(-_END_HASH, os.SEEK_END)
            digest.update(file.read(_END_HASH))
            digest.update(str(stat.st_mtime_ns).encode())
    return {"path": str(path), "size": stat.st_size, "sha256": digest.hexdigest()}


class PartialFolder:
    """``OUT.partial/`` beside the output ``OUT``; as a context manager it keeps other runs out."""

    def __init__(self, output: Path) -> None:
        self.path = output.with_name(output.name + ".partial")
        self._trash = output.with_name(output.name + ".partial.done")
        self._lock = FileLock(self.path / "lock")

    @property
    def exists(self) -> bool:
        """Whether an earlier job left its blocks."""
        return self.path.is_dir()

    def __enter__(self) -> Self:
        if self.exists:
            self.hold()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def hold(self) -> None:
        """Keep other runs out until ``release``, or the end of the process, however it ends.

        Raises InputError while another run works here. A disk that knows no locks keeps nobody out.
        """
        if self._lock.is_locked:
            return
        try:
            self._lock.acquire(blocking=False)
        except Timeout as error:
            raise InputError(
                "{path}: another run is writing this output at this moment; wait for its end, stop it, or choose "
                "another output",
                path=self.path,
            ) from error
        except (OSError, NotImplementedError):
            pass

    def release(self) -> None:
        """Let other runs in."""
        self._lock.release()

    def create(self, manifest: Mapping[str, Any]) -> None:
        """Start anew: drop what an earlier job left and write the manifest. Raises InputError, see ``hold``."""
        if self.exists:
            self.hold()
        self.discard()
        try:
            self.path.mkdir()
        except FileNotFoundError as error:
            raise InputError(
                "{folder}: there is no such folder for the output; create it", folder=self.path.parent
            ) from error
        except OSError as error:
            raise InputError(
                "{folder}: nothing can be written there ({error.strerror}); choose another output",
                folder=self.path.parent,
                error=error,
            ) from error
        with self.replacing(self.path / _MANIFEST) as file:
            file.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())

    def check(self, manifest: Mapping[str, Any]) -> None:
        """Raise ResumeError, saying what changed, unless the blocks belong to this very job."""
        try:
            found = json.loads((self.path / _MANIFEST).read_bytes())
        except FileNotFoundError:
            # Killed between creating the folder and naming the job: there is no block yet.
            self.create(manifest)
            return
        except (OSError, ValueError) as error:
            raise ResumeError(
                "{path}: the manifest cannot be read ({error}); use --restart", path=self.path, error=error
            ) from error
        wanted = json.loads(json.dumps(manifest))
        changed = [
            _change(key, found.get(key), wanted.get(key))
            for key in {**found, **wanted}
            if found.get(key) != wanted.get(key)
        ]
        if changed:
            raise ResumeError(
                "{path}: the interrupted job was another one: {changes}. Repeat the first command to resume, or "
                "use --restart to drop its blocks",
                path=self.path,
                changes=Joined("; ", changed),
            )

    def count(self, file: int, *, known: int = 0) -> int:
        """Number of finished blocks of an input, which always are its first ones; ``known`` are not looked for."""
        block = known
        while self._part(file, block).is_file():
            block += 1
        return block

    def write(self, file: int, block: int, part: Part) -> None:
        """Keep a block, for good once this returns."""
        notes = {b"notes": json.dumps(part.notes, ensure_ascii=False).encode()}
        table = part.table.replace_schema_metadata(notes)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        with self.replacing(self._part(file, block)) as stream:
            stream.write(sink.getvalue())

    def read(self, file: int, block: int) -> Part:
        """Get a block back; raises ResumeError when the disk has damaged it."""
        path = self._part(file, block)
        try:
            with pa.memory_map(str(path)) as source:
                table = pa.ipc.open_file(source).read_all()
            return Part(table=table, notes=json.loads(table.schema.metadata[b"notes"]))
        except (pa.ArrowInvalid, OSError, KeyError, TypeError, ValueError) as error:
            raise ResumeError(
                "{path}: the block is damaged ({error}); use --restart", path=path, error=error
            ) from error

    @contextlib.contextmanager
    def replacing(self, target: Path) -> Iterator[BinaryIO]:
        """A stream whose content becomes ``target`` in one step at the end, flushed to the disk before."""
        with self.writing(target), replacing(target, within=self.path) as stream:
            yield stream

    @contextlib.contextmanager
    def writing(self, target: Path) -> Iterator[None]:
        """Raise InputError where ``target`` cannot be written or removed: on Windows, while Excel has it open."""
        try:
            yield
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            denied = Message(
                "it cannot be written ({error.strerror}); close it where it is open, in Excel for example", error=error
            )
            reason = Message("the disk is full") if full else denied
            raise InputError(
                "{path}: {reason}; make room or repair that, then go on with --resume: finished blocks are kept",
                path=target,
                reason=reason,
            ) from error

    def discard(self) -> None:
        """Remove the folder; it is renamed first, so that half a folder is never taken for a job."""
        shutil.rmtree(self._trash, ignore_errors=True)
        if self.exists:
            # Windows renames no folder with an open file in it.
            self.release()
            self.path.rename(self._trash)
            shutil.rmtree(self._trash)

    def _part(self, file: int, block: int) -> Path:
        return self.path / f"{file:04d}-{block:07d}.arrow"


def _change(key: str, old: Any, new: Any) -> Message:
    if key == "inputs":
        before, now = ([Path(given["path"]).name for given in files or ()] for files in (old, new))
        if before == now:
            return Message("the content of {names} has changed, or its folder", names=", ".join(now))
        return Message("the files were {old} and are {new}", old=", ".join(before), new=", ".join(now))
    return Message("{key} was {old} and is {new}", key=_SAID.get(key, key), old=_short(old), new=_short(new))


_SAID: Final[Mapping[str, Message]] = {
    "columns": Message("the choice of columns"),
    "block_rows": Message("the size of a block"),
    "mask": Message("masking"),
    "model": Message("the model"),
    "output": Message("the output"),
    "version": Message("the version of the blocks"),
}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + "…"
