"""Korean and English words of the report, read from ``data/report_texts.toml``, and how its numbers are written."""

from __future__ import annotations

import math
import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from string import Formatter
from typing import Any, Final, Literal, TypeAlias

from nlp.recovery.texts import Words as Words
from nlp.resources import data_path
from nlp.taxonomy import Taxonomy
from nlp.wom.estimates import Estimate
from nlp.wom.events import Event

Lang: TypeAlias = Literal["ko", "en"]

LANGS: Final[tuple[Lang, ...]] = ("ko", "en")
DASH: Final = "–"

_NARROW: Final = 11
"""Latin letters that a column of a heat map has room for."""

# 받침이 있을 때와 없을 때: 가격이 / 윤리 문제가. ㄹ 받침 뒤의 (으)로는 받침이 없을 때와 같다: 0.6으로 / 0.7로
_PARTICLES: Final = {
    "이": ("이", "가"),
    "은": ("은", "는"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
}
_RIEUL: Final = 8
_FINALS: Final = dict.fromkeys("036MNmn", 1) | dict.fromkeys("178LRlr", _RIEUL)
_BRACKETS: Final = re.compile(r"\s*[(（\[［〔][^()（）\[\]［］〔〕]*[)）\]］〕]\W*$")


class _Blanks(Formatter):
    """Fills blanks of one language; ``{cause:이}`` and ``{cause:‘이}`` add the particle that fits the word."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        text = getattr(value, self._lang) if isinstance(value, Words) else value
        if format_spec[:1] == "‘":
            return f"‘{text}’{_particle(str(text), format_spec[1:])}"
        if format_spec in _PARTICLES:
            return f"{text}{_particle(str(text), format_spec)}"
        return format(text, format_spec)


def say(kind: str, code: str, **filled: object) -> Words:
    """The words of ``code`` among those of a ``kind``; blanks take plain values or Words of their own."""
    entry = _table()[kind][code]
    return Words(code=code, ko=_filled("ko", entry, filled), en=_filled("en", entry, filled))


def _filled(lang: Lang, entry: Mapping[str, str], filled: Mapping[str, object]) -> str:
    return _Blanks(lang).vformat(entry[lang], (), filled)


def plain(text: str) -> Words:
    """A text that is the same in both languages."""
    return Words(code="", ko=text, en=text)


def label_words(taxonomy: Taxonomy, group: str, label: str) -> Words:
    """Name of a label; the id stands for a label that the taxonomy lacks."""
    if not taxonomy.has(group, label):
        return plain(label)
    found = taxonomy.group(group).label(label)
    return Words(code=label, ko=found.ko, en=found.en)


def event_words(taxonomy: Taxonomy, event: Event) -> Words:
    """Name of a label, or of a cause in a stage: ``가격 · 주문``."""
    name = label_words(taxonomy, event.group, event.label)
    if event.stage is None:
        return name
    stage = label_words(taxonomy, "stage", event.stage)
    return Words(code=f"{event.label}.{event.stage}", ko=f"{name.ko} · {stage.ko}", en=f"{name.en} · {stage.en}")


def with_value(name: Words, value: str, between: str = "  ") -> Words:
    """A name with its figure: ``가격 23%``."""
    return Words(code=name.code, ko=f"{name.ko}{between}{value}", en=f"{name.en}{between}{value}")


def broken(words: Words) -> Words:
    """A name over two lines, broken at the blank nearest its middle, for an axis with little room."""
    return Words(code=words.code, ko=_broken(words.ko), en=_broken(words.en))


def narrow(words: Words) -> Words:
    """A heading for a column of figures: Korean over two lines, Latin letters over as many as it takes."""
    lines = textwrap.wrap(words.en, _NARROW, break_long_words=False, break_on_hyphens=False)
    return Words(code=words.code, ko=_broken(words.ko), en="<br>".join(lines))


def short(name: str, most: int = 22) -> str:
    """A name that fits an axis, cut in its middle: long names often differ at the end."""
    return name if len(name) <= most else f"{name[: most - 9]}…{name[-8:]}"


def shortened(text: str, most: int) -> str:
    """The beginning of a text on one line, of at most so many letters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def short_names(names: Iterable[str], most: int = 28) -> dict[str, str]:
    """Each name as it fits an axis; whole where two would look alike."""
    found = {name: short(name, most) for name in names}
    return found if len(set(found.values())) == len(found) else {name: name for name in found}


def texts_of(kind: str) -> Mapping[str, Words]:
    """All words of one kind that need no filling."""
    return {code: Words(code=code, ko=entry["ko"], en=entry["en"]) for code, entry in _table()[kind].items()}


def terms_of(kind: str) -> tuple[tuple[Words, Words], ...]:
    """Terms of one kind with what they mean, which the file writes as ``term|meaning``."""
    found = []
    for entry in texts_of(kind).values():
        (ko_term, ko), (en_term, en) = entry.ko.split("|", 1), entry.en.split("|", 1)
        found.append((Words(code=entry.code, ko=ko_term, en=en_term), Words(code=entry.code, ko=ko, en=en)))
    return tuple(found)


def joined(parts: Sequence[Words], between: str = ", ", *, none: str = "") -> Words:
    """Words in a row, in each language; ``none`` where there are none."""
    ko, en = between.join(part.ko for part in parts), between.join(part.en for part in parts)
    return Words(code="joined", ko=ko or none, en=en or none)


def percent(share: float, *, digits: int = 0) -> str:
    """A share in [0, 1] as ``31%``; a dash where unknown, one more decimal below 10 %."""
    if math.isnan(share):
        return DASH
    points = share * 100
    return f"{points:.{max(digits, 1 if 0 < abs(points) < 9.95 else 0)}f}%"


def percent_range(share: Estimate) -> str:
    """Bounds of a share: ``28–34%``."""
    low, high = percent(share.low)[:-1], percent(share.high)
    return f"{low}{DASH}{high}"


def points(change: float) -> str:
    """A difference of shares in percentage points, with its sign: ``+12.0``."""
    shown = f"{change * 100:+.1f}"
    return DASH if math.isnan(change) else "0.0" if float(shown) == 0 else shown.replace("-", "−")


def points_range(change: Estimate) -> str:
    """Bounds of a difference in percentage points: ``−3.1 ~ +5.0``."""
    return f"{points(change.low)} ~ {points(change.high)}"


def number(value: float) -> str:
    """A count with thousands separated."""
    return f"{value:,.0f}"


def unbroken(figures: str) -> str:
    """Figures that stay on one line."""
    return figures.replace(" ", "\u00a0").replace(DASH, f"\u2060{DASH}\u2060")


def won(amount: float) -> Words:
    """Money at two or three significant digits, since it rests on assumptions: 89,487 → ``8.9만 원``."""
    sign, size = ("−" if amount < 0 else ""), abs(amount)
    for unit, ko, en, scale in ((1e8, "억 원", "M", 100.0), (1e4, "만 원", "k", 10.0)):
        if size >= unit * 0.995:
            return Words(
                code="won", ko=f"{sign}{_digits(size / unit)}{ko}", en=f"{sign}₩{_digits(size / unit * scale)}{en}"
            )
    rounded = round(size, -2)
    sign = sign if rounded else ""
    return Words(code="won", ko=f"{sign}{rounded:,.0f}원", en=f"{sign}₩{rounded:,.0f}")


def _broken(text: str) -> str:
    blanks = [at for at, character in enumerate(text) if character == " "]
    if len(text) <= 6 or not blanks:
        return text
    middle = min(blanks, key=lambda at: abs(at - len(text) / 2))
    return f"{text[:middle]}<br>{text[middle + 1 :]}"


def _digits(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0") if value < 100 else f"{value:,.0f}"


def _particle(word: str, name: str) -> str:
    if not name:
        return ""
    final = _final(word)
    return _PARTICLES[name][0 if final and not (name == "으로" and final == _RIEUL) else 1]


def _final(word: str) -> int:
    """The final consonant of a word as Unicode counts them, 0 for none.

    Digits, Latin letters, % and + are read the Korean way. What stands in brackets at the end is not read.
    """
    spoken = _BRACKETS.sub("", word) or word
    last = next((letter for letter in reversed(spoken) if letter.isalnum() or letter in "%+"), "")
    return (ord(last) - ord("가")) % 28 if "가" <= last <= "힣" else _FINALS.get(last, 0)


@cache
def _table() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(data_path("report_texts.toml").read_text(encoding="utf-8"))
