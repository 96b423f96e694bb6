"""Noises on prepared texts, and the mixture of them that a model trains on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from nlp.text.alignment import UNCHANGED
from nlp.text.normalize import normalize
from nlp.text.prepare import PreparedText, assembled
from nlp.text.segment import TurnSpan, turn_spans
from nlp.training.noise.chat import chatty, introduced, unmarked
from nlp.training.noise.dialect import dialect
from nlp.training.noise.edits import Noise
from nlp.training.noise.keyboard import mistyped
from nlp.training.noise.register import plain, polite
from nlp.training.noise.spacing import respaced, unspaced
from nlp.training.noise.speech import spoken
from nlp.training.noise.spelling import misspelt

NOISES: Mapping[str, Noise] = {
    "unspaced": unspaced,
    "respaced": respaced,
    "mistyped": mistyped,
    "misspelt": misspelt,
    "chatty": chatty,
    "unmarked": unmarked,
    "spoken": spoken,
    "dialect": dialect,
    "plain": plain,
    "polite": polite,
    "introduced": introduced,
}

MIXTURE: Mapping[str, float] = {
    "unspaced": 0.10,
    "respaced": 0.15,
    "mistyped": 0.13,
    "misspelt": 0.15,
    "chatty": 0.08,
    "unmarked": 0.06,
    "spoken": 0.10,
    "dialect": 0.05,
    "plain": 0.05,
    "polite": 0.05,
    "introduced": 0.08,
}
"""How often each noise is drawn; roughly as common as it is in reviews, notes and transcripts."""


def augmented(text: PreparedText, rng: Generator, *, share: float = 0.4, twice: float = 0.3) -> PreparedText:
    """With probability ``share`` a noisy copy of ``text``, otherwise ``text`` itself.

    One noise is drawn from ``MIXTURE``, and with probability ``twice`` another one as well. Labels, placeholders and
    speakers stay as they are.
    """
    if rng.random() >= share:
        return text
    names = list(MIXTURE)
    count = 2 if rng.random() < twice else 1
    for index in rng.choice(len(names), size=count, replace=False, p=np.array(list(MIXTURE.values()))):
        text = noisy(text, NOISES[names[index]], rng)
    return text


def noisy(text: PreparedText, noise: Noise, rng: Generator) -> PreparedText:
    """``text`` with a noise in it, in a dialogue turn by turn (who speaks is said in the customer's first turn alone).

    What the text was before is no longer known to it. It is as clean as ``prepare`` would make it (runs of marks cut,
    single blanks), but nothing is masked or split into turns anew: a slip of the keyboard must not turn a name into a
    word or a speaker into another.
    """

    def changed(said: str) -> str:
        return normalize(noise(said, rng)).text or said

    spans = turn_spans(text.masked) if text.turns else ()
    if not spans:
        masked = changed(text.masked)
        return assembled(masked, (), source=masked, alignment=UNCHANGED)
    parts: list[str] = []
    placed: list[TurnSpan] = []
    read = written = 0
    for span in spans:
        said = text.masked[span.start : span.end]
        first = span.speaker != "agent" and all(turn.speaker == "agent" for turn in placed)
        parts += (text.masked[read : span.start], changed(said) if first or noise is not introduced else said)
        written += span.start - read
        placed.append(TurnSpan(span.speaker, written, written + len(parts[-1])))
        written = placed[-1].end
        read = span.end
    masked = "".join((*parts, text.masked[read:]))
    return assembled(masked, placed, source=masked, alignment=UNCHANGED)
