"""Dialogues into turns with speakers, and texts into sentences: by rule, because the text is noisy.

A text is a dialogue when speakers are marked: 상담원: … 고객: …, [상담사] … [고객] …, A: … B: …,
화자1: …, on lines of their own or inline. Some words mark a speaker by themselves (고객, 상담원, 화자1).
Others also head a review's remarks (직원: 친절, A: 만족), so that they count only when they alternate.
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
_NUMBERED = r"화자 ?[0-9A-Za-z]?|발화자 ?[0-9A-Za-z]|참여자 ?[0-9]|speaker[ _]?[0-9A-Za-z]{1,2}"
_WEAK_CUSTOMER = "손님|회원님?|이용자|구매자|환자|보호자|승객|투숙객|학부모|수강생"
_WEAK_AGENT = "직원|점원|매니저|기사님?|사장님?|점주|판매자|담당자|접수처|원무과|안내|은행원|설계사"
_WEAK_LETTER = "[ABQCSH]|S[0-9]|SPK[0-9]|T[0-9]"

_LABELS = "|".join((_CUSTOMER, _AGENT, _NUMBERED, _WEAK_CUSTOMER, _WEAK_AGENT, _WEAK_LETTER))
_MARK = re.compile(
    # Numbered labels may carry a time: "상담원 (10:02): …". A colon between digits is a clock, not a mark.
    rf"(?:(?<=\n)|(?<=[\s.?!…~,\]\"'”)/|])|^)"
    rf"(?:[-•*>]\s?)?(?:"
    rf"(?P<open>[\[(<【])\s?(?P<boxed>{_LABELS})\s?(?P<number>[0-9]?)\s?[\])>】]\s?:?"
    rf"|(?P<bare>{_LABELS})(?P<digit>[0-9]?)\s?(?:\([0-9:. ]{{4,12}}\)\s?)?[:：](?![0-9/)])"
    rf")[ \t]*",
    re.IGNORECASE,
)
_ROLES: tuple[tuple[re.Pattern[str], Speaker], ...] = (
    (re.compile(rf"{_CUSTOMER}|{_WEAK_CUSTOMER}", re.IGNORECASE), "customer"),
    (re.compile(rf"{_AGENT}|{_WEAK_AGENT}", re.IGNORECASE), "agent"),
)
_STRONG = re.compile(rf"{_CUSTOMER}|{_AGENT}|{_NUMBERED}", re.IGNORECASE)
_FIELD = re.compile(r"(?:^|(?<=[\n,/]))[ \t]*([가-힣]{1,8})[ \t]*[:：](?=[ \t]*\S)")

_AGENT_CUES = re.compile(
    r"고객님|무엇을 도와|뭘 도와|어떤 도움|도와\s?드리|도와\s?드릴|고객센터(?:입니다|예요|\s*상담)"
    r"|콜센터입니다|상담[원사]\s?\S{0,4}입니다|말씀해\s?주시겠|확인해\s?드리|안내해?\s?드리|처리해\s?드리"
    r"|감사합니다[,.]?\s*\S+(?:입니다|센터)|죄송합니다만|불편을\s?드려|본인\s?확인|회원님|성함이\s?어떻게"
)


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """A turn as positions: ``[start, end)`` is what was said, without the speaker's mark."""

    speaker: Speaker
    start: int
    end: int


def turn_spans(text: str) -> tuple[TurnSpan, ...]:
    """The turns of a dialogue as positions in ``text``; empty when ``text`` is no dialogue.

    What stands before the first mark is a turn of an unknown speaker.
    """
    marks = [(match.start(), match.end(), _label(match)) for match in _MARK.finditer(text)]
    if not marks or not _is_dialogue(text, marks):
        return ()
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    pieces = [("", 0, marks[0][0])]
    pieces += [(label, start, end) for (_, start, label), end in zip(marks, ends, strict=True)]
    speakers = _speakers(text, pieces)
    found = []
    for label, start, end in pieces:
        said = text[start:end]
        left, right = start + len(said) - len(said.lstrip()), start + len(said.rstrip())
        if left < right:
            found.append(TurnSpan(speakers[label], left, right))
    return tuple(found)


def _label(match: re.Match[str]) -> str:
    label = match["boxed"] or match["bare"]
    return re.sub(r"\s", "", label + (match["number"] or match["digit"] or "")).upper()


def _is_dialogue(text: str, marks: Sequence[tuple[int, int, str]]) -> bool:
    labels = [label for _, _, label in marks]
    if marks[0][0] == 0 and _STRONG.fullmatch(re.sub(r"\d$", "", labels[0])):
        return True
    changes = sum(one != other for one, other in pairwise(labels))
    if not changes:
        return False
    if any(_STRONG.fullmatch(label) for label in labels):
        return True
    if marks[0][0] > 0 and text[marks[0][0] - 1] != "\n" and changes < 2:
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
