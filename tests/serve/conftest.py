"""The shipped model once for all tests of the service, and apps around it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app_support import app_client, wait_until_ready
from starlette.testclient import TestClient

from nlp.model.classifier import ComplaintClassifier
from nlp.resources import default_model_path
from nlp.serve.model import LoadedModel
from nlp.serve.settings import Settings


@pytest.fixture(scope="session")
def classifier() -> ComplaintClassifier:
    return ComplaintClassifier.from_pretrained(threads=1)


@pytest.fixture(scope="session")
def model(classifier: ComplaintClassifier) -> LoadedModel:
    return LoadedModel.of(classifier, folder=default_model_path())


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, model: LoadedModel) -> Iterator[TestClient]:
    """A server on loopback without keys, with small limits."""
    settings = Settings.load(
        None,
        data_dir=tmp_path_factory.mktemp("serve"),
        max_body_bytes=64 << 10,
        max_texts=8,
        max_text_chars=2000,
        max_request_chars=5000,
        rate_per_minute=0,
    )
    with app_client(settings, model) as found:
        wait_until_ready(found)
        yield found
