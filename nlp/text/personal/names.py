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
from nlp.text.personal.foreign_names import find_foreign_names
from nlp.text.personal.found import Found

# "김민수 대리", and not "이후 대리인", "우리 고객센터", "최근 대표적".
_TITLE = (
    r"(?:고객(?!센터|들|지원)|회원(?!권|가입|등급)|손님|상담[사원]|상담직원|기사(?![를에도]|문)|매니저|팀장|과장"
    r"|대리(?!인|점)|사원|주임|실장|점장|원장|선생|교수|간호사|설계사|지점장|센터장|차장|부장|대표(?!적|번호|전화)"
    r"|강사|코치|트레이너|디자이너|약사|사장|여사|어르신|어머님|아버님|환자(?!분들|들)|이사(?=님)|파트장|국장|반장|소장|계장"
    r"|주무관|변호사|세무사|회계사|아나운서|셰프|원생|학생|어린이|수강생|쌤)"
)
_LABEL = (
    r"(?:이름|성함|성명|고객명|예금주|명의자?|계약자|가입자|수령인|수취인|받[는으실]{1,2}[ \t]?(?:분|사람)|입금자명?"
    r"|신청인|신청자|보내[는신]{1,2}[ \t]?(?:분|사람)|예약자|주문자|구매자|환자|피보험자|수익자|담당자|보호자|투숙객명?"
    r"|탑승[자객]|승객|통화자|민원인|대표자|위임인|수임인|접수자|처리자|작성자|발신[인자]|수신[인자]|세대주|추천인"
    r"|공동명의자|대리인|양도인|양수인|임차인|임대인|수령자|실명|실사용자|실입주자|입주자|신고자|요청자|문의자|제보자|방문자"
    r"|가입명의|송하인|등록자|개통자|소유자|차주|운전자|수강생|참석자|참조|요청인|접수인|이름표|명찰)"
)
# Words for a person that may stand before a name, and as often before something else.
_PERSON = (
    r"(?:고객|회원|직원|상담[사원]|기사|원생|학생|학부모|배우자|남편|신랑|아내|와이프|아들|딸|아이|어머니|아버지|엄마|아빠"
    r"|시어머니|시아버지|할머니|할아버지|이모|고모|삼촌|사위|며느리|장모님?|동생|누나|언니|오빠|형|친구|지인|조카|손[자녀]|담당|대표|사원"
    r"|점장|사장|원장|팀장|과장|대리|실장|부장|매니저|강사|선생님?|코치|트레이너|설계사|딜러|캐셔|알바생?|디자이너|간호사|집주인|주인|세입자)"
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
    r"|이며|이시|이세요|이었|였|이요(?![가-힣])|요(?=[ \t.,?!\n]|$)|이?거든|이?던데|이라카|이라예|이우다|이?여유|이여라"
    r"|이랑|이네[요 ]|라고[ \t]?찍|이?라는[ \t](?:분|사람|직원|상담|기사|여자|남자|애|학생))"
)
_OPENING = (
    r"(?:저는|제가|저|네|예|본인은?|제[ \t]?이름은|이름은|성함은|성함이|예금주는|명의자는|상담[사원]|안녕하세요"
    r"|여보세요)"
)
_AFTER = (
    rf"(?=(?:[이가은는을를도와과의께랑]|이랑|이?하고|으?로)?(?![가-힣])|한테|에게|께서|이[고었]|였|님|씨|{_COPULA})"
)
_FOLLOWS = (
    rf"(?:(?![가-힣])|[이가은는을를도와과으로한에께님씨라요예입인였임던거고구우여처의만랑→,]"
    rf"|{_TITLE}|본인|앞으로|명의|드림|올림|배상|두고|학부모)"
)
"""What may stand after a name at all; a cheap way to tell that a text holds none."""
_TITLE_ONLY = re.compile(_TITLE)

