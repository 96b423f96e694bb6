"""People's names, where a cue makes them reliable: a title, a label, an introduction, a phone number beside.

Korean names cannot be told from words by their form alone, so a name without a cue stays; a full name
found once is masked wherever it stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.text.pii_numbers import Found

_FAMILY = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄변채원방천공현함여염추석선설마길연위표명기반왕금옥인맹제탁국어은편용예경봉태"
_DOUBLE = "남궁|황보|제갈|사공|선우|독고|서문|동방"
_GIVEN = frozenset(
    "가강건겸경고관광교구국권규균근금기길나남노다단달담대덕도동두라란람랑래려련령로록루류률리린림마매명모무묵문미민"
    "바배백범별병보복봉빈빛산삼상새샘서석선설섭성세소솔송수숙순슬승시식신실심아안애양언여연열염엽영예옥완용우욱운웅"
    "원월위유윤율으은음응의이익인일임자잔장재전정제조종주준중지직진찬창채천철청초춘충치칠태택평표필하학한해향헌혁현형"
    "혜호홍화환황회효후훈휘흠흥희늘솜봄나라담찬온"
)
# Words whose syllables could make a name, found before 고객님, 기사님, 선생님 and their like.
_WORDS = frozenset(
    [
        "이용자",
        "구매자",
        "주문자",
        "신청자",
        "가입자",
        "예약자",
        "계약자",
        "담당자",
        "관계자",
        "판매자",
        "사용자",
        "이용한",
        "방문한",
        "전문의",
        "한의원",
        "한의사",
        "지하철",
        "정수기",
        "유치원",
        "우수한",
        "유명한",
        "성실한",
        "신기한",
        "이상한",
        "조용한",
        "심심한",
        "한심한",
        "안전한",
        "공정한",
        "정직한",
        "진상인",
        "한국인",
        "외국인",
        "내국인",
        "임산부",
        "전문가",
        "조리사",
        "미용사",
        "정비사",
        "변호사",
        "심사관",
        "주치의",
        "이사장",
        "전화기",
        "주민등",
        "민원인",
        "조리원",
        "정상인",
        "일반인",
        "이전의",
        "고정된",
        "진정한",
        "소중한",
        "유일한",
        "한가한",
        "하자인",
        "이미용",
        "강사인",
        "기사인",
        "이기사",
        "김기사",
        "박기사",
        "최기사",
        "주인장",
        "안주인",
        "지배인",
        "조합원",
        "전공의",
        "공무원",
        "연구원",
        "기관장",
        "위원장",
        "현장소",
        "지점장",
        "원장인",
        "안내원",
        "경비원",
        "은행원",
        "전담의",
        "선임인",
        "신용정",
        "이동전",
        "인기가",
        "하나도",
        "이정도",
        "고소장",
        "고지서",
        "고정비",
        "서비스",
        "신규로",
        "이후로",
        "오전에",
        "오후에",
        "성인인",
        "여성인",
        "남성인",
        "이중으",
        "장시간",
        "한시간",
        "유선상",
        "전산상",
        "상담원",
        "상담사",
        "기존의",
        "기사의",
        "차기사",
        "차주인",
        "고객인",
        "이유로",
        "정기적",
        "지정된",
        "설치한",
        "전화한",
        "이미지",
        "신고자",
        "방문자",
        "여행자",
        "운영자",
        "제보자",
        "선임자",
        "전임자",
        "책임자",
        "주관자",
        "이상의",
        "이하의",
        "최상의",
        "최소의",
        "최대한",
        "정도의",
        "전체의",
        "하자의",
        "이의신",
        "나이가",
        "이제는",
        "한동안",
        "노인인",
        "정회원",
        "준회원",
        "우대고",
        "제시한",
        "조치한",
        "신청한",
        "주문한",
        "장담한",
        "안내한",
        "권한자",
        "원주민",
        "현지인",
        "유학생",
        "전화로",
        "지연된",
        "고의로",
        "임의로",
        "이하정",
        "연장자",
        "최고의",
        "유지한",
        "전원이",
        "서명한",
        "서버가",
        "한우가",
        "성함이",
        "성명이",
        "전담자",
        "조제실",
        "제조사",
        "조사관",
        "정원의",
        "원어민",
        "하루종",
        "진행한",
        "진상한",
        "고용한",
        "선생님",
        "원장님",
        "여사님",
        "고객님",
        "이모님",
        "사장님",
        "기사님",
        "강사님",
        "이용시",
        "주문시",
        "안내시",
    ]
)
_TITLE = (
    r"고객|회원|손님|상담[사원]|상담직원|기사|매니저|팀장|과장|대리|사원|주임|실장|점장|원장|선생|교수|간호사|설계사"
    r"|지점장|센터장|차장|부장|대표|강사|코치|트레이너|디자이너|약사|사장|여사|어르신|어머[니님]|아버[지님]|환자|학생"
)
_FULL = rf"(?:(?:{_DOUBLE})[가-힣]{{1,2}}|[{_FAMILY}][가-힣]{{2}})"
_ANY = rf"(?:(?:{_DOUBLE})[가-힣]{{1,2}}|[{_FAMILY}][가-힣]{{1,2}})"
_PARTICLE = r"(?=[이가은는을를도와과]?(?![가-힣])|한테|에게|께서|이라|이고|이요|입니|이에|예요|이었|였|님|씨|라는|라고|인데)"
_COPULA = (
    r"(?=[ \t]?(?:이?라고|이?라는|입니다|이에요|예요|인데|이고요|고요|이구요|구요|이요|요(?![가-힣])|님|씨))"
)
_LABEL = (
    r"(?:이름|성함|성명|예금주|명의자|명의|계약자|가입자|수령인|수취인|받는[ \t]?(?:분|사람)|입금자|보내는[ \t]?(?:분|사람)"
    r"|신청인|신청자|예약자|주문자|환자|피보험자|담당자|보호자|투숙객|탑승자|승객)"
)

_RULES: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"{_LABEL}[ \t]?(?:명|이름|성함|성명)?[ \t]?(?:은|는|이|가|:|：|이고|란에)?[ \t]*(?P<n>{_FULL}){_PARTICLE}"
    ),
    re.compile(
        rf"(?<![가-힣])(?P<n>{_FULL})[ \t]?(?:{_TITLE})(?:님|께서|한테|이|가|은|는|에게|입니다)?(?![가-힣]{{2}}\S)"
    ),
    re.compile(rf"(?<![가-힣])(?P<n>{_FULL})[ \t]?(?:님|씨)(?![가-힣]{{3}})"),
    re.compile(
        rf"(?:저는|제가|저|나는|난|상담[사원]|상담[ \t]?매니저|담당(?:자|의)?|기사|매니저|팀장|과장|대리|주임|센터|콜센터|텔레콤"
        rf"|통신|은행|카드|보험|지점|매장|마켓|몰|팀)[ \t,]{{1,2}}(?P<n>{_FULL}){_COPULA}"
    ),
    re.compile(rf"(?:상담[사원]|담당자|기사|매니저)[ \t]?(?P<n>{_FULL}){_PARTICLE}"),
    re.compile(
        rf"(?<![가-힣])(?P<n>{_FULL})(?=이?라고[ \t]?(?:합니다|하는데|해요|하고요|하거든|합니|하구요))"
    ),
    re.compile(rf"(?<![가-힣])(?P<n>{_FULL})[ \t]?(?:고객님?)?[ \t]?본인"),
)
_SURE: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"(?:제|저의|내|본인|고객님?)[ \t]?(?:이름|성함|성명)(?:은|이|:)?[ \t]*(?P<n>{_ANY}){_COPULA}"
    ),
    re.compile(rf"(?:이름|성함|성명)(?:은|이)?[ \t]*[:：]?[ \t]*(?P<n>{_ANY}){_COPULA}"),
    re.compile(
        rf"(?:이름|성함|성명|고객명|예금주|수령인|신청인)[ \t]?[:：][ \t]*(?P<n>{_ANY})(?=[ \t]*(?:[,/)\n]|$))"
    ),
)
_CUE = re.compile(
    rf"{_LABEL}|님|씨|본인|라고[ \t]?(?:합|하|해)|입니다|이에요|예요|인데|이고요|이구요"
    rf"|(?:{_TITLE})"
)
_BESIDE_BEFORE = re.compile(rf"(?<![가-힣])(?P<n>{_FULL})[ \t,:/(]{{0,3}}$")
_BESIDE_AFTER = re.compile(rf"[ \t,/(]{{1,3}}(?P<n>{_FULL})(?![가-힣])")


def find_names(view: str, numbers: Sequence[Found]) -> list[Found]:
    """Names in a text that ``view_of`` made plain; ``numbers`` are the personal numbers found in it."""
    spans: dict[tuple[int, int], None] = {}
    if _CUE.search(view):
        for span in _cued(view):
            spans[span] = None
    for number in numbers:
        if number.kind in ("전화번호", "주민등록번호", "계좌번호"):
            for match in (
                _BESIDE_BEFORE.search(view, max(0, number.start - 8), number.start),
                _BESIDE_AFTER.match(view, number.end),
            ):
                if match and is_name(match["n"]):
                    spans[match.span("n")] = None
    for name in {view[start:end] for start, end in spans if end - start >= 3}:
        for match in re.finditer(re.escape(name), view):
            spans[match.span()] = None
    return [Found("이름", start, end, 5) for start, end in spans]


def is_name(word: str) -> bool:
    """Whether a word of three or four syllables can be a full name and is no word that we know."""
    return all(syllable in _GIVEN for syllable in word[1:]) and word not in _WORDS


def _cued(view: str) -> Iterator[tuple[int, int]]:
    for pattern in _RULES:
        for match in pattern.finditer(view):
            if is_name(match["n"]):
                yield match.span("n")
    for pattern in _SURE:
        for match in pattern.finditer(view):
            if match["n"] not in _WORDS:
                yield match.span("n")
