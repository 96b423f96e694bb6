"""Classified tables without a model: sentences of our own corpus, mixed anew, with labels seen through noise."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nlp.classified import ClassifiedTable
from nlp.taxonomy import Taxonomy
from nlp.text.segment import sentences

CORPUS = Path(__file__).resolve().parents[2] / "data" / "complaints"
END = np.datetime64("2026-11-20T18:00:00", "s")
COLUMNS = ("customer", "time", "channel", "branch", "product", "value", "status", "churned")

_CHANNELS = ("전화상담", "채팅상담", "앱리뷰", "네이버 카페", "게시판", "상담메모")
_BRANCHES = ("강남점", "부산서면점", "대전둔산점", "광주상무점", "수원영통점", "대구동성로점")
_PRODUCTS = ("5G 프리미엄", "가족결합", "인터넷 500M", "알뜰 유심", "IPTV 베이직")
_TIERS = ("VIP", "골드", "실버", "일반", "일반", "일반")


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(
        json.loads(line)
        for path in sorted(CORPUS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )


@cache
def _pieces() -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(row["text"][start:end] for start, end in sentences(row["text"])) or (row["text"],) for row in _rows()
    )


def complaint_table(
    n: int = 400, *, seed: int = 0, without: Collection[str] = (), weeks: int = 14, grow: str = "inconvenience"
) -> ClassifiedTable:
    """``n`` documents over ``weeks`` weeks; ``without`` names of ``COLUMNS`` are left empty.

    The cause ``grow`` is far more frequent in the last week.
    """
    random = np.random.default_rng(seed)
    taxonomy = Taxonomy.load()
    rows, pieces = _rows(), _pieces()
    by_cause = [at for at, row in enumerate(rows) if grow in row["labels"]["cause"]]
    age = random.random(n) ** 1.3 * weeks * 7 * 86_400
    texts = np.empty(n, dtype=object)
    truth = np.zeros((n, len(taxonomy.labels)), dtype=np.float32)
    first = random.integers(0, len(rows), n)
    burst = (age < 7 * 86_400) & (random.random(n) < 0.35)
    first[burst] = random.choice(by_cause, int(burst.sum()))
    second = random.integers(0, len(rows), n)
    shuffle = random.random((n, 2))
    encoded = np.stack([np.nan_to_num(taxonomy.encode(row["labels"])) for row in rows])
    for at in range(n):
        parts = list(pieces[first[at]])
        if shuffle[at, 0] < 0.85:
            extra = pieces[second[at]]
            parts.insert(int(shuffle[at, 1] * (len(parts) + 1)), extra[at % len(extra)])
            third = pieces[(first[at] * 7 + at) % len(pieces)]
            parts.append(third[at % len(third)])
        texts[at] = " ".join(parts)
        truth[at] = encoded[first[at]]
    if n >= 60:
        texts[5:17] = texts[5]
        truth[5:17] = truth[5]
    noise = random.normal(0.0, 1.1, truth.shape)
    probabilities = (1 / (1 + np.exp(-(np.where(truth > 0, 2.2, -3.4) + noise)))).astype(np.float32)
    decided = probabilities > 0.5
    for group in taxonomy:
        if group.kind == "one-of":
            span = taxonomy.columns(group.id)
            probabilities[:, span] /= probabilities[:, span].sum(axis=1, keepdims=True)
            decided[:, span] = probabilities[:, span] == probabilities[:, span].max(axis=1, keepdims=True)
    unsure = random.random((n, len(taxonomy.groups))) < 0.03

    def column(name: str, choices: Collection[str]) -> np.ndarray[Any, Any]:
        cells = np.full(n, None, dtype=object)
        if name not in without:
            cells[:] = random.choice(np.array(list(choices), dtype=object), n)
        return cells

    customers = np.array([f"C{number:06d}" for number in random.integers(0, max(2, int(n * 0.9)), n)], dtype=object)
    if "customer" in without:
        customers[:] = None
    times = END - age.astype("timedelta64[s]")
    if "time" in without:
        times = np.full(n, np.datetime64("NaT"), dtype="datetime64[s]")
    fields: dict[str, np.ndarray[Any, Any]] = {}
    if "value" not in without:
        fields["등급"] = column("value", _TIERS)
        fields["월매출"] = np.array([f"{value:,.0f}" for value in random.lognormal(11, 0.6, n)], dtype=object)
        fields["구매횟수"] = np.array([str(value) for value in random.poisson(9, n)], dtype=object)
    if "status" not in without:
        fields["처리상태"] = column("status", ("처리중", "접수", "완료", "보류"))
    if "churned" not in without:
        risk = 0.1 + 0.5 * truth[:, taxonomy.column("response", "switching")]
        fields["해지여부"] = np.where(random.random(n) < risk, "Y", "N").astype(object)
    return ClassifiedTable(
        taxonomy=taxonomy,
        ids=np.array([f"D{at:06d}" for at in range(n)], dtype=object),
        texts=texts,
        probabilities=probabilities,
        decided=decided,
        abstained=unsure,
        times=times,
        customer_ids=customers,
        channels=column("channel", _CHANNELS),
        branches=column("branch", _BRANCHES),
        products=column("product", _PRODUCTS),
        fields=fields,
    )