# How often a syllable stands first and last in the frequent given names tells a name from a word: "재하" is like
# 재민 and 은하, "영화" ends like few names, "해서" like none. Log of both frequencies in per cent, summed.
_SURE_FORM, _LIKELY_FORM, _FAIR_FORM, _DOUBTFUL_FORM, _POOR_FORM = 1.0, 0.0, -2.2, -3.0, -6.5
_PARTICLE = re.compile(r"(?:이가|[이가은는을를]|으?로)(?![가-힣])")
_BEFORE, _BEHIND = 26, 36
"""Characters before and behind the start of a name that say whether it is one."""
_UNSEEN = 0.2
_RARER = 7
"""Names for which a syllable counts that the list names, beside those of the frequent names."""
_NAMED_NUMBERS = ("주민등록번호", "외국인등록번호", "계좌번호")
_NUMBERS = (*_NAMED_NUMBERS, "전화번호", "이메일")
_SHORT = re.compile(r"외자|(?:두|2)[ \t]?글자")
_ENDING = re.compile(r"이[라란구나지다]|[하시][지구기자게]|[은는][건걸거데]")
"""What looks like a given name and ends a word: "편이라", "강하지", "남은건"."""
_VERBAL = "서지나라기자하게려구"
"""Last syllables of verbs: "심해서요", "모르지요", "변하지 말고"."""
_VERB_FOLLOWS = re.compile(r"요|[ \t]말|였|여[서도 ]|라고")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """The word lists and the patterns built from them."""

    given: frozenset[str]
    called: frozenset[str]
    public: frozenset[str]
    not_last: frozenset[str]
    common: frozenset[str]
    form: Mapping[str, tuple[float, float]]
    usual_family: str
    frequent_family: str
    words: frozenset[str]
    nouns: frozenset[str]
    endings: frozenset[str]
    family: frozenset[str]
    double_family: tuple[str, ...]
    begun_by_name: tuple[tuple[re.Pattern[str], float], ...]
    cued: tuple[tuple[re.Pattern[str], float], ...]
    sure: tuple[re.Pattern[str], ...]
    sure_sign: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    one_syllable: re.Pattern[str]
    called_by: re.Pattern[str]
    vocative: re.Pattern[str]
    neighbour: re.Pattern[str]
    alone: re.Pattern[str]
    anywhere: re.Pattern[str]
    short_before: re.Pattern[str]

    def is_full(self, word: str, follows: str) -> bool:
        """Whether a word can be a family and a given name and, before what follows, is no word that we know."""
        double = word.startswith(self.double_family)
        given = word[2:] if double else word[1:]
        if not (double or (len(word) == 3 and word[0] in self.family)):
            return False
        if given in self.common:
            pass
        elif not self.given.issuperset(given) or _ENDING.fullmatch(given):
            return False
        if word in self.words or word[-1] in self.not_last or _TITLE_ONLY.fullmatch(given):  # "이교수님"
            return False
        if word[:2] not in self.nouns or word[-1] not in self.endings:
            return True
        if word[1:] in self.common and word[-1] not in "은이인한하해비분들":
            return True
        # "변경은 고객님께서" but "상담사 정지은입니다": no particle stands before a copula.
        return (
            word[-1] in "은이" and _NO_PARTICLE_BEFORE.match(follows) is not None and (word[-1] + follows)[:2] != "이요"
        )

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


def _form(common: Collection[str], first: str, last: str) -> dict[str, tuple[float, float]]:
    """Log frequency in per cent of each syllable as the first and as the last of the given names."""
    firsts, lasts = Counter(name[0] for name in common), Counter(name[-1] for name in common)
    firsts.update(dict.fromkeys(first, _RARER))
    lasts.update(dict.fromkeys(last, _RARER))

    def weight(count: int) -> float:
        return log((count + _UNSEEN) / len(common) * 100)

    syllables = firsts.keys() | lasts.keys()
    return {syllable: (weight(firsts[syllable]), weight(lasts[syllable])) for syllable in syllables}


