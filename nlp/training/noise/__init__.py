"""Noise that is true to Korean text: spacing, typing, spelling, chat, speech recognition, dialect, politeness."""

from nlp.training.noise.counterfactual import counterfactual_pair
from nlp.training.noise.edits import Noise
from nlp.training.noise.mixture import MIXTURE, NOISES, augmented, noisy

__all__ = ["MIXTURE", "NOISES", "Noise", "augmented", "counterfactual_pair", "noisy"]
