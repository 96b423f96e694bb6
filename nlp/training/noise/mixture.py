"""Noises on prepared texts, and the mixture of them that a model trains on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from nlp.text.alignment import UNCHANGED
from nlp.text.normalize import normalize
from nlp.text.prepare import PreparedText
from nlp.text.segment import turn_spans
from nlp.training.noise.chat import chatty, introduced, unmarked
from nlp.training.noise.dialect import dialect
from nlp.training.noise.edits import Noise
from nlp.training.noise.keyboard import mistyped
from nlp.training.noise.register import plain, polite
from nlp.training.noise.spacing import respaced, unspaced
from nlp.training.noise.speech import spoken
from nlp.training.noise.spelling import misspelt
from nlp.types import Turn

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
        return _as_prepared(masked, customer=masked, heard=((0, len(masked)),))
    parts: list[str] = []
    turns: list[Turn] = []
    placed: list[tuple[str, int, int]] = []
    read = written = 0
    for span in spans:
        said = text.masked[span.start : span.end]
        first = span.speaker != "agent" and not any(turn.speaker != "agent" for turn in turns)
        parts += (text.masked[read : span.start], changed(said) if first or noise is not introduced else said)
        written += span.start - read
        placed.append((span.speaker, written, written + len(parts[-1])))
        written += len(parts[-1])
        read = span.end
        turns.append(Turn(speaker=span.speaker, text=parts[-1]))
    masked = "".join((*parts, text.masked[read:]))
    heard = tuple((start, end) for speaker, start, end in placed if speaker != "agent") or ((0, len(masked)),)
    return _as_prepared(
        masked,
        customer=" ".join(masked[start:end] for start, end in heard),
        heard=heard,
        agent=" ".join(turn.text for turn in turns if turn.speaker == "agent"),
        turns=tuple(turns),
    )


def _as_prepared(
    masked: str, *, customer: str, heard: tuple[tuple[int, int], ...], agent: str = "", turns: tuple[Turn, ...] = ()
) -> PreparedText:
    return PreparedText(
        source=masked,
        masked=masked,
        customer=customer,
        agent=agent,
        turns=turns,
        alignment=UNCHANGED,
        customer_spans=heard,
    )
