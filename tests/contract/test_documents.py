"""What the documents name exists: commands, options, files, modules, variables, and the functions of their examples."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import nlp
from nlp.cli.app import app
from nlp.client import Client
from nlp.serve.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    *(ROOT / name for name in ("README.md", "README.ko.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    ROOT / "benchmarks" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "data").glob("*/README.md")),
)
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
ELSEWHERE = {"DANGOL_CONFIG", "DANGOL_LANG", "DANGOL_DB_PASSWORD", "DANGOL_"}
"""Variables of the command line and of the compose file, and the beginning of them all."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(text: str, *languages: str) -> Iterator[str]:
    """The code blocks of these languages."""
    return (body for language, body in re.findall(r"```(\w+)\n(.*?)```", text, re.S) if language in languages)


def calls(text: str) -> Iterator[list[str]]:
    """Every ``dangol …`` of code blocks and of code in lines, as words."""
    lines = "\n".join(blocks(text, "bash", "bat")).replace("\\\n", " ").splitlines()
    for line in [*lines, *re.findall(r"`([^`\n]+)`", text)]:
        code = re.sub(r"(^|\s)#\s.*", "", line)
        for found in re.findall(r"(?:^|[\s(])dangol (?!dangol)([a-z-][^;&)]*)", code):
            yield shlex.split(found.replace("\\", "/"))


def options_of(command: Any) -> set[str]:
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}


def test_the_walk_finds_the_commands_of_the_documents() -> None:
    found = [words for text in TEXTS.values() for words in calls(text)]
    assert len(found) > 50
    assert ["classify", "상담내역.csv", "--text-column", "문의 내용"] in found


@each_page
def test_every_command_and_every_option_exists(page: Path) -> None:
    for words in calls(TEXTS[page]):
        command: Any = typer.main.get_command(app)
        if words[0] == "--lang":
            words = words[2:]
        while hasattr(command, "commands") and words and words[0] != "…":
            found = command.get_command(None, words[0])
            assert found is not None, f"dangol {words[0]}: no such command"
            command, words = found, words[1:]
        given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert given <= options_of(command), f"{command.name}: {given - options_of(command)}"


@each_page
def test_every_link_and_every_path_leads_somewhere(page: Path) -> None:
    text = TEXTS[page]
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert target.startswith("http") or (page.parent / target).exists(), f"link {target}"
    for path in re.findall(r"`((?:nlp|data|tests|benchmarks|docs|models)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


@each_page
def test_every_anchor_is_a_heading(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", TEXTS[page]):
        other = (page.parent / target if target else page).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", other, re.M)
        assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_every_variable_is_a_setting(page: Path) -> None:
    known = {f"DANGOL_{name.upper()}" for name in Settings.model_fields} | ELSEWHERE
    assert set(re.findall(r"DANGOL_[A-Z_]*", TEXTS[page])) <= known


@each_page
def test_every_module_exists(page: Path) -> None:
    for name in re.findall(r"\bnlp(?:\.\w+)+", re.sub(r"```python\n.*?```", "", TEXTS[page], flags=re.S)):
        place = ROOT.joinpath(*name.split("."))
        # Not imported: training would bring torch.
        assert place.is_dir() or place.with_suffix(".py").is_file(), name


def test_every_package_is_in_the_architecture() -> None:
    packages = {path.parent.name for path in (ROOT / "nlp").glob("*/__init__.py")}
    assert packages
    assert not {name for name in packages if f"`nlp/{name}/`" not in TEXTS[ROOT / "ARCHITECTURE.md"]}


def test_both_readmes_name_the_same_commands() -> None:
    korean, english = (
        set(re.findall(r"dangol (?:--lang en )?([a-z]+(?:-[a-z]+)?)\b", TEXTS[ROOT / name]))
        for name in ("README.ko.md", "README.md")
    )
    assert korean == english
    assert {"analyze", "classify", "audit-sample", "serve", "purge"} <= english


@pytest.mark.parametrize("page", ["python.md", "python.ko.md"])
def test_the_examples_in_python_run_as_they_stand(page: str, tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    *notebook, script = blocks(TEXTS[ROOT / "docs" / page], "python")
    for name, code in (("notebook.py", "\n".join(notebook)), ("script.py", script)):
        (tmp_path / name).write_text(code, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(tmp_path / name)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == "[('price',), ('encounter_failure',)]\n"


ROOTS: dict[str, Any] = {"nlp": nlp, "classifier": nlp.ComplaintClassifier, "client": Client}
"""What the variables of the examples are."""


@each_page
def test_every_call_of_an_example_has_these_parameters(page: Path) -> None:
    for block in blocks(TEXTS[page], "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module:
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names)
            if not isinstance(node, ast.Call):
                continue
            first, *names = ast.unparse(node.func).split(".")
            if first not in ROOTS:
                continue
            function = ROOTS[first]
            for name in names:
                function = getattr(function, name)
            bare = [None] * (len(node.args) + (inspect.isfunction(function) and first != "nlp"))
            inspect.signature(function).bind_partial(*bare, **{given.arg: None for given in node.keywords if given.arg})
