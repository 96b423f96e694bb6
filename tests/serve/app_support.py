"""Apps of the service within a test."""

from __future__ import annotations

from jobs_support import wait_until
from starlette.testclient import TestClient

from nlp.serve.app import create_app
from nlp.serve.model import LoadedModel
from nlp.serve.settings import Settings
from nlp.store import Store


def app_client(settings: Settings, model: LoadedModel, *, store: Store | None = None) -> TestClient:
    app = create_app(settings, load=lambda _folder: model, store=store)
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


def wait_until_ready(client: TestClient) -> None:
    wait_until(lambda: client.get("/health/ready").status_code == 200)
