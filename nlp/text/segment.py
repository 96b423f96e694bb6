"""Dialogues into turns with speakers, and texts into sentences: by rule, because the text is noisy.

A text is a dialogue when speakers are marked: 상담원: … 고객: …, [상담사] … [고객] …, (상) … (고) …, A: … B: …,
화자1: …, on lines of their own or inline, with a time before or after the mark or not; and, at the start of lines,
고객 00:12 …, 고객> …, 고객 - … and 고객 alone. Some words mark a speaker by themselves (고객, 상담원, 화자1).
Others also head a review's remarks (직원: 친절, A: 만족), so that they count only when they alternate; and some only
where others have made a text a dialogue (팀장, ARS, 가족).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.types import Speaker

MARKS: dict[Speaker, str] = {"customer": "고객", "agent": "상담원", "unknown": "화자"}
"""How a turn that came without a mark of its own is written: ``고객: …``."""

_CUSTOMER = "고객님?|민원인|소비자|발신자|통화자|customer|client|caller"
_AGENT = "상담[원사]님?|상담직원|상담 ?매니저|담당 ?상담[원사]|챗봇|자동응답|agent|csr"
_NUMBERED = (
    r"화자 ?[0-9A-Za-z]?|발화자 ?[0-9A-Za-z]|(?:참여자|참석자) ?[0-9]|speaker[ _]?[0-9A-Za-z]{1,2}|spk[ _]?[0-9]{1,2}"
)
_WEAK_CUSTOMER = (
    "손님|회원님?|이용자|구매자|환자|보호자|승객|투숙객|학부모|수강생|고|(?:고객 ?)?문의(?: ?내용)?|(?:불만|민원) ?내용"
)
_WEAK_AGENT = (
    "직원|점원|매니저|기사님?|사장님?|점주|판매자|담당자|접수처|원무과|안내|은행원|설계사|데스크|창구|상"
    "|답변(?: ?내용)?|(?:처리|조치) ?(?:내용|결과|사항)|안내 ?내용|회신"
)
_WEAK_LETTER = "[ABQCSH]|S[0-9]|T[0-9]"
_LATE_CUSTOMER = "고객 ?가족|가족|배우자|남편|아내|자녀|대리인"
_LATE_AGENT = (
    "상담|ARS|IVR|시스템|system|[팀실]장님?|파트장님?|센터장님?|슈퍼바이저|supervisor|bot|[가-힣A-Za-z]{0,8}봇"
)

_STRONG_LABELS = "|".join((_CUSTOMER, _AGENT, _NUMBERED))
_LATE_LABELS = f"{_LATE_CUSTOMER}|{_LATE_AGENT}"
_LABELS = "|".join((_LATE_LABELS, _STRONG_LABELS, _WEAK_CUSTOMER, _WEAK_AGENT, _WEAK_LETTER))
_CLOCK = r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}\.? )?(?:오[전후] |[AP]M )?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?"
_BOXED_TIME = rf"[\[(]{_CLOCK}(?: ?[-~] ?{_CLOCK})?[\])]"
_NAMED = r"(?: ?\[이름\])?(?: ?\([^()\n]{1,15}\))?"
_MARK = re.compile(
    # A colon between digits is a clock, not a mark. Some exports write line breaks as a backslash and an n.
    rf"(?:(?:^|(?<=\n)){_CLOCK} ?|(?:^|(?<=\n)|(?<=\\n)|(?<=[\s.?!…~,\]\"'”)/|]))(?:{_BOXED_TIME} ?)?)"
    rf"(?:[-•*>]\s?)?(?:"
    rf"(?P<open>[\[(<【])\s?(?P<boxed>{_LABELS})\s?(?P<number>[0-9]?){_NAMED}\s?[\])>】](?: ?{_BOXED_TIME})?\s?:?"
    rf"|(?P<bare>{_LABELS})(?P<digit>[0-9]?){_NAMED}\s?[:：](?![0-9/)])"
    rf")[ \t]*"
    rf"|(?:^|(?<=\n))(?:(?:{_BOXED_TIME}|{_CLOCK}) ?)?(?P<line>{_STRONG_LABELS}|{_LATE_LABELS})(?P<place>[0-9]?)"
    rf"(?: ?\[이름\])?(?: ?(?:{_BOXED_TIME}|{_CLOCK})| ?>| [-–—](?= )|(?=\n))[ \t]*",
    re.IGNORECASE,
)
_ROLES: tuple[tuple[re.Pattern[str], Speaker], ...] = (
    (re.compile(rf"{_CUSTOMER}|{_WEAK_CUSTOMER}|{_LATE_CUSTOMER}", re.IGNORECASE), "customer"),
    (re.compile(rf"{_AGENT}|{_WEAK_AGENT}|{_LATE_AGENT}", re.IGNORECASE), "agent"),
)
_STRONG = re.compile(_STRONG_LABELS, re.IGNORECASE)
_LATE = re.compile(_LATE_LABELS, re.IGNORECASE)
_GRADES = {"상", "고"}
"""Short for 상담원 and 고객 where both stand; alone they grade something (상, 중, 하)."""
_FIELD = re.compile(r"(?:^|(?<=[\n,/]))[ \t]*([가-힣]{1,8})[ \t]*[:：](?=[ \t]*\S)")

_ANSWERED = re.compile(
    r"^[-_ ]*(?:original message|원본 ?메[시세]지|원본 ?메일|-+ ?원본[^\n]{0,12}?)[-_ ]*$"
    r"|^.{0,120}(?:님이 작성(?:한 내용)?|wrote) ?:$"
    r"|^(?:from|보낸 ?사람|보낸 ?이) ?:.{1,120}\n(?:sent|date|to|보낸 ?날짜|날짜|받는 ?사람|일시) ?:",
    re.IGNORECASE | re.MULTILINE,
)

_AGENT_CUES = re.compile(
    r"고객님|무엇을 도와|뭘 도와|어떤 도움|도와\s?드리|도와\s?드릴|고객센터(?:입니다|예요|\s*상담)"
    r"|콜센터입니다|상담[원사]\s?\S{0,4}입니다|말씀해\s?주시겠|확인해\s?드리|안내해?\s?드리|처리해\s?드리"
    r"|감사합니다[,.]?\s*\S+(?:입니다|센터)|죄송합니다만|불편을\s?드려|본인\s?확인|회원님|성함이\s?어떻게"
)
_SPOKEN = 3
_NAMED_MARK = re.compile(rf"^(?:{_STRONG_LABELS})[^\n:]{{0,9}}:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """A turn as positions: ``[start, end)`` is what was said, without the speaker's mark."""

    speaker: Speaker
    start: int
    end: int


