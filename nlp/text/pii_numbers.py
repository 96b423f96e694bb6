"""Personal numbers, e-mail and street addresses in a text, written or spoken ("공일공 일이삼사 오육칠팔")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple

TOKENS = (
    "전화번호",
    "주민등록번호",
    "외국인등록번호",
    "카드번호",
    "계좌번호",
    "이메일",
    "주소",
    "이름",
    "차량번호",
    "여권번호",
    "운전면허번호",
    "생년월일",
)
"""Every kind that a bracketed token can name."""


class Found(NamedTuple):
    """Personal data at ``[start, end)``; where two overlap, the lower rank wins."""

    kind: str
    start: int
    end: int
    rank: int = 1


D = "[0-9공영일이삼사오육륙칠팔구]"
"""A digit as written or as spoken."""

SEP = r"(?:[ \t\-.,/~)]{1,3}|[ \t]?(?:에|의|다시|대시|하이픈|국에|이고요?|고요|이요|요)[ \t.,]{0,2})?"
"""What stands between the groups of a number: "010-1234", "공일공에 일이삼사", "칠번 다시 …"."""

_SPOKEN = dict(zip("공영일이삼사오육륙칠팔구", "001234566789", strict=True))
_FOLD = str.maketrans("０１２３４５６７８９＠．／（）：" + "‐‑‒–—―−－·ㅡ￣", "0123456789@./():" + "-" * 11)
_TOKEN = re.compile(r"\[(?:" + "|".join(TOKENS) + r")\]")
_UNIT = (
    r"(?![ \t]?(?:[만천백]?[ \t]?원|[만억]|개|명|건|회|번째|일|월|년|시간?|분|초|층|박|인분|세|살|대|점|%|퍼|기가|메가"
    r"|GB|MB|kg|km|cm|mm|ml|p\b))"
)


def _group(low: int, high: int | None = None) -> str:
    high = low if high is None else high
    return rf"{D}(?:[ \t]?{D}){{{low - 1},{high - 1}}}"


# Numbers of things, not of people: "주문번호 240115-1234567", "운송장 6012 3456 7890".
_THING = re.compile(
    r"(?:주문|운송장|송장|접수|예약|상품|제품|모델|시리얼|일련|승인|영수증|바코드|관리|사건|문의|티켓|쿠폰|상담|조회|거래"
    r"|등록|신청|사업자|법인|증권|회원|고객|품번|택배|배송|민원|인증|청구|고지|serial|order|tracking|model|s/n)"
    r"[ \t]?(?:등록)?(?:번호|코드|no\.?|id|키|number)?(?:[ \t]?(?:는|은|가|이))?[ \t]?[:：#.]?[ \t]*[A-Z#(-]{0,4}$",
    re.IGNORECASE,
)

_PHONE = re.compile(
    rf"(?:(?<!\d)\+?82[ \t\-.)]{{0,2}}(?:\(0\))?0?|(?<!\d)\(?[0공영][ \t]?)(?:[1일][ \t]?[016789공영일육륙칠팔구])"
    rf"{SEP}{_group(3, 4)}{SEP}{_group(4)}"
)
_SAFE_PHONE = re.compile(rf"(?<!\d)050[0-9]?{SEP}[0-9]{{3,4}}{SEP}[0-9]{{4}}(?!\d)")
_SPOKEN_LANDLINE = re.compile(
    rf"(?<![가-힣\d])[공영][ \t]?(?:[이]|[삼사오육륙][ \t]?[일이삼사오]|칠[ \t]?[공영]){SEP}{_group(3, 4)}{SEP}{_group(4)}"
)
_BARE_PHONE = re.compile(
    r"(?:연락처|전화(?:번호)?|휴대폰|핸드폰|휴대전화|폰[ \t]?번호)(?:[ \t]?번호)?[^\d\n]{0,8}?"
    r"(?P<it>(?<!\d)(?!1[568]\d\d[ \t\-])(?:[2-9]\d{2,3}|1\d{3})[ \t\-.]{1,3}\d{4}(?!\d))"
)
_RESIDENT = re.compile(
    rf"주민(?:[ \t]?등록)?(?:[ \t]?번호)?(?:[^\d\n\[\]]{{0,14}}?)(?P<it>(?<!\d){_group(6)}"
    rf"(?:{SEP}|[ \t]?뒷자리(?:는|가)?[ \t]?){_group(7)})"
)
_SPOKEN_RESIDENT = re.compile(rf"(?<![가-힣\d])(?P<it>{_group(6)}{SEP}{_group(7)})")
_STARRED_RESIDENT = re.compile(r"(?<!\d)\d{6}[ \t]?-?[ \t]?[1-8][*xX●○•]{4,6}")
_RESIDENT_FRONT = re.compile(
    rf"(?:주민(?:[ \t]?등록)?(?:[ \t]?번호)?[ \t]?)?(?:앞자리|앞번호)[^\d\n\[\]]{{0,10}}?(?P<it>(?<!\d){_group(6)})(?!\d)"
)
_RESIDENT_BACK = re.compile(rf"(?:뒷자리|뒷번호)[^\d\n\[\]]{{0,10}}?(?P<it>(?<!\d){_group(7)})(?!\d)")
_CARD = re.compile(
    rf"(?P<it>(?<!\d)(?:{_group(4)}(?:[ \t\-.,/]{{1,3}}|[ \t]?(?:에|다시)[ \t]?)){{3}}{_group(4)})(?!\d)"
)
_CUED_CARD = re.compile(rf"카드[^\d\n\[\]]{{0,15}}?(?P<it>(?<!\d){_group(4)}(?:{SEP}{_group(4)}){{3}})(?!\d)")
_BANK = (
    r"(?:은행|뱅크|농협|신협|수협|새마을금고|우체국|카뱅|토스|국민|신한|우리|하나|기업|카카오|씨티|제일|산업|부산|대구"
    r"|광주|전북|경남|제주|KB|NH|IBK|SC|MG)"
)
_RUN = rf"(?:\d(?:(?:[ \t]?-[ \t]?|[ \t.]{{0,2}}|[ \t]?(?:다시|에)[ \t]?)\d){{9,13}})(?!\d){_UNIT}"
_SPOKEN_RUN = rf"(?:{D}(?:(?:[ \t\-,]{{0,2}}|[ \t]?(?:다시|에)[ \t]?){D}){{9,13}})"
_ACCOUNT = re.compile(
    rf"(?:계좌|통장|입금|이체|송금|환급|{_BANK})[^\d\n\[\]]{{0,16}}?(?P<it>(?<![\d\-]){_RUN}|(?<![가-힣]){_SPOKEN_RUN})",
    re.IGNORECASE,
)
_ACCOUNT_BEFORE = re.compile(
    rf"(?P<it>(?<![\d\-])\d{{2,6}}-\d{{2,6}}-\d{{2,7}}(?:-\d{{1,3}})?(?!\d))[ \t,(]{{0,3}}{_BANK}"
)
_LICENSE = re.compile(
    rf"면허[^\d\n\[\]]{{0,15}}?(?P<it>(?<!\d)(?:(?:서울|부산|경기|강원|충북|충남|전북|전남|경북|경남|제주|대구|인천|광주|대전|울산)[ \t]?)?"
    rf"{_group(2)}{SEP}{_group(2)}{SEP}{_group(6)}{SEP}{_group(2)})"
)
_PASSPORT = re.compile(
    r"여권[^\d\n\[\]]{0,15}?(?P<it>(?<![A-Za-z0-9])[A-Za-z][ \t\-]?\d{3}[ \t]?[A-Za-z0-9][ \t]?\d{4}(?![A-Za-z0-9]))"
)
_PLATE_LETTER = "[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호]"
_PLATE = re.compile(
    rf"(?P<it>(?<![\d가-힣])(?:(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주)[ \t]?)"
    rf"\d{{1,3}}[ \t]?{_PLATE_LETTER}[ \t]?\d{{4}}(?!\d)){_UNIT}"
    rf"|(?:차량|차[ \t]?번호|번호판|제[ \t]?차|차는|차가)[^\d\n\[\]]{{0,10}}?"
    rf"(?P<two>(?<!\d)\d{{2,3}}[ \t]?{_PLATE_LETTER}[ \t]?{_group(4)})(?!\d){_UNIT}"
)
_SPOKEN_EMAIL = re.compile(
    r"(?<![A-Za-z0-9가-힣])[A-Za-z0-9._\-]{2,}(?:[ \t][A-Za-z0-9._\-]+){0,2}[ \t]?골뱅이[ \t]?"
    r"(?:네이버|지메일|다음|한메일|카카오|네이트|[A-Za-z]{2,12})"
    r"(?:[ \t]?(?:점|쩜|닷|\.)?[ \t]?(?:닷컴|컴|com|넷|net|co[ \t]?\.?kr))?"
)
_BIRTH = re.compile(
    rf"(?:생년월일|생일|출생일)[^\d\n\[\]]{{0,10}}?(?P<it>(?<!\d)(?:(?:19|20)?\d\d[ \t]?[년./\-][ \t]?\d{{1,2}}[ \t]?[월./\-][ \t]?"
    rf"\d{{1,2}}(?:[ \t]?일)?|(?:19|20)?\d{{6}}|{_group(6)}))(?!\d)"
)

_PROVINCE = (
    r"(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주|충청[남북]|전라[남북]|경상[남북])"
    r"(?:특별자치|특별|광역)?(?:시|도)?"
)
_REGION = rf"(?:{_PROVINCE}[ \t]+)?(?:[가-힣]{{1,4}}(?:시|군|구)[ \t]*){{0,2}}"
_NUMBER = r"(?:산[ \t]?)?\d{1,4}(?:[ \t]?(?:-|다시|에)[ \t]?\d{1,4})?(?:[ \t]?번지)?(?!\d|[ \t]?(?:번[ \t]?(?:출구|버스)|차로|시간|분|명|개|원|월|일))"
_UNITS = r"(?:\d{1,4}[ \t]?동[ \t]?(?:지하[ \t]?)?\d{1,4}[ \t]?호|\d{1,4}[ \t]?호(?!선|차|점)|지하[ \t]?\d층|\d{1,2}층)"
_BUILDING = r"(?:[가-힣A-Za-z0-9]{1,12}(?:아파트|빌라|오피스텔|타워|맨션|주공|빌딩|연립|자이|푸르지오|래미안|힐스테이트|하이츠|빌)|[가-힣]{2,8}(?=[ \t]+\d{1,4}[ \t]?동))"
_TAIL = rf"(?:[ \t,(]{{0,3}}(?:{_BUILDING}|{_UNITS}|[가-힣]{{1,5}}동(?=\)))\)?){{0,4}}"
_ADDRESS = re.compile(
    rf"(?<![가-힣]){_REGION}(?:[가-힣]{{1,5}}(?:읍|면)[ \t]+)?"
    rf"(?:[가-힣]{{1,8}}(?:[0-9]{{1,3}}(?:번)?(?:가)?)?(?:대로|로|길)(?:[ \t]?\d{{1,4}}(?:번|가)?길)?|[가-힣]{{1,6}}\d?(?:동|리|가))[ \t]?{_NUMBER}{_TAIL}"
)
_HOME = re.compile(
    rf"(?<![가-힣A-Za-z0-9])(?:{_BUILDING}[ \t]*)?\d{{1,4}}[ \t]?동[ \t]?\d{{1,4}}[ \t]?호(?!선)"
)
_HAS_REGION = re.compile(rf"(?:{_PROVINCE}|[가-힣]{{1,4}}(?:시|군|구))(?![가-힣])")
_ADDRESS_CUE = re.compile(r"(?:주소|거주|사는[ \t]?곳|집은|배송지|배달지|자택|살고|이사)[^\n]{0,12}$")

_SEVEN = re.compile(rf"{D}(?:[^\n]{{0,6}}?{D}){{6}}")
_EMAIL_SIGN = re.compile(r"@|[\[(]\s*at\s*[\])]|골뱅이", re.IGNORECASE)
_STREET_SIGN = re.compile(r"(?:로|길|동|리|가)[ \t]?(?:산[ \t]?)?\d|\d[ \t]?동[ \t]?\d{1,4}[ \t]?호")
_BIRTH_SIGN = re.compile(r"생년월일|생일|출생")


def view_of(text: str) -> str:
    """``text`` in plain digits and dashes and with its tokens blanked out, position by position."""
    view = text.translate(_FOLD)
    return _TOKEN.sub(lambda match: "\ufffc" * len(match.group()), view) if "[" in view else view


def digits_of(number: str) -> str:
    """The digits of a written or spoken number."""
    return "".join(_SPOKEN.get(character, character) for character in number if _is_digit(character))


def find_numbers(view: str) -> list[Found]:
    """Numbers, e-mail and addresses in a text that ``view_of`` made plain.

    Each group of detectors runs only where its characters occur, so that most texts cost one search.
    """
    found: list[Found] = []
    if _SEVEN.search(view):
        found += _spoken_and_spaced(view)
        if re.search(r"\d(?:\D{0,4}\d){5}", view):
            found += _formed(view)
    if _EMAIL_SIGN.search(view):
        found += _ko_pii(view, "email", "이메일")
        found += (Found("이메일", *match.span()) for match in _SPOKEN_EMAIL.finditer(view))
    if _STREET_SIGN.search(view):
        found += _addresses(view)
    if _BIRTH_SIGN.search(view):
        found += (Found("생년월일", *match.span("it"), 2) for match in _BIRTH.finditer(view))
    return [item for item in found if "\n" not in view[item.start : item.end]]


def _spoken_and_spaced(view: str) -> Iterator[Found]:
    for pattern in (_PHONE, _SPOKEN_LANDLINE, _SAFE_PHONE):
        for match in pattern.finditer(view):
            # "오육칠팔이에요": the particle 이 after the last group is no digit, an ASCII digit is one.
            if (
                not view[match.end() : match.end() + 1].isascii()
                or not view[match.end() : match.end() + 1].isdigit()
            ):
                yield Found("전화번호", *match.span())
    for pattern, kind, rank in (
        (_BARE_PHONE, "전화번호", 2),
        (_RESIDENT_FRONT, "주민등록번호", 2),
        (_RESIDENT_BACK, "주민등록번호", 2),
        (_CUED_CARD, "카드번호", 0),
        (_ACCOUNT, "계좌번호", 3),
        (_ACCOUNT_BEFORE, "계좌번호", 3),
        (_LICENSE, "운전면허번호", 0),
        (_PASSPORT, "여권번호", 0),
    ):
        yield from (Found(kind, *match.span("it"), rank) for match in pattern.finditer(view))
    for match in _RESIDENT.finditer(view):
        yield Found(_resident_kind(match["it"]), *match.span("it"), 0)
    for match in _SPOKEN_RESIDENT.finditer(view):
        if not match["it"].isascii() and _is_birth(digits_of(match["it"])):
            yield Found(_resident_kind(match["it"]), *match.span("it"), 0)
    yield from (Found("주민등록번호", *match.span(), 0) for match in _STARRED_RESIDENT.finditer(view))
    for match in _CARD.finditer(view):
        if not _is_thing(view, match.start()):
            yield Found("카드번호", *match.span("it"), 0)
    for match in _PLATE.finditer(view):
        yield Found("차량번호", *(match.span("it") if match["it"] else match.span("two")), 2)


def _formed(view: str) -> Iterator[Found]:
    """What ko-pii recognises by form and checksum."""
    for module, kind in (
        ("rrn", "주민등록번호"),
        ("frn", "외국인등록번호"),
        ("card", "카드번호"),
        ("driver_license", "운전면허번호"),
        ("passport", "여권번호"),
    ):
        for item in _ko_pii(view, module, kind, rank=0):
            if not _is_thing(view, item.start):
                yield item
    for detection in _detector("phone")(view):
        if detection.extra["type"] == "representative":
            continue
        if detection.extra["type"] == "mobile" or not _is_thing(view, detection.start):
            yield Found("전화번호", detection.start, detection.end, 1)
    yield from (
        item for item in _ko_pii(view, "account", "계좌번호", rank=3) if not _is_thing(view, item.start)
    )
    yield from _ko_pii(view, "vehicle", "차량번호", rank=4)


def _addresses(view: str) -> Iterator[Found]:
    for match in _ADDRESS.finditer(view):
        start, end = match.span()
        if (
            _HAS_REGION.search(match.group())
            or _ADDRESS_CUE.search(view, 0, start)
            or _HOME.search(match.group())
        ):
            yield Found("주소", start, end, 2)
    yield from (Found("주소", *match.span(), 3) for match in _HOME.finditer(view))
    for detection in _detector("address")(view):
        if detection.extra["format"] in ("road_name", "jibun"):
            yield Found("주소", detection.start, detection.end, 3)


def _ko_pii(view: str, module: str, kind: str, rank: int = 1) -> Iterator[Found]:
    return (Found(kind, detection.start, detection.end, rank) for detection in _detector(module)(view))


@cache
def _detector(module: str) -> Callable[[str], Iterator[Any]]:
    """ko-pii's detector of one kind; imported when first needed, which keeps importing Dangol light."""
    from importlib import import_module

    detect: Callable[[str], Iterator[Any]] = import_module(f"ko_pii.patterns.{module}").detect
    return detect


def _is_thing(view: str, start: int) -> bool:
    return bool(_THING.search(view, max(0, start - 24), start))


def _resident_kind(number: str) -> str:
    return "외국인등록번호" if digits_of(number)[6:7] in tuple("5678") else "주민등록번호"


def _is_birth(digits: str) -> bool:
    if len(digits) != 13 or digits[6] not in "12345678":
        return False
    century = 1900 if digits[6] in "1256" else 2000
    try:
        date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return True


def _is_digit(character: str) -> bool:
    return character in _SPOKEN or (character.isascii() and character.isdigit())
