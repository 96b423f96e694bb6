"""What a pretraining is given, and how it is told of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nlp.errors import InputError
from nlp.training.steps import Steps


@dataclass(frozen=True, kw_only=True)
class Pretraining:
    """From which encoder to which folder, and what to do on the way.

    ``vocabulary`` pieces replace the old ones, ``layers`` evenly spaced layers are kept; None leaves them as they
    are. ``align_steps`` of distillation follow if either was changed, then ``steps`` of guessing a share ``masking``
    of the words. At most ``n_texts`` texts are used. ``scratch`` keeps checkpoints: the same run, given again, goes
    on from there.
    """

    base: str | Path
    out: Path
    vocabulary: int | None = None
    layers: int | None = None
    align_steps: int = 400
    steps: int = 1000
    masking: float = 0.15
    n_texts: int = 200_000
    max_length: int = 192
    batch_size: int = 32
    learning_rate: float = 1.5e-4
    save_every: int = 50
    seed: int = 1
    threads: int | None = None
    scratch: Path = Path("runs/pretraining")

    def __post_init__(self) -> None:
        if not 0.0 < self.masking < 1.0:
            raise InputError("masking is {masking}; give a share above 0 and below 1", masking=self.masking)
        if not (self.steps or self.vocabulary or self.layers):
            raise InputError("nothing is to be done; give steps, a vocabulary or a number of layers")
        if self.out.exists():
            raise InputError("{path}: this is there already; choose another folder or delete it", path=self.out)

    def lineage(self, base: str) -> str:
        """What model cards say of the encoder, ``base`` being what they said of the old one."""
        parts = [base]
        if self.layers:
            parts.append(f"{self.layers} of its layers")
        if self.vocabulary:
            parts.append(f"vocabulary of {self.vocabulary} pieces trained on Korean texts")
        if self.align_steps and (self.layers or self.vocabulary):
            parts.append(f"distilled for {self.align_steps} steps of {self.batch_size} texts")
        if self.steps:
            parts.append(f"masked-language-model training for {self.steps} steps of {self.batch_size} texts")
        return "; ".join(parts)

    def fingerprint(self, texts: Sequence[str]) -> str:
        """Whatever an earlier run left is used again only by the very same run."""
        given = {name: value for name, value in asdict(self).items() if name not in _NO_MATTER}
        digest = hashlib.sha256(json.dumps(given | {"base": str(self.base)}, sort_keys=True).encode())
        for text in texts:
            digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:12]

    def of(self, count: int) -> Steps:
        """``count`` steps in the manner of this run."""
        return Steps(
            count=count,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            save_every=self.save_every,
            seed=self.seed,
        )


_NO_MATTER = ("out", "scratch", "threads", "save_every")
"""Settings that do not change what comes out."""
