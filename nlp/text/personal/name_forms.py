"""Whether a word has the form of a Korean name: its family name, its syllables, and what it could be instead.

How often a syllable stands first and last in the frequent given names tells a name from a word: "재하" is like
재민 and 은하, "영화" ends like few names, "해서" like none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from math import inf, log

from nlp.text.personal.name_lists import name_lists
from nlp.text.personal.ordinary import is_begun

# The least ``form_of`` that is asked of a name: the more its surroundings say, the less.
SURE_FORM = 1.0
"""No cue at all: made of two of the most frequent syllables at their places."""
LIKELY_FORM = 0.0
"""No cue, but a frequent family name and a particle behind."""
FAIR_FORM = -2.2
"""A cue that stands beside many other words too: "직원이 …", "… 인데요"."""
DOUBTFUL_FORM = -3.0
"""A cue that stands beside some other words too: "… 팀장", "… 말고"."""
POOR_FORM = -6.5
"""A cue that hardly stands beside anything else, for a name of syllables that rarely make one: "… 귀하"."""
ANY_FORM = -inf
"""A cue that is enough by itself, if the family name is not rare: "예금주 …"."""

_DOUBLE_FAMILY_FORM = 0.5
"""Of 남궁, 황보 …, which say that a name follows better than one syllable does."""
_RARE_FAMILY_COST = 1.0
_UNSEEN = 0.2
"""Names for which a syllable counts that no frequent name holds at that place."""
_LISTED = 7
"""Names for which a syllable counts that ``first`` or ``last`` of the lists holds, beside the frequent names."""

COPULA = r"(?:이라고|(?<![하리시])라고|이라는|이?고요|이?구요|이?요(?![가-힣])|입니다|이에요|예요|인데|이며)"
"""Behind a name, as in "김민수라고 합니다"; and not "연락하라고", "기다리라고"."""

_NO_PARTICLE_BEFORE = re.compile(rf"[ \t]?(?:[님씨]|{COPULA})")
_WORD_ENDING = re.compile(r"이[라란구나지다]|[하시][지구기자게]|[은는][건걸거데]|[아어해]서|건지")
"""What looks like a given name and ends a word: "편이라", "강하지", "남은건"."""
_ENDS_NO_NAME_OF_A_NOUN = "은이인한하해비분들"
_VERB_ENDING = "서지나라기자하게려구"
"""Last syllables of verbs: "심해서요", "모르지요", "변하지 말고"."""
_BEHIND_VERB = re.compile(r"요|[ \t]말|였|여[서도 ]|라고")


def is_full_name(word: str, follows: str = "") -> bool:
    """Whether a word can be a family and a given name and, before what follows, is no word that we know."""
    lists = name_lists()
    double = word.startswith(lists.double_family)
    given = word[2:] if double else word[1:]
    if not double and (len(word) != 3 or word[0] not in lists.any_family):
        return False
    common = _common_given()
    if given not in common and (not _syllables().issuperset(given) or _WORD_ENDING.fullmatch(given)):
        return False
    if word in lists.words or word[-1] in lists.never_last or given in _titles():  # "이교수님"
        return False
    if given not in common and not double and is_begun(word) and form_of(word) < LIKELY_FORM:
        return False
    if word[:2] not in lists.nouns or word[-1] not in lists.noun_endings:
        return True
    if word[1:] in common and word[-1] not in _ENDS_NO_NAME_OF_A_NOUN:
        return True
    # "변경은 고객님께서" but "상담사 정지은입니다": no particle stands before a copula.
    return word[-1] in "은이" and _NO_PARTICLE_BEFORE.match(follows) is not None and (word[-1] + follows)[:2] != "이요"


def is_short_name(word: str) -> bool:
    """Whether a word can be a family and a given name of one syllable each; to be asked for names only."""
    lists = name_lists()
    if len(word) != 2 or word in lists.nouns or word in lists.words:
        return False
    return word[0] in lists.any_family and word[1] in _syllables()


def may_be_verb(word: str, follows: str) -> bool:
    """Whether a word is as likely the end of a verb: "이상해서요", "변하지 말고"."""
    return word[-1] in _VERB_ENDING and _BEHIND_VERB.match(follows) is not None


def form_of(word: str) -> float:
    """How much the given name of a full name is like the frequent ones; higher is more like a name.

    The log of the frequencies, in per cent, of its first syllable as a first and its last as a last one, summed.
    """
    lists = name_lists()
    double = word.startswith(lists.double_family)
    given = word[2:] if double and len(word) > 3 else word[1:]
    if given in _common_given():
        return inf
    if double:
        return _DOUBLE_FAMILY_FORM
    if len(given) != 2:
        return -inf
    first, last = _log_frequencies("first"), _log_frequencies("last")
    cost = 0.0 if word[0] in lists.frequent_family else _RARE_FAMILY_COST
    return first.get(given[0], first[""]) + last.get(given[1], last[""]) - cost


@cache
def _log_frequencies(place: str) -> Mapping[str, float]:
    """Log frequency in per cent of each syllable as the first or the last of given names; "" stands for the others."""
    lists = name_lists()
    at, listed = (0, lists.firsts) if place == "first" else (-1, lists.lasts)
    counts = Counter(name[at] for name in lists.common_given)
    counts.update(dict.fromkeys(listed, _LISTED))
    counts[""] = 0
    return {syllable: log((count + _UNSEEN) / len(lists.common_given) * 100) for syllable, count in counts.items()}


@cache
def _common_given() -> frozenset[str]:
    return frozenset(name_lists().common_given)


@cache
def _syllables() -> frozenset[str]:
    return frozenset(name_lists().given_syllables)


@cache
def _titles() -> frozenset[str]:
    """Titles that a word can end in: 팀장, 고객 without its conditions, and not 이사(?=님)."""
    return frozenset(title.partition("(?!")[0] for title in name_lists().cues["title"] if "(?=" not in title)
