"""People's names, where they are reliable: a title, a label, an introduction or a number beside them.

A Korean name can hardly be told from a word by its form: without a cue only a family name with one of the
most frequent given names counts. A full name found once is masked wherever it stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from nlp.text.personal.bare_names import find_bare_names, is_closed
from nlp.text.personal.foreign_names import find_foreign_names
from nlp.text.personal.found import Found
from nlp.text.personal.name_cues import BEFORE, name_cues
from nlp.text.personal.name_forms import (
    ANY_FORM,
    DOUBTFUL_FORM,
    FAIR_FORM,
    LIKELY_FORM,
    POOR_FORM,
    SURE_FORM,
    form_of,
    is_full_name,
    is_short_name,
    may_be_verb,
)
from nlp.text.personal.name_lists import name_lists
from nlp.text.personal.ordinary import times_begun
from nlp.text.personal.persons import find_persons

_NOUN_ENDINGS = "은이하인한"
"""Last syllables of names that nouns take too, as particles or endings."""
_PARTICLE = re.compile(r"(?:이가|[이가은는을를]|으?로)(?![가-힣])")
_NAMED_NUMBERS = ("주민등록번호", "외국인등록번호", "계좌번호")
"""Kinds of numbers that even a short name stands beside."""
_NUMBERS = (*_NAMED_NUMBERS, "전화번호", "이메일")
_BEHIND = 8
"""Characters behind a word that say whether it is one."""


def find_names(view: str, numbers: Sequence[Found]) -> list[Found]:
    """Names in a text that ``view_of`` made plain; ``numbers`` are the personal numbers found in it."""
    spans = {*_cued(view), *_surely_cued(view), *_without_cue(view, about_a_person=bool(numbers) or "\ufffc" in view)}
    spans.update(_given_alone(view))
    spans.update(_beside(view, [item for item in numbers if item.kind in _NUMBERS]))
    spans.update(_listed_with(view, spans))
    spans.update(find_foreign_names(view))
    spans.update(find_bare_names(view))
    spans.update(find_persons(view))
    for name in {view[start:end] for start, end in spans if end - start >= 3}:
        spans.update(match.span() for match in re.finditer(rf"(?<![가-힣]){re.escape(name)}", view))
    return [Found("이름", start, end, 5) for start, end in spans]


def _cued(view: str) -> Iterator[tuple[int, int]]:
    """Full names with a cue before or behind them."""
    for match in name_cues().candidate.finditer(view):
        start, longest = match.span(1)
        # 선우진이 may be 선우진 and a particle.
        for end in range(longest, start + 2, -1):
            if _has_cue(view, start, end):
                yield start, end
                break


def _has_cue(view: str, start: int, end: int) -> bool:
    word, follows = view[start:end], view[end : end + _BEHIND]
    if not is_full_name(word, follows):
        return False
    form, verb = form_of(word), may_be_verb(word, follows)
    usual = word.startswith(name_lists().double_family) or word[0] in name_lists().usual_family
    return any(
        (usual if cue.least == ANY_FORM else form >= cue.least and not verb)
        and cue.behind.match(view, end)
        and cue.before.search(view, max(0, start - BEFORE), start)
        for cue in name_cues().around
    )


def _surely_cued(view: str) -> Iterator[tuple[int, int]]:
    """Names of any form, of one syllable too, whose cue leaves no doubt."""
    cues, lists = name_cues(), name_lists()
    if not cues.sure_words.search(view) and not cues.sure_sign.search(view):
        return
    for pattern in cues.sure:
        for match in pattern.finditer(view):
            if match["n"] not in lists.words and match["n"] not in lists.nouns:
                yield match.span("n")


def _without_cue(view: str, *, about_a_person: bool) -> Iterator[tuple[int, int]]:
    """Full names without a cue: like the frequent ones, or less like them in a text that holds personal numbers."""
    lists = name_lists()
    for match in name_cues().full_alone.finditer(view):
        word, follows = match["n"], view[match.end("n") : match.end("n") + _BEHIND]
        if word in lists.public_persons:
            continue
        if word[0] not in lists.usual_family and not word.startswith(lists.double_family):
            if word[1:] in lists.unmistakable_given and word[-1] not in _NOUN_ENDINGS and not times_begun(word):
                yield match.span("n")
            continue
        if about_a_person:
            least = FAIR_FORM
        elif not times_begun(word) and word[-1] not in _NOUN_ENDINGS and _PARTICLE.match(follows):
            least = DOUBTFUL_FORM
        elif word[0] in lists.frequent_family and _PARTICLE.match(follows):
            least = LIKELY_FORM
        else:
            least = SURE_FORM
        if form_of(word) >= least and is_full_name(word, follows) and not may_be_verb(word, follows):
            yield match.span("n")


def _given_alone(view: str) -> Iterator[tuple[int, int]]:
    """Given names without a family name: "민수씨", "지훈이가", "서윤이 엄마", "민규가"."""
    lists = name_lists()
    for match in name_cues().given_alone.finditer(view):
        word = match["n"]
        if word in lists.unmistakable_given and (not match["open"] or not (is_closed(word) or word in lists.stops)):
            yield match.span("n")


def _listed_with(view: str, spans: Collection[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Names listed with names: "임현준, 임예건, 임지후", "김명선이 김명신으로"."""
    left = [end for start, end in spans if end - start >= 3]
    while left:
        match = name_cues().listed_next.match(view, left.pop())
        if not match or match.span("n") in spans or form_of(match["n"]) < POOR_FORM:
            continue
        if is_full_name(match["n"], view[match.end("n") : match.end("n") + _BEHIND]):
            left.append(match.end("n"))
            yield match.span("n")


def _beside(view: str, numbers: Sequence[Found]) -> Iterator[tuple[int, int]]:
    """Names right before and behind personal numbers."""
    cues = name_cues()
    for number in numbers:
        head = max(0, number.start - 8)
        before = view[head : number.start]
        short = cues.short_before_number.search(before) if number.kind in _NAMED_NUMBERS else None
        if short and is_short_name(short["n"]):
            yield head + short.start("n"), head + short.end("n")
        full = cues.before_number.search(before)
        if full and is_full_name(full["n"]) and full["n"][1:] not in name_lists().nouns:
            yield head + full.start("n"), head + full.end("n")
        after = cues.after_number.match(view, number.end)
        if after and is_full_name(after["n"]):
            yield after.span("n")
