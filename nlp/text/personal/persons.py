"""Names by the place that a person takes: how much the surroundings say, and how much the word is like a name.

No list of cues holds all the ways to speak of somebody, and no list of names holds all names. Here each side adds to a
score: what stands before ("피해자 여울 측", "환자명/돈세나"), what stands behind ("유하맘", "솜차이 씨"), and the word
itself, by its family name, the syllables of given names, and how often ordinary words begin as it does. A weak cue
needs a likely name; an unknown word needs strong cues.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from math import inf, log1p
from typing import NamedTuple

from nlp.text.personal.name_forms import form_of, is_full_name
from nlp.text.personal.name_lists import any_of, name_lists
from nlp.text.personal.ordinary import is_begun, times_begun

_ENOUGH = 1.8
"""The least score of a name."""
_NEVER = -inf
_BACK = 20
"""Characters before a word in which its cue is looked for."""

_NAMES = ("이름", "성함", "성명", "존함", "본명", "실명", "한글명")
_OWN = ("우리", "울")
_SELF = ("저는", "제가", "나는", "저", "전", "저희", "제", "내")
_DEEDS = frozenset(
    (
        "작성",
        "접수",
        "수령",
        "문의",
        "담당",
        "발신",
        "수신",
        "처리",
        "상담",
        "통화",
        "요청",
        "신청",
        "예약",
        "주문",
        "참조",
        "예금",
    )
)
"""What somebody has done, in a field of its own: "접수: 도경수"."""
_PERSON_ENDINGS = "자생사인"
"""Words for persons end so: 피해자, 수험생, 손해사정사, 의뢰인."""
_NEVER_LAST = "요돼다네게까죠적으"
_PARTICLES = "은는이가"

_RELATIVE = "남편|아내|부인|배우자|아들|딸|엄마|아빠|어머니|아버지|보호자|자녀|동생|누나|언니|오빠|형|친구|며느리|사위"
_KIN = "엄마|아빠|어머니|아버지|할머니|할아버지|이모|삼촌|언니|오빠|누나|형|담임|어머님|아버님"
_BELONGINGS = "번호|폰|명의|계정|카드|통장|유치원|어린이집|담임|학교|학원|돌잔치|교실"
_WHO = "사람|분|직원|상담|기사|여자|남자|애|아이|학생|친구|강사|선생"
_END = r"(?=(?:이|은|는|가|을|를|의|에|도|께|과|와|한|으|로|랑|라|입|예|인|고|만)|[ \t,.)~!?\n]|$)"

_BEHIND = {
    "surest": (
        4.0,
        rf"이?라(?:는|고[ \t]하는|던)[ \t](?:{_WHO})|의[ \t](?:{_RELATIVE})"
        r"|[ \t](?:이름|명의|성함)(?:으로|로|의|이|은)|[ \t]씨(?![가-힣]{4}|앗)",
    ),
    "sure": (
        3.2,
        rf"[ \t]?(?:TITLE|쌤|튜터|어린이|원아|사장)님?{_END}|(?<!아)님(?![가-힣]{{4}})|[ \t]님"
        rf"|(?<!아저)[ \t]?씨(?![가-힣]{{4}}|앗)"
        rf"|이?[ \t]?(?:{_KIN}){_END}|맘{_END}|[ \t]군(?=[이은의]|[ \t,.)]|$)",
    ),
    "likely": (
        2.0,
        rf"이?(?:한테|에게|께서)(?![가-힣])|[ \t]?측(?:에서|이|은|과|의|에)?(?![가-힣])|이?[ \t](?:{_BELONGINGS})"
        r"|이?라고[ \t]?(?:하|합|해|했|불|적|써|쓰|되|돼|나|찍|뜨|[가-힣]{2,3}[ \t]사람)"
        r"|[ \t]양(?=[이은의]|[ \t,.)]|$)",
    ),
    "said": (
        1.5,
        r"(?:입니다|이에요|예요|인데요?|이?고요|이?구요|이고|이요|임|이라|이며|이었|였|이?래요?|이?라(?:던데|는데|네요?|면서|니까))(?![가-힣]{4})",
    ),
    "end": (1.0, r"[ \t]*(?:[,/);|(\n]|$)"),
    "particle": (0.5, r"(?:이가|이는|이를|[이가은는을를의과와도랑]|이랑|하고|으?로)(?![가-힣])"),
    "none": (0.0, r"(?![가-힣])"),
}
"""What stands behind a name, the surest first, and what it adds."""
_SIGNS = (
    *("씨", "님", "쌤", "맘", "튜터", "어린이", "측", "한테", "에게", "께서", "이름으로", "명의로", "엄마", "아빠"),
    *("라는 사람", "라는 분", "라는 직원", "라는 기사", "라고 하는", " 군", " 양", "의 남편", "의 아내", "의 보호자"),
    *("이 번호", "이 폰", "이 명의", "이 계정", "강사", "사장한테"),
)
"""Words of which one has to stand behind a name that no word before gives away."""
_RUN = re.compile("[가-힣]{2,7}")
_LABELLED = re.compile(r"[:=][ \t]*(?=[가-힣]{2})")
_HANGUL_END = re.compile(r"[가-힣]+\Z")
_JOINS = r"(?:님|분|명|성함|이름|성명)?[은는이가]?[ \t]?\d?[ \t]?[:=/(,]?[ \t]*(?=[가-힣]{2})"


class _Patterns(NamedTuple):
    before: re.Pattern[str]
    """Words of which one stands before names, and which tell where to look for one."""
    twice: re.Pattern[str]
    """A family name, and the full name: "마 마동혁"."""
    behind: re.Pattern[str]
    sign: re.Pattern[str]


def find_persons(view: str) -> Iterator[tuple[int, int]]:
    """Where such names stand in a text that ``view_of`` made plain."""
    behind = _patterns().behind
    for start in _starts(view):
        run = _RUN.match(view, start)
        before, best, length = None, _ENOUGH, 0
        for tried in range(len(run.group()) if run else 0, 1, -1):
            like = _likeness(view[start : start + tried])
            follows = behind.match(view, start + tried) if like > _NEVER else None
            if follows:
                before = _before(view, start) if before is None else before
                score = before + _BEHIND[follows.lastgroup or "none"][0] + like
                if score >= best:
                    best, length = score, tried
        if length:
            yield start, start + length


def _starts(view: str) -> set[int]:
    """Where a name may begin, by a word before or behind it."""
    patterns = _patterns()
    starts = [match.end() for match in patterns.before.finditer(view)]
    starts += [match.end() for match in patterns.twice.finditer(view)]
    starts += [match.end() for match in _LABELLED.finditer(view)]
    for match in patterns.sign.finditer(view):
        end = match.start() - (view[match.start() - 1 : match.start()] in (" ", "\t"))
        if word := _HANGUL_END.search(view, max(0, end - 7), end):
            starts.append(word.start())
    return {start for start in starts if not start or not _in_word(view[start - 1])}


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "\ufffc"


def _before(view: str, start: int) -> float:
    """How much what stands before says that a name begins."""
    head = view[max(0, start - _BACK) : start].rstrip(" \t")
    mark = head[-1:] if head[-1:] in (":", "=", "/", "(", ",") else ""
    head = head[: len(head) - len(mark)].rstrip(" \t0123456789")
    if head.endswith("\ufffc"):
        return 1.0
    if head.endswith("피신청인") or (head.endswith("명의") and not mark):  # "3명의 …"
        return 0.0
    match = _HANGUL_END.search(head)
    word = match.group() if match else ""
    lists = name_lists()
    if word.endswith(_NAMES):
        return 5.0 if mark and mark in ":=/" else 2.5
    if word[-1:] == "명" and mark and mark in ":=/" and _is_role(word[:-1]):
        return 5.0
    if mark in (":", "="):
        return 2.0 if word in lists.cues["label"] or word in lists.cues["field"] or word in _DEEDS else 0.0
    if mark == "/" or (mark == "," and not _is_role(word)):
        return 0.0
    if _is_role(word):
        return 2.5 if mark == "(" else 1.5 if mark or word.endswith("님") else 3.0
    if mark:
        return 0.0
    if word[-1:] in _PARTICLES and word[:-1] in _NAMES:
        return 2.5
    if word in _OWN or (word[-1:] in _PARTICLES and _is_role(word[:-1])):
        return 1.5
    if len(word) > 2 and word[-1] in _PERSON_ENDINGS:
        return 1.0
    if len(word) == 1 and view[start : start + 1] == word:
        return 2.0
    return 0.5 if word in _SELF else 0.0


def _is_role(word: str) -> bool:
    """Whether a word is, or ends in, a word for a person."""
    roles = _roles()
    word = word.removesuffix("님").removesuffix("분")
    return word[-2:] in roles or word[-3:] in roles or word[-4:] in roles or word[-5:] in roles


@lru_cache(maxsize=1 << 14)
def _likeness(word: str) -> float:
    """How much a word of two to four syllables is like a name: some 3 for the likeliest, ``_NEVER`` for a word."""
    lists = name_lists()
    if word in lists.noun_names:
        return -1.0
    if word in lists.words or word in lists.nouns or word in lists.stops or word in lists.public_persons:
        return _NEVER
    if word[:2] in _roles() or word[1:] in _roles() or word[-1] in _NEVER_LAST:
        return _NEVER
    ordinary = log1p(times_begun(word))
    if word in lists.foreign_given:
        return 1.0
    if len(word) == 2:
        if word in lists.unmistakable_given:
            return 1.5
        if word in lists.common_given:
            return 0.5 - 0.3 * ordinary
        return max(-2.0, 0.35 * form_of("김" + word)) - (1.0 if ordinary else 0.6) - 1.2 * ordinary
    if word.startswith(lists.foreign_family):
        return 0.5
    if len(word) > 4:
        return _NEVER
    if is_begun(word):
        return -1.0 if word[1:] in lists.noun_names else _NEVER
    double = word.startswith(lists.double_family)
    if len(word) == 4 and not double:
        return -2.4 - 1.2 * ordinary
    given = word[2:] if double else word[1:]
    listed = double or word[0] in lists.any_family or word[0] in lists.odd_family
    if not listed:
        return 1.0 if given in lists.unmistakable_given else -1.6 - 1.2 * ordinary
    like = 0.5 if double or word[0] in lists.usual_family else 0.0
    if given in lists.unmistakable_given:
        return like + 2.0
    if given in lists.common_given:
        return like + 1.0 - 0.3 * ordinary
    if given in lists.noun_names:
        return like + 0.5 - 0.3 * ordinary
    like += max(-2.0, min(1.0, 0.35 * form_of(word))) - (0.0 if is_full_name(word) else 1.0)
    return like - 0.4 * ordinary - 0.2 * log1p(times_begun(given))


@cache
def _roles() -> frozenset[str]:
    lists = name_lists()
    roles = (word for kind in ("person", "role", "label", "field", "title") for word in lists.cues[kind])
    return frozenset(role.replace(r"[ \t]?", "") for role in roles if "(" not in role) - {"형", "전"}


@cache
def _patterns() -> _Patterns:
    lists = name_lists()
    title = "|".join(lists.cues["title"])
    behind = "|".join(f"(?P<{name}>{pattern.replace('TITLE', title)})" for name, (_, pattern) in _BEHIND.items())
    said_before = any_of({*_roles(), *_NAMES, *_OWN, "\ufffc"}).pattern
    return _Patterns(
        before=re.compile(f"(?:{said_before}){_JOINS}"),
        twice=re.compile(rf"(?:입니다|이고요|인데요|이요)[ \t]([{lists.any_family}])[ \t](?=\1[가-힣])"),
        behind=re.compile(behind),
        sign=any_of(_SIGNS),
    )
