"""Unlabelled texts, read from files of one text a line and drawn without repetitions."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from nlp.errors import FileFormatError
from nlp.training.examples import read_lines

SHORTEST = 10
"""Characters; a shorter text says too little to learn a language from."""


def read_unlabelled(paths: Sequence[Path]) -> Iterator[str]:
    """Texts, one a line, from plain or gzip (``.gz``) files in UTF-8.

    Raises FileFormatError for a file that is empty, in another encoding, or not packed as its name says.
    """
    for path in paths:
        empty = True
        try:
            for line in read_lines([path]):
                empty = empty and not line
                yield line
        except UnicodeDecodeError as error:
            raise FileFormatError(
                "{path}: this is no text in UTF-8 ({error}); save it as UTF-8, one text a line", path=path, error=error
            ) from error
        except (gzip.BadGzipFile, EOFError) as error:
            raise FileFormatError(
                "{path}: this is no whole gzip file ({error}); pack it again, or drop .gz from its name",
                path=path,
                error=error,
            ) from error
        if empty:
            raise FileFormatError("{path}: the file is empty; one text a line is needed", path=path)


def drawn(texts: Iterable[str], *, most: int, rng: np.random.Generator, excluded: Iterable[str] = ()) -> list[str]:
    """At most ``most`` different texts of at least ``SHORTEST`` characters, in random order.

    ``excluded`` texts (held-out rows) are never drawn, nor what differs from them in case, blanks and marks alone.
    """
    barred = set(map(_key, excluded))
    lasting = [
        text for text in dict.fromkeys(map(str.strip, texts)) if len(text) >= SHORTEST and _key(text) not in barred
    ]
    return [lasting[index] for index in rng.permutation(len(lasting))[:most]]


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))
