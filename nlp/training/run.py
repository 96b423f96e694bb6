"""What a training run is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nlp.errors import InputError
from nlp.training.loop import Hyperparameters


@dataclass(frozen=True, kw_only=True)
class TrainingRun:
    """What to train on, from which encoder, and where to.

    ``data`` are labelled files, whose tables hold the text in ``text_column`` if it is given; ``also`` are more of
    them that are only trained on, for they were chosen in a way that makes some labels more frequent than they are,
    and so must not set thresholds. Rows of ``held_out`` files, and
    their near-duplicates, are never trained on and only scored at the end. ``folds`` cross-validation models give the
    out-of-fold predictions for thresholds and, mixed into the targets by ``soften``, for soft labels. The encoder
    first takes one pass over ``n_unlabelled`` lines of the ``unlabelled`` files, if there are any; a linear model
    labels them, together with the model in the folder ``teacher``, which must not have seen the held-out rows either.
    Without folds, the teacher's predictions are what is mixed into the targets by ``soften``, and stand for groups that
    a row does not label; groups that no row labels get its thresholds, too. It may lack labels of this run.
    ``validation`` is the share of the rows that stops the final model early and calibrates it; with
    ``validation_data`` the rows of these files do. If ``blinded``, regions and words for women and men are each
    read as one (``nlp.training.identity``), if False they are not, and as the base reads them if None. With several
    ``members`` the recipe is fitted with as many seeds, and the best of them and of the average of their weights is
    taken. ``provenance`` says for the model card who labelled the rows. ``scratch`` keeps checkpoints until the model
    is written: the same run, given again, goes on from there.
    """

    data: tuple[Path, ...]
    out: Path
    base: str | Path
    version: str
    text_column: str | None = None
    taxonomy: Path | None = None
    also: tuple[Path, ...] = ()
    validation_data: tuple[Path, ...] = ()
    held_out: tuple[Path, ...] = ()
    unlabelled: tuple[Path, ...] = ()
    n_unlabelled: int = 30_000
    teacher: Path | None = None
    folds: int = 2
    validation: float = 0.1
    soften: float = 0.3
    blinded: bool | None = None
    members: int = 1
    hyperparameters: Hyperparameters = field(default_factory=Hyperparameters)
    provenance: str = ""
    scratch: Path = Path("runs/latest")
    keep_float_onnx: bool = False

    def __post_init__(self) -> None:
        if not 0.0 < self.validation < 0.5:
            raise InputError(
                "validation is {validation}; give a share above 0 and below 0.5", validation=self.validation
            )
        if not 0.0 <= self.soften < 1.0:
            raise InputError("soften is {soften}; give a share from 0 up to below 1", soften=self.soften)
        if self.folds == 1 or self.folds < 0:
            raise InputError("folds is {folds}; give 0 (none) or at least 2", folds=self.folds)
        if self.members < 1:
            raise InputError("members is {members}; give 1 or more", members=self.members)
        if self.soften and not self.folds and self.teacher is None:
            raise InputError(
                "soft labels come from folds or a teacher; give folds of at least 2, a teacher, or soften 0"
            )
