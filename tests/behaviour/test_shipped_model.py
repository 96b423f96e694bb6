"""What anyone would expect of the model that ships, on sentences written for this test."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nlp import ComplaintClassifier
from nlp.resources import default_model_path


@pytest.fixture(scope="module")
def classifier() -> ComplaintClassifier:
    return ComplaintClassifier.from_pretrained()


WEAK = pytest.mark.xfail(reason="irony without a word of blame is still misread", strict=True)

OBVIOUS = [
    ("배송이 2주나 걸렸어요. 너무 느려요", "cause", "inconvenience"),
    ("수수료가 너무 비싸요. 또 올랐네요", "cause", "price"),
    ("앱이 자꾸 튕기고 오류가 나요", "cause", "core_service_failure"),
    ("음식이 상해서 왔어요. 맛도 없고 최악이에요", "cause", "core_service_failure"),
    ("직원이 너무 불친절하고 반말로 대해요", "cause", "encounter_failure"),
    ("불량이라 환불 요청했는데 안 된다고만 하고 책임을 떠넘기네요", "cause", "employee_response"),
    ("다른 은행 앱이 훨씬 낫네요. 그쪽으로 옮길게요", "cause", "competitor_pull"),
    ("사진이랑 완전 다른 허위 광고예요. 소비자를 속이는 사기입니다", "cause", "ethics"),
    ("다시는 이용 안 할 거예요. 앱 삭제하고 탈퇴합니다", "response", "switching"),
    ("절대 사지 마세요. 비추입니다", "response", "negative_wom"),
    ("빨리 개선해 주세요. 환불해 주세요", "response", "voice"),
    ("소비자원에 신고하고 법적 조치 하겠습니다", "response", "third_party"),
    ("배송 중에 파손됐어요", "stage", "processing"),
    ("로그인이 안 되고 결제가 안 돼요", "stage", "order"),
]


@pytest.mark.parametrize(("text", "group", "label"), OBVIOUS)
def test_obvious_complaints_get_their_label(classifier: ComplaintClassifier, text: str, group: str, label: str) -> None:
    assert classifier.predict([text])[0].has(group, label)


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("정말 친절하고 맛있어요. 최고예요!", "positive"),
        ("가격도 착하고 배송도 빨라요. 추천합니다", "positive"),
        ("최악이에요. 돈이 아깝습니다", "negative"),
        ("서비스 정말 대단하네요. 한 시간을 기다리게 하고 사과 한마디 없고", "negative"),
        pytest.param("배송 참 빠르네요 2주 만에 왔어요", "negative", marks=WEAK),
    ],
)
def test_sentiment_follows_the_meaning(classifier: ComplaintClassifier, text: str, sentiment: str) -> None:
    assert classifier.predict([text])[0].labels["sentiment"] == sentiment


@pytest.mark.parametrize(
    "text",
    [
        "가격도 착하고 맛있어요",
        "가격 대비 정말 좋아요. 만족합니다",
        "저렴하고 양도 많아요",
        "값도 싸고 직원분들도 친절해요",
    ],
)
def test_praise_that_mentions_the_price_is_no_complaint_about_it(classifier: ComplaintClassifier, text: str) -> None:
    prediction = classifier.predict([text])[0]

    assert prediction.labels["cause"] == ()
    assert prediction.labels["severity"] == "0"


@pytest.mark.parametrize(
    ("plain", "negated"),
    [
        ("직원이 불친절해요", "직원이 불친절하지 않고 아주 좋았어요"),
        ("배송이 느려요", "배송이 전혀 느리지 않고 빨라서 좋아요"),
    ],
)
def test_negation_lowers_the_negative(classifier: ComplaintClassifier, plain: str, negated: str) -> None:
    column = classifier.labels.index("sentiment:negative")
    scores = classifier.predict_proba([plain, negated])[:, column]

    assert scores[0] > scores[1] + 0.3


@pytest.mark.parametrize(
    ("clean", "noisy"),
    [
        ("배송이 너무 늦게 왔어요", "배송이너무늦게왔어요ㅠㅠㅠㅠ"),
        ("앱이 계속 오류가 나서 못 쓰겠어요", "앱이계속오류가나서못쓰겠어요;;;;"),
        ("수수료가 너무 비싸요", "수수료가 넘 비싸여ㅡㅡ"),
        ("직원이 정말 불친절해요", "직원이 정말 불친절해욬ㅋㅋㅋㅋ"),
    ],
)
def test_spacing_typos_and_laughter_keep_the_cause(classifier: ComplaintClassifier, clean: str, noisy: str) -> None:
    first, second = classifier.predict([clean, noisy])

    assert first.labels["cause"] != ()
    assert set(first.labels["cause"]) & set(second.labels["cause"])


def test_an_agents_memo_in_the_third_person_is_classified(classifier: ComplaintClassifier) -> None:
    prediction = classifier.predict(["고객 요금 과다 청구 주장하며 해지 요청함. 위약금 안내하자 불만 표출"])[0]

    assert prediction.has("cause", "price")
    assert prediction.has("response", "switching")


def test_a_call_is_read_for_what_the_customer_says(classifier: ComplaintClassifier) -> None:
    call = (
        "상담원: 안녕하세요, 무엇을 도와드릴까요?\n고객: 인터넷이 사흘째 계속 끊겨요. 기사도 안 오고요\n"
        "상담원: 불편을 드려 죄송합니다. 요금 할인 행사도 안내해 드릴까요?\n고객: 됐고요, 빨리 고쳐 주세요"
    )

    prediction = classifier.predict([call])[0]

    assert prediction.has("cause", "core_service_failure")
    assert not prediction.has("cause", "price")


def test_a_text_alone_scores_as_among_neighbours(classifier: ComplaintClassifier) -> None:
    text = "환불이 아직도 안 됐어요"
    long = "상담원과 통화가 되지 않아 한 시간을 기다렸습니다. " * 30

    alone = classifier.predict_proba([text])[0]
    among = classifier.predict_proba([long, "네", text, long])[2]

    np.testing.assert_allclose(among, alone, atol=1e-4)


def test_the_model_card_carries_the_measured_figures_and_says_who_labelled() -> None:
    folder = default_model_path()
    card = (folder / "README.md").read_text(encoding="utf-8")
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))

    assert "no person has" in card
    assert f"{metrics['evaluation']['groups']['cause']['macro_f1']['value']:.3f}" in card


def test_the_shipped_files_stay_light() -> None:
    folder = default_model_path()
    size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())

    assert sum(file.stat().st_size for file in (folder / "onnx").iterdir()) < 30e6
    assert size < 95e6
