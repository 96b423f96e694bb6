"""Dockerfile and compose file: what they name exists, and what they promise stands in them."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlp.serve.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def instructions() -> list[tuple[str, str]]:
    """Instructions of the Dockerfile with their arguments, continued lines joined."""
    lines = [line for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in joined.splitlines() if line.strip()]


def last(name: str) -> str:
    """The argument that counts: of the last such instruction in the last stage."""
    return [argument for found, argument in instructions() if found == name][-1]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_every_line_is_an_instruction_that_docker_knows() -> None:
    known = [
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "ENV",
        "USER",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    ]
    assert {name for name, _ in instructions()} == set(known)


def test_what_is_copied_into_the_image_is_there_and_not_ignored() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [
        source
        for name, argument in instructions()
        if name == "COPY" and "--from" not in argument
        for source in shlex.split(argument)[:-1]
    ]
    assert copied
    assert set(copied) == let_in
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_installs_extras_that_exist_and_neither_torch_nor_training() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (wanted,) = re.findall(r"dangol\[([\w,]+)\]", last("RUN"))
    assert set(wanted.split(",")) == {"serve", "postgres"} <= set(extras)
    packages = " ".join(package for name in wanted.split(",") for package in extras[name])
    assert "torch" not in packages


def test_the_server_runs_as_nobody_special_and_watches_its_health() -> None:
    assert last("USER") == "10001"
    assert "--uid 10001" in last("RUN")
    kind, _, command = last("HEALTHCHECK").partition("CMD ")
    assert "--interval" in kind
    program = json.loads(command)
    assert program[:2] == ["python", "-c"]
    compile(program[2], "healthcheck", "exec")
    assert json.loads(last("ENTRYPOINT")) + json.loads(last("CMD")) == ["dangol", "serve"]


def test_variables_are_settings_of_the_server(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict(pair.split("=", 1) for pair in shlex.split(last("ENV")))
    given |= compose["services"]["dangol"]["environment"]
    ours = {name: value for name, value in given.items() if name.startswith("DANGOL_")}
    assert {name.removeprefix("DANGOL_").lower() for name in ours} <= set(Settings.model_fields)
    for name, value in ours.items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:\?[^}]*\}", "secret", value))
    settings = Settings.load(None)
    assert settings.keys_needed
    assert settings.store_url == "postgresql://dangol:secret@database/dangol"
    assert last("EXPOSE") == str(settings.port)
    assert last("VOLUME") == str(settings.data_dir)


def test_the_compose_file_keeps_data_waits_for_the_database_and_is_open_to_this_machine_only(
    compose: dict[str, Any],
) -> None:
    server, database = compose["services"]["dangol"], compose["services"]["database"]
    mounted = [volume.split(":")[0] for service in (server, database) for volume in service["volumes"]]
    assert sorted(mounted) == sorted(compose["volumes"])
    assert server["volumes"] == [f"files:{last('VOLUME')}"]
    assert server["depends_on"]["database"]["condition"] == "service_healthy"
    assert "pg_isready" in database["healthcheck"]["test"][1]
    assert server["ports"] == ["127.0.0.1:8765:8765"]
    assert "ports" not in database
    assert server["read_only"]
    assert int(server["stop_grace_period"].rstrip("s")) > Settings.load(None).shutdown_timeout
