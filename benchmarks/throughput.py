"""Texts per second beside ``transformers.pipeline`` on the same model, machine and texts, in one run.

python benchmarks/throughput.py [--model models/NAME] [--texts 2000]
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from datetime import datetime
from pathlib import Path

import numpy as np

from nlp.model.classifier import ComplaintClassifier
from nlp.resources import data_path, default_model_path
from nlp.text.prepare import prepare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/reports/throughput.md"))
    options = parser.parse_args()

    import torch
    from transformers import pipeline

    torch.set_num_threads(options.threads)
    folder = options.model or default_model_path()
    corpus = [
        json.loads(line)["text"]
        for path in sorted(data_path("complaints").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    order = np.random.default_rng(0).choice(len(corpus), options.texts)
    texts = [corpus[index] for index in order]
    classifier = ComplaintClassifier.from_pretrained(folder, threads=options.threads)
    peer = pipeline(
        "text-classification",
        model=str(folder),
        top_k=None,
        function_to_apply="sigmoid",
        device="cpu",
        dtype=torch.float32,
    )
    prepared = [prepare(text) for text in texts]
    customer = [text.customer for text in prepared]

    runs = {
        "Dangol: masking, windows, int8": lambda: classifier.predict_proba(texts),
        "Dangol: texts prepared before": lambda: classifier.predict_proba(prepared),
        "transformers.pipeline, one by one (default)": lambda: peer(customer, truncation=True),
        "transformers.pipeline, batch_size=32": lambda: peer(customer, batch_size=32, truncation=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    classifier.predict_proba(texts[:64])
    peer(customer[:64], truncation=True)
    # Rounds interleave, so that whatever else the machine does falls on all of them.
    for _ in range(options.rounds):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)

    default = np.median(seconds["transformers.pipeline, one by one (default)"])
    lines = [
        "# Throughput",
        "",
        f"{datetime.now().astimezone().date()}, {platform.machine()}, {options.threads} threads, model "
        f"`{classifier.name}`, {options.texts} texts of our own corpus (mean {np.mean([len(t) for t in texts]):.0f} "
        f"characters), median of {options.rounds} interleaved rounds.",
        "",
        "| road | texts per second | ratio to the pipeline's default |",
        "|---|---|---|",
    ]
    for name, taken in seconds.items():
        median = float(np.median(taken))
        lines.append(f"| {name} | {options.texts / median:.0f} | {default / median:.2f} |")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
