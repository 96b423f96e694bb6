"""People's names, where they are reliable: a title, a label, an introduction or a number beside them.

A Korean name can hardly be told from a word by its form: without a cue only a family name with one of the
most frequent given names counts. A full name found once is masked wherever it stands in the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from nlp.resources import data_path
from nlp.text.personal.found import Found

# "김민수 대리", and not "이후 대리인", "우리 고객센터", "최근 대표적".
_TITLE = (
    r"(?:고객(?!센터|들|지원)|회원(?!권|가입|등급)|손님|상담[사원]|상담직원|기사(?![를에도]|문)|매니저|팀장|과장"
    r"|대리(?!인|점)|사원|주임|실장|점장|원장|선생|교수|간호사|설계사|지점장|센터장|차장|부장|대표(?!적|번호|전화)"
    r"|강사|코치|트레이너|디자이너|약사|사장|여사|어르신|어머님|아버님|환자(?!분들|들))"
)
_LABEL = (
    r"(?:이름|성함|성명|고객명|예금주|명의자?|계약자|가입자|수령인|수취인|받는[ \t]?(?:분|사람)|입금자|신청인|신청자"
    r"|보내는[ \t]?(?:분|사람)|예약자|주문자|환자|피보험자|담당자|보호자|투숙객|탑승자|승객)"
)
_SELF = (
    r"(?:저는|제가|저|전|나는|난|본인은?|안녕하세요|안녕하십니까|반갑습니다|상담[사원]|상담[ \t]?매니저|담당자?|기사"
    r"|매니저|팀장|과장|대리|주임|센터|텔레콤|통신|은행|카드|보험|지점|매장|마켓|몰|팀)"
)
# "김민수라고 합니다", and not "연락하라고", "기다리라고".
_COPULA = r"(?:이라고|(?<![하리시])라고|이라는|이?고요|이?구요|이?요(?![가-힣])|입니다|이에요|예요|인데|이며)"
_NO_PARTICLE_BEFORE = re.compile(rf"[ \t]?(?:[님씨]|{_COPULA})")
_AFTER = rf"(?=(?:[이가은는을를도와과]|으?로)?(?![가-힣])|한테|에게|께서|이[고었]|였|님|씨|{_COPULA})"
_TITLE_ONLY = re.compile(_TITLE)
_CUE = re.compile(rf"{_LABEL}|님|씨|본인|{_COPULA}|{_TITLE}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """The word lists and the patterns built from them."""

    given: frozenset[str]
    not_last: frozenset[str]
    common: frozenset[str]
    words: frozenset[str]
    nouns: frozenset[str]
    endings: frozenset[str]
    family: frozenset[str]
    double_family: tuple[str, ...]
    likely: tuple[re.Pattern[str], ...]
    sure: tuple[re.Pattern[str], ...]
    before: re.Pattern[str]
    after: re.Pattern[str]
    alone: re.Pattern[str]

    def is_full(self, word: str, follows: str) -> bool:
        """Whether a word can be a family and a given name and, before what follows, is no word that we know."""
        double = word.startswith(self.double_family)
        given = word[2:] if double else word[1:]
        if not (double or (len(word) == 3 and word[0] in self.family)) or not self.given.issuperset(given):
            return False
        if word in self.words or word[-1] in self.not_last or _TITLE_ONLY.fullmatch(given):  # "이교수님"
            return False
        if word[:2] not in self.nouns or word[-1] not in self.endings:
            return True
        # "변경은 고객님께서" but "상담사 정지은입니다": no particle stands before a copula.
        return word[-1] in "은이" and _NO_PARTICLE_BEFORE.match(follows) is not None


@cache
def _names() -> _Names:
    table = tomllib.loads(data_path("names.toml").read_text(encoding="utf-8"))
    double = tuple(table["double_family"])
    doubles = "|".join(double)
    full = rf"(?P<n>(?:{doubles})[가-힣]{{1,2}}|[{table['family']}][가-힣]{{2}})"
    rare = rf"(?P<n>(?:{doubles})[가-힣]{{1,2}}|[{table['family']}{table['rare_family']}][가-힣]{{2}})"
    short = rf"(?P<n>(?:{doubles})[가-힣]{{1,2}}|[{table['family']}{table['rare_family']}][가-힣]{{1,2}})"
    likely = (
        rf"{_LABEL}(?:[ \t]?(?:명|이름|성함|성명))?(?:은|는|이|가|이고|란에)?[ \t]?:?[ \t]*{full}{_AFTER}",
        rf"(?<![가-힣]){full}(?:[ \t]{_TITLE}|{_TITLE}님)",
        rf"(?<![가-힣]){full}[ \t]?[님씨](?![가-힣]{{3}})",
        rf"{_SELF}[ \t,]{{1,2}}{full}(?:{_COPULA}|님|씨)",
        rf"(?:상담[사원]|담당자|기사|매니저)[ \t]?{full}{_AFTER}",
        rf"(?:^|[\n:.?!,][ \t]?){full}(?=이?라고[ \t]?(?:합니|하는데|해요|하고요|하거든|하구요))",
        rf"(?<![가-힣]){full}[ \t]?(?:고객님?)?[ \t]?본인",
    )
    sure = (
        rf"(?:제|저의|내|본인|고객님?)[ \t]?(?:이름|성함|성명)[은이]?[ \t]*:?[ \t]*{short}(?={_COPULA})",
        rf"(?:이름|성함|성명|고객명|예금주|수령인|신청인)[ \t]?:[ \t]*{short}(?=[ \t]*(?:[,/)\n]|$))",
        rf"(?:예금주|명의자|수령인|수취인)[ \t]{rare}(?=[ \t]|$)",
    )
    return _Names(
        given=frozenset("".join(table["given"].split())),
        not_last=frozenset(table["not_last"]),
        common=frozenset(table["common"].split()),
        words=frozenset(table["words"].split()),
        nouns=frozenset(table["nouns"].split()),
        endings=frozenset(table["endings"]),
        family=frozenset(table["family"] + table["rare_family"]),
        double_family=double,
        likely=tuple(map(re.compile, likely)),
        sure=tuple(map(re.compile, sure)),
        before=re.compile(rf"(?<![가-힣]){full}[ \t,:/(]{{0,3}}$"),
        # "110-234-567890 신한은행 김민수"
        after=re.compile(
            rf"[ \t,/(]{{1,3}}(?:[가-힣A-Z]{{2,5}}(?:은행|뱅크|농협|금고)?[ \t,/]{{1,2}})?{full}(?![가-힣])"
        ),
        alone=re.compile(rf"(?<![가-힣A-Za-z])(?P<n>(?:{doubles}|[{table['family']}])(?P<given>[가-힣]{{2}})){_AFTER}"),
    )


def find_names(view: str, numbers: Sequence[Found]) -> list[Found]:
    """Names in a text that ``view_of`` made plain; ``numbers`` are the personal numbers found in it."""
    spans = set(_alone(view))
    if _CUE.search(view):
        spans.update(_cued(view))
    spans.update(_beside(view, [item for item in numbers if item.kind in ("전화번호", "주민등록번호", "계좌번호")]))
    for name in {view[start:end] for start, end in spans if end - start >= 3}:
        spans.update(match.span() for match in re.finditer(rf"(?<![가-힣]){name}", view))
    return [Found("이름", start, end, 5) for start, end in spans]


def is_full_name(word: str, follows: str = "") -> bool:
    """Whether a word can be a family and a given name and, before what follows, is no word that we know."""
    return _names().is_full(word, follows)


def is_short_name(word: str) -> bool:
    """Whether a word can be a family and a given name of one syllable each; to be asked for names only."""
    names = _names()
    if len(word) != 2 or word in names.nouns or word in names.words:
        return False
    return word[0] in names.family and word[1] in names.given


def _cued(view: str) -> Iterator[tuple[int, int]]:
    names = _names()
    for pattern in names.likely:
        yield from (
            match.span("n")
            for match in pattern.finditer(view)
            if names.is_full(match["n"], view[match.end("n") : match.end("n") + 8])
        )
    for pattern in names.sure:
        yield from (match.span("n") for match in pattern.finditer(view) if match["n"] not in names.words | names.nouns)


def _alone(view: str) -> Iterator[tuple[int, int]]:
    names = _names()
    for match in names.alone.finditer(view):
        if match["given"] in names.common and names.is_full(match["n"], view[match.end("n") : match.end("n") + 8]):
            yield match.span("n")


def _beside(view: str, numbers: Sequence[Found]) -> Iterator[tuple[int, int]]:
    for number in numbers:
        names = _names()
        head = max(0, number.start - 8)
        before = names.before.search(view[head : number.start])
        if before and names.is_full(before["n"], ""):
            yield head + before.start("n"), head + before.end("n")
        after = names.after.match(view, number.end)
        if after and names.is_full(after["n"], ""):
            yield after.span("n")
