"""Masking of personal data: what is found is replaced by its kind in brackets, ``[전화번호]``.

ko-pii finds what keeps to a form; the finders in ``nlp.text.personal`` add what typing, speech recognition
and call-center talk make of it. Masking is repeated until nothing more is found, so that masking a masked
text changes nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.text.alignment import UNCHANGED, Alignment, Edit, rewrite
from nlp.text.normalize import normalize
from nlp.text.personal.answers import find_answers
from nlp.text.personal.found import Found, view_of
from nlp.text.personal.handles import find_handles
from nlp.text.personal.names import find_names
from nlp.text.personal.numbers import find_numbers
from nlp.text.personal.places import find_places

_COLUMNS = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"여부|동의|수신|일시|일자|시간|건수|구분|유형|종류|등급|코드|상태|횟수|결과", ""),
        (r"주민|resident", "주민등록번호"),
        (r"외국인", "외국인등록번호"),
        (r"여권|passport", "여권번호"),
        (r"면허", "운전면허번호"),
        (r"이메일|메일|e-?mail", "이메일"),
        (r"전화|연락처|휴대폰|휴대|핸드폰|폰번호|발신번호|phone|mobile|tel(?:no)?$|^hp$", "전화번호"),
        (r"계좌|account_?no", "계좌번호"),
        (r"카드_?\s?(?:번호|no)|card_?no", "카드번호"),
        (r"차량_?\s?번호|차번호", "차량번호"),
        (r"생년|생일|birth", "생년월일"),
        (r"(?:카카오톡?|카톡|인스타(?:그램)?|텔레그램|SNS)[ _]?(?:아이디|ID|계정)", "아이디"),
        (r"주소|address|거주지", "주소"),
        (
            r"(?:고객|회원|환자|학생|보호자|예약자|신청인|신청자|주문자|구매자|계약자|가입자|수령인|수취인|담당자"
            r"|상담[원사]|직원|기사|성|보호자|예금주|작성자|투숙객|승객)\s?_?(?:명|성명|성함|이름)$"
            r"|^(?:성명|성함|이름|예금주|수령인|수취인|받는\s?사람|고객|담당자|상담[원사])$|고객님$"
            r"|^(?:customer|client|user|full|agent)?[_ ]?name$",
            "이름",
        ),
    )
)

_MOST_ROUNDS = 8
"""Rounds that look for single numbers and names: in an endless row of digits each round would find but one more."""
_WORD = re.compile(r"[^\s\[\]]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalSpan:
    """Personal data of one kind (``전화번호``, ``이름`` …) at ``[start, end)`` of the source."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted:
    """A text without its personal data; ``spans`` lie in the text that came in."""

    text: str
    spans: tuple[PersonalSpan, ...] = ()
    alignment: Alignment = UNCHANGED


def redact(text: str) -> Redacted:
    """Replace personal data by bracketed kinds; ``redact(redact(text).text).text == redact(text).text``.

    Company numbers (1588-…), a firm's mail addresses (help@…) and handles, order and tracking numbers, prices, dates
    and model names stay.
    """
    alignment = UNCHANGED
    spans: list[PersonalSpan] = []
    rounds = 0
    while found := _find(text):
        rounds += 1
        if rounds > _MOST_ROUNDS:
            found = _whole_words(text, found)
        spans += (
            PersonalSpan(kind=item.kind, start=start, end=end)
            for item in found
            for start, end in (alignment.to_source(item.start, item.end),)
        )
        text, step = rewrite(text, [Edit(item.start, item.end, f"[{item.kind}]") for item in found])
        alignment = alignment.then(step)
    return Redacted(text=text, spans=tuple(sorted(spans, key=lambda span: span.start)), alignment=alignment)


def mask_cell(value: str, column: str = "") -> str:
    """Mask a cell of a table; as a whole when its column's name says that it is a name, a phone number …

    >>> mask_cell("김단골", column="고객명")
    '[이름]'
    """
    if not value.strip():
        return value
    column = normalize(column).text
    for pattern, kind in _COLUMNS:
        if column and pattern.search(column):
            if kind:
                return f"[{kind}]"
            break
    # Characters that nobody sees may stand within a number; a cell without personal data stays as it came.
    found = redact(normalize(value).text)
    return found.text if found.spans else redact(value).text


def _find(text: str) -> list[Found]:
    view = view_of(text)
    numbers = list(find_numbers(view))
    found = [*numbers, *find_places(view), *find_answers(view), *find_handles(view), *find_names(view, numbers)]
    # A dialogue keeps its lines: what seems to run over a line break is not one piece of personal data.
    return _without_overlap(item for item in found if "\n" not in text[item.start : item.end])


def _whole_words(text: str, found: Iterable[Found]) -> list[Found]:
    """The words that the found pieces lie in, as of their kinds."""
    words = [match.span() for match in _WORD.finditer(text)]
    ends = [end for _, end in words]
    widened = set()
    for item in found:
        first, last = bisect_right(ends, item.start), bisect_right(ends, item.end - 1)
        end = words[last][1] if last < len(words) and words[last][0] < item.end else item.end
        widened.add(item._replace(start=min(item.start, words[first][0]), end=end))
    return _without_overlap(widened)


def _without_overlap(found: Iterable[Found]) -> list[Found]:
    """Keep the surer and then the longer of what overlaps, in the order of the text."""
    starts: list[int] = []
    kept: list[Found] = []
    for item in sorted(found, key=lambda item: (item.rank, item.start - item.end, item.start)):
        place = bisect_right(starts, item.start)
        after_previous = place == 0 or kept[place - 1].end <= item.start
        if after_previous and (place == len(kept) or item.end <= kept[place].start):
            starts.insert(place, item.start)
            kept.insert(place, item)
    return kept
