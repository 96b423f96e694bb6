"""The client: typed answers, patience that follows Retry-After, jobs that are never sent twice."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from nlp.client import ApiError, AsyncClient, Client, Retries
from nlp.errors import InputError
from nlp.resources import default_model_path
from nlp.serve.app import create_app
from nlp.serve.model import LoadedModel
from nlp.serve.settings import Settings
from nlp.types import Document, Turn

PREDICTION = {"labels": {"cause": ["price"], "sentiment": "negative"}, "abstained": []}
ANSWER = {"model": "m+1", "predictions": [PREDICTION]}
PROBLEM = {
    "type": "urn:dangol:problem:overloaded",
    "title": "서버가 바쁩니다",
    "status": 503,
    "detail": "이미 9초어치 일이 기다립니다",
    "instance": "/v1/predict",
    "request_id": "r1",
}


class Script:
    """Answers in turn what it was given, and notes what was asked and how long was waited."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = iter(answers)
        self.asked: list[httpx.Request] = []
        self.waited: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **options: Any) -> Client:
        return Client(
            "http://server", "dgl_x", transport=httpx.MockTransport(self), sleep=self.waited.append, **options
        )


def busy(after: str = "7") -> httpx.Response:
    return httpx.Response(503, json=PROBLEM, headers={"Retry-After": after})


def test_a_prediction_is_typed() -> None:
    script = Script(httpx.Response(200, json=ANSWER))
    with script.client() as client:
        found = client.predict(["요금이 올랐어요", (Turn(speaker="customer", text="해지할래요"),)], probabilities=True)
    assert found.predictions[0].labels == {"cause": ("price",), "sentiment": "negative"}
    body = json.loads(script.asked[0].content)
    assert body["texts"][1] == {"turns": [{"speaker": "customer", "text": "해지할래요"}]}
    assert body["probabilities"] is True
    assert script.asked[0].headers["authorization"] == "Bearer dgl_x"


def test_the_address_of_a_server_may_have_a_path() -> None:
    script = Script(httpx.Response(200, json=ANSWER))
    with Client("https://voc.example/dangol", transport=httpx.MockTransport(script)) as client:
        client.predict(["x"])
    assert str(script.asked[0].url) == "https://voc.example/dangol/v1/predict"


def test_it_waits_as_long_as_the_server_says_and_then_tries_again() -> None:
    script = Script(busy("7"), httpx.ConnectError("down"), busy("x"), httpx.Response(200, json=ANSWER))
    assert script.client().predict(["x"]).model == "m+1"
    assert script.waited == [7.0, 1.0, 2.0]


def test_it_gives_up_after_its_tries_and_at_once_where_the_wait_is_too_long() -> None:
    script = Script(*[busy("1")] * 9)
    with pytest.raises(ApiError) as refused:
        script.client(retries=Retries(most=2)).predict(["x"])
    assert (refused.value.status, refused.value.code, refused.value.request_id) == (503, "overloaded", "r1")
    assert len(script.asked) == 3
    assert "9초어치" in str(refused.value)
    script = Script(busy("3600"))
    with pytest.raises(ApiError):
        script.client().predict(["x"])
    assert script.waited == []


def test_a_wrong_request_is_not_repeated_and_names_its_fields() -> None:
    problem = {**PROBLEM, "type": "urn:dangol:problem:invalid", "errors": [{"field": "texts.0", "message": "글"}]}
    script = Script(httpx.Response(422, json=problem))
    with pytest.raises(ApiError) as refused:
        script.client().predict(["x"])
    assert refused.value.errors == {"texts.0": "글"}
    assert script.waited == []


def test_an_unreachable_server_and_an_answer_of_something_else_are_errors_too() -> None:
    with pytest.raises(ApiError) as refused:
        Script(*[httpx.ConnectError("down")] * 9).client().predict(["x"])
    assert refused.value.status == 0
    with pytest.raises(ApiError) as refused:
        Script(httpx.Response(404, text="<html>")).client().predict(["x"])
    assert refused.value.status == 404
    # A proxy that sends elsewhere, or that answers with a page of its own.
    for answer in (httpx.Response(302, headers={"Location": "https://server"}), httpx.Response(200, text="<html>")):
        with pytest.raises(ApiError) as refused:
            Script(answer).client().predict(["x"])
        assert refused.value.status == answer.status_code


def job(state: str) -> httpx.Response:
    return httpx.Response(202, json={"id": "j1", "state": state, "rows": 3, "rejected": 0, "error": None})


