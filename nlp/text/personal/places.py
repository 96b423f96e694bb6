"""Home addresses: those that lead to a door. A city, a district or a landmark alone stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.text.personal.found import PROVINCE, Found
from nlp.text.personal.numbers import ko_pii

_CITY = rf"(?:{PROVINCE}|충청[남북]|전라[남북]|경상[남북])(?:특별자치|특별|광역)?[시도]?"
# Cities with districts, which are often named without their 시.
_DISTRICTED = "수원|성남|용인|고양|안양|안산|부천|화성|청주|천안|전주|창원|포항|김해|구미|제주"
_REGION = (
    rf"(?:{_CITY}(?:[ \t]+|(?=[가-힣]{{1,3}}[시군구])))?(?:(?:{_DISTRICTED})[ \t]+(?=[가-힣]{{1,3}}구[ \t]))?"
    r"(?:[가-힣]{1,4}[시군구][ \t]+){0,2}"
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
    rf"(?:{_SPOKEN}(?:[ \t]?(?:번지|번길(?:[ \t]?{_SPOKEN})?|(?=이[요에고]|입니다))|길[ \t]{_SPOKEN}(?![가-힣])"
    rf"|(?![가-힣])(?=[ \t](?:[가-힣]{{2,8}}[ \t])?{_SPOKEN}(?:동|호|층)))"
    rf"|(?:산[ \t]?)?\d{{1,4}}(?:[ \t]?(?:-|다시|에)[ \t]?\d{{1,4}})?(?:[ \t]?번지)?{_NO_AMOUNT})"
)
_DOOR = (
    r"(?:\d{1,4}[ \t]?동(?:에)?[ \t]?(?:지하[ \t]?)?\d{1,4}[ \t]?호"
    rf"|{_SPOKEN}[ \t]?동[ \t]?{_SPOKEN}[ \t]?호)(?![선차점])"
)
_SPOKEN_HO = r"[영공일이삼사오육칠팔구십백천]{1,8}"
_ROOM = (
    rf"(?:{_DOOR}|[가-힣A-Z][ \t]?동[ \t]\d{{1,4}}[ \t]?호(?![선차점])"
    rf"|\d{{1,4}}[ \t]?동(?![ \t]?[가-힣]?[0-9])(?![가-힣])"
    rf"|(?:[A-Z]?\d{{1,4}}|{_SPOKEN_HO})[ \t]?호(?![선차점수])|(?:반?지하[ \t]?|옥탑[ \t]?)?\d{{1,2}}층|{_SPOKEN}층"
    r"|(?:반지하|옥탑방?)(?![가-힣]{2})(?:[ \t](?:왼쪽|오른쪽)(?![가-힣]))?|\d{2,4}-\d{3,4}(?![\d\-]))"
)
_BUILDING = (
    r"[가-힣A-Za-z0-9]{0,12}(?:아파트|빌라|오피스텔|타워|맨션|주공|빌딩|연립|자이|푸르지오|래미안|힐스테이트|하이츠"
    r"|마을|타운|캐슬|팰리스|더샵|아이파크|휴먼시아|\d단지|빌)"
)
# "햇살원룸 B02호", "대원칸타빌 105-902": a building of any name.
_ROOM_SIGN = (
    rf"(?:(?:[가-힣A-Z]|\d{{1,4}})[ \t]?동[ \t]?(?:\d|앞|$)|[A-Z]?\d{{1,4}}호|{_SPOKEN_HO}호"
    r"|\d{2,4}-\d{3,4}(?![\d\-]))"
)
_TAIL = (
    rf"(?:[ \t]\([가-힣A-Za-z0-9 ]{{2,16}}\)(?=[ \t](?:\d{{1,4}}|[가-힣])동))?"
    rf"(?:[ \t,(]{{0,3}}(?:(?:[가-힣]{{2,8}}[ \t])?{_BUILDING}(?![가-힣])|{_ROOM}|[가-힣]{{1,5}}동(?=\))"
    rf"|[가-힣A-Za-z0-9]{{2,12}}(?=[ \t]{_ROOM_SIGN}))\)?){{0,5}}"
)

_ADDRESS = re.compile(rf"(?<![가-힣])(?P<region>{_REGION}){_STREET}[ \t]?{_NUMBER}{_TAIL}")
_COMPLEX = re.compile(
    rf"(?<![가-힣])(?P<region>{_REGION})(?:{_STREET}[ \t]+)?(?:{_BUILDING}(?:[가-힣]{{1,4}}(?=[ \t]))?[ \t]*)?{_DOOR}"
)
_LOT = re.compile(rf"(?<![가-힣])(?:{_REGION})[가-힣]{{2,5}}동[ \t]\d{{1,4}}-\d{{1,4}}(?![\d\-])(?:번지)?{_TAIL}")
"""A quarter and a number of two parts need no region: "봉천동 1587-4"."""
_WORD_BEFORE = re.compile(r"(?:주소|거주|사는[ \t]?곳|집[은이]|배송지|배달지|자택)[^\n]{0,12}$")

_AMOUNT_AFTER = re.compile(_NO_AMOUNT.replace("(?!", "(?=", 1))
_SIGN = re.compile(
    r"[로길동리](?:[ \t]?(?:산[ \t]?)?\d|[ \t][일이삼사오육칠팔구십백천]+(?:길|[ \t]))"
    r"|\d(?:가[ \t]?(?:산[ \t]?)?\d|[ \t]?동에?[ \t]?\d{1,4}[ \t]?호)"
    r"|번(?:지|길)|동[ \t]?[일이삼사오육칠팔구십백천]+[ \t]?호"
)


def find_places(view: str) -> Iterator[Found]:
    """Addresses in a text that ``view_of`` made plain."""
    if not _SIGN.search(view):
        return
    yield from (Found("주소", *match.span(), 2) for match in _COMPLEX.finditer(view))
    yield from (Found("주소", *match.span(), 2) for match in _LOT.finditer(view))
    for match in _ADDRESS.finditer(view):
        if match["region"] or _WORD_BEFORE.search(view[max(0, match.start() - 20) : match.start()]):
            yield Found("주소", *match.span(), 2)
    for detection in ko_pii("address")(view):
        if detection.extra["format"] in ("road_name", "jibun") and not _AMOUNT_AFTER.match(view, detection.end):
            yield Found("주소", detection.start, detection.end, 3)
