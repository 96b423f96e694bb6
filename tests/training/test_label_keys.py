"""Labels that travel without their texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.errors import InputError, LabelledDataError
from nlp.resources import data_path
from nlp.taxonomy import Taxonomy
from nlp.training.label_keys import joined, main, read_keys, text_key, write_keys

TAXONOMY = Taxonomy.load()


def _own_rows() -> list[dict]:
    path = data_path("complaints") / "telecom.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_keys_and_texts_join_to_the_very_same_rows(tmp_path: Path) -> None:
    rows, keys = _own_rows(), tmp_path / "keys.csv"
    write_keys(keys, [(row["text"], row["labels"]) for row in rows], TAXONOMY)

    found = list(joined(read_keys(keys, TAXONOMY), [row["text"] for row in reversed(rows)]))

    expected = {row["text"]: TAXONOMY.encode(row["labels"]).tolist() for row in rows}
    assert {row["text"]: TAXONOMY.encode(row["labels"]).tolist() for row in found} == expected


def test_a_file_of_keys_holds_no_word_of_the_texts(tmp_path: Path) -> None:
    rows, keys = _own_rows(), tmp_path / "keys.csv"
    write_keys(keys, [(row["text"], row["labels"]) for row in rows], TAXONOMY)

    written = keys.read_text(encoding="utf-8")

    assert written.isascii()
    assert len(written.splitlines()) == 1 + len(rows)


def test_a_text_keeps_its_key_across_spacing_and_unicode_forms() -> None:
    decomposed = "\u1107\u1162\u1109\u1169\u11bc\u110b\u1175 늦어요"

    assert text_key(decomposed) == text_key("배송이  늦어요\n") != text_key("배송이 빨라요")


def test_a_label_that_the_taxonomy_lacks_is_named_with_its_line(tmp_path: Path) -> None:
    keys = tmp_path / "keys.csv"
    write_keys(keys, [("배송이 늦어요", _own_rows()[0]["labels"] | {"cause": ["weather"]})], TAXONOMY)

    with pytest.raises(LabelledDataError, match=r"keys\.csv:2.*weather"):
        read_keys(keys, TAXONOMY)


def test_texts_without_a_key_are_no_empty_file_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, out, texts = tmp_path / "keys.csv", tmp_path / "rows.jsonl", tmp_path / "texts.txt"
    write_keys(keys, [("배송이 늦어요", _own_rows()[0]["labels"])], TAXONOMY)
    monkeypatch.setattr("sys.argv", ["label_keys", str(keys), str(out), str(texts)])

    texts.write_text("배송이 빨라요\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"keys\.csv: none of its keys"):
        main()
    assert not out.exists()

    texts.write_text("배송이  늦어요\n", encoding="utf-8")
    main()
    assert json.loads(out.read_text(encoding="utf-8"))["text"] == "배송이  늦어요"


def test_the_published_keys_are_valid_and_each_stands_once() -> None:
    for path in sorted(data_path("label_keys").glob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines()[1:]

        assert len(read_keys(path, TAXONOMY)) == len(lines) > 0
