"""The values that travel between the packages: frozen, keyword-only, checked at birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from nlp.errors import TaxonomyError

Speaker: TypeAlias = Literal["customer", "agent", "unknown"]
Decided: TypeAlias = str | tuple[str, ...]
"""A one-of group decides a label id, an any-of group a tuple of label ids (perhaps empty)."""

Scope: TypeAlias = Literal["complaint", "no_complaint", "unlike", "not_korean", "no_words"]
"""What a text is: a complaint; none (praise, a question, news, an advertisement); unlike what the model was trained on;
not Korean; without any word of the customer."""

UNREAD: Final[tuple[Scope, ...]] = ("not_korean", "no_words")
"""Scopes of texts that the model cannot read, so that they count nowhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One utterance of a dialogue. Raises ValueError for another speaker."""

    speaker: Speaker
    text: str

    def __post_init__(self) -> None:
        if self.speaker not in get_args(Speaker):
            raise ValueError(f"speaker is {self.speaker!r}; use one of {', '.join(get_args(Speaker))}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One customer's text as it came in; for a call, its turns as well.

    ``text`` is never empty; raises ValueError where it is. ``place`` is ``file:line`` of the first row it came from.
    ``fields`` holds the columns that came in, as text, in their order; a column with a role appears there too.
    """

    id: str
    text: str
    turns: tuple[Turn, ...] = ()
    customer_id: str | None = None
    time: datetime | None = None
    channel: str | None = None
    branch: str | None = None
    product: str | None = None
    place: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text.strip():
            raise ValueError(f"document {self.id!r} has an empty text; skip the row instead")


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What the model says of one text.

    ``labels`` maps every group to its decided label or labels, by id without the group.
    ``probabilities`` maps ``group:label`` to a calibrated probability in [0, 1]; higher is more likely.
    ``abstained`` names the groups whose decision is too uncertain to act on without a person; all of them where
    ``scope`` says that the text cannot be read or is unlike those that the model knows.
    """

    labels: Mapping[str, Decided]
    probabilities: Mapping[str, float]
    abstained: tuple[str, ...] = ()
    scope: Scope = "complaint"

    def has(self, group: str, label: str) -> bool:
        """Whether ``label`` of ``group`` was decided. Raises TaxonomyError for a label that the model has not."""
        if f"{group}:{label}" not in self.probabilities:
            raise TaxonomyError(
                "{group}:{label} is no label of the model; allowed: {allowed}",
                group=group,
                label=label,
                allowed=", ".join(self.probabilities),
            )
        decided = self.labels[group]
        return label == decided if isinstance(decided, str) else label in decided
