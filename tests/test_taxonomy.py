from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import TaxonomyError
from nlp.resources import data_path
from nlp.taxonomy import Taxonomy

SHIPPED = Taxonomy.load()


def _toml(kind: str = "any-of", label: str = "a") -> str:
    return f"""
[[group]]
id = "g"
kind = "{kind}"
ko = "묶음"
[[group.label]]
id = "{label}"
ko = "가"
[[group.label]]
id = "b"
ko = "나"
"""


@pytest.mark.parametrize(
    ("group", "labels", "there"),
    [("g", (), True), ("g", ("a", "b"), True), ("g", ("a", "c"), False), ("h", (), False), ("h", ("a",), False)],
)
def test_a_taxonomy_says_whether_it_has_a_group_with_all_of_some_labels(
    group: str, labels: tuple[str, ...], *, there: bool
) -> None:
    assert Taxonomy.parse(_toml()).has(group, *labels) is there


def test_the_shipped_taxonomy_has_the_seven_groups_of_the_codebook() -> None:
    assert [(group.id, group.kind, len(group.labels)) for group in SHIPPED] == [
        ("cause", "any-of", 7),
        ("sentiment", "one-of", 3),
        ("response", "any-of", 5),
        ("stage", "any-of", 5),
        ("servqual", "any-of", 5),
        ("severity", "one-of", 4),
        ("recovery", "one-of", 3),
    ]


def test_every_shipped_label_has_a_korean_name_an_english_name_and_a_definition() -> None:
    for group in SHIPPED:
        assert group.source
        for label in group.labels:
            assert label.ko != label.id
            assert label.en
            assert label.definition


def test_a_group_that_is_not_labelled_is_nan_and_an_empty_any_of_group_is_zero() -> None:
    target = SHIPPED.encode({"cause": [], "severity": 2})

    assert target[SHIPPED.columns("cause")].tolist() == [0.0] * 7
    assert target[SHIPPED.columns("severity")].tolist() == [0, 0, 1, 0]
    assert np.isnan(target[SHIPPED.columns("stage")]).all()


@given(
    st.fixed_dictionaries(
        {
            group.id: st.sampled_from(group.ids)
            if group.kind == "one-of"
            else st.sets(st.sampled_from(group.ids)).map(
                lambda chosen, ids=group.ids: tuple(name for name in ids if name in chosen)
            )
            for group in SHIPPED
        }
    )
)
def test_labels_survive_encoding_and_decoding(labels: dict[str, object]) -> None:
    assert SHIPPED.decode(SHIPPED.encode(labels)) == labels


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"reason": []}, "'reason' is no group.*allowed: cause"),
        ({"cause": ["expensive"]}, "'expensive' is no label of this group; allowed: price"),
        ({"sentiment": ["negative", "positive"]}, "exactly one label is needed, 2 given"),
        ({"severity": 2.5}, "neither a label id nor a list"),
        ({"severity": True}, "neither a label id nor a list"),
    ],
)
def test_a_wrong_label_is_named_with_what_is_allowed(labels: dict[str, object], message: str) -> None:
    with pytest.raises(TaxonomyError, match=message):
        SHIPPED.encode(labels)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[group]", "not valid TOML"),
        ("", "'group' is missing"),
        (_toml(kind="some-of"), "use 'any-of' or 'one-of'"),
        (_toml(label="b"), "label of group 'g' named twice: b"),
        (_toml(label="a:b"), "must not be empty nor hold a colon"),
        (_toml() + _toml(), "group named twice: g"),
        ("group = 3", "groups are written as"),
        ("group = []", "has no group"),
        (_toml().replace('"가"', "[7]"), r"ko is \[7\]; write a text"),
        (_toml() + _toml().replace('"g"', '"h"').replace("묶음", "묶 음"), "Korean name of a group named twice: 묶음"),
        ('[group]\nid = "g"', "groups are written as"),
        (_toml().replace('"가"', '"나"'), "Korean name in group 'g' named twice: 나"),
        (_toml().replace('"가"', '"가, 나"'), "must not hold a comma"),
        (_toml().replace('"가"', '"없음"'), "nor be the group's name for none"),
        (_toml().replace('ko = "묶음"', 'ko = "묶음"\nordinal = true'), "only a one-of group has an order"),
    ],
)
def test_an_inconsistent_taxonomy_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(TaxonomyError, match=message):
        Taxonomy.parse(text)


def test_a_taxonomy_is_read_from_a_path_in_words(tmp_path: Path) -> None:
    path = tmp_path / "체계.toml"
    path.write_bytes(data_path("taxonomy.toml").read_bytes())
    assert Taxonomy.load(str(path)) == Taxonomy.load()
    with pytest.raises(TaxonomyError, match="nowhere"):
        Taxonomy.load("nowhere.toml")


def test_labels_of_arrays_are_those_of_lists() -> None:
    taxonomy = Taxonomy.load()
    plain = taxonomy.encode({"cause": ["price"], "severity": 2})
    drawn = taxonomy.encode({"cause": np.array(["price"]), "severity": np.int64(2)})
    assert np.array_equal(plain, drawn, equal_nan=True)


def test_an_unreadable_taxonomy_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="nowhere"):
        Taxonomy.load(tmp_path / "nowhere.toml")


def test_a_file_with_a_byte_order_mark_and_numbers_for_names_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(_toml().replace('"가"', "7"), encoding="utf-8-sig")

    assert Taxonomy.load(path).group("g").label("a").ko == "7"


def test_another_taxonomy_is_used_without_touching_code() -> None:
    taxonomy = Taxonomy.parse(_toml())

    assert taxonomy.labels == ("g:a", "g:b")
    assert taxonomy.encode({"g": ["b"]}).tolist() == [0.0, 1.0]


def test_a_model_folder_stands_for_the_taxonomy_in_it(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.toml").write_text(data_path("taxonomy.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert Taxonomy.load(tmp_path) == SHIPPED
    (tmp_path / "empty").mkdir()
    with pytest.raises(TaxonomyError, match=r"taxonomy.toml: the taxonomy cannot be read"):
        Taxonomy.load(tmp_path / "empty")