def turn_spans(text: str) -> tuple[TurnSpan, ...]:
    """The turns of a dialogue as positions in ``text``; empty when ``text`` is no dialogue.

    What stands before the first mark is a turn of an unknown speaker. A mail with the mail that it answers below is a
    turn of the customer's and one of the firm's.
    """
    if (answered := _ANSWERED.search(text)) is not None and (own := text[: answered.start()].strip()):
        start = text.index(own)
        return (TurnSpan("customer", start, start + len(own)), TurnSpan("agent", answered.start(), len(text.rstrip())))
    found = [(match, _label(match)) for match in _MARK.finditer(text)]
    if not {label for _, label in found} >= _GRADES:
        found = [(match, label) for match, label in found if label not in _GRADES]
    if not any(map(_strong, (label for _, label in found))):
        found = [(match, label) for match, label in found if not _LATE.fullmatch(label)]
    if not _is_dialogue(text, found):
        return ()
    marks = [(match.start(), match.end(), label) for match, label in found]
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    pieces = [("", 0, marks[0][0])]
    pieces += [(label, start, end) for (_, start, label), end in zip(marks, ends, strict=True)]
    speakers = _speakers(text, pieces)
    spans = []
    for label, start, end in pieces:
        said = text[start:end]
        left, right = start + len(said) - len(said.lstrip()), start + len(said.rstrip())
        if left < right:
            spans.append(TurnSpan(speakers[label], left, right))
    return tuple(spans)


