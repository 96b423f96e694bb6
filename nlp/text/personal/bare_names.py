"""Names that the lists of family and given names do not hold, and parts of names: what stands around them tells.

Three kinds: a whole name of any syllables behind a label or an introduction ("수취인 풍미르, …") or as a signature;
a family name before a title ("길 기사님", "박대리"); a given name as friends and parents say it ("우리 해찬이가").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from nlp.text.personal.name_forms import DOUBTFUL_FORM, FAIR_FORM, POOR_FORM, form_of
from nlp.text.personal.name_lists import NameLists, any_of, name_lists

_START = r"(?<![가-힣A-Za-z0-9])"
_FIELD_START = r"(?:^|[\n,/|(\-;.][ \t]*|\d[.)][ \t]*)"
_FIELD_END = r"(?=[ \t]*(?:[,/(|;\n]|$)|[ \t]?(?:님|씨)(?![가-힣]))"
_IS = (
    r"(?:입니다|이에요|예요|인데[요여예]?|인디|이고요?|이구요?|이우다|이올시다|올시다|이여(?=[ \t,.])"
    r"|이?였고|이었[고는어]|이십니다|이래요)"
)
_CALLED = r"(?:이?라고[ \t]?(?:하는|합니|해요|하고|했)|이?라[ \t]?(?:합니|카는|캅|캐))"
_NAMED = r"(?:이름|성함|성명|존함)"
_RELATIVE = "남편|아내|부인|배우자|아들|딸|엄마|아빠|어머니|아버지|보호자|자녀|동생|누나|언니|오빠|형"
_OWN_CHILD = r"(?:첫째|둘째|셋째|막내|아들(?:놈|래미)?|딸(?:래미|내미)?|손주|손자|손녀|조카)"
_CHILD = rf"(?:{_OWN_CHILD}|우리(?:[ \t](?:애|아이|아들|딸|아기))?|울)"
_ASKED = (
    rf"{_NAMED}[^\n]{{0,12}}(?:되세요|되십니까|되시나요|되시죠|될까요|주시겠어요|주세요|부탁드려요|부탁드립니다)"
    r"[ \t?.,]+(?:(?:네|예|저는|음)[ \t,]+)*"
)
_CALLED_TO = r"너|니|이거|왜|하고|빨리|일로|밥|얼른|미안|엄마|아빠|그거|어디"

_CALLS = rf"(?=[ \t]?[,!~]|[ \t](?:{_CALLED_TO}))"
_NAME_PARTICLE = re.compile(
    r"이(?:(?:가|는|를|한테|에게|하고|의|로)(?![가-힣])|네(?=[ \t](?:집|가게|엄마|아빠|식구)))"
    rf"|아{_CALLS}|야{_CALLS}"
)
"""The 이 that names take before a particle and nouns do not ("해찬이가"), or what calls someone ("덕배야")."""


class _Patterns(NamedTuple):
    """The patterns have the name as their group "n"."""

    signs: Mapping[str, str]
    """Words of which a text must hold one for the patterns of that name in ``whole`` and ``given``."""
    sign: re.Pattern[str]
    whole: Mapping[str, tuple[re.Pattern[str], ...]]
    given: Mapping[str, tuple[re.Pattern[str], ...]]
    introduced: re.Pattern[str]
    said_to_be: re.Pattern[str]
    role: re.Pattern[str]
    titled: re.Pattern[str]
    behind_title: re.Pattern[str]


def find_bare_names(view: str) -> Iterator[tuple[int, int]]:
    """Where such names stand in a text that ``view_of`` made plain."""
    patterns = _patterns()
    for sign in {patterns.signs[word] for word in patterns.sign.findall(view)}:
        for pattern in patterns.whole.get(sign, ()):
            yield from (match.span("n") for match in pattern.finditer(view) if not _is_word(match["n"]))
        for pattern in patterns.given.get(sign, ()):
            yield from (match.span("n") for match in pattern.finditer(view) if _is_given(match["n"], POOR_FORM))
    for match in patterns.introduced.finditer(view):
        # "저는 유튜버입니다": one is something as often as someone.
        someone = not match["is"] or len(match["n"]) != 3 or form_of(match["n"]) >= DOUBTFUL_FORM
        if someone and _begins_word(view, match.start()) and not _is_word(match["n"]):
            yield match.span("n")
    for match in patterns.said_to_be.finditer(view):
        if patterns.role.search(view, max(0, match.start() - 8), match.start()) and not _is_word(match["n"]):
            yield match.span("n")
    yield from _before_titles(view)
    for match in _NAME_PARTICLE.finditer(view):
        start = match.start() - 2
        word = view[max(0, start) : match.start()]
        # "덕배야", "아름아", "해찬이가": the syllable before decides.
        fits = start >= 0 and _begins_word(view, start) and is_closed(word) is (match.group() != "야")
        if fits and _is_given(word, FAIR_FORM):
            yield start, match.start()


def is_closed(word: str) -> bool:
    """Whether a word ends in a consonant."""
    return "가" <= word[-1] <= "힣" and (ord(word[-1]) - ord("가")) % 28 != 0


def _begins_word(view: str, start: int) -> bool:
    return start == 0 or not view[start - 1].isalnum()


def _before_titles(view: str) -> Iterator[tuple[int, int]]:
    """Family names before titles; with a blank between, or without 님, of fewer families and titles."""
    patterns, lists = _patterns(), name_lists()
    for match in patterns.titled.finditer(view):
        start = match.start() - 1
        blank = view[max(0, start) : match.start()] in (" ", "\t")
        start -= blank
        name, title = view[max(0, start) : start + 1], match.group()
        if not name or name not in lists.title_family or not _begins_word(view, start):
            continue
        if name + title in lists.no_titled or (blank and name in lists.before_title):
            continue
        follows = patterns.behind_title.match(view, match.end())
        if follows and (follows["sir"] or title in lists.own_titles):
            yield start, start + 1


@cache
def _patterns() -> _Patterns:
    lists = name_lists()
    whole, given = _whole(lists), _given()
    signs = {
        **dict.fromkeys((*lists.cues["field"], "받는 ", "보내는 ", "보낸 "), "field"),
        **dict.fromkeys(("이름", "성함", "성명", "존함"), "named"),
        **dict.fromkeys(("란 사람", "란사람", "라는 사람", "이우다", "올시다", "라 카는", "라카는"), "person"),
        **dict.fromkeys((*(f"의 {relative}" for relative in _RELATIVE.split("|")), "저 맞", "본인 맞"), "whose"),
        **dict.fromkeys(("드림", "올림", "배상"), "signed"),
        "\n": "line",
        "-": "hyphen",
        **dict.fromkeys(("씨", " 님", "미스터 ", "미스 ", "가고요", "가예요", "가입니다", "가 성이"), "mister"),
        **dict.fromkeys(
            (
                "째 ",
                "막내 ",
                "아들 ",
                "아들놈 ",
                "래미 ",
                "내미 ",
                "딸 ",
                "손주 ",
                "손자 ",
                "손녀 ",
                "조카 ",
                "우리 ",
                "울 ",
            ),
            "child",
        ),
        **dict.fromkeys(("라고 합니다", "라고합니다", "라고 해요"), "says"),
    }
    return _Patterns(
        signs=signs,
        sign=any_of(signs),
        whole={sign: tuple(map(re.compile, patterns)) for sign, patterns in whole.items()},
        given={sign: tuple(map(re.compile, patterns)) for sign, patterns in given.items()},
        # "내가 마삼용이여", "저 유슬인데여"
        introduced=re.compile(
            r"(?:저는|제가|나는|내가|난|저|나|본인은|가입한)[ \t]"
            rf"(?:(?=[{lists.any_family}][{lists.single_given}](?:인데[요여]|입니다|이에요)"
            rf"|{_full(lists)}(?:{_IS}|{_CALLED}))"
            rf"(?P<n>[가-힣]{{2,4}}?)(?=(?P<is>{_IS})|{_CALLED}))"
        ),
        # "산모는 장그린이에요", "환자분은 기찬솔 님", "예약은 사공탁으로": behind a role.
        said_to_be=re.compile(rf"[은는이가][ \t](?P<n>{_full(lists)})(?={_IS}|[ \t]?님|이시|이라|으로[ \t])"),
        role=re.compile(rf"{_START}{lists.any_cue('role')}(?:분|님)?\Z"),
        titled=any_of(lists.cues["of_family"]),
        behind_title=re.compile(
            r"(?P<sir>님(?!들))|(?:인지|이?란|이?라는|이라던|측|이?며|쯤|이|이?[가은는을를도께의]|한테|에게|에[게서]|이?랑|입니다|이?라고|인데요?)?"
            r"(?:[ \t.,)~!?\n]|$)"
        ),
    )


def _full(lists: NameLists) -> str:
    """A full name of any syllables, the family name apart."""
    return rf"(?:(?:{'|'.join(lists.double_family)})[가-힣]{{1,2}}|[{lists.any_family}{lists.odd_family}][가-힣]{{2}})"


def _whole(lists: NameLists) -> Mapping[str, tuple[str, ...]]:
    """Patterns for whole names and family names, by the sign that a text must hold; ``_is_word`` has to be asked."""
    family = f"[{lists.any_family}{lists.odd_family}]"
    full = rf"(?P<n>{_full(lists)})"
    longer = rf"(?P<n>{family}[가-힣]{{2,3}}?)"
    spaced = (
        rf"(?P<n>{family}[ \t][가-힣]{{2}}|[{lists.usual_family}][ \t][{lists.single_given}]"
        rf"|{family}(?:[ \t][가-힣]){{2}})"
    )
    label = rf"(?:{lists.any_cue('field')}(?:분|명)?|(?:받는|보내는|보낸)[ \t](?:분|사람))"
    field = (
        # "성명: 안겨레", "계약자: 아성민 /"
        rf"{_START}{label}[ \t]?\d?[ \t]*[:=][ \t]*(?P<n>{family}[가-힣]{{1,3}}){_FIELD_END}",
        # "이름 이 진", "신청인 장 기쁨"
        rf"{_START}{label}[ \t]?\d?[ \t]*[:= \t][ \t]*{spaced}{_FIELD_END}",
        # "고객명 변희도 / 010-…", "수취인 풍미르, 부산 …"
        rf"{_FIELD_START}{label}[ \t]+{full}{_FIELD_END}",
        # "예금주 피아람으로", "보호자 모은하님"
        rf"{_START}{label}[ \t]+{full}(?={_IS}|[ \t]?(?:님|씨)(?![가-힣]{{3}})|으?로(?![가-힣])|이?라고)",
    )
    return {
        "field": field,
        "named": (
            *field,
            # "할머니 성함이 소분례시고요", "제 이름은 김말똥이었고"
            rf"{_NAMED}[은이][ \t]+{longer}(?={_IS}|이?라서|[ \t]되십|시고요?)",
            # "성함 어떻게 되세요 봉수근 발음이 …"
            rf"{_ASKED}{full}(?=[ \t]|{_IS}|이?요|$)",
        ),
        # "나 배옥순례란 사람인디", "제주 사는 부영숙이우다"
        "person": (rf"{_START}{longer}(?=이?란[ \t]?사람|이?라는[ \t]?사람|이우다|이올시다|이라[ \t]?카는)",),
        # "저는 나카무라 유이라고 합니다"
        "says": (
            rf"{_START}(?:저는|제가)[ \t](?P<n>(?:[가-힣]{{2,5}}[ \t])?[가-힣]{{2,4}}(?![하으가오보주니])[가-힣])"
            r"(?=이?라고[ \t]?(?:합니다|해요))",
        ),
        # "빙수련의 남편입니다", "지평강 저 맞고요"
        "whose": (rf"{_START}{full}(?=의[ \t](?:{_RELATIVE})(?:입니|인데|이에|예요|되는)|[ \t](?:저|본인)[ \t]?맞)",),
        # "소지섬 드림"
        "signed": (rf"(?:^|\n|[.!?~][ \t]+){full}(?=[ \t](?:드림|올림|배상)[ \t]*(?:\n|$))",),
        "line": (
            # "— 신보라미"
            rf"\n[ \t]*-+[ \t]*(?P<n>{family}[가-힣]{{2,3}})[ \t]*-*(?=\n|$)",
            # "온유라⏎010-…"
            rf"\n[ \t]*{full}[ \t]*(?=\n[^\n]{{0,24}}(?:\ufffc|@|\d{{3,4}}[\-. ]\d{{4}}))",
        ),
        # "은-서연"
        "hyphen": (rf"{_START}(?P<n>[{lists.any_family}]-(?:{'|'.join(lists.common_given)}))(?![가-힣]{{3}})",),
        "mister": (
            # "피아람 님", "회원 채움 님"
            rf"{_START}(?P<n>{family}[가-힣](?![장자사수관])[가-힣])(?=[ \t](?:님|씨)(?![가-힣]{{3}}))",
            rf"{_START}(?:회원|고객)[ \t](?P<n>[가-힣]{{2,4}})(?=[ \t]님(?![가-힣]))",
            # "제가 염 가고요", "성이 목씨입니다", "혜씨라고 … 혜가 성이에요", "김씨가"
            rf"(?:제가|저는|성은|성이)[ \t](?P<n>{family})"
            r"(?=[ \t]?(?:가|씨)(?:고요|이고|입니다|인데|예요|이에요|요))",
            # "미스터 김이", "박 씨고 저는"
            rf"미스터?[ \t](?P<n>[{lists.mister_family}])(?![가-힣]{{2}})",
            rf"{_START}(?P<n>[{lists.mister_family}])(?=[ \t]씨(?:고[ \t]|인데|네[ \t]|래요|입니|예요|라[서고]))",
            rf"{_START}(?P<n>{family})(?=씨라고|[이가][ \t]성(?:이에|인데|입니|이고))",
            rf"{_START}(?P<n>[{lists.mister_family}])"
            r"(?=씨(?:[가는를라의]|입니다|인데|이에요|한테|네)(?![가-힣]{4}))",
        ),
    }


def _given() -> Mapping[str, tuple[str, ...]]:
    """Patterns for given names alone, by the sign that a text must hold; ``_is_given`` has to be asked."""
    two = "(?P<n>[가-힣]{2})"
    return {
        # "이름은 상구예요", "이름이 조아라서"
        "named": (rf"{_NAMED}[은이][ \t]+{two}(?={_IS}|이?라서)",),
        "child": (
            # "막내 온이 분유를"
            rf"{_START}(?:첫째|둘째|셋째|막내)[ \t](?P<n>[가-힣]이)(?=[ \t가는를한의])",
            # "아들놈 승철이 앞으로"
            rf"{_START}{_CHILD}[ \t]{two}(?=이(?:(?:가|는|를|랑|한테|의|네)(?![가-힣])|[ \t]앞으))",
            # "둘째 하리가"
            rf"{_START}{_OWN_CHILD}[ \t]{two}(?=[가는를](?![가-힣])|한테|에게)",
        ),
    }


def _is_word(word: str) -> bool:
    """Whether a word that stands where a name does is one that we know."""
    lists = name_lists()
    if len(word) == 1:
        return False
    if word in lists.words or word in lists.nouns or word in lists.stops:
        return True
    if len(word) == 2 or " " in word or word[1:] in lists.common_given:
        return False
    return word[:2] in lists.nouns or word[1:] in lists.nouns


def _is_given(word: str, least: float) -> bool:
    """Whether two syllables make a given name, and no word that we know."""
    lists = name_lists()
    if word in lists.stops or word in lists.nouns:
        return False
    return all(syllable in lists.given_syllables for syllable in word) and form_of("김" + word) >= least
