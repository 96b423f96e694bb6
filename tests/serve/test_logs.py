"""Log lines: JSON, with the request id, and without a word of a customer."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from app_support import app_client, wait_until_ready

from nlp.serve.model import LoadedModel
from nlp.serve.settings import Settings

WORDS = "김단골님이010-9876-5432로화냄"


def test_no_line_holds_what_a_customer_wrote_not_even_when_the_model_fails_over_it(
    tmp_path: Path, model: LoadedModel, capfd: pytest.CaptureFixture[str]
) -> None:
    class Failing(LoadedModel):
        def score(self, windows: Sequence[Any]) -> Any:
            raise RuntimeError(f"cannot read {WORDS}")

    settings = Settings.load(None, data_dir=tmp_path, log_level="debug")
    with app_client(settings, Failing(**vars(model))) as client:
        wait_until_ready(client)
        response = client.post("/v1/predict", json={"texts": [WORDS]}, headers={"X-Request-ID": "id-1"})
        assert response.status_code == 500
        assert response.json()["type"] == "urn:dangol:problem:internal"
        client.post("/v1/predict", json={"texts": [{"text": WORDS, "turns": WORDS}]})
        client.post(
            "/v1/predict", content=f'{{"texts": ["{WORDS}"'.encode(), headers={"content-type": "application/json"}
        )
        client.get(f"/v1/{WORDS}?{WORDS}={WORDS}")
        client.post(
            "/v1/predict/stream",
            content=json.dumps({"id": WORDS, "txt": WORDS}),
            headers={"content-type": "application/x-ndjson"},
        )
        logging.getLogger("sse_starlette.sse").debug("chunk: %s", WORDS)
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert WORDS not in json.dumps(lines, ensure_ascii=False)
    requests = [line for line in lines if line["event"] == "request"]
    assert {line["status"] for line in requests} >= {500, 422, 400, 404, 200}
    failed = next(line for line in requests if line["status"] == 500)
    assert failed["request_id"] == "id-1"
    (error,) = [line for line in lines if line.get("error") == "RuntimeError"]
    assert error["request_id"] == "id-1"
    assert any("test_logs.py" in place for place in error["at"])
