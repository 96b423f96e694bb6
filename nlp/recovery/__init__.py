"""Whom to win back first, and what to fix first: priors, customer value, case ranking, cause ranking."""

from nlp.recovery.columns import ValueColumns
from nlp.recovery.priors import Constant, Priors
from nlp.recovery.queue import Case, Ranking
from nlp.recovery.ranking import rank_cases

__all__ = ["Case", "Constant", "Priors", "Ranking", "ValueColumns", "rank_cases"]
