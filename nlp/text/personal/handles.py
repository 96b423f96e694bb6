"""Names of accounts: what somebody is called in a messenger, a game or a shop ("카톡 dubu_eats", "@pado.21")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.text.personal.found import LETTER, NO_DIGIT, D, Found

_ACCOUNT = (
    r"(?:아이디|아디|아뒤|닉네임|닉|계정|추천인(?:[ \t]?(?:코드|아이디|ID))?|(?<![A-Za-z])(?:ID|id|Id)(?![A-Za-z]))"
)
_MESSENGER = (
    r"(?:카카오톡|카톡|위챗|텔레그램|텔레|인스타(?:그램)?|페북|페이스북|트위터|디스코드|디코|스팀|틱톡|스레드|스냅챗"
    r"|(?<![가-힣])라인)"
)
_IS = r"(?:[은는이가도을를]|으로|로)?[ \t]?[:=]?[ \t]*['\"‘“(]?"
_END = r"(?![A-Za-z0-9_]|[.\-][A-Za-z0-9]|[^\s@]{0,30}@)"
_LATIN = r"@?(?=[A-Za-z0-9._\-#]*[A-Za-z][A-Za-z0-9._\-#]*[A-Za-z])[A-Za-z_0-9][A-Za-z0-9_]+(?:[._\-#][A-Za-z0-9_]+)*"
_MARKED = rf"(?=[A-Za-z]*[0-9_.#\-@]){_LATIN}"
"""With a digit or a sign in it, and so no word."""
_PLAIN = r"[a-z]{5,}"
_MIXED = r"[가-힣]{2,8}\d{1,4}(?![\d가-힣]|[ \t]?[개번명])"
_THING_BEFORE = re.compile(
    r"(?:와이파이|wifi|모델|제품|상품|주문|접수|거래|결제|구글|애플|네이버|공식|세션|기기|판매자)[ \t]?$", re.I
)

# "sunnyhill칠칠", "제이피 언더바 육육육삼": read aloud, with a sign or a number in it.
_HALF_SPOKEN = rf"{_LATIN}[공영일이삼사오육륙칠팔구]{{2,6}}?{NO_DIGIT}"
_READ = rf"(?!(?<![가-힣])아이디){LETTER}"
_SPELT = (
    rf"(?=[^\n]{{0,40}}?(?:언더바|언더스코어|밑줄|하이픈|대시|{D}{{2}}))"
    rf"(?:{_READ}|[A-Za-z](?![A-Za-z_]))[ \t]?(?:(?:{_READ}|[A-Za-z](?![A-Za-z_])|{D})[ \t]?){{2,24}}?(?<![ \t])"
    rf"{NO_DIGIT}(?![ \t]?(?:{_READ}|{D}{{2}}))"
)
_BY_ACCOUNT = re.compile(
    rf"{_ACCOUNT}{_IS}(?:영어로[ \t]?)?(?P<it>(?:{_HALF_SPOKEN}|{_MARKED}|{_PLAIN}|{_MIXED})){_END}"
)
_ALOUD = re.compile(rf"(?:{_ACCOUNT}|{_MESSENGER})[^\n\ufffc]{{0,16}}?(?<![가-힣A-Za-z\d])(?P<it>{_SPELT})")
_MASKED = re.compile(r"\ufffc{5}(?!\ufffc)")
_NEXT = re.compile(rf"[ \t]?(?:이?랑|[와과]|하고|,|/|그리고|또는)[ \t]?(?P<it>{_MARKED}){_END}")
"""Behind another."""
_SOMEBODY = re.compile(
    rf"(?<![A-Za-z0-9._@/\-])(?P<it>(?=[A-Za-z\-]*[_.\-])(?=[A-Za-z._\-]*\d){_LATIN})"
    r"(?=[ \t]?님(?![가-힣]{4})|[ \t]이[ \t]?(?:사람|분|유저|놈)"
    r"|[ \t]?(?:이?라는|란)[ \t](?:사람|분|유저|회원|닉|아이디))"
)
_BY_MESSENGER = re.compile(rf"{_MESSENGER}{_IS}(?P<it>{_MARKED}){_END}")
_AT = re.compile(rf"(?<![A-Za-z0-9._@/])(?P<it>@[A-Za-z0-9_][A-Za-z0-9_.]{{2,29}}){_END}")
_DOMAIN = re.compile(r".*\.(?:com|net|org|kr|co|io|me|jp|cn)\Z", re.IGNORECASE)
_OFFICIAL = re.compile(r"공식|본사|채널|official", re.IGNORECASE)
_SOMEBODY_SIGN = re.compile(r"[._\-][A-Za-z_\d]{1,20}[ \t]?(?:[님이]|라는|란)")
_SIGN = re.compile(
    r"@|\ufffc"
    r"|아이디|아디|아뒤|닉|계정|추천인|ID|id|Id|톡|위챗|텔레|인스타|페북|페이스북|트위터|디스코드|디코|스팀|스레드|스냅챗|라인"
)


def find_handles(view: str) -> Iterator[Found]:
    """Handles in a text that ``view_of`` made plain; those of a firm ("공식 계정 @dangol") stay."""
    patterns: tuple[re.Pattern[str], ...] = ()
    if _SIGN.search(view):
        patterns = (_BY_ACCOUNT, _BY_MESSENGER, _AT, _ALOUD)
    if _SOMEBODY_SIGN.search(view):
        patterns = (*patterns, _SOMEBODY)
    for pattern in patterns:
        for match in pattern.finditer(view):
            if _is_somebodys(match, view):
                yield Found("아이디", *match.span("it"), 4)
    # A list is read to its end at once: round by round there would be but one more.
    for masked in _MASKED.finditer(view):
        end = masked.end()
        while (following := _NEXT.match(view, end)) and _is_somebodys(following, view):
            yield Found("아이디", *following.span("it"), 4)
            end = following.end("it")


def _is_somebodys(match: re.Match[str], view: str) -> bool:
    around = view[max(0, match.start() - 10) : match.end() + 8]
    before = view[max(0, match.start() - 8) : match.start()]
    return not (_DOMAIN.match(match["it"]) or _OFFICIAL.search(around) or _THING_BEFORE.search(before))
