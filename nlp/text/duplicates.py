"""Near-duplicate texts, found by MinHash and confirmed by the Jaccard similarity of shingles.

Customers paste the same complaint into several channels and copy each other's words. A split that puts
two copies on both sides leaks; a share that counts ten copies as ten opinions is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
"""Characters per shingle; Korean words are short, so five characters span one to two words."""

_BANDS, _ROWS = 8, 3
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_CHUNK = 4096
_NO_LETTER = re.compile(r"[\W_]+")


def near_duplicate_groups(texts: Sequence[str], *, threshold: float = 0.7) -> NDArray[np.int64]:
    """Give near-duplicate texts the same group number.

    Texts are compared without case, spaces and punctuation. Two texts whose shingle sets have a Jaccard
    similarity of ``threshold`` or more share a group, and so do texts linked through a third. MinHash
    proposes the pairs (Broder 1997): a pair at similarity 0.8 is proposed with probability 0.997.

    Returns an array ``(n_texts,)``: the index of the first text of each text's group.
    """
    if not 0.0 < threshold <= 1.0:
        raise ValueError(f"threshold is {threshold}; it must lie in (0, 1]")
    keys = [_NO_LETTER.sub("", text.lower()) for text in texts]
    parent = np.arange(len(keys), dtype=np.int64)

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = int(parent[index])
        return index

    first_of: dict[str, int] = {}
    distinct: list[int] = []
    for index, key in enumerate(keys):
        seen = first_of.setdefault(key, index)
        parent[index] = seen
        if seen == index:
            distinct.append(index)

    shingles = _Shingles()
    for left, right in _candidates([keys[index] for index in distinct], shingles):
        one, two = root(distinct[left]), root(distinct[right])
        if one != two and shingles.jaccard(left, right) >= threshold:
            parent[max(one, two)] = min(one, two)
    return np.array([root(index) for index in range(len(keys))], dtype=np.int64)


class _Shingles:
    """Hashes of every text's shingles, kept to confirm pairs without cutting the texts up again."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.uint64]] = []
        self._latest: tuple[int, set[int]] = (-1, set())

    def add(self, hashes: NDArray[np.uint64], starts: NDArray[np.int64]) -> None:
        """Append the texts whose hashes begin at ``starts`` of ``hashes``."""
        self._hashes.extend(np.split(hashes, starts[1:]))

    def jaccard(self, left: int, right: int) -> float:
        """Similarity of two texts' shingles in [0, 1]; pairs come by their right text, whose set is kept."""
        if self._latest[0] != right:
            self._latest = (right, set(self._hashes[right].tolist()))
        two = self._latest[1]
        one = set(self._hashes[left].tolist())
        shared = len(one & two)
        return shared / (len(one) + len(two) - shared)


def _candidates(keys: Sequence[str], shingles: _Shingles) -> Iterator[tuple[int, int]]:
    """Pairs that agree on a band of their MinHash signatures; each text meets its bucket's first text."""
    buckets: list[dict[bytes, int]] = [{} for _ in range(_BANDS)]
    width = _ROWS * np.dtype(np.uint64).itemsize
    for start in range(0, len(keys), _CHUNK):
        hashes, starts = _hashed(keys[start : start + _CHUNK])
        shingles.add(hashes, starts)
        signatures = _signatures(hashes, starts).tobytes()
        for offset in range(len(starts)):
            index, first = start + offset, offset * _BANDS * width
            met = {
                bucket.setdefault(signatures[first + band * width : first + (band + 1) * width], index)
                for band, bucket in enumerate(buckets)
            }
            for other in sorted(met):
                if other != index:
                    yield other, index


def _hashed(keys: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """A hash for each shingle of each text, one after the other, and where each text begins."""
    padded = [key.ljust(SHINGLE, "\0") for key in keys]
    lengths = np.array([len(key) for key in padded])
    points = np.frombuffer("".join(padded).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    hashes = np.zeros(len(points), dtype=np.uint64)
    for step in range(SHINGLE):
        shifted = np.concatenate([points[step:], np.zeros(step, dtype=np.uint64)])
        hashes = hashes * _MULTIPLIER + shifted
    # The last SHINGLE - 1 windows of a text would reach into the next one: give them the text's first hash.
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    position = np.arange(len(points)) - np.repeat(starts, lengths)
    crossing = position > np.repeat(lengths, lengths) - SHINGLE
    hashes[crossing] = hashes[np.repeat(starts, lengths)[crossing]]
    return hashes, starts


def _signatures(hashes: NDArray[np.uint64], starts: NDArray[np.int64]) -> NDArray[np.uint64]:
    """MinHash signatures, shape ``(n_keys, _BANDS * _ROWS)``."""
    random = np.random.default_rng(20261121)
    multipliers = random.integers(1, 2**63, size=_BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
    columns = [np.minimum.reduceat(_mix(hashes * factor), starts) for factor in multipliers]
    return np.stack(columns, axis=1)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values = values ^ (values >> np.uint64(31))
    values = values * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(29))
