"""Stream a generated CSV through reading, masking and writing with a stub scorer: peak memory and rows/s.

    python benchmarks/stream.py --rows 1000000

The scorer answers every text at once, so the figures are those of everything but the model; with ``--model`` the model
that ships answers.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from nlp.model.classifier import ComplaintClassifier
from nlp.pipeline.classify import classify_files
from nlp.resources import data_path
from nlp.taxonomy import Taxonomy
from nlp.text.prepare import PreparedText
from nlp.types import Prediction

HEADER = ["접수번호", "고객번호", "접수일시", "채널", "지점", "상품", "상담내용"]
CHANNELS = ("전화", "앱", "채팅", "홈페이지", "방문")
BRANCHES = ("강남점", "분당점", "해운대점", "대전둔산점", "제주점", "온라인")
PRODUCTS = ("인터넷 500M", "5G 요금제", "생활할인 카드", "정수기 렌탈", "새벽배송")


class StubScorer:
    """The same prediction for every text."""

    def __init__(self) -> None:
        self.taxonomy = Taxonomy.load()
        self._answer = Prediction(
            labels={group.id: group.ids[0] if group.kind == "one-of" else () for group in self.taxonomy},
            probabilities=dict.fromkeys(self.taxonomy.labels, 0.123456),
        )

    def predict(self, texts: Sequence[PreparedText]) -> list[Prediction]:
        return [self._answer] * len(texts)


def texts() -> list[str]:
    """Our own complaints, dialogues left out so that lengths are those of reviews and memos."""
    found = []
    for path in sorted(data_path("complaints").glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            found += [entry["text"] for entry in map(json.loads, file) if "\n" not in entry["text"]]
    return found


def generate(path: Path, rows: int) -> None:
    """Write the CSV in cp949; every text gets a number, so that no two rows are alike."""
    choose = random.Random(20261121)
    pool = texts()
    with path.open("w", encoding="cp949", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            day, minute = choose.randrange(1, 31), choose.randrange(1440)
            phone = f" 연락처 010-0000-{number % 10000:04d}" if number % 10 == 0 else ""
            writer.writerow(
                [
                    f"V{number:08d}",
                    f"C{choose.randrange(rows // 3 + 1):07d}",
                    f"2026-11-{day:02d} {minute // 60:02d}:{minute % 60:02d}",
                    choose.choice(CHANNELS),
                    choose.choice(BRANCHES),
                    choose.choice(PRODUCTS),
                    f"{choose.choice(pool)} ({number}번째 글){phone}",
                ]
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--format", choices=("csv", "tsv", "jsonl", "parquet", "xlsx"), default="csv")
    parser.add_argument("--no-mask", action="store_true")
    parser.add_argument("--model", action="store_true", help="score with the model that ships")
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        source, output = Path(name, "in.csv"), Path(name, f"out.{options.format}")
        generate(source, options.rows)
        before = _peak()
        marks, began = [(0, time.perf_counter())], time.process_time()
        report = classify_files(
            [source],
            output,
            classifier=ComplaintClassifier.from_pretrained() if options.model else StubScorer(),
            mask=not options.no_mask,
            progress=lambda rows, _done, _total: marks.append((rows, time.perf_counter())),
        )
        seconds, processor = time.perf_counter() - marks[0][1], time.process_time() - began
        if report.documents != options.rows:
            sys.exit(f"{report.documents} of {options.rows} rows came out")
        size = source.stat().st_size / 2**20, output.stat().st_size / 2**20
    blocks = next(when for rows, when in marks if rows == options.rows) - marks[0][1]
    print("| rows | format | mask | MiB in | MiB out | seconds | rows/s | CPU s | rows/CPU s ", end="")
    print("| blocks s | assembly s | peak RSS MiB |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    print(
        f"| {options.rows:,} | {options.format} | {'no' if options.no_mask else 'yes'} "
        f"| {size[0]:.0f} | {size[1]:.0f} | {seconds:.1f} | {options.rows / seconds:,.0f} "
        f"| {processor:.1f} | {options.rows / processor:,.0f} | {blocks:.1f} "
        f"| {seconds - blocks:.1f} | {_peak():.0f} (before the job {before:.0f}) |"
    )
    print(f"\nPython {platform.python_version()}, {platform.machine()}, {platform.system()}")


def _peak() -> float:
    """Peak resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
