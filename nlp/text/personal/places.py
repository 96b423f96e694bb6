"""Home addresses: those that lead to a door. A city, a district or a landmark alone stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.text.personal.found import PROVINCE, Found
from nlp.text.personal.numbers import ko_pii

_CITY = rf"(?:{PROVINCE}|충청[남북]|전라[남북]|경상[남북])(?:특별자치|특별|광역)?[시도]?"
_REGION = (
    rf"(?:{_CITY}(?:[ \t]+|(?=[가-힣]{{1,3}}[시군구])))?(?:[가-힣]{{1,4}}[시군구][ \t]+){{0,2}}"
    r"(?:[가-힣]{1,5}[읍면][ \t]+)?"
)
_STREET = (
    r"(?:[가-힣]{1,8}(?:\d{1,3}번?가?)?(?:대로|로|길)(?:\d가)?(?:[ \t]?\d{1,4}[번가]?길)?"
    r"|[가-힣]{1,6}?(?:\d?동|리|\d가))"
)
# "테헤란로 152", and not "3번 출구", "일시불로 168,000원", "경기도로 60분".
_NO_AMOUNT = (
    r"(?!\d|,\d{3}|[ \t]?(?:번[ \t]?(?:출구|버스|타고)?|차로|시간?|분|명|개|원|월|일|년|층|호선|%|km|m\b|만|천"
    r"|인분|인[ \t]?이상|회|번째))"
)
_SPOKEN = r"[일이삼사오육칠팔구십백천]{1,8}"
_NUMBER = (
    rf"(?:{_SPOKEN}[ \t]?(?:번지|번길(?:[ \t]?{_SPOKEN})?|(?=이[요에고]|입니다))"
    rf"|(?:산[ \t]?)?\d{{1,4}}(?:[ \t]?(?:-|다시|에)[ \t]?\d{{1,4}})?(?:[ \t]?번지)?{_NO_AMOUNT})"
)
_DOOR = (
    r"(?:\d{1,4}[ \t]?동(?:에)?[ \t]?(?:지하[ \t]?)?\d{1,4}[ \t]?호"
    rf"|{_SPOKEN}[ \t]?동[ \t]?{_SPOKEN}[ \t]?호)(?![선차점])"
)
_ROOM = rf"(?:{_DOOR}|(?:\d{{1,4}}|{_SPOKEN})[ \t]?호(?![선차점])|(?:지하[ \t]?)?\d{{1,2}}층|{_SPOKEN}층)"
_BUILDING = (
    r"[가-힣A-Za-z0-9]{0,12}(?:아파트|빌라|오피스텔|타워|맨션|주공|빌딩|연립|자이|푸르지오|래미안|힐스테이트|하이츠"
    r"|마을|타운|캐슬|팰리스|더샵|아이파크|휴먼시아|\d단지|빌)"
)
_TAIL = (
    rf"(?:[ \t,(]{{0,3}}(?:{_BUILDING}(?![가-힣])|{_ROOM}|[가-힣]{{1,5}}동(?=\))"
    r"|[가-힣]{2,8}(?=[ \t]\d{1,4}[ \t]?동[ \t]?\d))\)?){0,4}"
)

_ADDRESS = re.compile(rf"(?<![가-힣])(?P<region>{_REGION}){_STREET}[ \t]?{_NUMBER}{_TAIL}")
_COMPLEX = re.compile(rf"(?<![가-힣])(?P<region>{_REGION})(?:{_STREET}[ \t]+)?(?:{_BUILDING}[ \t]*)?{_DOOR}")
_WORD_BEFORE = re.compile(r"(?:주소|거주|사는[ \t]?곳|집[은이]|배송지|배달지|자택)[^\n]{0,12}$")

_AMOUNT_AFTER = re.compile(_NO_AMOUNT.replace("(?!", "(?=", 1))
_SIGN = re.compile(
    r"(?:[로길동리]|\d가)[ \t]?(?:산[ \t]?)?\d|\d[ \t]?동에?[ \t]?\d{1,4}[ \t]?호"
    r"|[일이삼사오육칠팔구십백천][ \t]?(?:번지|번길|동[ \t]?[일이삼사오육칠팔구십백천]+[ \t]?호)"
)


def find_places(view: str) -> Iterator[Found]:
    """Addresses in a text that ``view_of`` made plain."""
    if not _SIGN.search(view):
        return
    yield from (Found("주소", *match.span(), 2) for match in _COMPLEX.finditer(view))
    for match in _ADDRESS.finditer(view):
        if match["region"] or _WORD_BEFORE.search(view[max(0, match.start() - 20) : match.start()]):
            yield Found("주소", *match.span(), 2)
    for detection in ko_pii("address")(view):
        if detection.extra["format"] in ("road_name", "jibun") and not _AMOUNT_AFTER.match(view, detection.end):
            yield Found("주소", detection.start, detection.end, 3)