@cache
def _names() -> _Names:
    table = tomllib.loads(data_path("names.toml").read_text(encoding="utf-8"))
    double = tuple(table["double_family"])
    doubles = "|".join(double)
    given = f"[{''.join(sorted({*''.join(table['given'].split()), *''.join(table['common'].split())}))}]"
    full = rf"(?P<n>(?:{doubles}){given}{{1,2}}|[{table['family']}]{given}{{2}})"
    rare = rf"(?P<n>(?:{doubles}){given}{{1,2}}|[{table['family']}{table['rare_family']}]{given}{{2}})"
    short = rf"(?P<n>(?:{doubles}){given}{{1,2}}|[{table['family']}{table['rare_family']}]{given}{{1,2}})"
    single = rf"(?P<n>[{table['family']}][{table['single']}])"
    likely = (
        rf"{_LABEL}(?:[ \t]?(?:명|이름|성함|성명))?(?:은|는|이|가|이고|란에)?[ \t]?[:(]?[ \t]*{full}{_AFTER}",
        rf"(?<![가-힣]){full}(?:[ \t]{_TITLE}|{_TITLE}님)",
        rf"(?<![가-힣]){full}[ \t]?[님씨](?![가-힣]{{3}})",
        rf"{_SELF}[ \t,]{{1,2}}{full}(?:{_COPULA}|님|씨)",
        rf"(?:상담[사원]|담당자|기사|매니저)[ \t]?{full}{_AFTER}",
        rf"(?:^|[\n:.?!,][ \t]?){full}(?=이?라고[ \t]?(?:합니|하는데|해요|하고요|하거든|하구요))",
        rf"(?<![가-힣]){full}[ \t]?(?:고객님?)?[ \t]?본인",
    )
    start = r"(?<![가-힣A-Za-z])"
    families = table["family"] + table["rare_family"] + "".join(name[0] for name in double)
    firsts = "".join(sorted({name[0] for name in table["common"].split()}))
    fair = (
        (rf"{start}{rare}(?=[이가]?[ \t]?(?:→|->|[이가][ \t]아니라|[이가][ \t][가-힣]{{3}}으?로[ \t]))", _POOR_FORM),
        (rf"{start}{rare}(?=[ \t]?[,·][ \t]?[{table['family']}]{given}{{2}}(?![가-힣]))", _FAIR_FORM),
        (
            rf"(?<![가-힣])(?:동명이인|예약명?|(?:내방|방문|해당|신규|기존|우수"
            rf"|[A-Z]{{2,3}})[ \t]?고객)[ \t:]{{1,2}}{rare}{_AFTER}",
            _POOR_FORM,
        ),
        (rf"(?<![가-힣]){_PERSON}[은는이가]?[ \t]{rare}(?=에서)", _POOR_FORM),
        (
            rf"{_LABEL}(?:[ \t]?(?:명|이름|성함|성명))?(?:은|는|이|가|이고)?[ \t]?(?:[ \t(]|:"
            rf"(?=[ \t]*[가-힣]{{3}}[ \t]*(?:[,/(\n]|$)))[ \t]*{rare}{_AFTER}",
            _POOR_FORM,
        ),
        (rf"(?<![가-힣]){_PERSON}\({rare}(?=[),/ ])", _POOR_FORM),
        (rf"{start}{rare}(?=\((?:\d\d세|만[ \t]?\d|[남여父母男女자모부](?:성)?[),]|본인|\ufffc|\*|\d))", _POOR_FORM),
        (
            rf"{start}{rare}(?=[ \t]?(?:{_TITLE}(?:[이가은는을를께한에도처의로랑만,. ]|분|$)|씨(?![가-힣]{{3}})))",
            _DOUBTFUL_FORM,
        ),
        (rf"(?:^|\n|[\d][.)][ \t]?){rare}(?=[ \t]*[|/,][ \t]|[ \t]+\d[.)])", _DOUBTFUL_FORM),
        (
            rf"(?:명찰|이름표|송장|문자|영수증|계약서|명단|화면|통장|차트|진단서|카톡|메일"
            rf"|명함)[^\n.]{{0,8}}[ \t'\"\[]{rare}"
            r"(?=이?라|이던|으?로|님|씨|[ \t]서명|[이가][ \t])",
            _POOR_FORM,
        ),
        (rf"(?:^|[\n.?!, ]){_OPENING}[ \t]?{rare}(?=임(?![가-힣])|이고|이?구요?[ ,])", _POOR_FORM),
        (rf"(?:이름|성함|성명|예금주|명의)[은는이가]?[ \t]{rare}(?=고[ \t,])", -inf),
        (rf"{start}{rare}(?={_TO_PERSON})", _POOR_FORM),
        (rf"{start}{rare}[ \t](?=말고|추천|서명)", _DOUBTFUL_FORM),
        (
            rf"{start}{rare}(?=으?로[ \t](?:썼|쓰|적|돼|되어|나와|나오|뜨|떠|등록|바꿔|변경|지정|해[ \t]?주))",
            _FAIR_FORM,
        ),
        (rf"{start}{rare}(?={_SAYS_WHO})", _FAIR_FORM),
        (rf"{start}{rare}(?=[ \t]{_TITLE}님)", _POOR_FORM),
        (rf"{start}{rare}(?=[ \t]?님)", _DOUBTFUL_FORM),
        (rf"(?:이름|성함|명의|예금주|입금자)[^\n.]{{0,16}}[ \t]{rare}(?=으?로[ \t])", _POOR_FORM),
        (rf"(?<![가-힣]){_PERSON}[ \t,]{{1,2}}{rare}{_AFTER}", _POOR_FORM),
        (rf"(?<![가-힣]){_PERSON}[ \t]?:[ \t]?{rare}{_AFTER}", _FAIR_FORM),
        (rf"(?<![가-힣]){_PERSON}[은는이가][ \t]{rare}{_AFTER}", _FAIR_FORM),
        (rf"(?<![가-힣]){_PERSON}[ \t:]{{1,2}}{rare}(?=[ \t]*[,/(\n\]]|$)", _POOR_FORM),
        (
            rf"(?:^|[\n:.?!,][ \t]?|[네예저][ \t,.]{{1,2}}|[요다까죠][ \t.,?!]{{1,3}})"
            rf"{rare}(?=입니다|이에요|예요|이요|인데)",
            _POOR_FORM,
        ),
        (rf"(?:^|[\n:.?!, ]){_OPENING}{rare}(?=입니다|이에요|예요|인데|이고|이?라고|고객님)", _POOR_FORM),
        (
            rf"{_LABEL}(?:은|는|이|가|도|을)?[ \t:]*(?:제가[ \t])?(?:아니라|말고)?[ \t]{rare}"
            rf"(?={_SAYS_WHO}|[ \t,./)\n]|$)",
            _POOR_FORM,
        ),
    )
    sure = (
        rf"(?:명찰|이름표|명함)[^\n]{{0,8}}[ \t'\"]"
        rf"(?P<n>[{table['family']}{table['rare_family']}][가-힣]{{2}})(?=이?라|이던)",
        # Whatever its syllables: "제가 임꽃님이라고 하는데요".
        rf"(?:(?<![가-힣])(?:저는|제가|저|난|나는|이름은|성함은|이름이|성함이)[ \t]?|^)"
        rf"(?P<n>[{table['family']}{table['rare_family']}][가-힣]{{2}})"
        r"(?=이?라고[ \t]?(?:합니다|하는데|해요|하고요|하구요|하거든)|이?라카)",
        rf"(?<![가-힣])(?:이름|성함|성명|예금주|고객|회원|환자|고객명)[은이]?[ \t]?:?[ \t]"
        rf"(?P<n>[{table['family']}](?:[ \t][가-힣]){{2}})(?=[ \t]*[,/)\n]|[ \t]?(?:이에요|예요"
        rf"|입니다|님|씨|통화|요)|$|[ \t][가-힣]{{2}})",
        rf"(?:이름|성함|성명|예금주|명의)[이은]?[ \t:]{{1,2}}(?P<n>[{table['family']}]{given})"
        rf"(?=이라|이에요|이고|입니다|인데|[ \t]?으?로|[ \t]맞|,)",
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
    cued = (*((pattern, -inf) for pattern in likely), *fair)
    begins = (f"{start}(?P<n>", "(?<![가-힣])(?P<n>")
    return _Names(
        given=frozenset("".join(table["given"].split())),
        called=frozenset(table["common"].split()) - {*table["double_meaning"].split(), *table["nouns"].split()},
        public=frozenset(table["public"].split()),
        not_last=frozenset(table["not_last"]),
        common=frozenset(table["common"].split()),
        words=frozenset(table["words"].split()),
        nouns=frozenset(table["nouns"].split()),
        endings=frozenset(table["endings"]),
        family=frozenset(table["family"] + table["rare_family"]),
        double_family=double,
        form=_form(table["common"].split(), table["first"], table["last"]),
        usual_family=table["family"],
        frequent_family=table["frequent_family"],
        begun_by_name=tuple((re.compile(pattern), form) for pattern, form in cued if pattern.startswith(begins)),
        cued=tuple((re.compile(pattern), form) for pattern, form in cued if not pattern.startswith(begins)),
        sure=tuple(map(re.compile, sure)),
        # A cheap search that holds whenever one of the sure patterns can.
        sure_sign=re.compile(
            r"이름|성함|성명|명함|명찰|객명|예금주|명의|수[령취]인|신청인|예약자|입금자|계약자|보험자|환자|보호자"
            rf"|라고[ \t]?[합하해]|라카|(?:고객|회원)[은이 \t:]{{1,3}}[{table['family']}][ \t][가-힣][ \t]"
            rf"|(?<![가-힣])[{table['family']}][{table['single']}](?=[ \t이입인])"
        ),
        # At the start of a word or run on from a word that announces it: "저는한서윤인데요", "상담사양지수입니다".
        anywhere=re.compile(
            rf"(?=[{families}])"
            rf"(?:(?<![가-힣])|(?<=저는|제가|나는|본인|[름함]은|[름함]이|주는|상담|담사|담원|당자|기사|니저|약자|취인|령인|청인|금주|의자|객명|자명|승객|센터|신인|차주|참조|명찰|보험|은행|카드|통신)|(?<=(?<![가-힣])[저전난네예제])|(?<=[^가-힣][은는이가]))"
            f"(?={rare.replace('?P<n>', '')}{_FOLLOWS})"
        ),
        before=re.compile(rf"(?<![가-힣]){full}[ \t,:/(<]{{0,3}}$"),
        short_before=re.compile(rf"(?<![가-힣]){single}[ \t,:/(]{{1,3}}$"),
        # "110-234-567890 신한은행 김민수"
        after=re.compile(
            rf"[ \t,/(]{{1,3}}(?:[가-힣A-Z]{{2,5}}(?:은행|뱅크|농협|금고)?[ \t,/]{{1,2}})?{full}(?![가-힣])"
        ),
        # "외자라서 조회가 안 된대요": what else says that a name is short.
        one_syllable=re.compile(
            rf"(?<![가-힣])(?P<n>[{table['family']}{table['rare_family']}]{given})"
            r"(?=이라|라(?![가-힣])|인데|이에요|예요|입니다|이고|,|[ \t]?(?:으로|고객|님|씨|맞))"
        ),
        called_by=re.compile(
            rf"(?<![가-힣])(?P<n>[{firsts}][가-힣])(?="
            r"이?[ \t]?(?:쌤|언니|오빠|누나|형(?![가-힣]{2})|씨(?![앗]|[가-힣]{3})|이모|삼촌"
            r"|엄[마만]|아빠|아버[지님]|어머[니님]|맘(?![가-힣]{2})|할머니)"
            rf"|[ \t]?{_TITLE}(?:님|분)|님(?![가-힣]{{3}})"
            r"|이(?:가|는|를|랑|한테|네)(?![가-힣])|(?:한테|에게)(?![가-힣]))"
        ),
        vocative=re.compile(r"(?:^|[\n.?!][ \t]?)(?P<n>[가-힣]{2})(?P<p>[아야])(?=[ \t,~!])"),
        neighbour=re.compile(rf"[ \t]?(?:[,/·&+→]|->|이?랑|[와과]|하고|에서|[이가]|말고|아니라)?[ \t]*{full}{_AFTER}"),
        alone=re.compile(rf"{start}(?P<n>(?:{doubles}|[{table['family']}]){given}{{2}}){_AFTER}"),
    )


def find_names(view: str, numbers: Sequence[Found]) -> list[Found]:
    """Names in a text that ``view_of`` made plain; ``numbers`` are the personal numbers found in it."""
    personal = [item for item in numbers if item.kind in _NUMBERS]
    spans = set(_alone(view, about_a_person=bool(numbers) or "\ufffc" in view))
    spans.update(_cued(view))
    spans.update(_called(view))
    spans.update(_beside(view, personal))
    spans.update(_next_to(view, spans))
    spans.update(find_foreign_names(view))
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
    starts = [
        match.start()
        for match in names.anywhere.finditer(view)
        if names.is_full(match[1], "님")
        and (match[1][0] in names.usual_family or names.form_of(match[1]) >= _POOR_FORM)
    ]
    # Most texts hold nothing that could be a full name and are spared the patterns around one.
    found = [
        (match, form)
        for pattern, form in names.begun_by_name
        for start in starts
        if (match := pattern.match(view, start))
    ]
    for start, end in _stretches(starts):
        for pattern, form in names.cued:
            found += ((match, form) for match in pattern.finditer(view, start, end))
    for match, form in found:
        word, follows = match["n"], view[match.end("n") : match.end("n") + 8]
        verbal = form > -inf and word[-1] in _VERBAL and _VERB_FOLLOWS.match(follows)
        if not verbal and names.form_of(word) >= form and names.is_full(word, follows):
            yield match.span("n")
    for pattern in names.sure if names.sure_sign.search(view) else ():
        for match in pattern.finditer(view):
            if match["n"] not in names.words and match["n"] not in names.nouns:
                yield match.span("n")


def _stretches(starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """What lies around the starts, run together where it overlaps."""
    for place, start in enumerate(starts):
        if place == 0 or start - _BEFORE > starts[place - 1] + _BEHIND:
            first = start
        if place + 1 == len(starts) or starts[place + 1] - _BEFORE > start + _BEHIND:
            yield max(0, first - _BEFORE), start + _BEHIND


def _alone(view: str, *, about_a_person: bool) -> Iterator[tuple[int, int]]:
    """Full names without a cue: like the frequent ones, or less like them in a text that holds personal numbers."""
    names = _names()
    for match in names.alone.finditer(view):
        word = match["n"]
        if word in names.public:
            continue
        form = _LIKELY_FORM if word[0] in names.frequent_family and _PARTICLE.match(view, match.end()) else _SURE_FORM
        if about_a_person:
            form = _FAIR_FORM
        follows = view[match.end("n") : match.end("n") + 8]
        verbal = word[-1] in _VERBAL and _VERB_FOLLOWS.match(follows)
        if not verbal and names.form_of(word) >= form and names.is_full(word, follows):
            yield match.span("n")


def _called(view: str) -> Iterator[tuple[int, int]]:
    """Given names alone ("민수씨", "지훈이가", "서윤이 엄마") and, where the text says so, names of two syllables."""
    names = _names()
    for match in names.called_by.finditer(view):
        if match["n"] in names.called:
            yield match.span("n")
    for match in names.vocative.finditer(view):
        closed = (ord(match["n"][-1]) - ord("가")) % 28 > 0
        if match["n"] in names.called and (match["p"] == "아") == closed:
            yield match.span("n")
    if _SHORT.search(view):
        yield from (match.span("n") for match in names.one_syllable.finditer(view) if is_short_name(match["n"]))


def _next_to(view: str, spans: Collection[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Names listed with names: "임현준, 임예건, 임지후", "김명선이 김명신으로"."""
    names = _names()
    left = [end for start, end in spans if end - start >= 3]
    while left:
        match = names.neighbour.match(view, left.pop())
        if not match or match.span("n") in spans or names.form_of(match["n"]) < _POOR_FORM:
            continue
        if names.is_full(match["n"], view[match.end("n") : match.end("n") + 8]):
            left.append(match.end("n"))
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
