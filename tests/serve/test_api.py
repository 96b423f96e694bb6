"""What callers see: predictions, rankings, streams, and refusals that name the field in the caller's language."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from app_support import app_client, wait_until_ready
from jobs_support import wait_until
from starlette.testclient import TestClient

from nlp.classified import ClassifiedTable
from nlp.corpus.load import load_classified
from nlp.model.classifier import ComplaintClassifier
from nlp.pipeline.classify import classify_files
from nlp.recovery.ranking import rank_cases
from nlp.serve.auth import LOCAL, Caller, Gate
from nlp.serve.model import LoadedModel
from nlp.serve.refusals import RateLimitedError
from nlp.serve.routes import rank as routes_rank
from nlp.serve.settings import Settings
from nlp.store import ApiKey, Role, Store, StoreBusyError

TEXT = "배송이 2주나 걸렸는데 상담원은 기다리라는 말만 해요. 010-1234-5678로 전화 주세요"
CALL = {
    "turns": [
        {"speaker": "agent", "text": "무엇을 도와드릴까요?"},
        {"speaker": "customer", "text": "요금이 올라서 해지하려고요."},
    ]
}


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"] == f"urn:dangol:problem:{code}"
    assert body["status"] == status
    assert body["request_id"] == response.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    return body


def test_texts_and_dialogues_get_the_librarys_predictions(client: TestClient, classifier: ComplaintClassifier) -> None:
    answer = client.post("/v1/predict", json={"texts": [TEXT, {"text": TEXT}, CALL], "probabilities": True}).json()
    expected = classifier.predict([TEXT])[0]
    assert answer["model"] == classifier.name
    first, second, call = answer["predictions"]
    assert first == second
    assert first["labels"] == {
        group: decided if isinstance(decided, str) else list(decided) for group, decided in expected.labels.items()
    }
    assert first["abstained"] == list(expected.abstained)
    assert first["probabilities"] == pytest.approx(dict(expected.probabilities), abs=1e-5)
    assert "price" in call["labels"]["cause"]
    assert "masked_text" not in first
    assert "evidence" not in first


def test_the_masked_text_and_the_sentence_behind_each_cause_come_on_request(client: TestClient) -> None:
    (found,) = client.post("/v1/predict", json={"texts": [TEXT], "evidence": True, "masked_text": True}).json()[
        "predictions"
    ]
    assert "[전화번호]" in found["masked_text"]
    assert set(found["evidence"]) == set(found["labels"]["cause"])
    for part in found["evidence"].values():
        assert found["masked_text"][part["start"] : part["end"]] == part["text"]


def test_masking_can_be_left_out_for_texts_that_are_masked(client: TestClient) -> None:
    (found,) = client.post("/v1/predict", json={"texts": [TEXT], "mask": False, "masked_text": True}).json()[
        "predictions"
    ]
    assert "010-1234-5678" in found["masked_text"]


def test_every_answer_tells_its_timings_its_id_and_keeps_browsers_safe(client: TestClient) -> None:
    response = client.post("/v1/predict", json={"texts": [TEXT]}, headers={"X-Request-ID": "crm-17"})
    assert response.headers["x-request-id"] == "crm-17"
    stages = {part.split(";")[0].strip() for part in response.headers["server-timing"].split(",")}
    assert stages == {"prepare", "score", "decide", "total"}
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "access-control-allow-origin" not in response.headers
    forged = client.get("/health/live", headers={"X-Request-ID": "a b\tc"})
    assert forged.headers["x-request-id"] != "a b\tc"


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({}, "texts", "항목이 없습니다"),
        ({"texts": []}, "texts", "적어도 1개"),
        ({"texts": [TEXT, 1]}, "texts.1", "글이어야"),
        ({"texts": [TEXT], "precision": 90}, "precision", "1"),
        ({"texts": [{"turns": []}]}, "texts.0.turns", "적어도 1개"),
        ({"texts": [{"turns": [{"speaker": "robot", "text": "x"}]}]}, "texts.0.turns.0.speaker", "'customer'"),
        ({"texts": [{"Text": "x"}]}, "texts.0.text", "항목이 없습니다"),
        ({"texts": ["x"], "probability": True}, "probability", "그런 항목은 없습니다"),
        ({"texts": ["x"], "evidence": "perhaps"}, "evidence", "true나 false"),
        ({"texts": ["x"] * 9}, "texts", "8개까지"),
        ({"texts": ["x", "가" * 2001]}, "texts.1", "2000자까지"),
        ({"texts": ["가" * 1500] * 4}, "texts", "모두 합쳐 5000자까지"),
        ({"texts": "x"}, "texts", "목록"),
        ([], "body", "객체"),
    ],
)
def test_a_request_that_does_not_fit_is_told_the_field_and_the_rule(
    client: TestClient, body: Any, field: str, said: str
) -> None:
    errors = problem(client.post("/v1/predict", json=body), 422, "invalid")["errors"]
    assert any(error["field"] == field and said in error["message"] for error in errors), errors


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("predict", {"texts": [3]}, ["texts.0"]),
        ("predict", {"texts": [3, "x", 4]}, ["texts.0", "texts.2"]),
        ("predict", {"texts": [{"turns": [3]}]}, ["texts.0.turns.0"]),
        ("predict", {"texts": [{"turns": []}]}, ["texts.0.turns"]),
        ("predict", {"texts": []}, ["texts"]),
        ("rank", {"documents": [3]}, ["documents.0"]),
    ],
)
def test_a_list_is_not_called_too_short_for_the_faults_of_its_items(
    client: TestClient, path: str, body: Any, fields: list[str]
) -> None:
    errors = problem(client.post(f"/v1/{path}", json=body), 422, "invalid")["errors"]
    assert [error["field"] for error in errors] == fields


def test_a_problem_never_repeats_what_was_written(client: TestClient) -> None:
    secret = "김단골의 비밀번호"
    for body in (
        {"texts": [{"text": 1, secret: secret}]},
        {"texts": [{"turns": secret}]},
        {"texts": [TEXT], "now": secret},
    ):
        answer = client.post("/v1/predict", json=body)
        assert answer.status_code == 422
        assert secret not in answer.json()["detail"]
        assert all(secret not in error["message"] for error in answer.json()["errors"])


@pytest.mark.parametrize(
    ("accept", "language", "title"),
    [
        ("", "ko", "요청이 형식에 맞지 않습니다"),
        ("en-GB,en;q=0.9", "en", "The request does not fit its description"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko", "요청이 형식에 맞지 않습니다"),
        ("ko;q=0.2, en;q=0.7", "en", "The request does not fit its description"),
        ("fr, *;q=x", "ko", "요청이 형식에 맞지 않습니다"),
    ],
)
def test_problems_speak_the_callers_language(client: TestClient, accept: str, language: str, title: str) -> None:
    response = client.post("/v1/predict", json={}, headers={"Accept-Language": accept})
    assert problem(response, 422, "invalid")["title"] == title
    assert response.headers["content-language"] == language


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("POST", "/v1/predict", {"content": b"{", "headers": {"content-type": "application/json"}}, 400, "malformed"),
        (
            "POST",
            "/v1/predict",
            {"content": b"\xff", "headers": {"content-type": "application/json"}},
            400,
            "malformed",
        ),
        (
            "POST",
            "/v1/predict",
            {"content": b'{"texts":' + b"[" * 60_000, "headers": {"content-type": "application/json"}},
            400,
            "malformed",
        ),
        ("POST", "/v1/predict", {"content": b"texts=1"}, 415, "media-type"),
        ("POST", "/v1/predict", {"content": b" " * 70_000}, 413, "too-large"),
        ("GET", "/v1/predict", {}, 405, "method"),
        ("GET", "/v2/predict", {}, 404, "not-found"),
        ("GET", "/v1/models", {"headers": {"host": "evil.example"}}, 403, "stranger"),
        ("POST", "/v1/predict", {"json": {}, "headers": {"content-encoding": "gzip"}}, 415, "media-type"),
        ("POST", "/v1/jobs", {"headers": {"origin": "http://evil.example"}}, 403, "stranger"),
        ("POST", "/v1/jobs", {"headers": {"origin": "null"}}, 403, "stranger"),
        ("POST", "/v1/jobs/x/cancel", {"headers": {"origin": "http://localhost:1"}}, 403, "stranger"),
        ("POST", "/v1/jobs", {"headers": {"origin": "http://localhost"}}, 415, "media-type"),
        ("POST", "/v1/models/live", {"json": {"model": "../../etc"}}, 422, "unusable"),
        ("POST", "/v1/predict/stream", {"content": b"x"}, 415, "media-type"),
    ],
)
def test_refusals_are_problems(
    client: TestClient, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    problem(client.request(method, path, **options), status, code)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/v1/models", "/v1/jobs"])
def test_a_load_balancer_may_ask_with_head(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code == 200


def test_probes_may_name_the_server_by_any_address(client: TestClient) -> None:
    for path in ("/health/live", "/health/ready"):
        assert client.get(path, headers={"host": "10.1.2.3:8765"}).status_code == 200


def test_a_body_without_a_length_is_cut_off_at_the_limit(client: TestClient) -> None:
    parts = (b" " * 8192 for _ in range(100))
    response = client.post("/v1/predict", content=parts, headers={"content-type": "application/json"})
    problem(response, 413, "too-large")


def test_deeply_nested_json_is_refused_not_followed(client: TestClient) -> None:
    body = b'{"texts":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    assert client.post("/v1/predict", content=body, headers={"content-type": "application/json"}).status_code in (
        400,
        422,
    )


def test_lone_surrogates_and_nul_do_no_harm(client: TestClient) -> None:
    json_type = {"content-type": "application/json"}
    body = b'{"texts":["\\ud800 x \\udc00"],"masked_text":true,"evidence":true}'
    assert client.post("/v1/predict", content=body, headers=json_type).status_code == 200
    body = b'{"documents":[{"id":"\\ud800","text":"\\udfff","customer_id":"\\ud800","fields":{"\\ud800":"\\ud800"}}]}'
    assert client.post("/v1/rank", content=body, headers=json_type).status_code in (200, 422)
    body = b'{"id":"\\ud800","text":"\\udfff"}'
    answer = client.post("/v1/predict/stream", content=body, headers={"content-type": "application/x-ndjson"})
    assert {"prediction", "error"} & set(answer.json())
    assert client.post("/v1/predict", json={"texts": ["", " ", "\x00\x07", "\u202e\ufeff"]}).status_code == 200


DOCUMENTS = [
    {
        "id": "V-1",
        "text": "또 고장이네요. 세 번째입니다. 해지하겠습니다.",
        "customer_id": "C-77",
        "time": "2026-11-20T14:03:00",
        "channel": "콜센터",
        "fields": {"월매출": "55000", "가입기간": "24개월", "등급": "VIP"},
    },
    {
        "id": "V-2",
        "text": "요금이 올라서 다른 곳으로 옮깁니다. 010-1234-5678",
        "customer_id": "C-12",
        "time": "2026-11-19T09:00:00",
        "channel": "블로그",
        "fields": {"월매출": "120000", "가입기간": "3년", "등급": "일반"},
    },
    {
        "id": "V-3",
        "text": "기사님이 약속을 안 지켜요.",
        "customer_id": "C-77",
        "time": "2026-11-12T10:00:00",
        "channel": "콜센터",
        "fields": {"월매출": "55000", "가입기간": "23개월", "등급": "VIP"},
    },
]


def classified(folder: Path, classifier: ComplaintClassifier) -> ClassifiedTable:
    """The same documents on the road of files."""
    source, target = folder / "in.jsonl", folder / "out.parquet"
    names = {"id": "id", "text": "내용", "customer_id": "고객번호", "time": "접수일시", "channel": "채널"}
    rows = [
        {**{names[key]: value for key, value in document.items() if key != "fields"}, **document["fields"]}
        for document in DOCUMENTS
        if isinstance(document["fields"], dict)
    ]
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    classify_files([source], target, classifier=classifier)
    return load_classified(target, classifier.taxonomy)


def test_a_ranking_is_exactly_the_librarys(client: TestClient, classifier: ComplaintClassifier, tmp_path: Path) -> None:
    table = classified(tmp_path, classifier)
    answer = client.post("/v1/rank", json={"documents": DOCUMENTS, "capacity": 1}).json()
    expected = rank_cases(table, now=table.times.max().item(), capacity=1)
    assert answer["now"] == "2026-11-20T14:03:00"
    assert [case["id"] for case in answer["cases"]] == list(expected.ids)
    assert [case["gain"] for case in answer["cases"]] == pytest.approx(list(expected.gain), rel=1e-4)
    assert [case["rank_high"] for case in answer["cases"]] == list(expected.rank_high)
    assert [note["code"] for note in answer["notes"]] == [note.code for note in expected.notes]
    assert {case["id"]: case["documents"] for case in answer["cases"]}["C-77"] == ["V-3", "V-1"]
    for case in answer["cases"]:
        assert sum(part["won"] for part in case["contributions"]) == pytest.approx(case["gain"], rel=1e-6)


def test_a_ranking_gives_evidence_on_request_and_counts_from_the_given_moment(client: TestClient) -> None:
    body = {"documents": DOCUMENTS, "evidence": True, "now": "2026-12-01T00:00:00+09:00"}
    answer = client.post("/v1/rank", json=body).json()
    assert answer["now"] == "2026-12-01T00:00:00"
    assert any(case["evidence"] for case in answer["cases"])
    assert "010-1234" not in json.dumps(answer, ensure_ascii=False)


@pytest.mark.parametrize(
    ("time", "now"),
    [
        ("20261120", "2026-11-20T00:00:00"),
        ("2026.11.20 14:03", "2026-11-20T14:03:00"),
        ("2026-11-20T00:00:00Z", "2026-11-20T09:00:00"),
        ("2026-11-20T00:00:00+09:00", "2026-11-20T00:00:00"),
    ],
)
def test_times_are_read_as_in_files_and_zones_become_korean_time(client: TestClient, time: str, now: str) -> None:
    document = {"id": "a", "text": TEXT, "time": time}
    assert client.post("/v1/rank", json={"documents": [document]}).json()["now"] == now
    document = {"id": "a", "text": TEXT}
    assert client.post("/v1/rank", json={"documents": [document], "now": time}).json()["now"] == now


@pytest.mark.parametrize("time", [20261120, 1795564800.0, "어제", "2026", True])
def test_what_is_no_time_is_not_taken_for_seconds(client: TestClient, time: object) -> None:
    body = {"documents": [{"id": "a", "text": TEXT, "time": time}]}
    (error,) = problem(client.post("/v1/rank", json=body), 422, "invalid")["errors"]
    assert error["field"] == "documents.0.time"
    assert "2026-11-22T09:30:00" in error["message"]


def test_documents_that_cannot_be_told_apart_or_say_two_things_are_named(client: TestClient) -> None:
    documents = [{"id": "a", "text": TEXT, **CALL}, {"id": "b", "text": TEXT}, {"id": "b", "text": TEXT}]
    errors = problem(client.post("/v1/rank", json={"documents": documents}), 422, "invalid")["errors"]
    assert [error["field"] for error in errors] == ["documents.0", "documents.1.id", "documents.2.id"]


def test_a_ranking_without_a_moment_does_not_take_a_mistyped_date_for_it(client: TestClient) -> None:
    documents = [{**DOCUMENTS[0], "time": "2062-11-20T14:03:00"}, *DOCUMENTS[1:]]
    answer = client.post("/v1/rank", json={"documents": documents}).json()
    assert answer["now"] == "2026-11-19T09:00:00"
    assert "future_times" in {note["code"] for note in answer["notes"]}


def test_a_ranking_is_written_beside_the_loop(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def answer_of(ranked: Any, model: str) -> Any:
        threads.append(threading.current_thread().name)
        return written(ranked, model)

    written = routes_rank.answer_of
    monkeypatch.setattr(routes_rank, "answer_of", answer_of)
    assert client.post("/v1/rank", json={"documents": DOCUMENTS}).status_code == 200
    assert threads[0].startswith("asyncio_")


def test_a_ranking_takes_a_number_beyond_all_measure_for_none(client: TestClient) -> None:
    fields = {"월매출": "9" * 400, "가입기간": "9" * 400 + "년", "추천수": "9" * 400}
    answer = client.post("/v1/rank", json={"documents": [{**DOCUMENTS[0], "fields": fields}]})
    assert answer.json()["cases"][0]["value"] < 1e9


def test_a_document_without_words_is_named(client: TestClient) -> None:
    (error,) = problem(client.post("/v1/rank", json={"documents": [{"id": "a"}]}), 422, "invalid")["errors"]
    assert error["field"] == "documents.0.text"


def test_a_stream_answers_line_by_line_in_order_and_survives_bad_lines(client: TestClient) -> None:
    lines = [
        json.dumps(TEXT, ensure_ascii=False),
        "",
        json.dumps({"id": "b", **CALL}, ensure_ascii=False),
        "{not json",
        json.dumps({"text": 5}),
        json.dumps("가" * 2001),
        json.dumps("가" * 30_000),
        *[json.dumps({"id": str(index), "text": f"{index}번째 불만"}) for index in range(30)],
    ]
    response = client.post(
        "/v1/predict/stream?probabilities=true",
        content="\n".join(lines).encode(),
        headers={"content-type": "application/x-ndjson"},
    )
    assert response.headers["content-type"].startswith("application/x-ndjson")
    found = [json.loads(line) for line in response.text.splitlines()]
    assert [answer["line"] for answer in found] == [1, *range(3, len(lines) + 1)]
    assert "prediction" in found[0]
    assert found[1]["id"] == "b"
    assert [answer["error"]["code"] for answer in found[2:6]] == ["invalid"] * 4
    assert [answer["id"] for answer in found[6:]] == [str(index) for index in range(30)]
    alone = client.post("/v1/predict", json={"texts": [TEXT], "probabilities": True}).json()["predictions"][0]
    assert found[0]["prediction"]["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-4)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ({"id": 7, "text": "요금이 비싸요"}, ["id"]),
        ({"id": "a"}, ["text"]),
        ({"id": 7, "turns": [{"speaker": "robot", "text": "네"}]}, ["turns.0.speaker", "id"]),
        ({"text": "네", "texts": ["네"]}, ["texts"]),
        (7, ["text"]),
    ],
)
def test_a_bad_line_of_a_stream_names_its_fields(client: TestClient, line: object, fields: list[str]) -> None:
    body = json.dumps(line, ensure_ascii=False).encode()
    answer = client.post("/v1/predict/stream", content=body, headers={"content-type": "application/x-ndjson"}).json()
    assert [error["field"] for error in answer["error"]["errors"]] == fields
    assert answer.get("id") == ("a" if isinstance(line, dict) and line.get("id") == "a" else None)


@pytest.mark.parametrize(("waiting", "status"), [(0.85, 400), (0.95, 503)])
def test_the_door_closes_at_nine_tenths_of_the_queue_before_a_body_is_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, waiting: float, status: int
) -> None:
    engine = client.app.state.services.engine  # type: ignore[attr-defined]
    tokens = int(waiting * engine.load.queue_tokens)
    monkeypatch.setattr(engine, "_in_flight", tokens)
    monkeypatch.setattr(engine.load, "owed", [tokens, 0])
    monkeypatch.setattr(engine.load, "rate", float(engine.load.queue_tokens))
    json_body = {"Content-Type": "application/json"}
    assert client.post("/v1/predict", content=b"{", headers=json_body).status_code == status
    assert client.get("/health/ready").status_code == 200


def test_the_model_and_its_labels_are_told(client: TestClient, model: LoadedModel) -> None:
    answer = client.get("/v1/models").json()
    assert answer["model"] == model.name
    assert answer["available"] == [model.folder.name]
    groups = client.get("/v1/taxonomy").json()["groups"]
    assert [f"{group['id']}:{label['id']}" for group in groups for label in group["labels"]] == list(
        model.taxonomy.labels
    )


def test_metrics_count_requests_batches_refusals_and_labels(client: TestClient) -> None:
    client.post("/v1/predict", json={"texts": [TEXT]})
    client.post("/v1/predict", json={})
    text = client.get("/metrics").text
    for part in (
        'dangol_requests_total{method="POST",route="/v1/predict",status="200"}',
        'dangol_request_seconds_bucket{le="0.1",route="/v1/predict"}',
        "dangol_batch_windows_bucket",
        "dangol_batch_tokens_sum",
        'dangol_queue_tokens{lane="high"} 0.0',
        'dangol_refused_total{code="invalid"}',
        'dangol_labels_total{group="sentiment",label="negative"}',
        "dangol_texts_total",
    ):
        assert part in text


def test_a_swap_by_name_is_kept_and_written_to_the_audit_trail(tmp_path: Path, model: LoadedModel) -> None:
    with app_client(Settings.load(None, data_dir=tmp_path, rate_per_minute=0), model) as one:
        wait_until_ready(one)
        assert one.post("/v1/models/live", json={"model": model.folder.name}).json()["model"] == model.name
        assert (tmp_path / "live-model").read_text(encoding="utf-8").strip() == model.folder.name
        problem(one.post("/v1/models/live", json={"model": "no-such"}), 422, "unusable")
    with Store.open(f"sqlite:///{tmp_path / 'dangol.db'}") as store:
        (entry,) = store.audit.list(action="model.swap")
        assert entry.subject == model.folder.name


def test_keys_are_needed_for_all_but_health_and_roles_are_kept(tmp_path: Path, model: LoadedModel) -> None:
    settings = Settings.load(None, data_dir=tmp_path, require_key=True, rate_per_minute=0)
    with Store.open(settings.store_url) as store:
        _, reader = store.keys.create("CRM", "reader", actor="test")
        revoked, gone = store.keys.create("old", "admin", actor="test")
        store.keys.revoke(revoked.id, actor="test")
    with app_client(settings, model) as one:
        wait_until_ready(one)
        assert one.get("/health/live").status_code == 200
        for path in ("/v1/models", "/v1/taxonomy", "/metrics", "/openapi.json", "/v1/jobs"):
            response = one.get(path)
            problem(response, 401, "unauthenticated")
            assert response.headers["www-authenticate"] == "Bearer"
        problem(one.get("/v1/models", headers={"X-API-Key": gone}), 401, "unauthenticated")
        problem(one.get("/v1/models", headers={"Authorization": "Basic eDp5"}), 401, "unauthenticated")
        assert one.get("/v1/models", headers={"X-API-Key": reader}).status_code == 200
        bearer = {"Authorization": f"Bearer {reader}"}
        assert one.post("/v1/predict", json={"texts": [TEXT]}, headers=bearer).status_code == 200
        problem(one.post("/v1/models/live", json={"model": "x"}, headers=bearer), 403, "forbidden")


@pytest.mark.parametrize(
    ("role", "may"),
    [("reader", ["reader"]), ("analyst", ["reader", "analyst"]), ("admin", ["reader", "analyst", "admin"])],
)
def test_a_role_may_what_the_lesser_roles_may(role: Role, may: list[Role]) -> None:
    caller = Caller(id="k", name="CRM", role=role)
    assert [name for name in get_args(Role) if caller.allows(name)] == may


def test_a_key_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path, model: LoadedModel) -> None:
    with app_client(Settings.load(None, data_dir=tmp_path, rate_per_minute=12), model) as one:
        wait_until_ready(one)
        answers = [one.get("/v1/taxonomy") for _ in range(4)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        problem(refused[0], 429, "rate-limited")
        assert 1 <= int(refused[0].headers["retry-after"]) <= 5
        assert "1분에 12건, 한꺼번에 2건" in refused[0].json()["detail"]


def test_callers_of_one_key_who_wait_as_they_are_told_all_get_through(tmp_path: Path) -> None:
    now = 0.0
    gate = Gate(Store.open(str(tmp_path / "store.db")).keys, needed=False, rate_per_minute=120, clock=lambda: now)
    refused = 0
    waiting = [0.0] * 60
    while waiting:
        waiting.sort()
        now = waiting.pop(0)
        try:
            gate.count(LOCAL)
        except RateLimitedError as error:
            refused += 1
            waiting.append(now + ceil(error.retry_after or 0.0))
    assert refused == 40


def test_a_key_that_was_let_in_stays_in_while_the_store_does_not_answer() -> None:
    class Silent:
        def verify(self, secret: str) -> ApiKey | None:
            raise StoreBusyError("busy")

        def any_active(self) -> bool:
            raise StoreBusyError("busy")

    gate = Gate(Silent(), needed=True, rate_per_minute=120)
    assert asyncio.run(gate.still("dgl_any"))
    with pytest.raises(StoreBusyError):
        asyncio.run(gate.caller("dgl_any"))


def test_it_stops_in_order_when_a_task_beside_the_answers_broke(
    tmp_path: Path, model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_metrics: object, _engine: object) -> None:
        raise OSError(28, "disk full")

    monkeypatch.setattr("nlp.serve.metrics.Metrics.state", broken)
    with app_client(Settings.load(None, data_dir=tmp_path), model) as one:
        wait_until_ready(one)
        engine = one.app.state.services.engine
    assert engine.state == "stopped"


def test_a_process_that_finds_the_database_away_waits_for_it(tmp_path: Path, model: LoadedModel) -> None:
    kept = tmp_path / "kept.db"
    Store.open(str(kept)).close()
    away = kept.rename(tmp_path / "away.db")
    kept.mkdir()  # SQLite cannot open it
    with app_client(Settings.load(None, data_dir=tmp_path, database_url=f"sqlite:///{kept}"), model) as one:
        assert one.get("/health/live").status_code == 200
        wait_until(lambda: one.app.state.services.engine.state == "ready")  # type: ignore[attr-defined]
        problem(one.get("/health/ready"), 503, "store")
        assert one.post("/v1/predict", json={"texts": [TEXT]}).status_code == 200
        kept.rmdir()
        away.rename(kept)
        wait_until_ready(one)


def test_a_stream_ends_when_its_key_is_revoked(
    tmp_path: Path, model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.serve.auth.REMEMBERED", 0.0)
    with Store.open(f"sqlite:///{tmp_path / 'dangol.db'}") as store:
        key, secret = store.keys.create("CRM", "reader", actor="test")

        def lines() -> Iterator[bytes]:
            yield b'"\xeb\xb0\xb0\xec\x86\xa1"\n'
            store.keys.revoke(key.id, actor="test")
            yield b'"\xeb\xb0\xb0\xec\x86\xa1"\n' * 3

        with app_client(Settings.load(None, data_dir=tmp_path, require_key=True), model, store=store) as one:
            wait_until_ready(one)
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}
            answers = one.post("/v1/predict/stream", content=lines(), headers=headers).text.splitlines()
    assert json.loads(answers[-1])["error"]["code"] == "unauthenticated"
    assert len(answers) < 4
    assert "prediction" in json.loads(answers[0])


def test_cors_is_off_unless_an_origin_is_allowed(tmp_path: Path, model: LoadedModel) -> None:
    settings = Settings.load(None, data_dir=tmp_path, cors_origins="https://crm.example")
    asking = {"Origin": "https://crm.example", "Access-Control-Request-Method": "POST"}
    with app_client(settings, model) as one:
        assert (
            one.options("/v1/predict", headers=asking).headers["access-control-allow-origin"] == "https://crm.example"
        )
        going_on = {**asking, "Access-Control-Request-Headers": "authorization,last-event-id,x-request-id"}
        assert one.options("/v1/jobs", headers=going_on).status_code == 200
        named = one.get("/v1/models", headers={"Origin": "https://crm.example"})
        assert {"Content-Disposition", "Location"} <= set(named.headers["access-control-expose-headers"].split(", "))
        other = one.options("/v1/predict", headers={**asking, "Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        refused = one.get("/v1/models", headers={"Origin": "https://crm.example", "Host": "evil.example"})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (403, "https://crm.example")


def test_answers_are_finite_for_any_text(client: TestClient) -> None:
    texts = ["!" * 500, "ㅋ" * 500, "😡" * 200, "a" * 2000, "\n\n\n고객: \n상담원: "]
    for found in client.post("/v1/predict", json={"texts": texts, "probabilities": True}).json()["predictions"]:
        assert np.isfinite(list(found["probabilities"].values())).all()
