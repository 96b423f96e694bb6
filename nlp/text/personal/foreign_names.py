"""Names in Latin letters ("KIM MINSU") and of other languages ("응우옌 티 란 씨"), where a cue makes them reliable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from nlp.text.personal.name_lists import any_of, name_lists

_IS = r"(?:[은는이가도][ \t]|[ \t]?[:=][ \t]*|[ \t(]{1,2})"

# Family names that are hardly English words, and the syllables Korean given names are spelt with.
_FAMILY = (
    "Kim|Lee|Park|Choi|Jeong|Jung|Kang|Cho|Yoon|Yun|Jang|Lim|Seo|Shin|Kwon|Hwang|Ahn|Jeon|Hong|Yoo|Ryu|Moon|Bae|Baek"
    "|Heo|Hur|Nam|Shim|Noh|Kwak|Sung|Seong|Cha|Joo|Woo|Koo|Eom|Chun|Byun|Yeo|Han|Song|Oh|Yang|Min|Ko"
)
_SYLLABLE = (
    r"(?:gy|ky|hy|my|py|by|ny|ry|ch|[bcdghjkmnprsty])?"
    r"(?:yeo|yae|wae|woo|wha|hwa|kwa|gwa|eui|ae|ai|eo|eu|ee|oo|ou|oe|ui|ya|ye|yo|yu|wa|we|wi|wo|[aeiou])(?:ng|[nmklrhp])?"
)
_PART = r"[A-Z][A-Za-z]+"
_LATIN = rf"{_PART}(?:(?:[ \t]|[ \t]?[/,\-][ \t]?){_PART}){{1,2}}"
_NO_WORD = r"(?<![A-Za-z0-9@._/\-])"
_ROMANISED = re.compile(
    rf"{_NO_WORD}(?P<n>(?:{_FAMILY})[ \t,/]{{1,2}}{_SYLLABLE}[ \t\-]?{_SYLLABLE}"
    rf"|{_SYLLABLE}-?{_SYLLABLE}[ \t](?:{_FAMILY}))(?![A-Za-z0-9@._])",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"[A-Z]{2}|[A-Z][a-z]")
_SMALL = re.compile("[A-Z][a-z]{2}")
_TEAMS = (
    "Team",
    "Customer",
    "Support",
    "Service",
    "Manager",
    "Sir",
    "Madam",
    "All",
    "Customer Service",
    "Support Team",
)
_LATIN_SIGN = re.compile(r"[A-Za-z][ \t,/\-]{1,3}[A-Z]")
# "Olivia 쌤", "by Ryan,", "담당 Kevin이": one Latin word where a person is meant.
_LATIN_PERSON = re.compile(
    rf"{_NO_WORD}(?P<n>[A-Z][a-z]{{2,11}}(?:[ \t][A-Z][a-z]{{2,11}})?)"
    r"(?=[ \t]?(?:쌤|씨|님|선생|강사|튜터|코치|매니저|상담[원사]|대리|팀장|과장)(?![가-힣]{3})"
    r"|[ \t]?이?라는[ \t](?:분|직원|사람|상담|강사))"
)
_BY_LATIN = re.compile(
    r"(?:(?<![A-Za-z])(?:[Bb]y|[Dd]ear|[Aa]ttn\.?:?|Mr\.?|Ms\.?|Mrs\.?)|(?:담당자?|상담[원사]|강사|직원|매니저)(?:[은는이가:])?)"
    r"[ \t](?P<n>[A-Z][a-z]{2,11}(?:[ \t][A-Z][a-z]{2,11})?)(?![A-Za-z0-9@._\-])(?![ \t]?(?:팀|센터|부서))"
)

_PERSON_FOLLOWS = (
    r"(?=[ \t]?(?:씨|님|고객|회원|선생|강사|매니저|코치|상담|쌤|튜터|상(?=[이은께한]|[ \t]))|한테|에게|께서|[ \t]?측"
    r"|이?라(?:는|고)[ \t]?(?:분|직원|사람|상담|합|하|해|불)"
    r"|의[ \t](?:남편|아내|부인|배우자|엄마|아빠|어머니|아버지|딸|아들|보호자|통역|비자|여권|계좌|명의)"
    r"|[ \t](?:이름|명의|앞)으?로|이라[ \t,]|입니다|이에요|예요|인데)"
)
_CHINESE_GIVEN = "샤오|웨이|쯔|즈|쉐|쥔|밍|팡|리|메이|하오|신|징|훙|옌|펑|룽|쿤|칭|화|빈|란|위|린|나"
_CHINESE_GIVEN_FIRST = "샤오|웨이|쯔|쉐|하오|메이|팡|펑"


def find_foreign_names(view: str) -> Iterator[tuple[int, int]]:
    """Where names of other languages or letters stand in a text that ``view_of`` made plain."""
    patterns = _patterns()
    if _LATIN_SIGN.search(view):
        yield from (match.span("n") for match in patterns.latin_labelled.finditer(view))
        for match in _ROMANISED.finditer(view):
            if all(_CAPITALS.match(part) for part in re.split(r"[ \t,/]+", match["n"])):
                yield match.span("n")
    if _SMALL.search(view):
        yield from (match.span("n") for match in _LATIN_PERSON.finditer(view))
        yield from (match.span("n") for match in _BY_LATIN.finditer(view) if match["n"] not in _TEAMS)
    if patterns.hangul_sign.search(view):
        for pattern in patterns.hangul:
            yield from (match.span("n") for match in pattern.finditer(view))


class _Patterns(NamedTuple):
    latin_labelled: re.Pattern[str]
    hangul_sign: re.Pattern[str]
    """A cheap search that holds whenever one of ``hangul`` can."""
    hangul: tuple[re.Pattern[str], ...]


@cache
def _patterns() -> _Patterns:
    lists = name_lists()
    label = lists.any_cue("foreign_label")
    given, family = (f"(?:{any_of(names).pattern})" for names in (lists.foreign_given, lists.foreign_family))
    firsts = {name[0] for name in (*lists.foreign_given, *lists.foreign_family, *lists.chinese_family, "샤")}
    western = rf"(?:{given})(?:[ \t](?:{given}|(?!씨|님|분|측|형|쌤|군|양|아저씨|아가씨)[가-힣]{{1,5}}?))?"
    vietnamese = rf"(?:{family})(?:[ \t][가-힣]{{1,3}}){{1,2}}"
    chinese = rf"[{lists.chinese_family}](?:[ \t]?(?:{_CHINESE_GIVEN})){{2}}"
    return _Patterns(
        # "고객명: KIM MINSU"
        latin_labelled=re.compile(rf"{label}{_IS}(?P<n>{_LATIN})(?![A-Za-z0-9@.])"),
        hangul_sign=re.compile(
            rf"(?<![가-힣])(?=[{''.join(sorted(firsts))}])"
            rf"(?:{given}|{family}|[{lists.chinese_family}](?:{_CHINESE_GIVEN_FIRST})|샤오)"
        ),
        hangul=(
            # "다니엘 씨", "응우옌 티 란이라는 분"
            re.compile(rf"(?<![가-힣])(?P<n>{western}|{vietnamese}){_PERSON_FOLLOWS}"),
            # "투숙객 마리아 로페즈, 2박", "수취인: 쩐 반 남"
            re.compile(
                rf"(?<![가-힣]){label}(?:[ \t]?\d)?{_IS}(?P<n>{western}|{vietnamese}[가-힣]?)"
                r"(?=이?라|[ \t,/)\n]|$|입니다|이에요|예요|인데|으로|이고|[가는를한이](?![가-힣]))"
            ),
            # "샤오린이가"
            re.compile(
                rf"(?<![가-힣])(?P<n>샤오(?!미)(?:{_CHINESE_GIVEN}))(?=이?(?:가|는|한테|랑)(?![가-힣])|[ \t]?씨)"
            ),
            # "예약자명 왕 샤오밍"
            re.compile(rf"(?<![가-힣]){label}{_IS}(?P<n>{chinese})(?![가-힣]{{3}})"),
        ),
    )
