"""The classifier that users call."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InputError, ModelError
from nlp.model.decision import FILE as DECISION_FILE
from nlp.model.decision import Decision
from nlp.model.familiarity import FILE as FAMILIARITY_FILE
from nlp.model.familiarity import Familiarity, joint_energy
from nlp.model.hub import folder_of
from nlp.model.pooling import pool, pooled_logits
from nlp.model.scope import scopes
from nlp.model.session import FILE as ONNX_FILE
from nlp.model.session import WEIGHTS as WEIGHTS_FILE
from nlp.model.session import Session
from nlp.model.windows import FILE as TOKENIZER_FILE
from nlp.model.windows import Window, Windows
from nlp.resources import default_model_path
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.types import Document, Prediction

Text: TypeAlias = str | Document | PreparedText

BLOCK = 2048
"""Texts whose windows are sorted by length together; larger blocks pad less and hold more memory."""

TOKEN_BUDGET = 1024
"""Padded tokens of a batch. On a CPU small batches are the faster ones, for they stay in its cache, and the leaner."""


class ComplaintClassifier:
    """Labels Korean complaint texts with every group of its taxonomy.

    Texts come as a list, an array, a column of a data frame or an iterator, and are answered in its order.

    >>> classifier = ComplaintClassifier.from_pretrained()          # doctest: +SKIP
    >>> classifier.predict(["배송이 2주나 걸렸어요"])[0].labels["cause"]  # doctest: +SKIP
    ('inconvenience',)
    """

    def __init__(
        self,
        *,
        session: Session,
        windows: Windows,
        taxonomy: Taxonomy,
        decision: Decision,
        name: str,
        familiarity: Familiarity | None = None,
    ) -> None:
        if session.width != len(taxonomy.labels):
            raise ModelError(
                "{name}: the model scores {width} labels, its taxonomy has {count}; the files of the folder do "
                "not belong together",
                name=name,
                width=session.width,
                count=len(taxonomy.labels),
            )
        self._session = session
        self._windows = windows
        self._decision = decision
        self._familiarity = familiarity
        self.taxonomy = taxonomy
        self.name = name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {len(self.labels)} labels)"

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path | None = None,
        *,
        threads: int | None = None,
        shared: bool = False,
        precision: float | None = None,
    ) -> ComplaintClassifier:
        """Load a model folder or a Hugging Face hub id; without an argument, the model that ships.

        ``threads`` bounds the cores that inference uses; without it all are used. With ``shared`` all processes
        that load the folder share its weights in memory, each a little slower. ``precision`` is that of
        ``at_precision``. Raises ModelError when the folder is missing or incomplete, and InputError for a precision
        that it has no thresholds for.
        """
        folder = _folder(model)
        # Names the file that is missing or corrupt before anything else reads it.
        session = Session(folder / ONNX_FILE, threads=threads, shared=shared)
        taxonomy = Taxonomy.load(folder / "taxonomy.toml")
        decision = Decision.load(folder, taxonomy)
        windows = Windows.load(folder, max_length=decision.max_length)
        found = cls(
            session=session,
            windows=windows,
            taxonomy=taxonomy,
            decision=decision,
            name=_name(folder),
            familiarity=Familiarity.load(folder, letters=windows.letters),
        )
        return found if precision is None else found.at_precision(precision)

    @property
    def labels(self) -> tuple[str, ...]:
        """``group:label`` ids in column order."""
        return self.taxonomy.labels

    @property
    def decision(self) -> Decision:
        """Calibration and thresholds in use."""
        return self._decision

    @property
    def familiarity(self) -> Familiarity | None:
        """What tells texts unlike those of training; None for models that have none."""
        return self._familiarity

    def at_precision(self, precision: float) -> ComplaintClassifier:
        """The same model, deciding so that about this share of its labels is right; see ``Decision.at_precision``.

        The two share the weights. The name of the new one ends in ``@`` and the precision. Raises InputError for a
        precision that the model has no thresholds for.
        """
        return ComplaintClassifier(
            session=self._session,
            windows=self._windows,
            taxonomy=self.taxonomy,
            decision=self._decision.at_precision(precision),
            name=f"{self.name.partition('@')[0]}@{precision:g}",
            familiarity=self._familiarity,
        )

    def predict_logits(
        self, texts: Iterable[Text], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Uncalibrated scores ``(n_texts, n_labels)``; higher is more likely.

        A text longer than the window is read in several windows, none of it is cut off. ``progress`` is told of how
        many texts are done, after each block. Raises InputError for what is no list of texts.
        """
        found = [np.zeros((0, len(self.labels)), dtype=np.float32)]
        done = 0
        for block in _blocks(texts):
            found.append(self._block(block))
            done += len(block)
            if progress is not None:
                progress(done)
        return np.concatenate(found)

    def predict_proba(self, texts: Iterable[Text]) -> NDArray[np.float32]:
        """Calibrated probabilities ``(n_texts, n_labels)`` in [0, 1], columns as ``labels``; one-of groups sum to 1.

        Raises InputError for what is no list of texts.
        """
        return self._decision.probabilities(self.predict_logits(texts), self.taxonomy)

    def predict(self, texts: Iterable[Text]) -> list[Prediction]:
        """Decided labels with their probabilities, one Prediction per text.

        Raises InputError for what is no list of texts.
        """
        return [found for block in _blocks(texts) for found in self.decide(self._block(block), block)]

    def cut(self, texts: Sequence[PreparedText]) -> list[Window]:
        """The first step of ``predict_logits``: windows of all texts, in order; every text has at least one."""
        return self._windows.cut(texts)

    def score(self, windows: Sequence[Window]) -> NDArray[np.float32]:
        """The second: logits ``(n_windows, n_labels)`` of windows run as one batch; none depends on the others."""
        return self._session.logits(self._windows.pad(windows))

    def pool(self, logits: NDArray[np.float32], tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """The third: one text's row ``(n_labels,)`` from its windows ``(n_windows, n_labels)`` of so many tokens."""
        rows = np.zeros_like(tokens)
        pooled: NDArray[np.float32] = (
            logits[0] if len(logits) == 1 else pool(logits, tokens, rows, n_texts=1, taxonomy=self.taxonomy)[0]
        )
        return pooled

    def decide(self, logits: NDArray[np.float32], texts: Sequence[PreparedText]) -> list[Prediction]:
        """Predictions for texts from their uncalibrated scores ``(n_texts, n_labels)``, as ``predict_logits`` gives."""
        probabilities = self._decision.probabilities(logits, self.taxonomy)
        decided = self._decision.decide(probabilities, self.taxonomy)
        abstained = self._decision.abstained(probabilities, decided, self.taxonomy)
        groups = [group.id for group in self.taxonomy]
        found = scopes(texts, decided, self._unlike(logits, texts), self.taxonomy)
        return [
            Prediction(
                labels=self.taxonomy.decode(row),
                probabilities=dict(zip(self.labels, scores.tolist(), strict=True)),
                abstained=tuple(
                    group
                    for group, unsure in zip(groups, doubt, strict=True)
                    if unsure or scope not in ("complaint", "no_complaint")
                ),
                scope=scope,
            )
            for row, scores, doubt, scope in zip(decided, probabilities, abstained, found, strict=True)
        ]

    def _unlike(self, logits: NDArray[np.float32], texts: Sequence[PreparedText]) -> NDArray[np.bool_]:
        if self._familiarity is None:
            return np.zeros(len(texts), dtype=np.bool_)
        energy = joint_energy(self._decision.calibrated(logits, self.taxonomy), self.taxonomy)
        return self._familiarity.unlike(self._windows.korean_tokens(texts), energy)

    def _block(self, texts: Sequence[PreparedText]) -> NDArray[np.float32]:
        return pooled_logits(
            texts,
            windows=self._windows,
            taxonomy=self.taxonomy,
            score=self._session.logits,
            token_budget=TOKEN_BUDGET,
        )


def _blocks(texts: Iterable[Text]) -> Iterator[list[PreparedText]]:
    if isinstance(texts, str):
        raise InputError("texts is one string; give a list of texts, such as predict([text])")
    # Going through a table gives the names of its columns, through a set no order.
    table = isinstance(texts, Mapping) or hasattr(texts, "columns") or hasattr(texts, "column_names")
    if table or isinstance(texts, bytes | set | frozenset) or not isinstance(texts, Iterable):
        raise InputError(
            "texts is a {kind}; give a list of texts or one column of a table, such as predict(table['text'])",
            kind=type(texts).__name__,
        )
    numbered = enumerate(texts)
    while block := [_prepared(text, number) for number, text in islice(numbered, BLOCK)]:
        yield block


def _prepared(text: Text, number: int) -> PreparedText:
    if isinstance(text, PreparedText):
        return text
    if isinstance(text, Document):
        return prepare(text.text, turns=text.turns)
    text = text.as_py() if hasattr(text, "as_py") else text  # of a column of an Arrow table
    if not isinstance(text, str):
        raise InputError(
            "texts[{number}] is {text!r:.80}, which is no text; give a str, a Document or a PreparedText, and leave "
            "out what is missing",
            number=number,
            text=text,
        )
    return prepare(text)


def _folder(model: str | Path | None) -> Path:
    if model is None:
        return default_model_path()
    # A model of Dangol's has an owner on the hub.
    return folder_of(model if "/" in str(model) else Path(model), files=["*.json", "*.toml", "onnx/*"])


def _name(folder: Path) -> str:
    """Version and digest: two models never share a name, so a resumed job notices that the model changed."""
    version = folder.name
    config = folder / "config.json"
    if config.is_file():
        try:
            version = str(json.loads(config.read_text(encoding="utf-8")).get("dangol_version", version))
        except (OSError, ValueError, AttributeError) as error:
            raise ModelError(
                "{path}: the configuration cannot be read ({error}); restore the model folder", path=config, error=error
            ) from error
    digest = hashlib.sha256()
    for file in (ONNX_FILE, WEIGHTS_FILE, TOKENIZER_FILE, DECISION_FILE, FAMILIARITY_FILE):
        if (folder / file).is_file():
            with (folder / file).open("rb") as content:
                while part := content.read(1 << 20):
                    digest.update(part)
    return f"{version}+{digest.hexdigest()[:8]}"
