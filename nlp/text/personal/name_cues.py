"""What stands before and behind a name and says that it is one.

Three tables: cues around a full name, each with the least form (``name_forms.form_of``) that it asks of the name;
sure ones, which let names of any form and of one syllable through; and given names without a family name.
The name is the group "n" of a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from nlp.text.personal.name_forms import ANY_FORM, COPULA, DOUBTFUL_FORM, FAIR_FORM, POOR_FORM
from nlp.text.personal.name_lists import NameLists, name_lists

BEFORE = 26
"""Characters before a name in which its cue is looked for."""

_WORD_START = r"(?<![가-힣])"
_NO_LETTER_BEFORE = r"(?<![가-힣A-Za-z])"
_SENTENCE_START = r"(?:^|[\n:.?!,][ \t]?)"
_AFTER = rf"(?:(?:[이가은는을를도와과의께랑]|이랑|이?하고|으?로)?(?![가-힣])|한테|에게|께서|이[고었]|였|님|씨|{COPULA})"
"""A particle or nothing, or what makes the word before it a person."""
_IS = r"(?:입니다|이에요|예요)"
_TO_PERSON = (
    r"(?:[ \t]?(?:귀하|학부모|(?:드림|올림|배상|본인)(?![가-힣])|(?:앞으로|명의|이름으로|성함으로)(?![가-힣]{2}))"
    r"|한테|에게|께서)"
)
"""What follows persons only, or them more often than not."""
_SAYS_WHO = (
    r"(?:입니다|이에요|예요|이라고|라고[ \t]?(?:하|합|해|불|적|써|쓰|돼|되|나|뜨)|이라는|인데요?|이고요?|이구요?"
    r"|이며|이시|이세요|이었|였|이요(?![가-힣])|요(?=[ \t.,?!\n]|$)|이?거든|이?던데|이라카|이라예|이우다|이?여유|이여라"
    r"|이랑|이네[요 ]|라고[ \t]?찍|이?라는[ \t](?:분|사람|직원|상담|기사|여자|남자|애|학생))"
)
"""Says of someone who it is, in dialects too."""
_NAMED = r"(?:[ \t]?(?:명|이름|성함|성명))?"
_OWNER = r"(?:예금주|명의자|수령인|수취인)"
_FIELD_END = r"[ \t]*(?:[,/)\n]|$)"


class Cue(NamedTuple):
    """A pattern that ends where a full name begins, one that begins where the name ends."""

    before: re.Pattern[str]
    behind: re.Pattern[str]
    least: float
    """The least form of the name; ``ANY_FORM`` for any whose family name is not rare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NameCues:
    """The patterns, built from the word lists."""

    candidate: re.Pattern[str]
    """Finds, without taking a character, where a full name (group 1) may stand before what can follow one."""
    around: tuple[Cue, ...]
    sure: tuple[re.Pattern[str], ...]
    sure_words: re.Pattern[str]
    sure_sign: re.Pattern[str]
    """One of these cheap searches holds whenever one of ``sure`` can."""
    given_alone: re.Pattern[str]
    full_alone: re.Pattern[str]
    listed_next: re.Pattern[str]
    before_number: re.Pattern[str]
    short_before_number: re.Pattern[str]
    after_number: re.Pattern[str]


