"""Days of birth: written or read aloud, behind or before the word for one, beside a sex, or long ago."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.text.personal.found import NO_DIGIT, PAST_ANOTHER, SEP, D, Found

_GAP = r"[^\d\n\[\]]"
_MM, _DD = r"(?:1[0-2]|0[1-9])", r"(?:0[1-9]|[12]\d|3[01])"
_M, _DAY_OF = r"(?:1[0-2]|0?[1-9])", r"(?:[12]\d|3[01]|0?[1-9])"
_YEAR = r"(?:19|20)?\d\d"
_WRITTEN = (
    rf"(?:{_YEAR}[ \t]?(?:년도?|[./\-年])[ \t]?{_M}[ \t]?[월./\-月][ \t]?{_DAY_OF}(?:[ \t]?[일日])?"
    rf"|{_YEAR}[ ,]{_MM}[ ,]{_DD}|\d{{1,2}}[ /.\-]?(?:[A-Za-z]{{3}}|\d{{1,2}})[ /.\-]?(?:19|20)\d\d)"
)
_RUN = rf"{_YEAR}{_MM}{_DD}"
_NUMERAL = "[일이삼사오육칠팔구십]"
_SPOKEN_DAY = (
    rf"(?:{_NUMERAL}{{1,2}}|유|시|정|동짓|섣)[ \t]?[월달][ \t]?"
    rf"(?:{_NUMERAL}{{1,3}}[ \t]?일|초?[ \t]?(?:하루|이틀|사흘|나흘|닷새|엿새|이레|여드레|아흐레|열흘)"
    r"|그믐|보름|스무[가-힣]{1,3})"
)
_SPOKEN = (
    rf"(?:천구백|이천)?[영공이삼사오육칠팔구]?[영공십]?{_NUMERAL}?[ \t]?년생?[ \t]?(?:(?:음력|양력)[ \t])?{_SPOKEN_DAY}"
)
_SPOKEN_RUN = rf"{D}(?:(?:{SEP})?{D}){{5}}(?:(?:{SEP})?{D}{{2}})?{NO_DIGIT}"
_WRITTEN_DAY = r"\d{1,2}[ \t]?월[ \t]?\d{1,2}[ \t]?일"
_DAY = rf"(?:{_WRITTEN_DAY}|{_M}/{_DAY_OF}|{_MM}{_DD}|{_SPOKEN_DAY})(?!\d|까지|부터|[ \t]?이?[전후])"
_DATE = rf"(?:{_WRITTEN}|{_RUN}|{_SPOKEN}|{_SPOKEN_RUN}|\d{{6}}|(?:19|20)\d{{6}})"

_WORD = (
    r"(?:생년월일?|생일|생신|출생(?:일|연도|신고)?|태어난[ \t][가-힣]{1,2}"
    r"|(?<![A-Za-z])(?:DOB|D\.O\.B\.?|born|(?:date[ \t]of[ \t])?birth(?:day|date|[ \t]date)?)(?![A-Za-z]))"
)
_LUNAR = r"(?:[(]?(?:음력|양력|음|양)[)]?(?:으로)?[ \t]*)?"
_BORN_ALONE = "생(?![산선맥수크새활물일각필중방리화고굴연딸김])"
_BORN = rf"(?:출생|태어|생일|생년월일|생신|{_BORN_ALONE})"
_WHOSE = r"(?:(?:제|내|우리|저희)[ \t]?)?(?:(?:딸|아들|아이|애|엄마|아빠|어머니|아버지|남편|아내)[ \t]?)?"
_SEX = r"(?:(?<![가-힣A-Za-z])[남여男女MFmf](?![가-힣A-Za-z])|남아|여아|환아)"
_GROWN = r"(?:남자|여자|남성|여성)"
_OLD = (
    rf"(?:19[3-9]\d[ \t]?[년./\-][ \t]?{_M}[ \t]?[월./\-][ \t]?{_DAY_OF}(?:[ \t]?일)?+"
    rf"|[4-9]\d(?P<sep>[.\-/]){_MM}(?P=sep){_DD})"
)
_OLD_YEAR_SPOKEN = r"(?:천구백)?(?:[삼사오육칠팔구]십[일이삼사오육칠팔구]?|[사오육칠팔구][영공일이삼사오육칠팔구])"

_NO_NUMBER_BEFORE = r"(?<![\d.\-/])(?<!\d,)"
_CUED = (
    # "생년월일은 1985.04.12", "DOB 850412 vs 신분증 850421"
    rf"{_WORD}(?:[ \t]?\d자리)?(?:{_GAP}{{0,14}}?|{PAST_ANOTHER})(?P<it>(?<!\d){_DATE})(?!\d)",
    rf"{_WORD}{_GAP}{{10,30}}?(?P<it>(?<!\d){_WRITTEN})(?!\d)",
    # "생일이 3월 5일", "생일 0305로", "생일을 5월 6일에서 6월 5일로"
    rf"(?:생일|생신)[은이을도]?[ \t:]*{_LUNAR}(?P<it>{_DAY})",
    rf"(?:생일|생신)[^\n\ufffc]{{0,8}}\ufffc{{4,20}}[^\d\n]{{0,3}}(?:에서|이?랑|이?고|인데|아니라|말고|→|->|,)[^\d\n]{{0,10}}(?P<it>{_DAY})",
    # "79년 4월 2일로 생일을", "3월 5일생", "4월 12일이 제 생일"
    rf"{_NO_NUMBER_BEFORE}(?P<it>{_WRITTEN}|{_RUN})\.?\)?(?:으?로|[이가]|에)?[ \t]?{_WHOSE}{_BORN}",
    rf"{_NO_NUMBER_BEFORE}(?P<it>{_SPOKEN}|{_WRITTEN_DAY}|{_SPOKEN_DAY})"
    rf"[ \t]?(?:{_BORN_ALONE}|[이가에][ \t]{_WHOSE}(?:생일|생신|태어))",
    rf"(?<![가-힣])(?P<it>{_SPOKEN})",
)
# Who is called a man or a woman was not born in the twenties: something was booked then.
_BESIDE_SEX = tuple(
    pattern
    for date, sex in ((rf"(?:{_WRITTEN}|{_RUN})", _SEX), (rf"(?!20[2-9]\d)(?:{_WRITTEN}|{_RUN})", _GROWN))
    for pattern in (
        rf"{_NO_NUMBER_BEFORE}(?P<it>{date})[ \t]?[,/(]?[ \t]?{sex}(?=[ \t]?[,/)]|[ \t]|$)"
        r"(?![ \t](?:기사|직원|분|상담))",
        rf"{sex}(?:[/,][ \t]?\d\d세?)?[ \t]?[,/)(]?[ \t]?(?P<it>{date})(?![\d\-])",
    )
)
_BARE = (
    rf"{_NO_NUMBER_BEFORE}(?P<it>{_OLD})(?![\d\-./])"
    r"(?![ \t]?(?:에[ \t]?)?(?:가입|계약|설립|창립|개업|개점|개막|준공|제정))",
    rf"(?<![가-힣])(?P<it>{_OLD_YEAR_SPOKEN}[ \t]?년생?[ \t]?{_SPOKEN_DAY})",
)
# Digits that can be the day of birth of those who are fifteen or older.
_BARE_RUN = (
    rf"(?<![\d가-힣A-Za-z\-.,/#:_])(?P<it>(?:[4-9]\d|0\d|19[3-9]\d|200\d){_MM}{_DD})"
    r"(?![\d\-.,/A-Za-z_]\d?)(?![ \t]?(?:[만천백]?[ \t]?원|[만억개명건회점%]|포인트|캐시|마일))"
)
_BESIDE_PERSON = (
    # "[이름] (1987.11.02)", "고객(870214)"
    rf"\ufffc{{4}}[ \t]?(?:님|씨|고객님?|환자)?[ \t]?[,(/:][ \t]?"
    rf"(?P<it>(?=(?:19)?[3-9]\d\D|19\d|20[01]\d)(?:{_WRITTEN}|{_RUN}))(?!\d)",
    rf"(?:고객|회원|환자|보험자|\ufffc)[ \t]?님?[ \t]?\((?P<it>\d\d{_MM}{_DD})\)",
)

CUED, BESIDE_SEX, BARE, BESIDE_PERSON = (
    tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
    for patterns in (_CUED, _BESIDE_SEX, _BARE, _BESIDE_PERSON)
)
BARE_RUN = re.compile(_BARE_RUN)

# Cheap searches that hold whenever a finder behind them can hold.
_BIRTH_WORD = re.compile("생|태어|DOB|D.O|dob|orn|irth|BIRTH")
_BIRTH_SIGN = re.compile(
    r"생(?:년|일|신)|출생|태어|일[ \t]?생|[Dd](?:OB|ob|\.O)|[Bb](?:orn|irth)|BIRTH|\d[.)]{0,2}[ \t]?생"
    r"|[루틀흘레름믐날][ \t]?생"
)
_DATE_SIGN = re.compile(r"\d(?:[./\-]\d\d?[./\-]\d|년[ \t]?\d|\d{5})")
_SPOKEN_SIGN = re.compile(r"년[ \t]?[일이삼사오육칠팔구십유시][십일이]?월")


def find_births(view: str) -> Iterator[Found]:
    """Days of birth in a text that ``view_of`` made plain, but for bare six digits."""
    if _BIRTH_WORD.search(view) and _BIRTH_SIGN.search(view):
        yield from _matches(CUED, view, 2)
    if _DATE_SIGN.search(view):
        yield from _matches(BESIDE_SEX, view, 3)
        yield from _matches(BESIDE_PERSON, view, 3)
        yield from _matches(BARE[:1], view, 7)
    if _SPOKEN_SIGN.search(view):
        yield from _matches(BARE[1:], view, 7)


def _matches(patterns: tuple[re.Pattern[str], ...], view: str, rank: int) -> Iterator[Found]:
    return (Found("생년월일", *match.span("it"), rank) for pattern in patterns for match in pattern.finditer(view))
