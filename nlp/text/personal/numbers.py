"""Personal numbers and e-mail, written or spoken ("공일공 일이삼사 오육칠팔").

ko-pii finds what keeps to a form. The patterns here find what typing and speech recognition make of it,
and what only the word before gives away ("계좌 110 234 567890").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any

from nlp.text.personal.births import BARE_RUN, find_births
from nlp.text.personal.found import FILLER, LETTER, NO_DIGIT, PAST_ANOTHER, PROVINCE, SEP, D, Found, digits_of, numerals

_G2, _G3, _G4, _G6, _G7 = (numerals(count) for count in (2, 3, 4, 6, 7))
_GAP = r"[^\d\n\[\]]"
"""Between a word that announces a number and the number."""

# "30000원", "3개", "2시간": amounts, not parts of a number.
_UNIT = r"[만천백]?[ \t]?원|[만억개명건회일월년분초층박세살대점%퍼]|번째|시간?|인분|기가|메가|[GM]B|k?[gm]\b|ml"
_NO_UNIT = rf"(?![ \t]?(?:{_UNIT}))"

# What numbers things, not people: "주문번호 240115-1234567", "운송장 6012 3456 7890".
_THING = re.compile(
    r"(?:주문|운송장|송장|접수|예약|상품|제품|모델|시리얼|일련|승인|영수증|바코드|관리|사건|문의|티켓|쿠폰|상담|조회"
    r"|거래|신청|사업자|법인|증권|회원|고객(?![ \t]?:)|품번|택배|배송|민원|인증|청구|고지|항공권|탑승권|승차권|입장권"
    r"|반품|교환|회수|serial|order|tracking|model|s/n)"
    r"[ \t]?(?:등록)?(?:번호|코드|no\.?|id|키|number)?(?:[ \t]?[는은가이])?[ \t]?[:#.]?[ \t]*[A-Z#(-]{0,4}$",
    re.IGNORECASE,
)

_TRACKED = re.compile(r"(?:송장|택배|배송|등기)(?:번호|조회)?(?:[는은가이])?[ \t]?[:#.]?[ \t]*$")
_THING_AFTER = re.compile(r"[ \t]?(?:이|번|로)?[ \t]?(?:주문|운송장|송장|예약|접수)")

_MOBILE = re.compile(
    rf"(?:(?<!\d)\+?82[ \t\-.)]{{0,2}}(?:\(0\))?0?|(?<!{D})\(?[0공영][ \t]?)[1일][ \t]?"
    rf"(?:[0공영]{SEP}?{_G4}{SEP}?{_G4}|0(?:[ \t]?[\-.]?[ \t]?\d){{8}}|[공영][ \t]?(?:{SEP}?{D}){{8}}"
    rf"|[016789공영일육륙칠팔구]{SEP}?{numerals(3, 4)}{SEP}?{_G4})(?!{D}{{2}}|\d)"
)
_SPOKEN_LANDLINE = re.compile(
    rf"(?<![가-힣\d])[공영][ \t]?(?:이|[삼사오육륙][ \t]?[일이삼사오]|칠[ \t]?[공영])"
    rf"{SEP}?{numerals(3, 4)}{SEP}?{_G4}(?!{D}{{2}})"
)
_AREA_FORM = re.compile(r"0\d{1,2}[ \t]?[)\-][ \t]?\d{3,4}[ \t]?-[ \t]?\d{4}(?!\d|-)")
_SAFE_PHONE = re.compile(rf"(?<!\d)050[0-9]?{SEP}?[0-9]{{3,4}}{SEP}?[0-9]{{4}}(?!\d)")
_DESK = re.compile(r"(?:고객[ \t]?센터|콜[ \t]?센터|대표[ \t]?(?:번호|전화))[^\d\n,]{0,8}$")
"""Before the number of a firm's desk."""
_LOCAL_PHONE = re.compile(
    rf"(?:연락처|전화|휴대폰|핸드폰|폰[ \t]?번호)(?:[ \t]?번호)?{_GAP}{{0,8}}?"
    r"(?P<it>(?<![\d\-])(?!1[568]\d\d)[1-9]\d{2,3}[ \t\-.]{1,3}\d{4}(?![\d\-]))"
)

