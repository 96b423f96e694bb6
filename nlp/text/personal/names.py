"""People's names, where they are reliable: a title, a label, an introduction or a number beside them.

A Korean name can hardly be told from a word by its form: without a cue only a family name with one of the
most frequent given names counts. A full name found once is masked wherever it stands in the text.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf, log

from nlp.resources import data_path
from nlp.text.personal.found import Found

# "김민수 대리", and not "이후 대리인", "우리 고객센터", "최근 대표적".
_TITLE = (
    r"(?:고객(?!센터|들|지원)|회원(?!권|가입|등급)|손님|상담[사원]|상담직원|기사(?![를에도]|문)|매니저|팀장|과장"
    r"|대리(?!인|점)|사원|주임|실장|점장|원장|선생|교수|간호사|설계사|지점장|센터장|차장|부장|대표(?!적|번호|전화)"
    r"|강사|코치|트레이너|디자이너|약사|사장|여사|어르신|어머님|아버님|환자(?!분들|들))"
)
_LABEL = (
    r"(?:이름|성함|성명|고객명|예금주|명의자?|계약자|가입자|수령인|수취인|받[는으실]{1,2}[ \t]?(?:분|사람)|입금자명?"
    r"|신청인|신청자|보내[는신]{1,2}[ \t]?(?:분|사람)|예약자|주문자|구매자|환자|피보험자|수익자|담당자|보호자|투숙객명?"
    r"|탑승[자객]|승객|통화자|민원인|대표자|위임인|수임인|접수자|처리자|작성자|발신[인자]|수신[인자]|세대주|추천인"
    r"|공동명의자|대리인|양도인|양수인|임차인|임대인)"
)
# Words for a person that may stand before a name, and as often before something else.
_PERSON = (
    r"(?:고객|회원|직원|상담[사원]|기사|원생|학생|학부모|배우자|남편|신랑|아내|와이프|아들|딸|아이|어머니|아버지|엄마|아빠"
    r"|시어머니|장모님?|동생|누나|언니|오빠|형|친구|지인|조카|손[자녀]|담당|대표|사원)"
)
_SELF = (
    r"(?:저는|제가|저|전|나는|난|본인은?|안녕하세요|안녕하십니까|반갑습니다|상담[사원]|상담[ \t]?매니저|담당자?|기사"
    r"|매니저|팀장|과장|대리|주임|센터|텔레콤|통신|은행|카드|보험|지점|매장|마켓|몰|팀)"
)
# "김민수라고 합니다", and not "연락하라고", "기다리라고".
_COPULA = r"(?:이라고|(?<![하리시])라고|이라는|이?고요|이?구요|이?요(?![가-힣])|입니다|이에요|예요|인데|이며)"
_NO_PARTICLE_BEFORE = re.compile(rf"[ \t]?(?:[님씨]|{_COPULA})")
# "박서준 귀하", "이정희 드림", "김수진한테": what follows persons only, and what follows them more often than not.
_TO_PERSON = (
    r"(?:[ \t]?(?:귀하|학부모|(?:드림|올림|배상|본인)(?![가-힣])|(?:앞으로|명의|이름으로|성함으로)(?![가-힣]{2}))"
    r"|한테|에게|께서)"
)
_SAYS_WHO = (
    r"(?:입니다|이에요|예요|이라고|라고[ \t]?(?:하|합|해|불|적|써|쓰|돼|되|나|뜨)|이라는|인데요?|이고요?|이구요?"
    r"|이며|이시|이세요|이었|였|이요(?![가-힣])|요(?=[ \t.,?!\n]|$)|이거든|거든)"
)
_OPENING = (
    r"(?:저는|제가|저|네|예|본인은?|제[ \t]?이름은|이름은|성함은|성함이|예금주는|명의자는|상담[사원]|안녕하세요"
    r"|여보세요)"
)
_AFTER = rf"(?=(?:[이가은는을를도와과]|으?로)?(?![가-힣])|한테|에게|께서|이[고었]|였|님|씨|{_COPULA})"
_TITLE_ONLY = re.compile(_TITLE)

# How often a syllable stands first and last in the frequent given names tells a name from a word: "재하" is like
# 재민 and 은하, "영화" ends like few names, "해서" like none. Log of both frequencies in per cent, summed.
_SURE_FORM, _LIKELY_FORM, _FAIR_FORM, _DOUBTFUL_FORM, _POOR_FORM = 1.0, 0.0, -1.5, -2.2, -5.2
_PARTICLE = re.compile(r"(?:이가|[이가은는을를]|으?로)(?![가-힣])")
_UNSEEN = 0.2
_NAMED_NUMBERS = ("주민등록번호", "외국인등록번호", "계좌번호")
_NUMBERS = (*_NAMED_NUMBERS, "전화번호", "이메일")
_VERBAL = "서지나라기자하게려"
"""Last syllables of verbs: "심해서요", "모르지요", "변하지 말고"."""
_VERB_FOLLOWS = re.compile(r"요|[ \t]말")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """The word lists and the patterns built from them."""

    given: frozenset[str]
    not_last: frozenset[str]
    common: frozenset[str]
    form: Mapping[str, tuple[float, float]]
    frequent_family: str
    words: frozenset[str]
    nouns: frozenset[str]
    endings: frozenset[str]
    family: frozenset[str]
    double_family: tuple[str, ...]
    cued: tuple[tuple[re.Pattern[str], float], ...]
    sure: tuple[re.Pattern[str], ...]
    before: re.Pattern[str]
    after: re.Pattern[str]
    alone: re.Pattern[str]
    anywhere: re.Pattern[str]
    short_before: re.Pattern[str]

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
        if word[1:] in self.common and word[-1] not in "은이인한하해":
            return True
        # "변경은 고객님께서" but "상담사 정지은입니다": no particle stands before a copula.
        return word[-1] in "은이" and _NO_PARTICLE_BEFORE.match(follows) is not None

    def form_of(self, word: str) -> float:
        """How much the given name of a full name is like the frequent ones; higher is more like a name."""
        given = word[2:] if word.startswith(self.double_family) and len(word) > 3 else word[1:]
        if given in self.common:
            return 9.0
        if word.startswith(self.double_family):
            return 0.5
        if len(given) != 2:
            return -9.0
        rare = 0.0 if word[0] in self.frequent_family else 1.0
        none = (log(_UNSEEN / len(self.common) * 100), log(_UNSEEN / len(self.common) * 100))
        return self.form.get(given[0], none)[0] + self.form.get(given[1], none)[1] - rare


def _form(common: Collection[str]) -> dict[str, tuple[float, float]]:
    """Log frequency in per cent of each syllable as the first and as the last of the given names."""
    firsts, lasts = Counter(name[0] for name in common), Counter(name[-1] for name in common)

    def weight(count: int) -> float:
        return log((count + _UNSEEN) / len(common) * 100)

    syllables = firsts.keys() | lasts.keys()
    return {syllable: (weight(firsts[syllable]), weight(lasts[syllable])) for syllable in syllables}


@cache
def _names() -> _Names:
    table = tomllib.loads(data_path("names.toml").read_text(encoding="utf-8"))
    double = tuple(table["double_family"])
    doubles = "|".join(double)
    given = f"[{''.join(table['given'].split())}]"
    full = rf"(?P<n>(?:{doubles}){given}{{1,2}}|[{table['family']}]{given}{{2}})"
    rare = rf"(?P<n>(?:{doubles}){given}{{1,2}}|[{table['family']}{table['rare_family']}]{given}{{2}})"
    short = rf"(?P<n>(?:{doubles}){given}{{1,2}}|[{table['family']}{table['rare_family']}]{given}{{1,2}})"
    single = rf"(?P<n>[{table['family']}][{table['single']}])"
    likely = (
        rf"{_LABEL}(?:[ \t]?(?:명|이름|성함|성명))?(?:은|는|이|가|이고|란에)?[ \t]?:?[ \t]*{full}{_AFTER}",
        rf"(?<![가-힣]){full}(?:[ \t]{_TITLE}|{_TITLE}님)",
        rf"(?<![가-힣]){full}[ \t]?[님씨](?![가-힣]{{3}})",
        rf"{_SELF}[ \t,]{{1,2}}{full}(?:{_COPULA}|님|씨)",
        rf"(?:상담[사원]|담당자|기사|매니저)[ \t]?{full}{_AFTER}",
        rf"(?:^|[\n:.?!,][ \t]?){full}(?=이?라고[ \t]?(?:합니|하는데|해요|하고요|하거든|하구요))",
        rf"(?<![가-힣]){full}[ \t]?(?:고객님?)?[ \t]?본인",
    )
    start = r"(?<![가-힣A-Za-z])"
    fair = (
        (rf"{start}{full}(?={_TO_PERSON})", _POOR_FORM),
        (rf"{start}{full}[ \t](?=말고|추천|서명)", _DOUBTFUL_FORM),
        (
            rf"{start}{full}(?=으?로[ \t](?:썼|쓰|적|돼|되어|나와|나오|뜨|떠|등록|바꿔|변경|지정|해[ \t]?주))",
            _FAIR_FORM,
        ),
        (rf"{start}{full}(?={_SAYS_WHO})", _FAIR_FORM),
        (rf"{start}{rare}(?=[ \t]{_TITLE}님|[ \t]?님)", _FAIR_FORM),
        (rf"(?:이름|성함|명의|예금주|입금자)[^\n.]{{0,16}}[ \t]{full}(?=으?로[ \t])", _POOR_FORM),
        (rf"(?<![가-힣]){_PERSON}(?:[은는이가][ \t]|[ \t:,]{{1,2}}){full}{_AFTER}", _FAIR_FORM),
        (rf"(?<![가-힣]){_PERSON}[ \t:]{{1,2}}{full}(?=[ \t]*[,/(\n\]]|$)", _POOR_FORM),
        (
            rf"(?:^|[\n:.?!,][ \t]?|[네예저][ \t,.]{{1,2}}|[요다까죠][ \t.,?!]{{1,3}})"
            rf"{full}(?=입니다|이에요|예요|이요|인데)",
            _POOR_FORM,
        ),
        (rf"(?:^|[\n:.?!, ]){_OPENING}{full}(?=입니다|이에요|예요|인데|이고|이?라고|고객님)", _POOR_FORM),
        (
            rf"{_LABEL}(?:은|는|이|가|도|을)?[ \t:]*(?:제가[ \t])?(?:아니라|말고)?[ \t]{full}"
            rf"(?={_SAYS_WHO}|[ \t,./)\n]|$)",
            _POOR_FORM,
        ),
    )
    sure = (
        rf"(?:제|저의|내|본인|고객님?)[ \t]?(?:이름|성함|성명)[은이]?[ \t]*:?[ \t]*{short}(?={_COPULA})",
        # Whatever its form: "제 이름은 마이클입니다", "제 이름은 응우옌 반 남이에요".
        r"(?<![가-힣])(?:제|저의)[ \t]?이름은[ \t]+"
        r"(?P<n>[가-힣]{2,5}|(?:응우옌|쩐|레|팜|호앙|부이|응오|즈엉)(?:[ \t][가-힣]{1,3}){1,3})(?=입니다|이에요|예요)",
        rf"(?:이름|성함|성명|고객명|예금주|수령인|신청인)[ \t]?:[ \t]*{short}(?=[ \t]*(?:[,/)\n]|$))",
        rf"(?:예금주|명의자|수령인|수취인)[ \t]{rare}(?=(?:으?로)?(?:[ \t,]|$))",
        rf"(?:예금주|명의자|수령인|수취인|예약자|입금자명?|계약자|피보험자|환자|보호자)[ \t:]{{1,2}}{single}"
        r"(?=[ \t]*[,/)(\n]|[ \t](?:연락처|고객|님|본인)|$)",
        rf"{start}{single}(?=[ \t](?:{_TITLE}|귀하|이름으로|명의|서명|올림|드림)|[ \t]?님[ \t](?:본인|맞)"
        r"|이?라고[ \t](?:합니|하는데|해요))",
        rf"(?:저는|저|본인입니다|네|예|이름은|성함은)[ \t]{single}(?=입니다|이에요|예요|이라고|인데요)",
        rf"(?:^|[.?!\n][ \t]?){single}(?=입니다[.?!\n])",
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
        form=_form(table["common"].split()),
        frequent_family=table["frequent_family"],
        cued=tuple((re.compile(pattern), form) for pattern, form in (*((one, -inf) for one in likely), *fair)),
        sure=tuple(map(re.compile, sure)),
        anywhere=re.compile(f"(?={full.replace('?P<n>', '')})"),
        before=re.compile(rf"(?<![가-힣]){full}[ \t,:/(<]{{0,3}}$"),
        short_before=re.compile(rf"(?<![가-힣]){single}[ \t,:/(]{{1,3}}$"),
        # "110-234-567890 신한은행 김민수"
        after=re.compile(
            rf"[ \t,/(]{{1,3}}(?:[가-힣A-Z]{{2,5}}(?:은행|뱅크|농협|금고)?[ \t,/]{{1,2}})?{full}(?![가-힣])"
        ),
        alone=re.compile(rf"{start}(?P<n>(?:{doubles}|[{table['family']}]){given}{{2}}){_AFTER}"),
    )


def find_names(view: str, numbers: Sequence[Found]) -> list[Found]:
    """Names in a text that ``view_of`` made plain; ``numbers`` are the personal numbers found in it."""
    spans = set(_alone(view))
    spans.update(_cued(view))
    spans.update(_beside(view, [item for item in numbers if item.kind in _NUMBERS]))
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
    # Most texts hold nothing that could be a full name: they are spared the patterns around one.
    possible = any(names.is_full(match[1], "님") for match in names.anywhere.finditer(view))
    for pattern, form in names.cued if possible else ():
        for match in pattern.finditer(view):
            word, follows = match["n"], view[match.end("n") : match.end("n") + 8]
            verbal = form > -inf and word[-1] in _VERBAL and _VERB_FOLLOWS.match(follows)
            if not verbal and names.form_of(word) >= form and names.is_full(word, follows):
                yield match.span("n")
    for pattern in names.sure:
        for match in pattern.finditer(view):
            if match["n"] not in names.words and match["n"] not in names.nouns:
                yield match.span("n")


def _alone(view: str) -> Iterator[tuple[int, int]]:
    names = _names()
    for match in names.alone.finditer(view):
        word = match["n"]
        form = _LIKELY_FORM if word[0] in names.frequent_family and _PARTICLE.match(view, match.end()) else _SURE_FORM
        if names.form_of(word) >= form and names.is_full(word, view[match.end("n") : match.end("n") + 8]):
            yield match.span("n")


def _beside(view: str, numbers: Sequence[Found]) -> Iterator[tuple[int, int]]:
    for number in numbers:
        names = _names()
        head = max(0, number.start - 8)
        short = names.short_before.search(view[head : number.start])
        if short and number.kind in _NAMED_NUMBERS and is_short_name(short["n"]):
            yield head + short.start("n"), head + short.end("n")
        before = names.before.search(view[head : number.start])
        if before and names.is_full(before["n"], ""):
            yield head + before.start("n"), head + before.end("n")
        after = names.after.match(view, number.end)
        if after and names.is_full(after["n"], ""):
            yield after.span("n")
