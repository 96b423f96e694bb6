"""How much a text is like those that a model was trained on: ``familiarity.json`` of a model folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError
from nlp.files import replacing
from nlp.taxonomy import Taxonomy

FILE = "familiarity.json"

FALSE_ALARMS = 0.02
"""Share of the fitting texts, all like each other, that is called unlike them."""

_SMOOTH = 0.5
_STEADY = 4.0
"""Ordinary letters that every text is given beside its own: one rare word alone makes no text strange."""


@dataclass(frozen=True, kw_only=True)
class Familiarity:
    """Token counts of the training texts, the Hangul letters of each token, and what is usual for texts like them.

    ``counts`` and ``letters`` are ``(n_tokens,)``; no token that texts are given with has 0 letters.

    Two things tell a strange text. Its joint energy is high: the model sees little sign of any label (Liu et al.
    2020; for labels that do not exclude each other, Wang et al. 2021). And its Korean tokens are rare in the training
    texts, letter for letter: a word that the vocabulary does not have falls into short pieces, each of them common, so
    that its surprise shows in their number. Names of products and brands, in other letters, make no text strange.
    ``energy`` and ``rarity`` hold the mean and the spread of both over texts that the model did not see; the score is
    the sum of the two in spreads from the mean, and a text above ``bound`` is unlike the others.
    """

    counts: NDArray[np.int64]
    letters: NDArray[np.int64]
    energy: tuple[float, float]
    rarity: tuple[float, float]
    bound: float

    @classmethod
    def fit(
        cls,
        tokens: Sequence[Sequence[int]],
        energy: NDArray[np.float64],
        *,
        letters: NDArray[np.int64],
        known: NDArray[np.int64] | None = None,
        false_alarms: float = FALSE_ALARMS,
    ) -> Familiarity:
        """Fit on the ids of the Korean tokens of texts and their ``joint_energy`` ``(n_texts,)``.

        ``energy`` must come from models that did not see the text. ``letters`` are those of each token of the
        vocabulary ``(n_tokens,)``; ``known`` are counts of earlier texts, which the new ones are added to.
        """
        own = token_counts(tokens, n_tokens=len(letters))
        counts = own if known is None else own + known
        found = [np.asarray(ids, dtype=np.int64) for ids in tokens]
        surprise = [(_surprise(*_left_out(counts, ids), len(counts)), int(letters[ids].sum())) for ids in found]
        usual = float(np.mean([total / size for total, size in surprise if size] or [0.0]))
        rarity = np.array([_steadied(total, size, usual) for total, size in surprise])
        fitted = cls(
            counts=counts, letters=letters, energy=_spread(energy), rarity=_spread(rarity, mean=usual), bound=np.inf
        )
        scores = fitted._combined(rarity, energy)
        return replace(fitted, bound=float(np.quantile(scores, 1.0 - false_alarms)))

    @classmethod
    def load(cls, folder: Path, *, letters: NDArray[np.int64]) -> Familiarity | None:
        """Read ``familiarity.json``; None where the folder has none, as those of older models. Raises ModelError.

        ``letters`` are those of each token ``(n_tokens,)``.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            table = json.loads(path.read_text(encoding="utf-8"))
            energy, rarity = ((float(mean), float(spread)) for mean, spread in (table["energy"], table["rarity"]))
            counts = np.array(table["counts"], dtype=np.int64)
            bound = float(table["bound"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelError(
                "{path}: the file cannot be used ({error}); restore the model, or delete the file and do without",
                path=path,
                error=error,
            ) from error
        if counts.shape != letters.shape:
            raise ModelError(
                "{path}: it counts {count} tokens, the tokenizer has {n_tokens}; the files of the folder do not "
                "belong together",
                path=path,
                count=len(counts),
                n_tokens=len(letters),
            )
        return cls(counts=counts, letters=letters, energy=energy, rarity=rarity, bound=bound)

    def save(self, folder: Path) -> None:
        """Write ``familiarity.json``."""
        table = {"energy": self.energy, "rarity": self.rarity, "bound": self.bound, "counts": self.counts.tolist()}
        with replacing(folder / FILE) as stream:
            stream.write(json.dumps(table, separators=(",", ":")).encode() + b"\n")

    def scores(self, tokens: Sequence[Sequence[int]], energy: NDArray[np.float64]) -> NDArray[np.float64]:
        """How strange texts are, ``(n_texts,)``, from their token ids and joint energy; higher is stranger."""
        total = float(self.counts.sum())
        rarity = []
        for ids in tokens:
            found = np.asarray(ids, dtype=np.int64)
            surprise = _surprise(self.counts[found], total, len(self.counts))
            rarity.append(_steadied(surprise, int(self.letters[found].sum()), self.rarity[0]))
        return self._combined(np.array(rarity), energy)

    def unlike(self, tokens: Sequence[Sequence[int]], energy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Texts that are unlike those of training, ``(n_texts,)``."""
        return np.asarray(self.scores(tokens, energy) > self.bound)

    def _combined(self, rarity: NDArray[np.float64], energy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(
            (energy - self.energy[0]) / self.energy[1] + (rarity - self.rarity[0]) / self.rarity[1], dtype=np.float64
        )


def token_counts(tokens: Sequence[Sequence[int]], *, n_tokens: int) -> NDArray[np.int64]:
    """How often each token stands in the texts, ``(n_tokens,)``, from the ids of each; a text may have none."""
    return np.bincount(np.concatenate([np.asarray(ids, dtype=np.int64) for ids in tokens]), minlength=n_tokens)


def joint_energy(calibrated: NDArray[np.float32], taxonomy: Taxonomy) -> NDArray[np.float64]:
    """Joint energy ``(n_texts,)`` of calibrated logits ``(n_texts, n_labels)``, over the any-of labels.

    It is at most 0, and 0 where the model sees no sign of any label (Wang et al. 2021, "Can multi-label
    classification networks know what they don't know?", with the sign of an energy).
    """
    total = np.zeros(len(calibrated))
    for group in taxonomy:
        if group.kind == "any-of":
            total -= np.logaddexp(0.0, calibrated[:, taxonomy.columns(group.id)].astype(np.float64)).sum(axis=1)
    return total


def _left_out(counts: NDArray[np.int64], ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], float]:
    """Counts of a text's tokens in all texts but this one, and the sum of all counts without it."""
    _, place, times = np.unique(ids, return_inverse=True, return_counts=True)
    return counts[ids] - times[place], float(counts.sum()) - len(ids)


def _surprise(counts: NDArray[np.int64], total: float, n_tokens: int) -> float:
    """Surprise in nats of a text's tokens, from how often each stands in other texts; 0 without tokens."""
    return float(np.log((total + _SMOOTH * n_tokens) / (counts + _SMOOTH)).sum())


def _steadied(total: float, letters: int, usual: float) -> float:
    return (total + usual * _STEADY) / (letters + _STEADY)


def _spread(values: NDArray[np.float64], *, mean: float | None = None) -> tuple[float, float]:
    """Mean and standard deviation; 1 where nothing varies."""
    return float(values.mean()) if mean is None else mean, float(values.std()) or 1.0