_RESIDENT_WORD = r"주민(?:[ \t]?등록)?(?:[ \t]?번호)?"
_RESIDENT = re.compile(
    rf"{_RESIDENT_WORD}{_GAP}{{0,14}}?(?P<it>(?<!\d){_G6}(?:{SEP}|[ \t]?뒷자리[는가]?[ \t]?)?{_G7})(?!\d)"
)
_SPOKEN_RESIDENT = re.compile(rf"(?<![가-힣\d])(?P<it>{_G6}{SEP}?{_G7})")
_STARRED_RESIDENT = re.compile(r"(?<!\d)(?P<it>\d{6}[ \t]?-?[ \t]?[1-8][*xX●○•]{4,6})")
_RESIDENT_FRONT = re.compile(
    rf"(?:{_RESIDENT_WORD}[ \t]?)?앞(?:자리|번호){_GAP}{{0,14}}?(?P<it>(?<!\d)(?:{_G6}|\d{{6}}[1-8]))(?!\d)"
)
_RESIDENT_BACK = re.compile(rf"뒷(?:자리|번호){_GAP}{{0,10}}?(?P<it>(?<!\d){_G7})(?!\d)")

_CARD = re.compile(rf"(?<!\d)(?P<it>(?:{_G4}(?:[ \t\-.,/]{{1,3}}|[ \t]?(?:에|다시)[ \t]?)){{3}}{_G4})(?!\d)")
_CARD_AFTER_WORD = re.compile(
    rf"카드{_GAP}{{0,25}}?(?P<it>(?<!\d)(?:{_G4}(?:{SEP}?{_G4}){{3}}|\d{{4}}[ \-]\d{{6}}[ \-]\d{{5}}))(?!\d)"
)
_STARRED_CARD = re.compile(
    r"(?<![\d\-])"
    r"(?P<it>\d{4}[ \-]?(?:\d\d[*xX●○•]{2}|[*xX●○•]{4})[ \-]?[*xX●○•]{4}[ \-]?\d{3,4})(?!\d)"
)

_BREAK = rf"(?:{FILLER}|[ \t]?(?:다시|에)[ \t]?)"
_BANK = (
    r"(?:은행|뱅크|농협|신협|수협|새마을금고|우체국|카뱅|토스|국민|신한|우리|하나|기업|카카오|씨티|제일|산업"
    r"|부산|대구|광주|전북|경남|제주|KB|NH|IBK|SC|MG)"
)
_ACCOUNT = re.compile(
    rf"(?:계좌|통장|입금|출금|이체|송금|환급|{_BANK}){_GAP}{{0,16}}?(?P<it>"
    rf"(?<![\d\-])\d(?:(?:[ \t]?-[ \t]?|[ \t.]{{0,2}}|{_BREAK})\d){{9,13}}(?!\d){_NO_UNIT}"
    rf"|(?<![가-힣]){D}(?:(?:[ \t\-,]{{0,2}}|{_BREAK}){D}){{9,13}})",
    re.IGNORECASE,
)
_ACCOUNT_WORD = re.compile(r"(?:계좌|통장)[^\d\n]{0,6}$")
_NEXT_ACCOUNT = re.compile(
    r"(?:통장|계좌|출금|입금)[^\n]{0,30}?\ufffc[^\d\n\ufffc]{1,12}"
    r"(?P<it>(?<![\d\-])\d{2,6}-\d{2,6}-\d{2,7}(?:-\d{1,3})?)(?![\d\-])"
)
"""Behind an account that is masked already."""
_ACCOUNT_BEFORE_BANK = re.compile(
    rf"(?P<it>(?<![\d\-])\d{{2,6}}[ \t]?[\- \t][ \t]?\d{{2,6}}[ \t]?[\- \t][ \t]?\d{{2,7}}"
    rf"(?:[ \t]?[\- \t][ \t]?\d{{1,3}})?(?!\d))[ \t,(]{{0,3}}(?:{_BANK}|통장|계좌)"
)

