from __future__ import annotations

from pathlib import Path

import pytest

from nlp.model.classifier import ComplaintClassifier
from nlp.model.evidence import find_evidence
from nlp.text.prepare import prepare

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
