import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wom_tables import table

from nlp.text.duplicates import near_duplicate_groups
from nlp.wom.copies import distinct

LONG = "주문한 소파가 두 달째 오지 않는데 고객센터는 기다리라는 말만 합니다"


def test_identical_texts_are_counted_once_and_shown_as_a_burst():
    rows = [
        {"text": LONG, "time": "2026-11-03", "channel": "게시판", "customer_id": "b"},
        {"text": LONG + "!!", "time": "2026-11-02", "channel": "리뷰", "customer_id": "a"},
        {"text": LONG, "time": "2026-11-03", "channel": "게시판", "customer_id": "c"},
        {"text": "직원이 친절하고 설명도 자세해서 만족했습니다"},
    ]
    found = distinct(table(rows))
    assert found.rows.tolist() == [1, 3]
    assert found.weight.tolist() == [3, 1]
    assert found.dropped == 2
    [burst] = found.bursts
    assert (burst.copies, burst.row) == (3, 1)
    assert burst.channels == ("리뷰", "게시판")
    assert (str(burst.peak), burst.peak_copies) == ("2026-11-03", 2)


def test_the_same_words_of_another_known_customer_count_and_those_of_nobody_do_not():
    rows = [{"text": LONG, "customer_id": customer} for customer in ("a", None, "b", "a", "비회원")]
    found = distinct(table(rows), known=np.array([True, False, True, True, False]))
    assert found.rows.tolist() == [0, 2]
    assert found.weight.tolist() == [4, 1]
    assert found.wordings.tolist() == [0]
    assert found.bursts[0].copies == 5


def test_a_text_copied_with_a_changed_word_counts_as_a_copy():
    text = "배송 기사님이 물건을 문 앞에 던지고 가서 유리가 다 깨졌는데 택배사는 책임이 없다고만 합니다 환불해 주세요"
    found = distinct(table([{"text": text}, {"text": text.replace("물건", "상자")}]))
    assert found.rows.tolist() == [0]
    assert found.bursts == ()


def test_short_texts_alike_by_chance_keep_counting_but_are_shown():
    found = distinct(table([{"text": "너무 비싸요"}] * 4))
    assert found.rows.tolist() == [0, 1, 2, 3]
    assert [burst.copies for burst in found.bursts] == [4]


def test_an_audited_copy_stands_for_its_group():
    found = distinct(table([{"text": LONG}, {"text": LONG, "id": "audited"}]), keep=("audited",))
    assert found.rows.tolist() == [1]


def test_an_empty_table_has_no_copies():
    assert distinct(table([])).bursts == ()


@pytest.mark.parametrize("column", ["time", "channel", "customer_id"])
def test_bursts_do_without_columns(column):
    rows = [{"text": LONG, "time": "2026-11-03", "channel": "리뷰", "customer_id": "a"} for _ in range(3)]
    for row in rows:
        del row[column]
    assert distinct(table(rows)).bursts[0].copies == 3


@given(st.lists(st.sampled_from([LONG, LONG + " 정말", "너무 비싸요", "앱이 자꾸 꺼져서 쓸 수가 없네요"]), max_size=12))
def test_kept_and_dropped_documents_add_up(texts):
    found = distinct(table([{"text": text} for text in texts]))
    assert found.weight.sum() == len(texts)
    assert len(found.table) == len(found.rows) <= len(texts)
    groups = near_duplicate_groups(texts)
    assert len(found.rows) >= len(np.unique(groups))
