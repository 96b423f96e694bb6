"""How a text file is encoded, decided by strict decoding of the whole file.

The head of a file proves nothing: the first 64 KiB of a cp949 export may be ASCII. A stray byte proves
nothing either, so candidates are compared by the number of lines that they cannot decode.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import charset_normalizer

from nlp.errors import FileFormatError

_CHUNK = 1 << 20
_LONGEST_LINE = 64 * _CHUNK
_OTHER = {"cp949": "utf-8", "utf-8": "euc-kr", "utf-8-sig": "euc-kr"}
_HANJA = re.compile(r"[\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """A codec for ``open``, the name to report, and how many lines it cannot decode (None: not counted)."""

    codec: str
    name: str
    bad_lines: int | None = 0

    @property
    def errors(self) -> str:
        """The error handler that leaves a mark where bytes cannot be decoded, see ``undecodable``."""
        return "replace" if self.codec.startswith("utf-16") else "surrogateescape"

    def undecodable(self, text: str) -> bool:
        """Whether ``text``, decoded with ``errors``, holds bytes that could not be decoded."""
        if self.bad_lines == 0:
            return False
        if self.codec.startswith("utf-16"):
            return "\ufffd" in text
        return any("\udc80" <= character <= "\udcff" for character in text)

    def mended(self, line: str) -> str:
        """The line read anew where files were joined: in UTF-8 within a file in cp949, or the other way round."""
        if not self.undecodable(line) or self.codec not in _OTHER:
            return line
        try:
            found = line.encode(self.codec.removesuffix("-sig"), "surrogateescape").decode(_OTHER[self.codec])
        except UnicodeError:
            return line
        # What was cut within a letter of UTF-8 reads as rare Chinese ones.
        return line if _HANJA.search(found) else found


def detect_encoding(path: Path) -> Encoding:
    """Find the encoding of a text file by reading all of it, in constant memory.

    Raises FileFormatError when no encoding decodes at least half of the lines that are not plain ASCII.
    """
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head.startswith(codecs.BOM_UTF8):
        bad, _ = _bad_lines(path, "utf-8")
        return Encoding(codec="utf-8-sig", name="UTF-8 (BOM)", bad_lines=bad)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        order = "LE" if head.startswith(codecs.BOM_UTF16_LE) else "BE"
        return Encoding(codec="utf-16", name=f"UTF-16 {order} (BOM)", bad_lines=None)
    # Databases leave a stray zero byte in a cell; in UTF-16 every comma and line end has one.
    if head.count(0) * 50 > len(head):
        return _utf16_without_mark(path, head)
    bad, foreign = _bad_lines(path, "utf-8")
    if bad == 0:
        return Encoding(codec="utf-8", name="UTF-8")
    best = Encoding(codec="utf-8", name="UTF-8", bad_lines=bad)
    korean_bad, _ = _bad_lines(path, "cp949")
    if korean_bad < bad:
        best = Encoding(codec="cp949", name="CP949", bad_lines=korean_bad)
    if min(bad, korean_bad) * 2 <= foreign:
        return best
    if (guess := _guess(path)) is not None:
        return guess
    raise _unknown(path)


def _bad_lines(path: Path, codec: str) -> tuple[int, int]:
    """Lines that ``codec`` cannot decode, and lines that are not plain ASCII."""
    bad = foreign = 0
    with path.open("rb") as file:
        for chunk in _whole_lines(file):
            if chunk.isascii():
                continue
            lines = [line for line in chunk.split(b"\n") if not line.isascii()]
            foreign += len(lines)
            if not _decodes(chunk, codec):
                bad += sum(not _decodes(line, codec) for line in lines)
    return bad, foreign


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Chunks that end at line ends; no character of UTF-8 or cp949 holds a line feed byte."""
    rest = b""
    while chunk := file.read(_CHUNK):
        rest += chunk
        cut = rest.rfind(b"\n") + 1
        if cut == 0 and len(rest) > _LONGEST_LINE:
            cut = len(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(path: Path, head: bytes) -> Encoding:
    """Commas, digits and line ends have a zero byte: behind them in little endian, before them in big."""
    order = "LE" if head[1::2].count(0) >= head[0::2].count(0) else "BE"
    codec = f"utf-16-{order.lower()}"
    text = head[: len(head) // 2 * 2].decode(codec, "replace")
    if "\0" in text or text.count("\ufffd") * 20 > len(text):
        raise _unknown(path)
    return Encoding(codec=codec, name=f"UTF-16 {order}", bad_lines=None)


def _guess(path: Path) -> Encoding | None:
    with path.open("rb") as file:
        best = charset_normalizer.from_bytes(file.read(1 << 18)).best()
    if best is None or _bad_lines(path, best.encoding)[0]:
        return None
    return Encoding(codec=best.encoding, name=best.encoding.upper())


def _unknown(path: Path) -> FileFormatError:
    return FileFormatError(
        "{path}: this is neither text in UTF-8, CP949 (EUC-KR) or UTF-16 nor a known table format; save "
        "it as 'CSV UTF-8' or xlsx and try again",
        path=path,
    )
