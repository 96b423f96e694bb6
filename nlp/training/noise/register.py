"""From polite to plain speech and back: 했습니다, 했어요 ↔ 했어, 했다. Kiwi conjugates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from numpy.random import Generator

from nlp.text.alignment import Edit
from nlp.text.segment import sentences
from nlp.training.noise.edits import noise, some

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

Morph = tuple[str, str]

_POLITE = re.compile(r"[가-힣]+(?:니다|니까|요|죠|시오)(?![가-힣])")
_LAST_WORD = re.compile(r"([가-힣]+)[^가-힣A-Za-z0-9\U000F0000-\U000FFFFD]*$")
_STEM = ("VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA")
_FINAL = ("EF", "EC", "ETN")
_FORMAL = {"습니다", "ᆸ니다"}
_ASKING = {"습니까", "ᆸ니까"}
_URGING = {"세요", "으세요", "십시오", "으십시오", "셔요"}
_COPULA = {"예요", "에요", "이에요"}
_WRITTEN = {"다", "ᆫ다", "는다", "음", "ᆷ", "슴"}
_ADDED = {"네", "지", "거든", "군", "는군", "는데", "ᆫ데", "은데", "ᆯ게", "을게", "ᆯ까", "을까", "나", "더라고", "고"}
_EXISTS = ("있", "없", "계시")


@noise
def plain(text: str, rng: Generator) -> str:
    """Polite endings in plain speech, or in written style where both will do: 늦었습니다 → 늦었어, 늦었다."""
    written = bool(rng.random() < 0.4)
    words = ((match.start(), match.group()) for match in _POLITE.finditer(text))
    return some(text, _edits(words, lambda word: _plain(word, written)), rng, rate=1.0)


@noise
def polite(text: str, rng: Generator) -> str:
    """Plain endings of sentences made polite: 늦었어 → 늦었어요, 별로다 → 별로입니다, 안 됨 → 안 됩니다."""
    words = []
    for start, end in sentences(text):
        found = _LAST_WORD.search(text, start, end)
        if found and found.end() == end:
            words.append((found.start(1), found[1]))
    return some(text, _edits(words, _polite), rng, rate=1.0)


def _edits(words: Iterable[tuple[int, str]], change: Callable[[str], str]) -> list[Edit]:
    return [Edit(at, at + len(word), new) for at, word in words if (new := change(word)) != word]


@lru_cache(maxsize=50_000)
def _plain(word: str, written: bool) -> str:
    def ending(stem: Morph, final: Morph) -> str | None:
        form, tag = final
        if tag == "JX":
            return "" if form == "요" else None
        copula = stem[1] in ("VCP", "VCN")
        if form in _FORMAL and written and (stem[1] in ("EP", "VA", "VCP", "VCN", "XSA") or stem[0] in _EXISTS):
            return "다"
        if form in _FORMAL | _ASKING | _COPULA or form == "어요":
            return "야" if copula else "어"
        if form in _URGING:
            return "어"
        if form in ("죠", "지요"):
            return "지"
        return form.removesuffix("요") if form.endswith("요") and len(form) > 1 else None

    return _changed(word, ending)


@lru_cache(maxsize=50_000)
def _polite(word: str) -> str:
    def ending(stem: Morph, final: Morph) -> str | None:
        form, tag = final
        if tag == "JX":
            return None
        if form in _WRITTEN or (form == "야" and stem[1] in ("VCP", "VCN")):
            # A vowel or ㄹ takes ㅂ니다 and the ㄹ goes; "ᆸ니다" after 겠, 었 and consonants is 습니다.
            closed = (ord(stem[0][-1]) - 0xAC00) % 28 if stem[0] else 0
            return "습니다" if closed and closed != 8 else "ᆸ니다"
        if form == "어":
            return "어요"
        return form + "요" if form in _ADDED else None

    return _changed(word, ending)


def _changed(word: str, ending: Callable[[Morph, Morph], str | None]) -> str:
    """``word`` with another ending, or as it is when its ending is none that ``ending`` knows."""
    found = [(token.form, token.tag.split("-")[0], token.tag, token.start) for token in _kiwi().tokenize(word)]
    if len(found) < 2 or found[-1][1] not in (*_FINAL, "JX"):
        return word
    stems = [index for index, (_, tag, _, _) in enumerate(found[:-1]) if tag in _STEM]
    if not stems:
        return word
    new = ending(found[-2][:2], found[-1][:2])
    if new is None:
        return word
    # The copula contracts with the noun before it (거 + 이야: 거야).
    first = stems[-1] - (found[stems[-1]][1] == "VCP" and stems[-1] > 0)
    morphs = [(form, tag) for form, _, tag, _ in found[first:-1]] + ([(new, "EF")] if new else [])
    joined = str(_kiwi().join(morphs))
    changed = word[: found[first][3]] + joined
    return changed if re.fullmatch("[가-힣]+", joined) else word


@cache
def _kiwi() -> Kiwi:
    from kiwipiepy import Kiwi

    return Kiwi(num_workers=1)
