"""The gain to be expected, over what the classifier leaves open, and the part that each factor has in it.

The gain of a probable label is not the probable gain: risk, recovery and cost bend, and they hang together through
the labels. So the gain is worked out for whole sets of labels and averaged. The sets are those of a rank-1 lattice
(Korobov 1959; L'Ecuyer & Lemieux 2000), the same for every case: equal cases have equal gains, in whatever company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.recovery.gain import Gain, GainModel
from nlp.recovery.leave import Floats, Leave
from nlp.recovery.priors import Values

OTHER_FACTORS: Final = ("already_left", "speed", "word_of_mouth", "cost")

_POINTS, _GENERATOR = 61, 35
"""A prime number, and a primitive root of it: up to 60 terms are each spread evenly and paired with every other in a
way of their own. On 18 terms the error is a fifth of that of 64 random draws."""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """The expected gain, and ``contributions`` ``(n, n_terms + 4)`` in won; a row sums to the gain.

    The columns are the terms and ``OTHER_FACTORS``. What a late recovery saves is shared among the terms in
    proportion to their log-odds: the Aumann-Shapley value, the one that is additive and treats the terms alike
    (Aumann & Shapley 1974; integrated gradients, Sundararajan et al. 2017), averaged like the gain.
    """

    gain: Gain
    contributions: Floats


def expect(model: GainModel, expected: NDArray[np.float32], values: Values) -> Expectation:
    """Average the gain over the labels; ``expected`` ``(n, n_terms)`` in [0, 1] as in ``Terms.expected``."""
    n, width = expected.shape
    coefficients = model.terms.coefficients(values)
    value = model.value_sources(values).sum(axis=1)
    # What every lattice point adds up: P(leave) ignored, slow, fast; word of mouth; cost; what no term explains.
    sums = np.zeros((6, n))
    parts = np.zeros((width, n)).T
    points = lattice(width)
    for point in points:
        x = model.terms.at(expected, np.broadcast_to(point, expected.shape))
        gain = model.gain(x, values, value=value)
        late = value * (gain.leave.ignored - gain.leave.slow)
        added = model.added(x, values)
        shared = ~model.left & (added > 0.0)
        rate = np.divide(late, added, out=np.zeros_like(late), where=shared)
        parts += x * rate[:, None]
        unexplained = np.where(shared, 0.0, late)
        for total, part in zip(
            sums,
            (gain.leave.ignored, gain.leave.slow, gain.leave.fast, gain.word_of_mouth, gain.cost, unexplained),
            strict=True,
        ):
            total += part
    ignored, slow, fast, word_of_mouth, cost, unexplained = sums / len(points)
    quick = gain.fast
    mean = Gain(
        value=value,
        leave=Leave(without=gain.leave.without, ignored=ignored, slow=slow, fast=fast),
        fast=quick,
        word_of_mouth=word_of_mouth,
        cost=cost,
        total=value * (ignored - np.where(quick, fast, slow)) + word_of_mouth - cost,
    )
    by_term = parts * (coefficients / len(points))
    others = np.stack([unexplained, quick * mean.urgency, word_of_mouth, -cost], axis=1)
    return Expectation(gain=mean, contributions=np.concatenate([by_term, others], axis=1))


def lattice(width: int) -> NDArray[np.float32]:
    """Points ``(n_points, width)`` in [0, 1), each column evenly spread: i·g^j/n mod 1, shifted by half a step."""
    powers = np.array([pow(_GENERATOR, column, _POINTS) for column in range(width)])
    steps = (np.arange(_POINTS)[:, None] * powers) % _POINTS
    points: NDArray[np.float32] = ((steps + 0.5) / _POINTS).astype(np.float32)
    return points
