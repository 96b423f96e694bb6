"""The OpenAPI description, as the app gives it and as ``docs/openapi.json`` pins it."""

from __future__ import annotations

import json
import sys
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from nlp.serve.problems import FieldProblem, Problem
from nlp.serve.schemas import StreamLine

ABOUT = """단골은 고객이 쓴 글을 읽고 왜 떠나는지, 누구를 먼저 되찾을지 답합니다.

Dangol reads what Korean customers say: why they leave, and whom to win back first.

- 키: `Authorization: Bearer dgl_…` 또는 `X-API-Key`. 서버를 이 컴퓨터 안(루프백)에서만 열었을 때는 없어도 됩니다.
- 오류: RFC 9457 `application/problem+json`, `Accept-Language`의 언어(ko, en)로 답합니다.
- 429와 503에는 `Retry-After`(초)가 있습니다. 그만큼 기다린 뒤 같은 요청을 다시 보내면 됩니다.
- `Server-Timing`은 단계별로 걸린 시간, `X-Request-ID`는 로그에서 찾을 때 쓰는 번호입니다.
"""

_TAGS = {
    "inference": "글의 라벨과 고객 순위 · labels of texts, ranking of customers",
    "jobs": "파일 작업 · files that take longer than a request",
    "model": "모델과 라벨 · the model and its labels",
    "operation": "운영 · whether the server lives, and what it measures",
}

_OUR_SCHEMAS = (Problem, FieldProblem, StreamLine)


def install(app: FastAPI, root_path: str = "") -> None:
    """Let ``app.openapi()`` give the whole description, of an app that stands under ``root_path``."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app, root_path)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI, root_path: str) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version="1",
        description=app.description,
        routes=app.routes,
        servers=[{"url": root_path or "/"}],
        tags=[{"name": name, "description": about} for name, about in _TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = found["components"]["schemas"]
    for model in _OUR_SCHEMAS:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in found["paths"].values():
        for operation in path.values():
            operation.setdefault("security", [])  # said, so that nobody takes it for forgotten
            # FastAPI adds its own 422 to every route with parameters; ours are problems.
            theirs = operation["responses"].get("422", {}).get("content", {}).get("application/json")
            if theirs is not None and "HTTPValidationError" in str(theirs):
                operation["responses"].pop("422")
    return found


def description() -> str:
    """The description as ``docs/openapi.json`` holds it; it depends on no setting."""
    from nlp.serve.app import create_app
    from nlp.serve.settings import Settings

    described = create_app(Settings.model_construct()).openapi()
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(description())
