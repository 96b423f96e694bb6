"""What is looked at before hours of work begin: where it is written to, and whether there is enough to learn from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InputError, LabelledDataError, Message
from nlp.taxonomy import Taxonomy
from nlp.text.duplicates import near_duplicate_groups
from nlp.text.prepare import PreparedText
from nlp.training.examples import Example

FEWEST_WITH_LABEL = 10
"""Rows with a label below which it is told that the model will hardly learn it."""

_FEWEST_TEXTS = 10


def check_folder(folder: Path) -> None:
    """Make a folder and see that files can be written to it. Raises InputError with the system's reason."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()


def check_file(path: Path) -> None:
    """See that a file can be written, or written anew. Raises InputError with the system's reason."""
    check_folder(path.parent)
    if path.exists():
        with _writing(path):
            path.open("ab").close()


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            "{folder}: nothing can be written there ({error.strerror}); choose another output",
            folder=place,
            error=error,
        ) from error


def check_output(out: Path) -> None:
    """See that a model folder can be written to ``out``, which must not hold anything yet. Raises InputError."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(
            "{path}: this is there already; give another folder with -o, or move or delete this one", path=out
        )
    check_folder(out.absolute().parent)


def check_rows(count: int, *, fewest: int) -> None:
    """Raise LabelledDataError when fewer than ``fewest`` rows are there to learn from."""
    if count < fewest:
        raise LabelledDataError(
            (
                Message(
                    "{count} rows are there to learn from; at least {fewest} are needed, so give more",
                    count=count,
                    fewest=fewest,
                ),
            )
        )


def check_labels(
    targets: NDArray[np.float32],
    taxonomy: Taxonomy,
    say: Callable[[str], None],
    *,
    taught: Collection[str] = frozenset(),
) -> None:
    """Tell labels that few rows ``(n_rows, n_labels)`` have.

    Raises LabelledDataError when a group is labelled in no row: a model would answer it at random for every text.
    Groups that a teacher has ``taught`` need no rows.
    """
    known = ~np.isnan(targets)
    groups = [group for group in taxonomy if group.id not in taught]
    missing = [group for group in groups if not known[:, taxonomy.columns(group.id).start].any()]
    if missing:
        raise LabelledDataError(
            (
                Message(
                    "no row is labelled in the groups {groups}; add columns for them, let an earlier model that has "
                    "them stand in (--teacher with --folds 0), or give a taxonomy without them (--taxonomy)",
                    groups=", ".join(f"{group.id} ({group.ko})" for group in missing),
                ),
            )
        )
    counts = dict(zip(taxonomy.labels, np.nansum(targets, axis=0).astype(int).tolist(), strict=True))
    wanted = [f"{group.id}:{label}" for group in groups for label in group.ids]
    few = [f"{label} {counts[label]}" for label in wanted if counts[label] < FEWEST_WITH_LABEL]
    if few:
        say(
            Message(
                "fewer than {fewest} rows have these labels, which the model will hardly learn: {labels}",
                fewest=FEWEST_WITH_LABEL,
                labels=", ".join(few),
            )
        )


def check_texts(texts: Sequence[PreparedText], *, folds: int) -> None:
    """Raise LabelledDataError when there are too few different texts to fit on, near-duplicates being one."""
    count, fewest = _different(texts), max(_FEWEST_TEXTS, folds)
    if count < fewest:
        raise LabelledDataError(
            (
                Message(
                    "{count} different texts are left to fit on, without those that nearly repeat a row that decides "
                    "when to stop; at least {fewest} are needed, so give more",
                    count=count,
                    fewest=fewest,
                ),
            )
        )


def check_different(texts: Sequence[PreparedText]) -> None:
    """Raise LabelledDataError when fewer than ten texts differ, near-duplicates being one."""
    if (count := _different(texts)) < _FEWEST_TEXTS:
        raise LabelledDataError(
            (
                Message(
                    "{count} texts differ, those that nearly repeat another one left out; at least {fewest} are "
                    "needed, so give more",
                    count=count,
                    fewest=_FEWEST_TEXTS,
                ),
            )
        )


def _different(texts: Sequence[PreparedText]) -> int:
    return len(np.unique(near_duplicate_groups([text.masked for text in texts])))


def tell_contradictions(examples: Sequence[Example], texts: Sequence[PreparedText], say: Callable[[str], None]) -> None:
    """Tell how many rows have the text of an earlier row, but other labels, and where one stands."""
    firsts: dict[str, Example] = {}
    found: list[tuple[Example, Example]] = []
    for example, text in zip(examples, texts, strict=True):
        first = firsts.setdefault(text.masked, example)
        # NaN, a group that is not labelled, contradicts nothing.
        if (np.abs(first.target - example.target) > 0).any():
            found.append((first, example))
    if found:
        say(
            Message(
                "{count} rows have the text of an earlier row, but other labels, for example {one} and {other}",
                count=len(found),
                one=found[0][0].place,
                other=found[0][1].place,
            )
        )