@cache
def name_cues() -> NameCues:
    """All cues, compiled once."""
    lists = name_lists()
    syllable = f"[{''.join(sorted({*lists.given_syllables, *''.join(lists.common_given)}))}]"
    double = rf"(?:{'|'.join(lists.double_family)}){syllable}{{1,2}}"
    double_rest = "|".join(f"(?<={name[0]}){name[1]}{syllable}{{2}}" for name in lists.double_family)
    alone = "".join(name[0] for name in lists.double_family if name[0] not in lists.any_family)
    usual = rf"(?P<n>{double}|[{lists.usual_family}]{syllable}{{2}})"
    single = rf"(?P<n>[{lists.usual_family}][{lists.single_given}])"
    title = lists.any_cue("title")
    return NameCues(
        candidate=_candidate(lists, rf"{double}|[{lists.any_family}]{syllable}{{2}}"),
        around=tuple(_around(lists)),
        sure=tuple(map(re.compile, _sure(lists, syllable, double, single))),
        sure_words=re.compile(
            "이름|성함|성명|명함|명찰|객명|예금주|명의|수령인|수취인|예약자|입금자|계약자|보험자|환자|보호자|라카"
        ),
        sure_sign=re.compile(
            rf"라고[ \t]?[합하해]|(?:고객|회원)[은이 \t:]{{1,3}}[{lists.usual_family}][ \t][가-힣][ \t]"
            rf"|[{lists.usual_family}](?<![가-힣].)[{lists.single_given}](?=[ \t이입인])"
        ),
        # "민수씨", "서윤이 엄마", "지훈 팀장님", "지훈이가": the given name has to be unmistakable.
        given_alone=re.compile(
            rf"(?P<n>[{''.join(sorted({name[0] for name in lists.common_given}))}](?<![가-힣].)[가-힣])"
            rf"(?=이?[ \t]?{lists.any_cue('relative')}|[ \t]?{title}(?:님|분|(?![가-힣]))|님(?![가-힣]{{3}})"
            r"|이?네(?=[ \t](?:집|가게|식당|엄마|아빠|식구)|로[ \t])"
            r"|이(?:가|는|를|랑|한테|네)(?![가-힣])|(?:한테|에게|(?P<open>[가는를]))(?![가-힣]))"
        ),
        # No cue but the name itself.
        full_alone=re.compile(
            rf"(?P<n>[{lists.any_family}{alone}](?<![가-힣A-Za-z].)(?:{double_rest}|(?<![{alone}]){syllable}{{2}}))"
            rf"(?={_AFTER})"
        ),
        # "임현준, 임예건", "김명선이 김명신으로": behind the first name.
        listed_next=re.compile(
            rf"[ \t]?(?:[,/·&+→]|->|이?랑|[와과]|하고|에서|[이가]|말고|아니라)?[ \t]*{usual}(?={_AFTER})"
        ),
        # "김민수 010-1234-5678", "김솔 880101-1234567"
        before_number=re.compile(rf"{_WORD_START}{usual}[ \t,:/(<]{{0,3}}$"),
        short_before_number=re.compile(rf"{_WORD_START}{single}[ \t,:/(]{{1,3}}$"),
        # "110-234-567890 신한은행 김민수"
        after_number=re.compile(
            rf"[ \t,/(]{{1,3}}(?:[가-힣A-Z]{{2,5}}(?:은행|뱅크|농협|금고)?[ \t,/]{{1,2}})?{usual}(?![가-힣])"
        ),
    )


def _candidate(lists: NameLists, full: str) -> re.Pattern[str]:
    """At the start of a word or run on from a word that announces it: "저는한서윤인데요", "상담사양지수입니다"."""
    families = lists.any_family + "".join(name[0] for name in lists.double_family)
    announces = (
        r"(?<=저는|제가|나는|본인|세요|니까|[름함]은|[름함]이|주는|상담|담사|담원|당자|기사|니저|약자|취인|령인|청인|금주|의자|객명|자명"
        r"|승객|센터|신인|차주|참조|명찰|보험|은행|카드|통신)|(?<=(?<![가-힣])[저전난네예제])|(?<=[^가-힣][은는이가])"
    )
    follows = (
        r"(?![가-힣])|[이가은는을를도와과으로한에께님씨라요예입인였임던거고구우여처의만랑→,]"
        rf"|{lists.any_cue('title')}|본인|앞으로|명의|드림|올림|배상|두고|학부모"
    )
    return re.compile(rf"(?=[{families}])(?=({full})(?:{follows}))(?:{_WORD_START}|{announces})")


