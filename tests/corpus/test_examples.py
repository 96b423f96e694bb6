"""The exports that ship as examples."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from nlp.corpus.reader import Reject, read_documents
from nlp.resources import data_path
from nlp.types import Document


def test_the_export_is_cp949_with_two_hundred_documents_and_three_bad_rows() -> None:
    reader = read_documents(data_path("examples") / "call_center_export.csv")
    items = list(reader)
    found = [item for item in items if isinstance(item, Document)]
    assert reader.report.encoding == "CP949"
    assert len(found) == len({item.text for item in found}) == 200
    assert [item.line for item in items if isinstance(item, Reject)] == sorted(
        item.line for item in items if isinstance(item, Reject)
    )
    assert reader.report.rejected == 3
    assert {"customer_id", "time", "channel", "branch", "product"} <= reader.report.roles.keys()


def test_the_export_serves_trends_rankings_and_customer_value() -> None:
    reader = read_documents(data_path("examples") / "call_center_export.csv")
    found = [item for item in reader if isinstance(item, Document)]
    times = [item.time for item in found if item.time]
    assert datetime(2026, 9, 1) <= min(times) <= max(times) < datetime(2026, 12, 1)  # noqa: DTZ001
    assert sum(count > 1 for count in Counter(item.customer_id for item in found).values()) >= 15
    assert Counter(item.fields["해지여부"] for item in found).keys() == {"Y", "N", ""}
    assert sum(item.fields["월매출"].isdigit() for item in found) > 150
    assert max(len(item.text) for item in found) > 1000


def test_the_calls_are_put_together() -> None:
    reader = read_documents(data_path("examples") / "call_turns.csv")
    calls = [item for item in reader if isinstance(item, Document)]
    assert reader.report.by_turns
    assert len(calls) == 12
    assert all({"agent", "customer"} <= {turn.speaker for turn in call.turns} for call in calls)
