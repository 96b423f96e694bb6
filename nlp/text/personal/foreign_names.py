"""Names in Latin letters ("KIM MINSU") and of other languages ("응우옌 티 란 씨"), where a cue makes them reliable."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache

from nlp.resources import data_path

_LABEL = (
    r"(?:이름|성명|성함|영문명?|고객명?|회원명?|투숙객명?|승객명?|탑승[객자]|예약자명?|예금주|담당자?|환자|직원|상담[사원]|주문자|신청자"
    r"|받[는으실]{1,2}[ \t]?(?:분|사람)|보내[는신]{1,2}[ \t]?(?:분|사람)|수[취령신]인|발신인|배우자|남편|아내|와이프)"
)
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
_AFTER_LABEL = re.compile(rf"{_LABEL}{_IS}(?P<n>{_LATIN})(?![A-Za-z0-9@.])")
_SIGNED = re.compile(
    rf"(?:regards|sincerely|thanks|thank you|yours)[ \t,.]*\n[ \t]*(?P<n>{_PART}"
    rf"(?:[ \t]{_PART}){{1,2}})(?=[ \t]*(?:\n|$))",
    re.IGNORECASE,
)
_MY_NAME = re.compile(r"(?i:my name is|i am|i'm|this is)[ \t](?P<n>[A-Z][a-z]+(?:[ \t-][A-Z][a-z]+){1,2})(?![A-Za-z])")
_KOREAN = re.compile(
    rf"{_NO_WORD}(?P<n>(?:{_FAMILY})[ \t,/]{{1,2}}{_SYLLABLE}[ \t\-]?{_SYLLABLE}"
    rf"|{_SYLLABLE}-?{_SYLLABLE}[ \t](?:{_FAMILY}))(?![A-Za-z0-9@._])",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"[A-Z]{2}|[A-Z][a-z]")
_LATIN_SIGN = re.compile(r"[A-Z][A-Za-z]+[ \t,/\-]{1,3}[A-Z]")

_CALLED = (
    r"(?=[ \t]?(?:씨|님|고객|회원|선생|강사|매니저|코치|상담)|이?라(?:는|고)[ \t]?(?:분|직원|사람|상담|합|하|해|불)"
    r"|이라[ \t,]|입니다|이에요|예요|인데)"
)


def find_foreign_names(view: str) -> Iterator[tuple[int, int]]:
    """Where names of other languages or letters stand in a text that ``view_of`` made plain."""
    if _LATIN_SIGN.search(view):
        for pattern in (_AFTER_LABEL, _SIGNED, _MY_NAME):
            yield from (match.span("n") for match in pattern.finditer(view))
        for match in _KOREAN.finditer(view):
            if all(_CAPITALS.match(part) for part in re.split(r"[ \t,/]+", match["n"])):
                yield match.span("n")
    if _patterns()[0].search(view):
        for pattern in _patterns()[1:]:
            yield from (match.span("n") for match in pattern.finditer(view))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    table = tomllib.loads(data_path("names.toml").read_text(encoding="utf-8"))
    given = "|".join(sorted(table["foreign"].split(), key=len, reverse=True))
    family = "|".join(table["foreign_family"])
    firsts = "".join(
        sorted({name[0] for name in (*table["foreign"].split(), *table["foreign_family"], *table["chinese"])})
    )
    western = rf"(?:{given})(?:[ \t](?:{given}|[가-힣]{{2,4}}?))?"
    vietnamese = rf"(?:{family})(?:[ \t][가-힣]{{1,3}}){{1,2}}[가-힣]?"
    chinese = (
        rf"[{table['chinese']}](?:[ \t]?(?:샤오|웨이|쯔|즈|쉐|쥔|밍|팡|리|메이|하오|신|징|훙"
        rf"|옌|펑|룽|쿤|칭|화|빈|란|위|린|나)){{2}}"
    )
    cue = rf"(?<![가-힣])(?:{_LABEL}){_IS}"
    return (
        re.compile(
            rf"(?<![가-힣])(?=[{firsts}])(?:{given}|{family}|[{table['chinese']}](?:샤오|웨이|쯔|쉐|하오|메이|팡|펑))"
        ),
        re.compile(rf"(?<![가-힣])(?P<n>{western}|(?:{family})(?:[ \t][가-힣]{{1,3}}){{1,2}}){_CALLED}"),
        re.compile(rf"{cue}(?P<n>{western}|{vietnamese})(?=이?라|[ \t,/)\n]|$|입니다|이에요|예요|인데|으로)"),
        re.compile(rf"{cue}(?P<n>{chinese})(?![가-힣]{{3}})"),
    )
