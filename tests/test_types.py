from __future__ import annotations

import pytest

from nlp.errors import TaxonomyError
from nlp.types import Document, Prediction, Turn


def test_a_turn_has_one_of_three_speakers() -> None:
    assert Turn(speaker="agent", text="네").speaker == "agent"
    with pytest.raises(ValueError, match="customer, agent, unknown"):
        Turn(speaker="고객", text="네")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", " \n", None, float("nan")])
def test_a_document_without_a_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="empty text"):
        Document(id="1", text=text)


def test_a_label_that_the_model_has_not_is_no_label_that_a_text_lacks() -> None:
    found = Prediction(
        labels={"cause": ("price",), "severity": "2"},
        probabilities={"cause:price": 0.9, "cause:ethics": 0.1, "severity:1": 0.4, "severity:2": 0.6},
    )
    assert found.has("cause", "price")
    assert found.has("severity", "2")
    assert not found.has("cause", "ethics")
    for group, label in (("cause", "prize"), ("reason", "price")):
        with pytest.raises(TaxonomyError, match="cause:price, cause:ethics"):
            found.has(group, label)
