"""Messages for people: every one has a Korean wording that fits it, and no wording outlives its message."""

from __future__ import annotations

import ast
import pickle
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import nlp.errors
from nlp.errors import DangolError, InputError, Joined, LabelledDataError, Message, MissingExtraError, TaxonomyError
from nlp.messages import localized
from nlp.resources import data_path

PACKAGE = Path(nlp.errors.__file__).parent
TREES = {path.relative_to(PACKAGE): ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
ENTRIES: list[dict[str, str]] = tomllib.loads(data_path("messages.ko.toml").read_text(encoding="utf-8"))["message"]
KOREAN = {entry["en"]: entry["ko"] for entry in ENTRIES}


class Said(NamedTuple):
    """One place in the code that makes a message: a call, and the class that it calls."""

    place: str
    call: ast.Call
    maker: str
    constants: dict[str, str]


def _makers() -> set[str]:
    """``Message`` and the errors that take a template: all but those with a constructor of their own."""
    errors, own = {"DangolError"}, set()
    classes = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in classes:
        for node in classes:
            if any(isinstance(base, ast.Name) and base.id in errors for base in node.bases):
                errors.add(node.name)
                if any(isinstance(part, ast.FunctionDef) and part.name == "__init__" for part in node.body):
                    own.add(node.name)
    return errors - own | {"Message"}


def _constants(tree: ast.Module) -> dict[str, str]:
    """Strings that a module names at its top."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _said() -> Iterator[Said]:
    makers = _makers()
    for path, tree in TREES.items():
        constants = _constants(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            place = f"nlp/{path}:{node.lineno}"
            if isinstance(node.func, ast.Name) and node.func.id in makers:
                yield Said(place, node, node.func.id, constants)
            elif path == Path("errors.py") and ast.unparse(node.func) == "super().__init__" and node.keywords:
                yield Said(place, node, "super", constants)


SAID = list(_said())


def _fields(template: str) -> set[str]:
    """The names that a template asks for: ``{error.strerror}`` asks for ``error``."""
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


def _template(said: Said) -> str | None:
    """The template of a call; None where a stored message is built again from template and fields."""
    again = any(keyword.arg is None for keyword in said.call.keywords)
    first = said.call.args[0] if said.call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    if isinstance(first, ast.Name) and first.id in said.constants:
        return said.constants[first.id]
    assert again or said.maker == "super", f"{said.place}: the template is not a plain string"
    return None


def test_the_walk_finds_the_messages_of_the_package() -> None:
    assert len({said.place for said in SAID}) > 150
    assert {"InputError", "ColumnError", "TaxonomyError", "ModelError", "Message"} <= {said.maker for said in SAID}


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.place)
def test_a_message_is_a_template_with_fields_and_has_a_korean_wording_with_the_same_fields(said: Said) -> None:
    template = _template(said)
    if not template:
        return
    given = {keyword.arg for keyword in said.call.keywords}
    asked = _fields(template) if given else set()
    assert given == asked, f"{said.place}: fields given and fields of the template differ"
    for keyword in said.call.keywords:
        prose = isinstance(keyword.value, ast.JoinedStr) or (
            isinstance(keyword.value, ast.Constant) and " " in str(keyword.value.value)
        )
        assert not prose, f"{said.place}: {keyword.arg} is English prose; make it a Message"
    assert template in KOREAN, f"{said.place}: data/messages.ko.toml has no wording of {template!r}"
    if given:
        assert _fields(KOREAN[template]) == asked, f"{said.place}: the Korean wording has other fields"


def test_no_wording_outlives_its_message_and_none_stands_twice() -> None:
    written = {node.value for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert not KOREAN.keys() - written
    assert len(KOREAN) == len(ENTRIES)


def test_wordings_name_a_trouble_of_the_system_whole() -> None:
    """A trouble with a Korean name is that name, and has no parts."""
    assert not [korean for korean in KOREAN.values() if ".strerror" in korean]


def test_no_particle_stands_right_behind_a_field_whose_last_letter_nobody_knows() -> None:
    wrong = [
        ko
        for ko in KOREAN.values()
        if any(f"}}{particle}" in ko for particle in ("을", "를", "이 ", "가 ", "은", "는", "와", "과", "으로", "로"))
    ]
    assert not wrong


def test_no_wording_asks_for_a_part_of_a_field_since_fields_are_korean_texts_by_then() -> None:
    parts = [name for ko in KOREAN.values() for _, name, _, _ in string.Formatter().parse(ko) if name and "." in name]
    assert not parts


MIXED = [
    (
        InputError("{path}: there is no such file; check the path", path="상담.csv"),
        "상담.csv: 그런 파일이 없습니다. 경로를 확인하십시오",
    ),
    (
        TaxonomyError(
            "{path}: {error}", path="t.toml", error=TaxonomyError("the key {error} is missing", error=KeyError("ko"))
        ),
        "t.toml: 'ko' 항목이 빠졌습니다",
    ),
    (
        InputError(
            "{path}: the file cannot be opened ({error.strerror}); close it where it is open, in Excel for example, or "
            "check its rights",
            path="a",
            error=PermissionError(13, "Permission denied"),
        ),
        "a: 파일을 열 수 없습니다(권한이 없음). 엑셀 등에서 열려 있으면 닫고, 아니면 권한을 확인하십시오",
    ),
    (
        LabelledDataError(
            (Message("{path}:{line}: {error}", path="a.jsonl", line=2, error=InputError("not a JSON object")),)
        ),
        "a.jsonl:2: JSON 객체가 아님",
    ),
    (
        LabelledDataError((Message("not a JSON object"), Message("no class says {name}", name="{"))),
        "라벨 파일에 고칠 곳이 2개 있습니다. 고친 뒤 다시 실행하십시오:\nJSON 객체가 아님\nno class says {",
    ),
    (
        MissingExtraError("torch", "train"),
        "'torch' 패키지가 없습니다. 다음 명령으로 추가 기능 'train'까지 설치하십시오: pip install \"dangol[train]\"",
    ),
    (
        InputError('\'labels\' is missing; give an object such as {"cause": ["price"]}'),
        '\'labels\'가 없습니다. {"cause": ["price"]} 같은 객체를 넣으십시오',
    ),
]


@pytest.mark.parametrize(("error", "korean"), MIXED)
def test_an_error_is_said_in_korean_with_all_that_stands_inside_it(error: DangolError, korean: str) -> None:
    assert localized(error, "ko") == korean
    assert localized(error, "en") == str(error)


@pytest.mark.parametrize(("error", "korean"), MIXED)
def test_an_error_that_came_from_another_process_is_the_same(error: DangolError, korean: str) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert (str(back), localized(back, "ko")) == (str(error), korean)


def test_more_problems_than_are_shown_are_counted() -> None:
    problems = tuple(Message("{path}: {error}", path=f"{n}.csv", error="x") for n in range(23))
    lines = localized(LabelledDataError(problems), "ko").splitlines()
    assert (len(lines), lines[-1]) == (22, "… 그 밖에 3개")


@pytest.mark.parametrize(
    "message",
    [
        DangolError("a template that nobody has translated: {value}", value=3),
        DangolError("braces without fields {"),
        DangolError("{path}: {error}", path="a", error=Joined("; ", ["left", "as it is"])),
        "a plain string",
    ],
)
def test_what_has_no_korean_wording_is_said_in_english(message: DangolError | str) -> None:
    assert localized(message, "ko") == str(message)


def test_a_wording_that_does_not_fit_its_fields_gives_way_to_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.messages.wordings", lambda: {"{a} is wrong": "{b} 틀림"})
    assert localized(DangolError("{a} is wrong", a=1), "ko") == "1 is wrong"
