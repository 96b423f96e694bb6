"""Personal data that only the question gives away: the agent asks for it, the customer's turn holds it.

상담원: 주민번호 앞자리 말씀해 주시겠어요?
고객: 구공공일일오요
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.text.personal.found import PROVINCE, SEP, D, Found
from nlp.text.personal.name_forms import is_full_name, is_short_name
from nlp.text.segment import turn_spans

_REACH = 4
"""Turns after a question in which its answer is looked for."""

_SUBJECTS = (
    (r"주민(?:[ \t]?등록)?[ \t]?번호", "주민등록번호"),
    (r"생년월일|생일", "생년월일"),
    (r"카드[^\n]{0,14}?번호", "카드번호"),
    (r"계좌", "계좌번호"),
    (
        r"연락처|연락[ \t]?(?:가능|받으실|되는|드릴|주실)[^\n]{0,6}번호|전화[ \t]?번호|휴대폰"
        r"|핸드폰|휴대전화|폰[ \t]?번호",
        "전화번호",
    ),
    (r"차량[ \t]?번호|차[ \t]?번호", "차량번호"),
    (r"(?<!메일)(?<!메일[ \t])주소|배송지|거주지", "주소"),
    (r"성함|이름|성명|예금주", "이름"),
)
# Two searches: the first is the faster one, as each alternative begins with a letter.
_ANY_SIGN = re.compile(
    "주민|생년월일|생일|카드|계좌|연락|전화|휴대폰|휴대전화|핸드폰|폰|차|주소|배송지|거주지|성함|이름|성명|예금주"
)
_ANY_SUBJECT = re.compile("|".join(subject for subject, _ in _SUBJECTS))
_ASKS = r"[^\n]{0,30}?(?:어떻게|말씀|불러|알려|여쭤|여쭙|확인|부탁|주시|되세요|되실|주세요|몇[ \t]?번|입력|남겨|\?|요$)"
_QUESTIONS = tuple((re.compile(rf"(?:{subject}){_ASKS}"), kind) for subject, kind in _SUBJECTS)

_NUMBER = re.compile(
    rf"(?<![\d가-힣A-Za-z]){D}(?:{SEP}?{D}){{2,}}"
    r"(?!\d|[ \t]?(?:[원만천백십명건회월년시분층박%]|개월?|기가|번[ \t]?(?:이나|째|을|전화)))"
)
_NUMERAL = "[일이삼사오육칠팔구십]"
_BIRTH = re.compile(
    r"(?<!\d)(?:19|20)?\d\d[ \t]?년생?(?:[ \t]?\d{1,2}[ \t]?월[ \t]?\d{1,2}[ \t]?일)?"
    r"|[일이삼사오육칠팔구천백십]{1,8}[ \t]?년생?"
    rf"(?:[ \t]?(?:{_NUMERAL}{{1,2}}|유|시)[ \t]?월[ \t]?{_NUMERAL}{{1,3}}[ \t]?일)?"
)
_NAME = re.compile(
    r"(?:(?:네|예|아|어|음|저|제|저는|나는|난|제가|이름은|성함은|본인이고요?|그|저기)[ \t,.]+)*(?P<n>[가-힣]{2,4}?)"
    r"(?=(?P<copula>이?라고|이요|이에요|예요|입니다|인데요?|이고요?|(?<!하)고요?|이?구요|요|님)?"
    r"(?:[ \t.,~!?\n]|$|합니다|하는데))"
)
_PLATE = re.compile(rf"(?:\d{{2,3}}|{_NUMERAL}{{1,5}})[ \t]?[가-힣][ \t]?{D}(?:[ \t]?{D}){{3}}")
_COUNT = rf"(?:\d+|(?<![가-힣])(?:{_NUMERAL}|[백천])+)"
_PLACE = re.compile(
    rf"(?:[가-힣]+[시도군구읍면동리로길]|{PROVINCE})(?![가-힣])[^\n]*?{_COUNT}"
    rf"(?:[ \t]?(?:번지|번길|[호층동길에\-]|다시)[ \t]?(?:{_COUNT})?)*(?:[^\n]*{_COUNT}[ \t]?(?:호|층|번지))?"
)


def find_answers(view: str) -> Iterator[Found]:
    """Answers to questions for personal data, if the text is a dialogue that asks for any."""
    if not _ANY_SIGN.search(view) or not _ANY_SUBJECT.search(view):
        return
    asked: tuple[str, ...] = ()
    left = 0
    for turn in turn_spans(view):
        if turn.speaker != "customer" and (kinds := _asked_for(view[turn.start : turn.end])):
            asked, left = kinds, _REACH
            continue
        if left and turn.speaker != "agent":
            for kind in asked:
                yield from _answers(kind, view, turn.start, turn.end)
        left -= 1 if left else 0


def _asked_for(said: str) -> tuple[str, ...]:
    kinds = tuple(kind for pattern, kind in _QUESTIONS if pattern.search(said))
    # "주민번호 앞자리, 생년월일 여섯 자리요": one number, and its name is the former.
    return tuple(kind for kind in kinds if kind != "생년월일" or "주민등록번호" not in kinds)


def _answers(kind: str, view: str, start: int, end: int) -> Iterator[Found]:
    if kind == "이름":
        match = _NAME.match(view, start, end)
        if match and _is_answer(match, end):
            yield Found(kind, *match.span("n"), 6)
    elif kind == "주소":
        yield from (Found(kind, *match.span(), 3) for match in _PLACE.finditer(view, start, end))
    elif kind == "차량번호":
        yield from (Found(kind, *match.span(), 2) for match in _PLATE.finditer(view, start, end))
    else:
        if kind == "생년월일":
            yield from (Found(kind, *match.span(), 5) for match in _BIRTH.finditer(view, start, end))
        yield from (Found(kind, *match.span(), 6) for match in _NUMBER.finditer(view, start, end))


def _is_answer(match: re.Match[str], end: int) -> bool:
    """Whether the word is the name asked for: a full name, or two syllables that say so or say nothing else."""
    word = match["n"]
    return is_full_name(word) or (is_short_name(word) and (match["copula"] not in (None, "고") or match.end() >= end))
