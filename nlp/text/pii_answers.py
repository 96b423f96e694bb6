"""Personal data that only the question gives away: the agent asks for it, the customer's next turn holds it.

상담원: 주민번호 앞자리 말씀해 주시겠어요?
고객: 구공공일일오요
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.text.pii_names import is_name
from nlp.text.pii_numbers import SEP, D, Found
from nlp.text.segment import turn_spans

_ASK = r"[^\n.]{0,30}?(?:어떻게|말씀|불러|알려|여쭤|여쭙|확인|부탁|주시|되세요|되실|주세요|몇[ \t]?번|뭐|입력|남겨|\?)"
_QUESTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(subject + _ASK), kind)
    for subject, kind in (
        (r"(?:주민(?:[ \t]?등록)?[ \t]?번호|(?:앞|뒷)[ \t]?(?:자리|번호))", "주민등록번호"),
        (r"(?:생년월일|생일)", "생년월일"),
        (r"(?:카드[ \t]?번호|카드[ \t]?뒷면)", "카드번호"),
        (r"계좌(?:[ \t]?번호)?", "계좌번호"),
        (r"(?:연락처|전화[ \t]?번호|휴대폰|핸드폰|휴대전화|폰[ \t]?번호)", "전화번호"),
        (r"(?:차량[ \t]?번호|차[ \t]?번호)", "차량번호"),
        (r"(?:이메일|메일)[ \t]?주소?", "이메일"),
        (r"(?:(?<!메일 )(?<!메일)주소|배송지|거주지)", "주소"),
        (r"(?:성함|이름|성명|예금주)", "이름"),
    )
)
_ANY_QUESTION = re.compile(
    r"주민|앞[ \t]?자리|뒷[ \t]?자리|생년월일|생일|카드|계좌|연락처|전화|휴대폰|핸드폰|폰|차량|차[ \t]?번호|메일|주소|배송지|거주지|성함|이름|성명|예금주"
)
_REACH = 4
"""Turns after a question in which its answer is looked for."""

_DIGITS = re.compile(
    rf"(?<![\d가-힣A-Za-z]){D}(?:{SEP}{D}){{2,}}(?![ \t]?(?:원|만|천|백|십|개월?|명|건|회|월|년|시|분|층|박|%|기가|번[ \t]?(?:이나|째|을|전화)))"
)
_BIRTH = re.compile(
    r"(?<!\d)(?:(?:19|20)?\d\d[ \t]?년생?[ \t]?(?:\d{1,2}[ \t]?월[ \t]?\d{1,2}[ \t]?일)?"
    r"|[일이삼사오육륙칠팔구천백십]{1,8}[ \t]?년생?[ \t]?(?:[일이삼사오유육칠팔구시십]{1,3}[ \t]?월[ \t]?[일이삼사오육칠팔구십]{1,4}[ \t]?일)?)"
)
_NAME = re.compile(
    r"(?:네|예|아|어|음|저|제|저는|이름은|성함은|본인이고|본인이고요|[ \t,.])*"
    r"(?P<n>[가-힣]{2,4}?)(?=(?:이라고|라고|이요|이에요|예요|입니다|인데요?|이고요?|이구요|요|님)?(?:[ \t.,~!?]|$|합니다|하는데))"
)
_PLATE = re.compile(
    r"\d{2,3}[ \t]?[가-힣][ \t]?\d{4}|[일이삼사오육칠팔구십]{1,5}[ \t]?[가-힣][ \t]?"
    + rf"{D}(?:[ \t]?{D}){{3}}"
)
_PLACE = re.compile(
    r"(?:[가-힣]+(?:특별시|광역시|시|도|군|구|읍|면|동|리|로|길|가)|서울|경기|부산|대구|인천|광주|대전|울산|세종)(?![가-힣])[^\n]*?"
    r"(?:(?:\d+|[일이삼사오육칠팔구십백천]+)(?:[ \t]?(?:번지|호|층|동|번길|길|다시|에|-)[ \t]?(?:\d+|[일이삼사오육칠팔구십백천]+)?)*"
    r"(?:[ \t]?(?:번지|호|층|동))?)(?:[^\n]*(?:\d|[일이삼사오육칠팔구십])[ \t]?(?:호|층|번지))?"
)
_NOT_NAMES = frozenset(
    [
        "네네",
        "아니",
        "아니요",
        "잠시",
        "잠깐",
        "그게",
        "그거",
        "본인",
        "맞아",
        "맞습",
        "이거",
        "제가",
        "저기",
        "여보세",
        "여보세요",
        "왜요",
        "뭐요",
        "안돼",
        "몰라",
        "그냥",
        "지금",
        "그건",
        "왜",
    ]
)


def find_answers(text: str, view: str) -> list[Found]:
    """Answers to an agent's question for personal data; empty when ``text`` is no dialogue."""
    if not _ANY_QUESTION.search(view):
        return []
    spans = turn_spans(text)
    found: list[Found] = []
    asked, left = "", 0
    for span in spans:
        if span.speaker != "customer" and (kind := _question(view[span.start : span.end])):
            asked, left = kind, _REACH
            continue
        if left and span.speaker != "agent":
            found += _answers(asked, view, span.start, span.end)
        left = max(0, left - 1)
    return found


def _question(said: str) -> str:
    """The kind that the last question of a turn asks for."""
    asked = [(match.start(), kind) for pattern, kind in _QUESTIONS for match in pattern.finditer(said)]
    return max(asked)[1] if asked else ""


def _answers(kind: str, view: str, start: int, end: int) -> Iterator[Found]:
    if kind == "이름":
        match = _NAME.match(view, start, end)
        if match and match["n"] not in _NOT_NAMES and (len(match["n"]) == 2 or is_name(match["n"])):
            yield Found(kind, *match.span("n"), 6)
    elif kind == "주소":
        yield from (Found(kind, *match.span(), 4) for match in _PLACE.finditer(view, start, end))
    elif kind == "차량번호":
        yield from (Found(kind, *match.span(), 2) for match in _PLATE.finditer(view, start, end))
    elif kind != "이메일":
        if kind == "생년월일":
            yield from (Found(kind, *match.span(), 5) for match in _BIRTH.finditer(view, start, end))
        yield from (Found(kind, *match.span(), 6) for match in _DIGITS.finditer(view, start, end))
