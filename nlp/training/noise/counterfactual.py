"""Two readings of a text that must be labelled alike: they differ in words that say who speaks, not what went wrong."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.random import Generator

from nlp.text.prepare import PreparedText
from nlp.training.noise.chat import introduced
from nlp.training.noise.mixture import noisy
from nlp.training.noise.swaps import swap_kinds, swapped

_NO_CHANCE = np.random.default_rng(0)


def counterfactual_pair(text: PreparedText, rng: Generator) -> tuple[PreparedText, PreparedText]:
    """``text`` twice, with a region, a name, a woman or man, a title or a humble word exchanged between the two.

    Where the text has such a word, it is exchanged in half of the draws. Otherwise it begins with a word of the
    speaker about themselves, each time another; in a quarter of these draws one of the two begins as the text does.
    """
    if rng.random() < 0.5:
        for kind in rng.permutation(swap_kinds()).tolist():
            if (found := exchanged(text, kind)) is not None:
                return text, found
    other = noisy(text, introduced, rng)
    return (text if rng.random() < 0.25 else noisy(text, introduced, rng)), other


def exchanged(text: PreparedText, kind: str) -> PreparedText | None:
    """``text`` with every word of the kind replaced by its partner, turn by turn; None where it has none."""
    other = noisy(text, partial(_swapped, kind=kind), _NO_CHANCE)
    return other if (other.customer, other.agent) != (text.customer, text.agent) else None


def _swapped(text: str, _: Generator, *, kind: str) -> str:
    return swapped(text, kind)