def test_a_job_is_sent_whole_again_under_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "상담.csv"
    path.write_text("내용\n배송이 늦어요\n", encoding="utf-8")
    script = Script(busy("1"), job("queued"), job("running"), job("done"))
    client = script.client()
    found = client.submit(path, output="xlsx", mask=True, text_column=None)
    assert client.wait(found.id).state == "done"
    first, second = script.asked[:2]
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    for request in (first, second):
        assert "배송이 늦어요".encode() in request.content
        assert b'name="output"' in request.content
        assert b"text_column" not in request.content
    assert script.waited == [1.0, 1.0]


def test_one_string_is_not_taken_for_a_list_of_letters() -> None:
    with pytest.raises(InputError, match="give a list of texts"):
        Script().client().predict("배송이 늦어요")


def test_a_key_read_from_a_file_is_taken_and_one_that_cannot_be_sent_is_refused() -> None:
    script = Script(httpx.Response(200, json=ANSWER))
    Client("http://server", "dgl_x\n", transport=httpx.MockTransport(script)).predict(["x"])
    assert script.asked[0].headers["authorization"] == "Bearer dgl_x"
    for key in ("dgl_\nx", "키"):
        with pytest.raises(InputError, match="no key has"):
            Client("http://server", key)


def test_what_can_never_be_sent_is_not_tried_again() -> None:
    script = Script(httpx.UnsupportedProtocol("no scheme"))
    with pytest.raises(ApiError, match="no scheme"):
        script.client().predict(["x"])
    assert script.waited == []


def test_a_download_waits_and_fails_as_every_call_does(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    script = Script(busy(), httpx.ConnectError("down"), httpx.Response(200, content=b"a"))
    assert script.client().download("j1", target).read_bytes() == b"a"
    assert script.waited == [7.0, 1.0]
    with pytest.raises(ApiError, match="down"):
        Script(httpx.ConnectError("down")).client(retries=Retries(most=0)).download("j1", target)


def test_a_download_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert Script(httpx.Response(200, content=b"a,b\n")).client().download("j1", target).read_bytes() == b"a,b\n"
    target.unlink()
    with pytest.raises(ApiError):
        Script(httpx.Response(409, json=PROBLEM)).client().download("j1", target)
    with pytest.raises(ApiError):
        Script(httpx.Response(302, headers={"Location": "https://server"})).client().download("j1", target)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["predict", "rank", "taxonomy", "model", "submit", "job", "cancel", "wait", "download"]
)
def test_both_clients_offer_the_same_calls(name: str) -> None:
    blocking, asynchronous = getattr(Client, name), getattr(AsyncClient, name)
    assert list(inspect.signature(blocking).parameters) == list(inspect.signature(asynchronous).parameters)
    assert next(iter(inspect.signature(blocking).parameters)) == "self"
    assert blocking.__doc__ == asynchronous.__doc__
    assert inspect.iscoroutinefunction(asynchronous)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[AsyncClient], Any]], Any]:
    """Runs a coroutine with an asynchronous client of a real app."""
    model = LoadedModel.load(default_model_path(), threads=1)

    def run(work: Callable[[AsyncClient], Any]) -> Any:
        async def inside() -> Any:
            settings = Settings.load(None, data_dir=tmp_path_factory.mktemp("data"), job_workers=0)
            app = create_app(settings, load=lambda _folder: model)
            async with (
                app.router.lifespan_context(app),
                AsyncClient("http://localhost", transport=httpx.ASGITransport(app)) as client,
            ):
                return await work(client)

        return asyncio.run(inside())

    return run


def test_the_asynchronous_client_talks_to_the_real_service(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "상담.csv"
    path.write_text("내용\n배송이 늦어요\n요금이 비싸요\n", encoding="utf-8")

    async def work(client: AsyncClient) -> None:
        found = await client.predict(["배송이 2주나 걸렸어요"], evidence=True, masked_text=True)
        (one,) = found.predictions
        assert set(one.evidence) == set(one.labels["cause"])
        document = Document(
            id="V-1",
            text="해지하겠습니다",
            customer_id="C-1",
            time=datetime.fromisoformat("2026-11-20"),
            fields={"월매출": "50000"},
        )
        ranked = await client.rank([document], capacity=1)
        assert [case["id"] for case in ranked["cases"]] == ["C-1"]
        assert (await client.model())["model"] == found.model
        assert (await client.taxonomy())["groups"]
        sent = await client.submit(path, idempotency_key="k-1", output="jsonl")
        again = await client.submit(path, idempotency_key="k-1", output="jsonl")
        assert sent.id == again.id
        assert (await client.job(sent.id)).state == "queued"
        assert (await client.cancel(sent.id)).state == "cancelled"
        assert (await client.wait(sent.id)).finished
        with pytest.raises(ApiError) as refused:
            await client.download(sent.id, tmp_path / "x")
        assert refused.value.status == 409

    run(work)