def _label(match: re.Match[str]) -> str:
    label = match["boxed"] or match["bare"] or match["line"]
    return re.sub(r"\s", "", label + (match["number"] or match["digit"] or match["place"] or "")).upper()


def _strong(label: str) -> bool:
    return bool(_STRONG.fullmatch(label) or _STRONG.fullmatch(label.rstrip("0123456789")))


def _is_dialogue(text: str, marks: Sequence[tuple[re.Match[str], str]]) -> bool:
    if not marks:
        return False
    first, labels = marks[0][0], [label for _, label in marks]
    if first.start() == 0 and not first["line"] and _strong(labels[0]):
        return True
    changes = sum(one != other for one, other in pairwise(labels))
    if not changes:
        return False
    if any(map(_strong, labels)):
        return True
    if first.start() > 0 and text[first.start() - 1] != "\n" and changes < 2:
        return False  # "평점은 A: 좋음 B: 나쁨"
    # "가격: 비쌈, 직원: 친절, 시설: 낡음": remarks by subject, most of which name no speaker.
    fields = sum(1 for match in _FIELD.finditer(text) if not _role(match[1]))
    return fields < len(labels) and (len(set(labels)) >= 2 or changes >= 2)


def _role(label: str) -> Speaker | None:
    for pattern, speaker in _ROLES:
        if pattern.fullmatch(label) or pattern.fullmatch(label.rstrip("0123456789")):
            return speaker
    return None


def _speakers(text: str, pieces: Sequence[tuple[str, int, int]]) -> dict[str, Speaker]:
    """Who stands behind each label: by its name, or, among nameless labels, by who speaks like an agent."""
    said: dict[str, list[str]] = {}
    for label, start, end in pieces:
        said.setdefault(label, []).append(text[start:end])
    speakers: dict[str, Speaker] = {label: _role(label) or "unknown" for label in said}
    nameless = [label for label in said if label and speakers[label] == "unknown"]
    agent = agent_among({label: said[label] for label in nameless}) if "agent" not in speakers.values() else None
    if agent is not None:
        speakers |= {label: "agent" if label == agent else "customer" for label in nameless}
    return speakers


def agent_among(said: Mapping[str, Sequence[str]]) -> str | None:
    """Who of nameless speakers talks like an agent, from what each of them said; None where their words do not tell."""
    cues = {label: len(_AGENT_CUES.findall("\n".join(turns))) for label, turns in said.items()}
    most = max(cues.values(), default=0)
    agents = [label for label, count in cues.items() if count == most]
    return agents[0] if len(said) >= 2 and most and len(agents) == 1 else None


def has_unmarked_agent(text: str) -> bool:
    """Whether an agent speaks in ``text``, by three set phrases that are not all the same, and no mark says where.

    A name beside the mark (상담사 김하늘: …) makes it one only once it is masked.
    """
    cues = _AGENT_CUES.findall(text)
    return len(cues) >= _SPOKEN and len(set(cues)) > 1 and not turn_spans(text) and not _NAMED_MARK.search(text)


