"""Word tables of one's own: what is no such table is told with its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from wom_tables import table

from nlp.errors import InputError
from nlp.wom.channels import load_channels
from nlp.wom.competitors import load_gazetteer
from nlp.wom.phrases import load_light_words
from nlp.wom.quality import ksqi_view, load_touchpoints
from nlp.wom.waiting import load_waiting_cues


@pytest.mark.parametrize(
    ("load", "wrong"),
    [
        (load_channels, 'channel = [{name = "call"}]'),
        (load_gazetteer, "sector = [1]"),
        (load_light_words, "light = 3"),
        (load_touchpoints, '[[kind]]\nid = "app"\nko = "앱"\nen = "App"\ncues = ["("]'),
        (load_waiting_cues, "[times]\nnumber = 1"),
        (lambda path: ksqi_view(table([{}]), path=path), "[[item]]"),
    ],
)
@pytest.mark.parametrize("broken", [None, b"no table", b"\xff"])
def test_a_file_of_another_form_is_named(
    tmp_path: Path, load: Callable[[Path], object], wrong: str, broken: bytes | None
) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(wrong.encode() if broken is None else broken)

    with pytest.raises(InputError, match=r"mine\.toml: not a table"):
        load(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml"):
        load_channels(tmp_path / "none.toml")
