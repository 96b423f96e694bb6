"""The description: pinned, bilingual, and kept by the server."""

from __future__ import annotations

import importlib.util
import json
from inspect import iscoroutinefunction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.routing import APIRoute

from nlp.serve.description import description
from nlp.serve.problems import KINDS
from nlp.serve.routes import health, jobs, models, predict, rank, stream
from nlp.serve.services import provided

ROOT = Path(__file__).resolve().parents[2]
ROUTERS = [module.router for module in (health, jobs, models, predict, rank, stream)]
PINNED = ROOT / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PINNED.read_text(encoding="utf-8"))
    return found


def test_the_description_is_the_one_in_docs() -> None:
    assert description() == PINNED.read_text(encoding="utf-8"), "run 'make openapi' and look at what changed"


def test_every_operation_documents_its_refusals_and_who_may_call(described: dict[str, Any]) -> None:
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert bool(operation["security"]) is not path.startswith("/health"), path
            if operation["security"]:
                assert {"401", "403", "429", "503"} <= operation["responses"].keys(), path
            for status, answer in operation["responses"].items():
                if status >= "400":
                    examples = answer["content"]["application/problem+json"]["examples"]
                    assert all(KINDS[code].status == int(status) for code in examples)


def test_generated_clients_get_short_names_and_times_without_a_zone(described: dict[str, Any]) -> None:
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert {"predict", "create_job", "get_result"} <= set(names)
    assert len(names) == len(set(names))
    assert {tag for operation in operations for tag in operation["tags"]} == {tag["name"] for tag in described["tags"]}
    assert described["servers"] == [{"url": "/"}]
    time = described["components"]["schemas"]["DocumentIn"]["properties"]["time"]
    assert time["anyOf"] == [{"type": "string"}, {"type": "null"}]


def test_the_description_speaks_korean_and_english(described: dict[str, Any]) -> None:
    text = json.dumps(described["components"]["schemas"]["PredictIn"], ensure_ascii=False)
    assert "배송이 2주나" in text
    assert "also the probability of every label" in text
    assert "Dangol reads what Korean customers say" in described["info"]["description"]


def test_no_request_waits_for_a_thread_before_its_route_is_reached() -> None:
    """FastAPI runs a plain function that a route depends on in a thread, in every request."""

    def calls(dependant: Any) -> list[Any]:
        return [found for one in dependant.dependencies for found in (one.call, *calls(one))]

    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    depended = [call for route in routes for call in calls(route.dependant)]
    assert {provided} < set(depended)
    assert [call for call in depended if not any(map(iscoroutinefunction, (call, type(call).__call__)))] == []


def _benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("api_fuzz", ROOT / "benchmarks" / "api_fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.filterwarnings("ignore")
def test_no_made_up_request_gets_a_server_error_or_an_undocumented_answer(tmp_path: Path) -> None:
    fuzzing = _benchmark()
    with fuzzing.server(tmp_path) as address:
        answers = fuzzing.fuzz(address, cases=4, seed=1)
    assert len({operation for operation, _ in answers}) == sum(
        len(operations) for operations in json.loads(PINNED.read_text(encoding="utf-8"))["paths"].values()
    )
    assert any(operation == "POST /v1/predict" and status == 200 for operation, status in answers)
