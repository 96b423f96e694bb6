"""Cleaning that keeps the meaning: one way to write the same text, with the way back to the source.

Steps, repeated until nothing changes (``&amp;nbsp;`` needs two rounds), so that cleaning is idempotent, save for
entities nested deeper than any export does: Unicode NFC; HTML line breaks, paragraphs and entities; invisible
and control characters dropped; blanks and line breaks in one spelling; runs of ㅋㅋㅋㅋ, ㅠㅠㅠㅠ, !!!!, ~~~~ and
their like cut to two.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from nlp.text.alignment import UNCHANGED, Alignment, Edit, rewrite

_BREAK = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
# U+115F, U+1160, U+3164 and U+FFA0 are Hangul fillers, U+2800 is a braille blank: they look like spaces.
_BLANK = r"\x20\t\xa0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0"
# The zero-width joiner stays between two pictures (👨‍👩‍👧) and goes everywhere else.
_PICTURE = r"\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_INVISIBLE = (
    r"\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
# What is drawn around or over a digit: 1️⃣ is 1.
_OVER = r"\u0300-\u036f\u20e3\ufe00-\ufe0f"
_ENTITY = r"&(?:amp|lt|gt|quot|apos|nbsp|middot|hellip|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"

_UNTIDY = re.compile(
    rf"(?P<drop>(?:[{_INVISIBLE}]|(?<![{_PICTURE}])\u200d|\u200d(?![{_PICTURE}])|(?<=\d)[{_OVER}]+)+)"
    rf"|(?P<line>(?:<br\s*/?>|</?(?:p|div|li)>|[{_BLANK}])*(?:<br\s*/?>|</?(?:p|div|li)>|[{_BREAK}])"
    rf"(?:<br\s*/?>|</?(?:p|div|li)>|[{_BLANK}{_BREAK}])*)"
    rf"|(?P<space>[{_BLANK}]+)"
    rf"|(?P<entity>{_ENTITY})"
    r"|(?P<run>(?P<jamo>[ㄱ-ㅎㅏ-ㅣ])(?P=jamo){2,}|[ㅋㅎ]{3,}|[ㅠㅜ]{3,}|[!?]{3,}"
    r"|(?P<mark>[~^.,;:…·*★☆♡♥_=#-])(?P=mark){2,})",
    re.IGNORECASE,
)
_KEPT = 2
_MOST_ROUNDS = 12
"""``&amp;amp;…lt;`` loses one layer a round: without an end a text of one request would take half a minute."""
_HANGUL_MEDIAL_FINAL = re.compile(r"[\u1161-\u1175\u11a8-\u11c2]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Normalized:
    """A cleaned text and where its positions lie in the source."""

    text: str
    alignment: Alignment = UNCHANGED


def normalize(text: str) -> Normalized:
    """Clean ``text``; ``normalize(normalize(text).text).text`` equals ``normalize(text).text``."""
    alignment = UNCHANGED
    for _ in range(_MOST_ROUNDS):
        edits = _composition(text) or _tidying(text)
        if not edits:
            break
        text, step = rewrite(text, edits)
        alignment = alignment.then(step)
    return Normalized(text=text, alignment=alignment)


def _tidying(text: str) -> list[Edit]:
    edits = []
    for match in _UNTIDY.finditer(text):
        found = match.group()
        replacement = _tidy(match.lastgroup or "", found)
        if match.lastgroup in ("line", "space") and (match.start() == 0 or match.end() == len(text)):
            replacement = ""
        if replacement != found:
            edits.append(Edit(match.start(), match.end(), replacement))
    return edits


def _tidy(kind: str, found: str) -> str:
    if kind == "drop":
        return ""
    if kind == "line":
        return "\n"
    if kind == "space":
        return " "
    if kind == "entity":
        return html.unescape(found)
    return found[:_KEPT]


def _composition(text: str) -> list[Edit]:
    """Edits that compose the text to NFC, cluster by cluster, so that the alignment stays fine."""
    if unicodedata.is_normalized("NFC", text):
        return []
    edits: list[Edit] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _extends(text[end]):
            continue
        cluster = text[start:end]
        composed = unicodedata.normalize("NFC", cluster)
        if composed != cluster:
            edits.append(Edit(start, end, composed))
        start = end
    result, _ = rewrite(text, edits)
    # A few scripts compose across what looks like a cluster boundary; there the text counts as one edit.
    whole = unicodedata.normalize("NFC", text)
    return edits if result == whole else [Edit(0, len(text), whole)]


def _extends(character: str) -> bool:
    return unicodedata.combining(character) != 0 or bool(_HANGUL_MEDIAL_FINAL.match(character))
