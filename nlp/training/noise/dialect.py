"""Endings and everyday words of Gyeongsang, Jeolla and Chungcheong."""

from __future__ import annotations

from numpy.random import Generator

from nlp.training.noise.edits import matches, noise, some
from nlp.training.noise.tables import names, pairs


@noise
def dialect(text: str, rng: Generator) -> str:
    """Most endings as one region says them: 했습니더, 했당께요, 했어유."""
    regions = names("dialect")
    region = regions[rng.integers(len(regions))]
    return some(text, matches(text, pairs("dialect", region)), rng, rate=0.85)
