"""What a text is, and labels at a chosen precision, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from app_support import app_client, wait_until_ready
from starlette.testclient import TestClient

from nlp.model.classifier import ComplaintClassifier
from nlp.resources import default_model_path
from nlp.serve.model import LoadedModel
from nlp.serve.settings import Settings

TEXT = "배송이 2주나 걸렸는데 상담원은 기다리라는 말만 해요"
ENGLISH = "The delivery took two weeks"


@pytest.fixture(scope="module")
def precise(classifier: ComplaintClassifier) -> ComplaintClassifier:
    """The shipped model with thresholds that let no cause but one pass, at 0.9 alone."""
    least: dict[str, float | None] = dict.fromkeys(classifier.labels, 0.0)
    least |= {label: None for label in classifier.labels if label.startswith("cause:")}
    least["cause:inconvenience"] = 0.0
    return ComplaintClassifier(
        session=classifier._session,
        windows=classifier._windows,
        taxonomy=classifier.taxonomy,
        decision=replace(classifier.decision, precision={"0.9": least}),
        name="precise",
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, precise: ComplaintClassifier) -> Iterator[TestClient]:
    settings = Settings.load(None, data_dir=tmp_path_factory.mktemp("serve"), rate_per_minute=0)
    with app_client(settings, LoadedModel.of(precise, folder=default_model_path())) as found:
        wait_until_ready(found)
        yield found


def test_every_answer_says_what_the_text_is(server: TestClient) -> None:
    texts = [TEXT, ENGLISH, "ㅠㅠㅠ", "직원분이 정말 친절해서 좋았어요. 감사합니다!"]

    found = server.post("/v1/predict", json={"texts": texts}).json()["predictions"]

    assert [one["scope"] for one in found] == ["complaint", "not_korean", "no_words", "no_complaint"]
    assert "cause" in found[1]["abstained"]
    assert len(found[1]["abstained"]) == len(found[1]["labels"])


def test_a_precision_changes_the_labels_and_the_name_of_the_model(server: TestClient) -> None:
    usual = server.post("/v1/predict", json={"texts": [TEXT]}).json()
    sure = server.post("/v1/predict", json={"texts": [TEXT], "precision": 0.9}).json()

    assert usual["model"] == "precise"
    assert sure["model"] == "precise@0.9"
    assert sure["predictions"][0]["labels"]["cause"] == ["inconvenience"]
    line = json.dumps(TEXT).encode()
    streamed = server.post(
        "/v1/predict/stream?precision=0.9", content=line, headers={"Content-Type": "application/x-ndjson"}
    )
    assert json.loads(streamed.text)["prediction"]["labels"] == sure["predictions"][0]["labels"]


@pytest.mark.parametrize("precision", [0.5, 1.5, "much"])
def test_a_precision_that_cannot_be_had_is_refused_by_its_field(server: TestClient, precision: object) -> None:
    for answer in (
        server.post("/v1/predict", json={"texts": [TEXT], "precision": precision}),
        server.post(
            f"/v1/predict/stream?precision={precision}",
            content=b'"a"',
            headers={"Content-Type": "application/x-ndjson"},
        ),
        server.post("/v1/jobs", files={"file": ("a.csv", "내용\n글\n")}, data={"precision": str(precision)}),
    ):
        assert answer.status_code == 422, answer.text
        assert "precision" in answer.json()["errors"][0]["field"]


def test_a_model_without_such_thresholds_names_the_command_that_fits_them(
    tmp_path: Path, classifier: ComplaintClassifier
) -> None:
    plain = ComplaintClassifier(
        session=classifier._session,
        windows=classifier._windows,
        taxonomy=classifier.taxonomy,
        decision=replace(classifier.decision, precision={}),
        name="plain",
    )
    settings = Settings.load(None, data_dir=tmp_path, rate_per_minute=0)
    with app_client(settings, LoadedModel.of(plain, folder=default_model_path())) as server:
        wait_until_ready(server)
        answer = server.post("/v1/predict", json={"texts": [TEXT], "precision": 0.9})

    assert "dangol calibrate" in answer.json()["errors"][0]["message"]


def test_a_job_decides_at_its_precision_and_writes_what_the_texts_are(server: TestClient) -> None:
    rows = f"내용\n{TEXT}\n{ENGLISH}\n".encode()

    made = server.post("/v1/jobs", files={"file": ("a.csv", rows)}, data={"precision": "0.9", "output": "jsonl"})
    assert made.status_code == 202, made.text
    job = f"/v1/jobs/{made.json()['id']}"
    with server.stream("GET", f"{job}/events") as events:
        list(events.iter_lines())

    assert server.get(job).json()["model"] == "precise@0.9"
    found = [json.loads(line) for line in server.get(f"{job}/result").text.splitlines()]
    assert [row["글 구분"] for row in found] == ["불만", "한국어 아님"]
    assert found[0]["이탈 원인"] == ["불편"]


def test_a_ranking_leaves_out_what_cannot_be_read_and_says_so(server: TestClient) -> None:
    documents = [{"id": "1", "text": TEXT}, {"id": "2", "text": ENGLISH}, {"id": "3", "text": "해지하겠습니다"}]

    answer = server.post("/v1/rank", json={"documents": documents, "evidence": True}).json()
    nothing = server.post("/v1/rank", json={"documents": documents[1:2]})

    assert {document for case in answer["cases"] for document in case["documents"]} == {"1", "3"}
    assert any(note["code"] == "unread" and "1건" in note["ko"] for note in answer["notes"])
    first = next(case for case in answer["cases"] if case["documents"] == ["1"])
    assert all(sentence in TEXT for sentence in first["evidence"])
    assert nothing.status_code == 422
    assert nothing.json()["errors"][0]["field"] == "documents"