_TWO = rf"(?:{_G2}|{D}?십{D}?)"
_LICENSE = re.compile(
    rf"(?:면허|운전경력){_GAP}{{0,20}}?"
    rf"(?P<it>(?<!\d)(?:(?:{PROVINCE})[ \t]?)?{_TWO}{SEP}?{_TWO}{SEP}?{_G6}{SEP}?{_TWO}"
    rf"|(?:{PROVINCE})[ \t]?{_G2}{SEP}?{_G6}{SEP}?{_G2})(?!\d)"
)
# "M4O912278": the letter for a zero; "엠 일이삼사 오육칠팔": read aloud.
_PASSPORT_NUMBER = (
    r"(?:(?<![A-Za-z0-9])[A-Za-z]{1,2}[ \t\-]?(?:\d{3}[ \t]?[A-Za-z0-9][ \t]?\d{3,4}|(?=[Oo]?\d)[\dOo]{7,8})"
    rf"(?![A-Za-z0-9])|(?<![가-힣A-Za-z])(?:[A-Za-z]|{LETTER})(?:[ \t]?{LETTER})?{SEP}?{D}(?:{SEP}?{D}){{6,7}}"
    rf"{NO_DIGIT})"
)
_PASSPORT = re.compile(
    r"(?:여권|패스포트|passport|(?<![A-Za-z])PP(?![A-Za-z]))"
    rf"(?:{_GAP}{{0,25}}?|{PAST_ANOTHER})(?P<it>{_PASSPORT_NUMBER})",
    re.IGNORECASE,
)
_PASSPORT_BEFORE_WORD = re.compile(rf"(?P<it>{_PASSPORT_NUMBER})[ \t,(]{{0,3}}여권")
_USE = "[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호]"
_NO_UNIT_WORD = rf"(?!{_UNIT})(?![ \t](?:{_UNIT})(?![가-힣]{{2}}))"
_PLATE = re.compile(
    rf"(?<![\d가-힣])(?P<it>(?:(?:{PROVINCE})[ \t]?)?\d{{1,3}}[ \t]?{_USE}[ \t\-]?\d{{4}})(?!\d){_NO_UNIT_WORD}"
)
_SPOKEN_CLASS = (
    r"(?:[영공일이삼사오육칠팔구]{2,3}|[영공일이삼사오육칠팔구]?백?[일이삼사오육칠팔구]?십[일이삼사오육칠팔구]?)"
)
_SPOKEN_PLATE = re.compile(
    rf"(?<![가-힣\d])(?P<it>(?:(?:{PROVINCE})[ \t]?)?"
    rf"(?:(?:{_SPOKEN_CLASS}|\d{{2,3}})(?:[ \t]?(?![사오구]){_USE}[ \t]?|[ \t][오구][ \t]){_G4})){NO_DIGIT}"
)
"""In a text about a car."""
_TEMPORARY_PLATE = re.compile(rf"임시{_GAP}{{0,12}}?(?P<it>(?:(?:{PROVINCE})[ \t]?)?임[ \t]?\d{{4}})(?!\d)")
_SPOKEN_USER = re.compile(rf"(?<![A-Za-z0-9가-힣])(?:(?:[A-Za-z0-9._\-]|{LETTER}|{D})[ \t]?){{2,40}}+$")
_SPOKEN_DOMAIN = re.compile(
    r"(?:골뱅이|앳|at(?=[ \t]+[A-Za-z]+\.[A-Za-z]))[ \t]?"
    r"(?:네이버|지메일|다음|한메일|카카오|네이트|핫메일|구글|[A-Za-z]{2,12})"
    r"(?:[ \t]?(?:점|쩜|닷|\.)?[ \t]?(?:닷컴|닷넷|컴|com|넷|net|co[ \t]?\.?kr))?"
)
_FIRM_MAIL = re.compile(
    r"(?:help(?:desk)?|cs|cscenter|info|support|contact|webmaster|no[\-_.]?reply|service|customer|voc)@", re.IGNORECASE
)
"""Addresses of a firm's desks: nobody's own."""
_LONGEST_USER = 48
"""Characters before the "at" of an e-mail address that is read aloud, blanks among them."""

_BY_WORD: tuple[tuple[re.Pattern[str], str, int], ...] = (
    (_LOCAL_PHONE, "전화번호", 3),
    (_STARRED_RESIDENT, "주민등록번호", 0),
    (_RESIDENT_FRONT, "주민등록번호", 2),
    (_RESIDENT_BACK, "주민등록번호", 2),
    (_CARD_AFTER_WORD, "카드번호", 0),
    (_LICENSE, "운전면허번호", 0),
    (_SPOKEN_LANDLINE, "전화번호", 4),
)
_BY_FORM = (
    ("rrn", "주민등록번호", 0),
    ("frn", "외국인등록번호", 0),
    ("card", "카드번호", 0),
    ("driver_license", "운전면허번호", 0),
    ("passport", "여권번호", 0),
    ("account", "계좌번호", 3),
)

# Cheap searches that hold whenever a finder behind them can hold: most texts need nothing else.
_SIX_DIGITS = re.compile(rf"{D}(?:[^\n]{{0,6}}?{D}){{5}}")
_WRITTEN_SEVEN = re.compile(r"\d(?:[^\n\d]{0,8}\d){6}")
_STARS = re.compile(r"[*xX●○•]{4}")
_PLATE_SIGN = re.compile(r"[\d임][ \t]?[가-힣]?[ \t\-]?\d{4}")
_EMAIL_SIGN = re.compile(r"@|at|At|AT|골뱅이|앳")
_PASSPORT_SIGN = re.compile("여권|패스포트|[Pp]assport|PASSPORT|PP")
_CAR_SIGN = re.compile(
    "차|번호판|견인|운전|렌트|택시|과속|딱지|범칙금|모닝|그랜저|소나타|쏘나타|아반떼|카니발|쏘렌토|싼타페|투싼|스파크|레이|포터|제네시스|벤츠"
)