_END = re.compile(
    r"[.?!…。]+[\"'”’)\]]*(?=\s|$)"  # a full stop before a blank; "3.5" and "dangol.kr" have none
    r"|(?<=[가-힣])[.?!…。]+[\"'”’)\]]*(?=[가-힣A-Za-z\"'“‘(])"  # "별로예요.다시는"
    r"|[ㅋㅎㅠㅜ]{2,}[!?.~^;]*(?=\s|$)"
    r"|(?:[가-힣](?:니다|니까)|[어아여해했였워와려줘져세네군대까걸죠지]요|[가-힣]에요|예요|거든요|답니다)"
    r"[~^;!]*(?=\s+[^\s.?!,ㄱ-ㅣ])"
    r"|\n"
)
_WORD = re.compile(r"[^\W_ㄱ-ㅣ]")
_QUOTED = re.compile(r"\s*(?:라고|라며|라면서|하고|이라고|라는|하길래|하더|그러)")


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the sentences, in order; every character that is no blank lies in exactly one of them.

    Splits after marks and line breaks, and after a sentence-final ending before a blank, as in
    "너무 늦었어요 환불해 주세요". It prefers too few splits: a quoted "됩니다 라고" is one sentence.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _QUOTED.match(text, match.end()) and match.group() != "\n":
            continue
        _add(spans, text, start, match.end())
        start = match.end()
    _add(spans, text, start, len(text))
    return tuple(spans)


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left, right = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    if left >= right:
        return
    if spans and not _WORD.search(text, left, right):
        spans[-1] = (spans[-1][0], right)  # "…네요 ㅠㅠ !!": marks alone belong to the sentence before
    else:
        spans.append((left, right))


_JOINT = re.compile(
    # "늦었는데", "비싸지만", "했고요,", "없어서", "안 되니까", "늦음": where a run-on sentence can be taken apart
    r"(?:[가-힣](?:는데|은데|인데|한데|던데|지만|거든|길래|더니|면서|니까|라서|려고|으며|고)|[아어해와워려져]서)(?:요|도)?,?(?=\s)"
    r"|[가-힣](?:[음함됨임]|니다|,)(?=\s)"
)
_JOINT_UNSPACED = re.compile(r"(?:니다|[어아해예에네]요|는데|지만|니까|거든요)(?=[가-힣])")
_SPARSE = 15
"""Characters per blank from which on a text counts as written without spaces."""


def clauses(text: str, start: int, end: int, *, longest: int = 60, shortest: int = 12) -> tuple[tuple[int, int], ...]:
    """Spans of the clauses of the sentence ``[start, end)``, in order; up to ``longest`` characters it is one itself.

    A longer one is taken apart after connective endings; a clause below ``shortest`` joins the next one, and one that
    is still half as long again as ``longest`` is halved at a blank. Every character that is no blank is in just one.
    """
    if end - start <= longest:
        return ((start, end),)
    joints = {match.end() for match in _JOINT.finditer(text, start, end)}
    if end - start > _SPARSE * (1 + text.count(" ", start, end)):
        joints |= {match.end() for match in _JOINT_UNSPACED.finditer(text, start, end)}
    spans: list[tuple[int, int]] = []
    left = start
    for joint in (*sorted(joint for joint in joints if joint < end), end):
        first = left + len(text[left:joint]) - len(text[left:joint].lstrip())
        if joint - first >= shortest:
            spans.append((first, joint))
            left = joint
    rest = text[left:end].strip()
    if rest and spans:
        spans[-1] = (spans[-1][0], end)
    return tuple(
        part for span in spans or [(start, end)] for part in _halves(text, *span, longest=longest, shortest=shortest)
    )


def _halves(text: str, start: int, end: int, *, longest: int, shortest: int) -> tuple[tuple[int, int], ...]:
    if end - start <= longest * 1.5:
        return ((start, end),)
    blanks = [at for at in range(start + shortest, end - shortest) if text[at].isspace()]
    if not blanks:
        return ((start, end),)
    middle = min(blanks, key=lambda at: abs(2 * at - start - end))
    left, right = middle, middle
    while text[left - 1].isspace():
        left -= 1
    while text[right].isspace():
        right += 1
    return (
        *_halves(text, start, left, longest=longest, shortest=shortest),
        *_halves(text, right, end, longest=longest, shortest=shortest),
    )
