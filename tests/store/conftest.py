"""Every test of the store runs on a SQLite file and on a real PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import postgres
import psycopg
import pytest
from sqlalchemy import make_url
from store_clock import Clock

from nlp.store import Store

_numbers = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    given = os.environ.get(postgres.URL_VARIABLE)
    if given:
        yield given
    elif postgres.programs() is None:
        pytest.skip(f"no PostgreSQL: install one (apt install postgresql) or set {postgres.URL_VARIABLE}")
    else:
        with postgres.private_server() as url:
            yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of its own."""
    name = f"dangol_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    with Store.open(url, clock=clock) as store:
        yield store
