"""What the finders share: their result, the plain view of a text, and how a digit can be spelt."""

from __future__ import annotations

import re
import string
import unicodedata
from typing import NamedTuple

KINDS = (
    "전화번호",
    "주민등록번호",
    "외국인등록번호",
    "카드번호",
    "계좌번호",
    "이메일",
    "주소",
    "이름",
    "차량번호",
    "여권번호",
    "운전면허번호",
    "생년월일",
    "아이디",
)
"""Every kind of personal data."""

PLACEHOLDERS = tuple(f"[{kind}]" for kind in KINDS)
"""What masking writes in place of personal data."""

PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS)))


class Found(NamedTuple):
    """Personal data at ``[start, end)``; where two overlap, the one of lower rank is surer and wins."""

    kind: str
    start: int
    end: int
    rank: int


D = "[0-9공영일이삼사오육륙칠팔구]"
"""A digit, written or spoken."""

NO_DIGIT = rf"(?!(?!이(?:에요|예요|고|라|요|입|랑|야)){D})"
"""No digit follows, but perhaps the 이 of "…이에요"."""

PAST_ANOTHER = r"(?:[^\n\ufffc]{0,12}+\ufffc{4,}+){1,4}[^\d\n\ufffc]{0,12}?"
"""Between a word that announces a number and the number: others that are masked already."""

FILLER = r"(?:에|요)?[ \t.,]{1,3}(?:음|어|그|아|네|저기|하고)[ \t.,]{1,3}"
"""A pause in speech: "공일공 어 일이삼사"."""

SEP = rf"(?:{FILLER}|[ \t\-.,/~)]{{1,3}}|[ \t]?(?:에|의|다시|대시|하이픈|국에|이고요?|고요|이요|요)[ \t.,]{{0,2}})"
"""What stands between the groups of a number: "010-1234", "공일공에 일이삼사", "칠팔구고요 …"."""

LETTER = (
    r"(?:에이치|에이|비|씨|디|에프|지|아이|제이|케이|엘|엠|엔|오|피|큐|알|에스|티|유|브이|더블유|엑스|와이|제트"
    r"|언더바|언더스코어|밑줄|하이픈|대시|점|닷)"
)
"""A Latin letter or a sign, read aloud."""

PROVINCE = "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"

# One position each, so that the view and the text have the same offsets. 010ㅡ1234: a vowel as a dash.
_ODD = "＠．／（）：‐‑‒–—―−－·․‧∙⋅・〜ㅡ￣"
_WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in string.ascii_letters)
_PLAIN = str.maketrans(_ODD + _WIDE, "@./():" + "-" * 17 + string.ascii_letters)
_CIRCLED = re.compile("[⓪①②③④⑤⑥⑦⑧⑨⁰¹²³⁴⁵⁶⁷⁸⁹]{3,}")
"""Digits in a circle, or set high; a single one numbers a list or a footnote."""
_SIGNS = re.compile(r"(?<!\d)(01[016789])[_*#+=|](\d{3,4})[_*#+=|](\d{4})(?!\d)")
"""A mobile number cut by other signs than dashes."""
_LETTER_O = re.compile(
    r"(?<![A-Za-z0-9])[oO0]1(?:[oO016-9][ \t.\-]?[\doO]{3,4}[ \t.\-]?[\doO]{4}(?![A-Za-z0-9])|[oO0](?=[ \t.\-]?\d{3}))"
)
"""A mobile number with the letter for its zeros."""
_LETTERS_O = str.maketrans("oO", "00")
_ANY_ODD = re.compile(f"[{_ODD}{_WIDE}]")
_ODD_DIGIT = re.compile(r"[^\D0-9]")
_SPOKEN = str.maketrans("공영일이삼사오육륙칠팔구", "001234566789")


def view_of(text: str) -> str:
    """``text`` with plain digits and dashes and its masked tokens blanked out, of the same length."""
    view = text.translate(_PLAIN) if _ANY_ODD.search(text) else text
    if not text.isascii():
        view = _ODD_DIGIT.sub(_digit, view)
        view = _CIRCLED.sub(lambda match: "".join(map(_digit, match.group())), view)
    view = _SIGNS.sub(r"\1-\2-\3", view) if "01" in view else view
    view = _LETTER_O.sub(lambda match: match.group().translate(_LETTERS_O), view) if "1" in view else view
    return PLACEHOLDER.sub(lambda match: "\ufffc" * len(match.group()), view) if "[" in view else view


def _digit(found: re.Match[str] | str) -> str:
    return str(unicodedata.digit(found if isinstance(found, str) else found.group()))


def digits_of(number: str) -> str:
    """The digits of a number that is written or spoken."""
    return "".join(filter(str.isdecimal, number.translate(_SPOKEN)))


def numerals(count: int, most: int | None = None) -> str:
    """A pattern for a group of ``count`` (to ``most``) digits, together or each after a blank."""
    more = "" if most is None else f",{most - 1}"
    return rf"{D}(?:(?:{D}){{{count - 1}{more}}}|(?:[ \t]{D}){{{count - 1}{more}}})"