def _around(lists: NameLists) -> Iterator[Cue]:
    """Cues around a full name; where a cue follows many a word as well, the name has to look more like one."""
    title, label, person, opening = map(lists.any_cue, ("title", "label", "person", "opening"))

    def cue(before: str, behind: str, least: float) -> Cue:
        return Cue(re.compile(rf"{before}\Z"), re.compile(behind), least)

    # "김민수 고객", "김민수 팀장님", "김민수팀장이", "김민수님": with a rare family name only if it looks like one
    # ("인기인 강사"), the more so without a 님.
    yield cue(_WORD_START, rf"[ \t]{title}|{title}님", ANY_FORM)
    yield cue(_NO_LETTER_BEFORE, rf"[ \t]{title}님", POOR_FORM)
    yield cue(
        _NO_LETTER_BEFORE,
        rf"[ \t]?(?:{title}(?:[이가은는을를께한에도처의로랑만,. ]|분|$)|[님씨](?![가-힣]{{3}}))",
        DOUBTFUL_FORM,
    )
    yield cue(_WORD_START, r"[ \t]?[님씨](?![가-힣]{3})", ANY_FORM)
    # "박서준 귀하", "이정희 드림", "김수진한테"
    yield cue(_NO_LETTER_BEFORE, _TO_PERSON, POOR_FORM)
    # "한서윤인데요": words are said to be something as well.
    yield cue(_NO_LETTER_BEFORE, _SAYS_WHO, FAIR_FORM)
    # "박재하 말고 다른 분": also "택배 말고".
    yield cue(_NO_LETTER_BEFORE, r"[ \t](?:말고|추천|서명)", DOUBTFUL_FORM)
    # "김명선이 아니라", "김명선이 김명신으로", "김명선 → 김명신"
    yield cue(_NO_LETTER_BEFORE, r"[이가]?[ \t]?(?:→|->|[이가][ \t]아니라|[이가][ \t][가-힣]{3}으?로[ \t])", POOR_FORM)
    # "한지문(52세)", "한지문(본인)"
    yield cue(
        _NO_LETTER_BEFORE, r"\((?:\d\d세|만[ \t]?\d|[남여父母男女자모부](?:성)?[),]|본인|\ufffc|\*|\d)", POOR_FORM
    )

    # "예금주: 김민수", "담당자 김민수가"
    yield cue(rf"{label}{_NAMED}(?:은|는|이|가|이고|란에)?[ \t]?[:(]?[ \t]*", _AFTER, ANY_FORM)
    # "환자 봉보연님", "신청자(범천기)": the same for rare family names.
    yield cue(rf"{label}{_NAMED}(?:은|는|이|가|이고)?[ \t]?[ \t(][ \t]*", _AFTER, POOR_FORM)
    # "명의자가 아니라 표은실이고요": any word may come between.
    yield cue(
        rf"{label}(?:은|는|이|가|도|을)?[ \t:]*(?:제가[ \t])?(?:아니라|말고)?[ \t]",
        rf"{_SAYS_WHO}|[ \t,./)\n]|$",
        POOR_FORM,
    )
    # "이름은 김민수고"
    yield cue(r"(?:이름|성함|성명|예금주|명의)[은는이가]?[ \t]", r"고[ \t,]", ANY_FORM)
    # "이름이 왜 김명신으로 되어"
    yield cue(r"(?:이름|성함|명의|예금주|입금자)[^\n.]{0,16}[ \t]", r"으?로[ \t]", POOR_FORM)
    # "명찰에 김민수라고", "화면에 '김민수'로"
    yield cue(
        rf"{lists.any_cue('bearer')}[^\n.]{{0,8}}[ \t'\"\[]",
        r"이?라|이던|으?로|님|씨|[ \t]서명|[이가][ \t]",
        POOR_FORM,
    )
    # "내방 고객 문창길", "VIP고객 문창길", "동명이인 문창길"
    yield cue(
        rf"{_WORD_START}(?:동명이인|예약명?|(?:내방|방문|해당|신규|기존|우수|[A-Z]{{2,3}})[ \t]?고객)[ \t:]{{1,2}}",
        _AFTER,
        POOR_FORM,
    )
    # "상담사김민수입니다"
    yield cue(r"(?:상담[사원]|담당자|기사|매니저)[ \t]?", _AFTER, ANY_FORM)
    # "남편 김민수가", "고객(김민수)"
    yield cue(rf"{_WORD_START}{person}[ \t,]{{1,2}}", _AFTER, POOR_FORM)
    yield cue(rf"{_WORD_START}{person}\(", r"[),/ ]", POOR_FORM)
    # "남편은 김민수", but also "직원이 지적한"; "기사: 김민수", but also "기사: 초기화가 …".
    yield cue(rf"{_WORD_START}{person}(?:[은는이가][ \t]|[ \t]?:[ \t]?)", _AFTER, FAIR_FORM)

    # "저는 김민수입니다", "한빛통신 김민수입니다"
    yield cue(rf"{lists.any_cue('introduction')}[ \t,]{{1,2}}", rf"{COPULA}|님|씨", ANY_FORM)
    # "저는한서윤인데요", "네한서윤입니다"
    yield cue(rf"(?:^|[\n:.?!, ]){opening}", r"입니다|이에요|예요|인데|이고|이?라고|고객님", POOR_FORM)
    # "저는 한서윤이고", "저는 한서윤임"
    yield cue(rf"(?:^|[\n.?!, ]){opening}[ \t]?", r"임(?![가-힣])|이고|이?구요?[ ,]", POOR_FORM)
    # "네, 한서윤입니다", "맞아요 한서윤이에요"
    yield cue(
        rf"(?:{_SENTENCE_START}|[네예저][ \t,.]{{1,2}}|[요다까죠][ \t.,?!]{{1,3}})",
        r"입니다|이에요|예요|이요|인데",
        POOR_FORM,
    )
    # "김민수 / 010-… / 재방문", "1) 김민수 2) 이영희"
    yield cue(r"(?:^|\n|\d[.)][ \t]?)", r"[ \t]*[|/,][ \t]|[ \t]+\d[.)]", DOUBTFUL_FORM)


