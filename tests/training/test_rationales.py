"""Figures of evidence on texts whose evidence is plain to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.model.classifier import ComplaintClassifier
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare
from nlp.training.rationales import agreement, faithfulness, without

TAXONOMY = Taxonomy.load()
TEXT = "매장은 깨끗해요. 요금이 너무 비싸요."
CALL = "상담원: 네\n고객: 요금이 비싸요.\n상담원: 그래요\n고객: 해지요. 안녕히"


class _Reader:
    """Sees the price wherever 요금 is written."""

    taxonomy = TAXONOMY

    def predict_proba(self, texts: Sequence[PreparedText]) -> NDArray[np.float32]:
        scores = np.zeros((len(texts), len(TAXONOMY.labels)), dtype=np.float32)
        scores[:, TAXONOMY.column("cause", "price")] = ["요금" in text.customer for text in texts]
        return scores


def span_of(text: str, part: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)


@pytest.mark.parametrize(
    ("evidence", "sufficiency", "comprehensiveness"),
    [("요금이 너무 비싸요.", 0.0, 1.0), ("매장은 깨끗해요.", 1.0, 0.0)],
)
def test_what_carries_the_label_is_sufficient_and_comprehensive(
    evidence: str, sufficiency: float, comprehensiveness: float
) -> None:
    reader = cast(ComplaintClassifier, _Reader())

    found = faithfulness(
        reader, [prepare(TEXT)], [{"price": span_of(TEXT, evidence)}], group="cause", rng=np.random.default_rng(0)
    )

    assert (found.n, found.sufficiency.value, found.comprehensiveness.value) == (1, sufficiency, comprehensiveness)


def test_evidence_that_is_the_whole_text_is_no_case() -> None:
    reader = cast(ComplaintClassifier, _Reader())
    rng = np.random.default_rng(0)

    found = faithfulness(
        reader,
        [prepare(TEXT), prepare("요금이요")],
        [{"price": span_of(TEXT, "요금이 너무 비싸요.")}, {"price": (0, 4)}],
        group="cause",
        rng=rng,
    )

    assert (found.n, found.n_texts) == (1, 1)


@pytest.mark.parametrize(
    ("evidence", "overlap", "iou", "f1"),
    [
        ("요금이 너무 비싸요.", 1.0, 6 / 9, 12 / 15),
        ("너무 비싸요", 1.0, 3 / 8, 6 / 11),
        ("매장은 깨끗해요.", 0.0, 0.0, 0.0),
    ],
)
def test_agreement_counts_characters_without_blanks(evidence: str, overlap: float, iou: float, f1: float) -> None:
    found = agreement(
        [prepare(TEXT)],
        [{"price": span_of(TEXT, evidence), "ethics": (0, 3)}],
        [{"price": "요금이 너무 비", "inconvenience": "매장"}],
        rng=np.random.default_rng(0),
    )

    assert found.n == 1
    assert (found.overlap.value, found.iou.value, found.f1.value) == pytest.approx((overlap, iou, f1))


def test_quotations_are_found_in_the_source_behind_masked_names() -> None:
    source = "제 이름은 김민준이고 요금이 비싸요"
    text = prepare(source)
    assert "[이름]" in text.masked

    found = agreement(
        [text],
        [{"price": span_of(text.masked, "요금이 비싸요")}],
        [{"price": "요금이 비싸요"}],
        rng=np.random.default_rng(0),
    )

    assert found.f1.value == 1.0


def test_nothing_quoted_gives_no_figure() -> None:
    found = agreement([prepare(TEXT)], [{"price": (0, 3)}], [{}], rng=np.random.default_rng(0))

    assert found.n == 0
    assert np.isnan(found.f1.value)


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ("요금이 비싸요.", "해지요. 안녕히"),
        ("해지요.", "요금이 비싸요. 안녕히"),
        ("그래요", "요금이 비싸요. 해지요. 안녕히"),
    ],
)
def test_what_is_left_of_a_call_keeps_the_agent(part: str, left: str) -> None:
    text = prepare(CALL)

    rest = without(text, span_of(text.masked, part))

    assert rest.customer == left
    assert rest.agent == text.agent
