"""How ordinary the beginning of a word is: what begins like a word of complaints is hardly a name.

``data/beginnings.txt`` holds a line per two syllables that words begin with: the two, how often texts hold such words,
and every third syllable that follows them. ``python -m nlp.text.personal.ordinary`` writes it anew from the texts of
``data/complaints``, masked, and the vocabulary of the model's tokenizer.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

from nlp.resources import data_path, default_model_path

_WORD = re.compile(r"(?<![가-힣A-Za-z0-9])[가-힣]{2,}")
_LINE = re.compile(r"(?P<two>..)(?P<count>\d+)(?P<thirds>.*)")


def times_begun(word: str) -> int:
    """How often texts hold words that begin as ``word`` does: with its first two syllables."""
    count, _ = _beginnings().get(word[:2], (0, ""))
    return count


def is_begun(word: str) -> bool:
    """Whether texts hold a word that begins with the first three syllables of ``word``."""
    _, thirds = _beginnings().get(word[:2], (0, ""))
    return word[2:3] in thirds if len(word) > 2 else bool(thirds)


@cache
def _beginnings() -> Mapping[str, tuple[int, str]]:
    lines = data_path("beginnings.txt").read_text(encoding="utf-8").splitlines()
    found = (match for line in lines if (match := _LINE.fullmatch(line)))
    return {match["two"]: (int(match["count"]), match["thirds"]) for match in found}


def _write() -> None:
    from nlp.text.redact import redact

    twos: Counter[str] = Counter()
    thirds: defaultdict[str, set[str]] = defaultdict(set)
    texts = [
        json.loads(line)["text"]
        for path in sorted(data_path("complaints").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    pieces = json.loads((default_model_path() / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    texts = [redact(text).text for text in texts] + [piece[1:] for piece, _ in pieces if piece.startswith("▁")]
    for text in texts:
        for word in _WORD.findall(text):
            twos[word[:2]] += 1
            thirds[word[:2]].update(word[2:3])
    lines = (f"{two}{count}{''.join(sorted(thirds[two]))}" for two, count in sorted(twos.items()))
    data_path("beginnings.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