def _sure(lists: NameLists, syllable: str, double: str, single: str) -> Iterator[str]:
    """Cues so sure that the name may have any form, unless it is a word that we know."""
    any_three = rf"(?P<n>[{lists.any_family}][가-힣]{{2}})"
    any_full = rf"(?P<n>{double}|[{lists.any_family}]{syllable}{{2}})"
    any_short = rf"(?P<n>{double}|[{lists.any_family}]{syllable}{{1,2}})"
    # "명찰에 '임꽃님'이라고", "제가 임꽃님이라고 하는데요"
    yield rf"(?:명찰|이름표|명함)[^\n]{{0,8}}[ \t'\"]{any_three}(?=이?라|이던)"
    yield (
        rf"(?:{_WORD_START}(?:저는|제가|저|난|나는|이름은|성함은|이름이|성함이)[ \t]?|^){any_three}"
        r"(?=이?라고[ \t]?(?:합니다|하는데|해요|하고요|하구요|하거든)|이?라카)"
    )
    # "성함 김 민 수님"
    yield (
        rf"{_WORD_START}(?:이름|성함|성명|예금주|고객|회원|환자|고객명)[은이]?[ \t]?:?[ \t]"
        rf"(?P<n>[{lists.usual_family}](?:[ \t][가-힣]){{2}})"
        rf"(?=[ \t]*[,/)\n]|[ \t]?(?:{_IS}|님|씨|통화|요)|$|[ \t][가-힣]{{2}})"
    )
    # "제 이름은 마이클입니다", "제 이름은 응우옌 반 남이에요"
    yield (
        rf"{_WORD_START}(?:제|저의)[ \t]?이름은[ \t]+"
        rf"(?P<n>[가-힣]{{2,5}}|(?:{'|'.join(lists.foreign_family)})(?:[ \t][가-힣]{{1,3}}){{1,3}})(?={_IS})"
    )
    # "이름: 김솔", "예금주 기하늬로"
    yield rf"(?:이름|성함|성명|고객명|예금주|수령인|신청인)[ \t]?:[ \t]*{any_short}(?={_FIELD_END})"
    yield rf"{_OWNER}[ \t]{any_full}(?=(?:으?로)?(?:[ \t,]|$))"
    # "성함은 김솔이고", "이름 김솔 맞아요"
    yield (
        rf"(?:이름|성함|성명|예금주|명의)[이은]?[ \t:]{{1,2}}(?P<n>[{lists.usual_family}]{syllable})"
        r"(?=이라|이에요|이고|입니다|인데|[ \t]?으?로|[ \t]맞|,)"
    )
    # "예약자 김솔, 두 명", "김솔 고객", "저는 김솔입니다", "네. 김솔입니다."
    yield (
        rf"(?:{_OWNER}|예약자|입금자명?|계약자|피보험자|환자|보호자)[ \t:]{{1,2}}{single}"
        r"(?=[ \t]*[,/)(\n]|[ \t](?:연락처|고객|님|본인)|$)"
    )
    yield (
        rf"{_NO_LETTER_BEFORE}{single}(?=[ \t](?:{lists.any_cue('title')}|귀하|이름으로|명의|서명|올림|드림)"
        r"|[ \t]?님[ \t](?:본인|맞)|이?라고[ \t](?:합니|하는데|해요))"
    )
    yield rf"(?:저는|저|본인입니다|네|예|이름은|성함은)[ \t]{single}(?={_IS}|이라고|인데요)"
    yield rf"(?:^|[.?!\n][ \t]?){single}(?=입니다[.?!\n])"
