"""A file that comes in as ``multipart/form-data``, straight to the disk and never whole in memory."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from nlp.errors import InputError
from nlp.files import sync_folder
from nlp.serve.refusals import MediaTypeError, NotReadyError, disk_full, file_too_large

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_LONGEST_FIELD = 4096
_MOST_FIELDS = 50
_LONGEST_NAME = 150

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@contextmanager
def room() -> Iterator[None]:
    """A disk that fills up as DiskFullError, one that takes nothing as NotReadyError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise disk_full() from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
            raise NotReadyError(
                "the server can write nothing into its data folder; the file was not kept. Tell the operator"
            ) from error
        raise


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """What came in: the file lies at the path that was given, its SHA-256 (hex) and its size in bytes."""

    name: str
    sha256: str
    size: int
    fields: dict[str, str]


def safe_name(given: str) -> str:
    """What the user calls the file, without folders and without marks that hide or turn text."""
    bare = _UNSAFE.sub("", given.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    if len(bare) > _LONGEST_NAME:
        stem, dot, suffix = bare.rpartition(".")
        bare = f"{stem[: _LONGEST_NAME - 10]}…{dot}{suffix[:8]}" if dot else bare[:_LONGEST_NAME]
    return bare.encode("utf-8", "replace").decode() if bare.strip(".") else "upload"


async def receive(stream: AsyncIterator[bytes], content_type: str, target: Path, *, max_bytes: int) -> Upload:
    """Read a form with one file in the part ``file``, and text in the others, from the body of a request.

    Raises MediaTypeError, TooLargeError, DiskFullError, and InputError for a form without a file.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise MediaTypeError("the body is {kind}; send multipart/form-data with the part 'file'", kind=_text(kind)[:80])
    try:
        with room(), target.open("xb") as file:
            form = _Form(file, max_bytes)
            parser = MultipartParser(boundary, form.callbacks())
            async for chunk in stream:
                # Writing may wait for the disk; other callers need not wait with it.
                await asyncio.to_thread(parser.write, chunk)
            parser.finalize()
            await asyncio.to_thread(_flush, file)
        await asyncio.to_thread(sync_folder, target.parent)
    except FormParserError as error:
        raise InputError("the body is no valid multipart/form-data; send the part 'file' with a file") from error
    if form.name is None:
        raise InputError("the form has no file; send one in the part 'file'")
    return Upload(name=form.name, sha256=form.digest.hexdigest(), size=form.size, fields=form.fields)


class _Form:
    """Takes what the parser finds; the one file goes to ``file``."""

    def __init__(self, file: IO[bytes], max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._header = self._value = self._disposition = b""
        self._field: str | None = None
        self._text = b""
        self.name: str | None = None
        self.digest = hashlib.sha256()
        self.size = 0
        self.fields: dict[str, str] = {}

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._disposition = self._text = b""
        self._field = None

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition)
        part = _text(options.get(b"name", b""))
        if b"filename" in options:
            if part != "file" or self.name is not None:
                raise InputError("{part}: one file is read, from the part 'file'; leave the others out", part=part[:80])
            self.name = safe_name(_text(options[b"filename"]))
        elif part in self.fields or len(self.fields) >= _MOST_FIELDS:
            raise InputError("{part}: the part comes twice or there are too many; send each once", part=part[:80])
        else:
            self._field = part

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._field is not None:
            self._text += data[start:end]
            if len(self._text) > _LONGEST_FIELD:
                raise InputError(
                    "{part}: the text is longer than {most} bytes; shorten it",
                    part=self._field[:80],
                    most=_LONGEST_FIELD,
                )
            return
        piece = data[start:end]
        self.size += len(piece)
        if self.size > self._max_bytes:
            raise file_too_large(self._max_bytes)
        self.digest.update(piece)
        self._file.write(piece)

    def _end(self) -> None:
        if self._field is not None:
            self.fields[self._field] = _text(self._text)


def _flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _text(data: bytes) -> str:
    """Names come in UTF-8 from browsers, in cp949 from old programs."""
    for codec in ("utf-8", "cp949"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")