def find_numbers(view: str) -> Iterator[Found]:
    """Numbers and e-mail in a text that ``view_of`` made plain; 1588-… and order numbers are left."""
    if _SIX_DIGITS.search(view):
        yield from _by_word(view)
        for match in BARE_RUN.finditer(view):
            if not _numbers_a_thing(view, match.start()):
                yield Found("생년월일", *match.span("it"), 7)
        if _WRITTEN_SEVEN.search(view):
            yield from _by_form(view)
    if _STARS.search(view):
        yield from _matches(_STARRED_CARD, view, "카드번호", 0)
    if _PLATE_SIGN.search(view):
        yield from _matches(_PLATE, view, "차량번호", 4)
        yield from _matches(_TEMPORARY_PLATE, view, "차량번호", 4)
    if _EMAIL_SIGN.search(view):
        yield from (
            Found("이메일", item.start, item.end, 1)
            for item in ko_pii("email")(view)
            if not _FIRM_MAIL.match(view, item.start)
        )
        yield from _spoken_emails(view)
    yield from find_births(view)


def _spoken_emails(view: str) -> Iterator[Found]:
    """Addresses read aloud: "엠 아이 엔 에이 구일 골뱅이 네이버 점 컴"."""
    for match in _SPOKEN_DOMAIN.finditer(view):
        head = max(0, match.start() - _LONGEST_USER)
        if user := _SPOKEN_USER.search(view[head : match.start()]):
            yield Found("이메일", head + user.start(), match.end(), 1)


def _by_word(view: str) -> Iterator[Found]:
    for match in _MOBILE.finditer(view):
        yield Found("전화번호", *match.span(), 1)
    for pattern, kind, rank in _BY_WORD:
        yield from _matches(pattern, view, kind, rank)
    for match in _SAFE_PHONE.finditer(view):
        if not _DESK.search(view[max(0, match.start() - 16) : match.start()]):
            yield Found("전화번호", *match.span(), 1)
    for pattern in (_ACCOUNT, _NEXT_ACCOUNT, _ACCOUNT_BEFORE_BANK):
        for match in pattern.finditer(view):
            if not _TRACKED.search(view[max(0, match.start("it") - 16) : match.start("it")]):
                yield Found("계좌번호", *match.span("it"), 3)
    if _PASSPORT_SIGN.search(view):
        yield from _matches(_PASSPORT, view, "여권번호", 0)
        yield from _matches(_PASSPORT_BEFORE_WORD, view, "여권번호", 0)
    if _CAR_SIGN.search(view):
        yield from _matches(_SPOKEN_PLATE, view, "차량번호", 4)
    for match in _RESIDENT.finditer(view):
        yield Found(_resident_kind(match["it"]), *match.span("it"), 0)
    for match in _SPOKEN_RESIDENT.finditer(view):
        if not match["it"].isascii() and _begins_with_birth(digits_of(match["it"])):
            yield Found(_resident_kind(match["it"]), *match.span("it"), 0)
    for match in _CARD.finditer(view):
        if not _numbers_a_thing(view, match.start()):
            yield Found("카드번호", *match.span("it"), 0)


def _by_form(view: str) -> Iterator[Found]:
    for module, kind, rank in _BY_FORM:
        for item in ko_pii(module)(view):
            if kind == "카드번호" and _ACCOUNT_WORD.search(view[max(0, item.start - 8) : item.start]):
                continue
            if not _numbers_a_thing(view, item.start) and not _THING_AFTER.match(view, item.end):
                yield Found(kind, item.start, item.end, rank)
    for item in ko_pii("phone")(view):
        if item.extra["type"] == "mobile" or (
            item.extra["type"] != "representative"
            # "인증번호가 032)757-4873 여기로": what is cut like a number of an area is one.
            and (_AREA_FORM.match(view, item.start) or not _numbers_a_thing(view, item.start))
        ):
            yield Found("전화번호", item.start, item.end, 1)


@cache
def ko_pii(module: str) -> Callable[[str], Iterator[Any]]:
    """One of ko-pii's detectors, imported when first needed so that importing Dangol stays light."""
    from importlib import import_module

    detect: Callable[[str], Iterator[Any]] = import_module(f"ko_pii.patterns.{module}").detect
    return detect


def _matches(pattern: re.Pattern[str], view: str, kind: str, rank: int) -> Iterator[Found]:
    group = "it" if "it" in pattern.groupindex else 0
    return (Found(kind, *match.span(group), rank) for match in pattern.finditer(view))


def _numbers_a_thing(view: str, start: int) -> bool:
    return _THING.search(view[max(0, start - 24) : start]) is not None


def _resident_kind(number: str) -> str:
    return "외국인등록번호" if digits_of(number)[6:7] in ("5", "6", "7", "8") else "주민등록번호"


def _begins_with_birth(digits: str) -> bool:
    try:
        date(1900 if digits[6] in "1256" else 2000, int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return digits[6] in "12345678"
