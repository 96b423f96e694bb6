from __future__ import annotations

from datetime import datetime

import pytest
from synthetic import complaint_table

from nlp.classified import ClassifiedTable
from nlp.report.analysis import Analysis, analyze_table

TODAY = datetime(2026, 11, 21)  # noqa: DTZ001 - clock times as written


@pytest.fixture(scope="session")
def table() -> ClassifiedTable:
    return complaint_table(320)


@pytest.fixture(scope="session")
def analysis(table: ClassifiedTable) -> Analysis:
    return analyze_table(table, capacity=20, draws=40)


@pytest.fixture(scope="session")
def bare() -> Analysis:
    """A file that holds texts and nothing else."""
    nothing = ("customer", "time", "channel", "branch", "product", "value", "status", "churned")
    return analyze_table(complaint_table(150, without=nothing), today=TODAY, draws=40)
