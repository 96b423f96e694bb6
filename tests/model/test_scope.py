from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.model.scope import scopes, unread
from nlp.taxonomy import Taxonomy, complaints
from nlp.text.prepare import prepare
from nlp.types import Turn

TAXONOMY = Taxonomy.load()
TEXTS = [
    json.loads(line) for line in Path(__file__).with_name("scope_texts.jsonl").read_text(encoding="utf-8").splitlines()
]
FOREIGN = [row["text"] for row in TEXTS if row["kind"] == "not_korean"]
EMPTY = [row["text"] for row in TEXTS if row["kind"] == "no_words"]
CODE = [row["text"] for row in TEXTS if row["kind"] == "code"]
KOREAN = [row["text"] for row in TEXTS if row["kind"] not in ("not_korean", "no_words", "code")]


@pytest.mark.parametrize("text", FOREIGN)
def test_other_languages_and_keys_pressed_in_latin_letters_are_not_korean(text: str) -> None:
    assert unread(prepare(text)) == "not_korean"


@pytest.mark.parametrize("text", EMPTY)
def test_jamo_numbers_emoticons_and_masked_data_alone_are_no_words(text: str) -> None:
    assert unread(prepare(text)) == "no_words"


@pytest.mark.parametrize("text", KOREAN)
def test_brands_product_names_and_emoticons_do_not_make_a_text_foreign(text: str) -> None:
    assert unread(prepare(text)) is None


def test_our_own_complaints_are_all_korean(complaints: list[dict[str, object]]) -> None:
    found = {str(row["text"]) for row in complaints if unread(prepare(str(row["text"]))) is not None}
    assert found <= {"JMT"}  # 존맛탱 in Latin letters


def test_a_call_in_which_only_the_agent_speaks_holds_no_word_of_the_customer() -> None:
    agent = Turn(speaker="agent", text="무엇을 도와드릴까요")

    assert unread(prepare("", turns=[agent])) == "no_words"
    assert unread(prepare("", turns=[agent, Turn(speaker="customer", text="환불이 안 됐어요")])) is None
    assert unread(prepare("", turns=[agent, Turn(speaker="customer", text="ㅇㅇ")])) == "no_words"


@given(
    st.text(alphabet="가나다라마바사아자차 ㅋㅠ!?.0123456789", min_size=1).filter(
        lambda text: any(c >= "가" for c in text)
    )
)
def test_hangul_is_korean_whatever_signs_stand_beside_it(text: str) -> None:
    assert unread(prepare(text, mask=False)) is None


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1).filter(str.strip))
def test_latin_letters_alone_are_never_korean(text: str) -> None:
    assert unread(prepare(text, mask=False)) == "not_korean"


def _decided(**labels: object) -> np.ndarray:
    whole = {group.id: [] if group.kind == "any-of" else group.ids[0] for group in TAXONOMY}
    return TAXONOMY.encode(whole | labels)[np.newaxis] > 0.5


@pytest.mark.parametrize(
    ("text", "severity", "unlike", "expected"),
    [
        ("배송이 2주나 걸렸어요", "2", False, "complaint"),
        ("직원분이 친절해요", "0", False, "no_complaint"),
        ("배우의 연기가 훌륭하다", "0", True, "unlike"),
        ("배우의 연기가 엉망이다", "2", True, "unlike"),
        ("the delivery was late", "2", True, "not_korean"),
        ("ㅠㅠㅠ", "2", False, "no_words"),
    ],
)
def test_what_cannot_be_read_comes_first_then_what_is_strange_then_the_labels(
    text: str, severity: str, unlike: bool, expected: str
) -> None:
    assert scopes([prepare(text)], _decided(severity=severity), np.array([unlike]), TAXONOMY) == [expected]


def test_without_severity_any_cause_makes_a_complaint_and_without_both_every_text_is_one() -> None:
    causes = Taxonomy.parse(
        '[[group]]\nid = "cause"\nkind = "any-of"\nko = "원인"\n[[group.label]]\nid = "price"\nko = "가격"\n'
    )
    moods = Taxonomy.parse(
        '[[group]]\nid = "mood"\nkind = "any-of"\nko = "기분"\n[[group.label]]\nid = "bad"\nko = "나쁨"\n'
    )
    both = np.array([[True], [False]])
    texts, usual = [prepare("비싸요"), prepare("좋아요")], np.zeros(2, dtype=bool)

    assert scopes(texts, both, usual, causes) == ["complaint", "no_complaint"]
    assert complaints(both, moods) is None
    assert scopes(texts, both, usual, moods) == ["complaint", "complaint"]
