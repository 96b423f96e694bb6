"""What a text is before anybody asks what it complains of: a complaint, none, or nothing that the model can read."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.taxonomy import Taxonomy, complaints
from nlp.text.personal.found import PLACEHOLDER
from nlp.text.prepare import PreparedText
from nlp.types import Scope

LEAST_KOREAN = 0.25
"""Share of Hangul from which a text counts as Korean; 'Galaxy S24 Ultra 케이스 불량' has 0.27."""

_LATIN_WEIGHT = 1 / 3
"""A Latin letter says about a third of what a syllable of Hangul says."""

_SYLLABLE = re.compile(r"[가-힣]")
_JAMO = re.compile(r"[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\ud7b0-\ud7ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def scopes(
    texts: Sequence[PreparedText],
    decided: NDArray[np.bool_],
    unlike: NDArray[np.bool_],
    taxonomy: Taxonomy,
) -> list[Scope]:
    """The scope of each text, from its letters, from whether it is ``unlike`` those of training, and from its labels.

    ``decided`` is ``(n_texts, n_labels)``, ``unlike`` ``(n_texts,)``. Without severity and cause in the taxonomy
    every text that can be read counts as a complaint.
    """
    complaining = complaints(decided, taxonomy)
    found: list[Scope] = []
    for row, text in enumerate(texts):
        unreadable = unread(text)
        if unreadable is not None:
            found.append(unreadable)
        elif unlike[row]:
            found.append("unlike")
        else:
            found.append("complaint" if complaining is None or complaining[row] else "no_complaint")
    return found


def unread(text: PreparedText) -> Scope | None:
    """Why the customer's words cannot be read: ``no_words`` or ``not_korean``; None for Korean.

    Without a syllable or a letter there are no words ('ㅠㅠㅠ', 'ㅁㄴㅇㄹ', '010-…', what masking left empty, a call in
    which only the agent speaks). Product names, brands and emoticons between Korean words change nothing.
    """
    if text.turns and all(turn.speaker == "agent" for turn in text.turns):
        return "no_words"
    said = PLACEHOLDER.sub(" ", text.customer)
    syllables, latin = len(_SYLLABLE.findall(said)), len(_LATIN.findall(said))
    letters = sum(map(str.isalpha, said))
    others = letters - syllables - latin - len(_JAMO.findall(said))
    foreign = _LATIN_WEIGHT * latin + others
    if not syllables and not foreign:
        return "no_words"
    return "not_korean" if syllables < LEAST_KOREAN * (syllables + foreign) else None
