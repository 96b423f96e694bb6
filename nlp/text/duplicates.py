"""Near-duplicate texts, found by MinHash and confirmed by the Jaccard similarity of shingles.

Customers paste the same complaint into several channels and copy each other's words. A split that puts
two copies on both sides leaks; a share that counts ten copies as ten opinions is wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
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

    for left, right in _candidates([keys[index] for index in distinct]):
        one, two = root(distinct[left]), root(distinct[right])
        if one != two and _jaccard(keys[distinct[left]], keys[distinct[right]]) >= threshold:
            parent[max(one, two)] = min(one, two)
    return np.array([root(index) for index in range(len(keys))], dtype=np.int64)


def _candidates(keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs that agree on a band of their MinHash signatures; each text meets its bucket's first text."""
    buckets: list[dict[bytes, int]] = [{} for _ in range(_BANDS)]
    proposed: dict[int, set[int]] = defaultdict(set)
    for start in range(0, len(keys), _CHUNK):
        signatures = _signatures(keys[start : start + _CHUNK])
        for offset, signature in enumerate(signatures):
            index = start + offset
            for band in range(_BANDS):
                key = signature[band * _ROWS : (band + 1) * _ROWS].tobytes()
                other = buckets[band].setdefault(key, index)
                if other != index and other not in proposed[index]:
                    proposed[index].add(other)
                    yield other, index


def _signatures(keys: Sequence[str]) -> NDArray[np.uint64]:
    """MinHash signatures, shape ``(n_keys, _BANDS * _ROWS)``."""
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
    random = np.random.default_rng(20261121)
    multipliers = random.integers(1, 2**63, size=_BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
    columns = [np.minimum.reduceat(_mix(hashes * factor), starts) for factor in multipliers]
    return np.stack(columns, axis=1)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values = values ^ (values >> np.uint64(31))
    values = values * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(29))


def _jaccard(left: str, right: str) -> float:
    one, two = _shingles(left), _shingles(right)
    return len(one & two) / len(one | two)


def _shingles(key: str) -> set[str]:
    return {key[start : start + SHINGLE] for start in range(max(1, len(key) - SHINGLE + 1))}
