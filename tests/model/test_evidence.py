from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.model.classifier import ComplaintClassifier
from nlp.model.evidence import find_evidence
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText, prepare

TEXT = "매장은 깨끗했어요. 배송이 너무 늦게 왔습니다. 다음에 또 볼게요."
CALL = "상담원: 무엇을 도와드릴까요\n고객: 요금이 너무 비싸요. 그래서 해지할게요.\n상담원: 네 알겠습니다"


@pytest.fixture(scope="module")
def classifier(tiny_model: Path) -> ComplaintClassifier:
    return ComplaintClassifier.from_pretrained(tiny_model, threads=1)


def test_evidence_is_the_sentence_on_which_the_label_is_most_probable(classifier: ComplaintClassifier) -> None:
    (found,) = find_evidence(classifier, [prepare(TEXT)], decided=[("inconvenience",)])
    column = classifier.taxonomy.column("cause", "inconvenience")
    by_sentence = {
        sentence: classifier.predict_proba([sentence])[0, column]
        for sentence in ("매장은 깨끗했어요.", "배송이 너무 늦게 왔습니다.", "다음에 또 볼게요.")
    }

    assert found["inconvenience"].text.strip() == max(by_sentence, key=by_sentence.__getitem__)
    assert TEXT[found["inconvenience"].start : found["inconvenience"].end] == found["inconvenience"].text


def test_evidence_of_a_call_is_something_the_customer_said(classifier: ComplaintClassifier) -> None:
    prepared = prepare(CALL)

    (found,) = find_evidence(classifier, [prepared], decided=[("price", "ethics")])

    assert set(found) == {"price", "ethics"}
    for evidence in found.values():
        assert evidence.text in "요금이 너무 비싸요. 그래서 해지할게요."
        assert prepared.masked[evidence.start : evidence.end] == evidence.text


def test_texts_without_a_decided_label_get_none_and_keep_their_place(classifier: ComplaintClassifier) -> None:
    found = find_evidence(classifier, [prepare("좋아요"), prepare(TEXT)], decided=[(), ("price",)])

    assert found[0] == {}
    assert set(found[1]) == {"price"}


RUN_ON = (
    "지난주 월요일에 냉장고를 주문했는데 배송 기사님은 연락도 없이 안 오시고 고객센터에 전화했더니 "
    "자기들은 모른다고만 해서 결국 반차까지 쓰고 하루를 기다렸습니다"
)


class _Keyword:
    """A classifier for which a text is about the price when it speaks of the call centre."""

    def __init__(self, whole: float, clause: float) -> None:
        self.taxonomy, self.scored = Taxonomy.load(), list[str]()
        self._whole, self._clause = whole, clause

    def predict_proba(self, texts: Sequence[PreparedText]) -> NDArray[np.float32]:
        scores = np.zeros((len(texts), len(self.taxonomy.labels)), dtype=np.float32)
        for row, text in enumerate(texts):
            self.scored.append(text.customer)
            if "고객센터" in text.customer:
                scores[row, self.taxonomy.column("cause", "price")] = (
                    self._whole if len(text.customer) > 60 else self._clause
                )
        return scores


@pytest.mark.parametrize(
    ("whole", "clause", "expected"),
    [
        (0.8, 0.78, "고객센터에 전화했더니 자기들은 모른다고만 해서"),
        (0.8, 0.9, "고객센터에 전화했더니 자기들은 모른다고만 해서"),
        (0.8, 0.5, RUN_ON),
    ],
)
def test_of_a_run_on_sentence_the_clause_stands_that_is_nearly_as_probable(
    whole: float, clause: float, expected: str
) -> None:
    classifier = cast(ComplaintClassifier, _Keyword(whole, clause))

    (found,) = find_evidence(classifier, [prepare(RUN_ON)], decided=[("price",)])

    assert found["price"].text == expected
    assert found["price"].probability == pytest.approx(clause if expected != RUN_ON else whole)


def test_no_span_is_scored_twice() -> None:
    classifier = _Keyword(0.8, 0.8)
    text = prepare(f"배송이 늦었어요. {RUN_ON}.")

    find_evidence(cast(ComplaintClassifier, classifier), [text], decided=[("price", "ethics")])

    assert len(classifier.scored) == len(set(classifier.scored))
    assert sum(map(len, classifier.scored)) <= 2 * len(text.customer)


def test_evidence_does_not_run_on_over_the_agents_turn(classifier: ComplaintClassifier) -> None:
    prepared = prepare("고객: 요금이 너무 비싸요\n상담원: 직원이 불친절했다니 죄송합니다\n고객: 네 박지훈이요")

    (found,) = find_evidence(classifier, [prepared], decided=[("price", "ethics")])

    assert {evidence.text for evidence in found.values()} <= {"요금이 너무 비싸요", "네 [이름]이요"}


def test_a_call_in_which_only_the_agent_speaks_has_no_evidence(classifier: ComplaintClassifier) -> None:
    prepared = prepare("상담원: 요금이 비싸서 해지하신다고요\n상담원: 다시 전화드리겠습니다")

    assert find_evidence(classifier, [prepared], decided=[("price",)]) == [{}]
