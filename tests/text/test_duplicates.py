"""Near-duplicate texts share a group."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.duplicates import near_duplicate_groups

LONG = "배송이 일주일이나 늦어서 생일 선물을 제때 주지 못했는데 고객센터는 전화도 받지 않고 환불도 안 된다고 합니다"


def test_the_same_words_in_other_spelling_are_one_group() -> None:
    groups = near_duplicate_groups([LONG, LONG.replace(" ", ""), LONG + "!!!", LONG.upper()])
    assert groups.tolist() == [0, 0, 0, 0]


def test_a_copy_with_a_changed_word_is_near() -> None:
    assert near_duplicate_groups([LONG, "딴 얘기", LONG.replace("일주일", "열흘")]).tolist() == [0, 1, 0]


@pytest.mark.parametrize("other", ["배송이 빨라서 좋았어요", LONG[: len(LONG) // 3], "환불", ""])
def test_different_texts_keep_their_own_group(other: str) -> None:
    assert near_duplicate_groups([LONG, other]).tolist() == [0, 1]


def test_texts_are_linked_through_a_third() -> None:
    words = [f"낱말{i}번" for i in range(50)]
    chain = [" ".join(words[start : start + 36]) for start in (0, 3, 6, 9)]
    alone = near_duplicate_groups([chain[0], chain[3]], threshold=0.75)
    linked = near_duplicate_groups(chain, threshold=0.75)
    assert alone.tolist() == [0, 1]
    assert linked.tolist() == [0, 0, 0, 0]


def test_no_texts_give_no_groups() -> None:
    groups = near_duplicate_groups([])
    assert groups.shape == (0,)
    assert groups.dtype == np.int64


def test_texts_without_letters_are_equal() -> None:
    assert near_duplicate_groups(["", "!!!", "  "]).tolist() == [0, 0, 0]


@pytest.mark.parametrize("threshold", [0.0, -0.1, 1.5])
def test_a_threshold_outside_its_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"threshold is .*; it must lie in \(0, 1\]"):
        near_duplicate_groups(["가"], threshold=threshold)


@given(
    st.lists(
        st.sampled_from([LONG, LONG + " 정말요", "환불해 주세요 제발 부탁드립니다", "짧음", ""]) | st.text(max_size=20),
        max_size=8,
    )
)
def test_a_group_is_named_after_its_first_text(texts: list[str]) -> None:
    groups = near_duplicate_groups(texts)
    assert groups.shape == (len(texts),)
    for index, group in enumerate(groups):
        assert group <= index
        assert groups[group] == group
    same = {"".join(filter(str.isalnum, text.lower())): group for text, group in zip(texts, groups, strict=True)}
    for text, group in zip(texts, groups, strict=True):
        assert same["".join(filter(str.isalnum, text.lower()))] == group


def test_a_pair_is_found_far_apart_in_a_long_list() -> None:
    texts = [f"문의 {i}번 고객의 서로 다른 사연 {i * 7919 % 10007} 끝 {i * i}" for i in range(5000)]
    groups = near_duplicate_groups([LONG, *texts, LONG + " 정말 실망"], threshold=0.8)
    assert groups[-1] == 0
