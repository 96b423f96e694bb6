"""What each noise costs on labelled rows, and how often words that must not matter move the causes.

    python benchmarks/robustness.py [--rows FILE.jsonl …] [--texts 600] [--exchanged 600] [--model models/NAME]

Noise is written into the rows after masking, by the functions that training draws from (nlp.training.noise).
Writes benchmarks/reports/robustness.md and the same as JSON, which a model card can carry.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.model.classifier import ComplaintClassifier
from nlp.resources import data_path
from nlp.text.prepare import PreparedText
from nlp.training.examples import read_examples
from nlp.training.noise import NOISES
from nlp.training.robustness import Invariance, NoiseEffect, clean_macro_f1, invariances, noise_effect

REPORT = Path(__file__).parent / "reports" / "robustness.md"
MOST_LOST, MOST_MOVED = 0.03, 0.02


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rows", type=Path, nargs="+", default=[data_path("held_out") / "complaints.jsonl"])
    parser.add_argument("--source", default="held-out authored rows", help="how the report calls the rows")
    parser.add_argument("--texts", type=int, default=600, help="rows drawn by chance; fewer when there are fewer")
    parser.add_argument("--exchanged", type=int, default=600, help="in so many of them words are exchanged")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--note", default="", help="a sentence for the report")
    parser.add_argument("--output", type=Path, default=REPORT)
    options = parser.parse_args()

    classifier = ComplaintClassifier.from_pretrained(options.model, threads=options.threads)
    taxonomy = classifier.taxonomy
    examples = read_examples(options.rows, taxonomy)
    drawn = np.random.default_rng(options.seed).permutation(len(examples))[: options.texts]
    texts = [examples[row].prepared() for row in sorted(drawn)]
    targets = np.stack([examples[row].target for row in sorted(drawn)])

    def decide(some: Sequence[PreparedText]) -> NDArray[np.bool_]:
        return classifier.decision.decide(classifier.predict_proba(some), taxonomy)

    clean = decide(texts)
    before = clean_macro_f1(clean, targets, taxonomy)
    effects = {
        name: noise_effect(decide, texts, targets, noise, clean=clean, taxonomy=taxonomy, seed=options.seed)
        for name, noise in NOISES.items()
    }
    some = sorted(np.random.default_rng(options.seed).permutation(len(texts))[: options.exchanged])
    kinds = invariances(decide, [texts[row] for row in some], taxonomy=taxonomy)
    today = datetime.now().astimezone().date()
    head = f"{today}, {platform.machine()}, model `{classifier.name}`, {len(texts)} {options.source}. {options.note}"
    text = "\n".join(["# Robustness", "", head.strip(), "", *noise_table(before, effects), "", *swap_table(kinds)])
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text + "\n", encoding="utf-8")
    figures = {
        "date": today.isoformat(),
        "model": classifier.name,
        "rows": options.source,
        "n_texts": len(texts),
        "macro_f1": before,
        "noise": {name: asdict(effect) for name, effect in effects.items()},
        "invariance": {name: asdict(kind) for name, kind in kinds.items()},
    }
    options.output.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(text)


def noise_table(before: dict[str, float], effects: dict[str, NoiseEffect]) -> list[str]:
    others = [group for group in before if group != "cause"]
    worst = max(effects, key=lambda name: effects[name].loss["cause"].value)
    fits = [name for name, effect in effects.items() if effect.loss["cause"].value <= MOST_LOST]
    return [
        "Macro-F1 over labels with at least 15 positives; the loss is clean minus noisy in points, with a paired 95 % "
        f"bootstrap interval for causes. `touched` texts were changed by the noise, `moved` texts have other causes. "
        f"{len(fits)} of {len(effects)} noises cost the causes at most {MOST_LOST * 100:.0f} points; "
        f"the worst is `{worst}`.",
        "",
        f"| noise | touched | moved | cause F1 | cause loss | {' | '.join(f'{group} loss' for group in others)} |",
        f"|{'---|' * (5 + len(others))}",
        f"| clean | | | {before['cause']:.3f} | | {' | '.join(f'({before[group]:.3f})' for group in others)} |",
        *(
            f"| {name} | {effect.touched:.0%} | {effect.moved:.1%} | {effect.noisy['cause']:.3f} | "
            f"{points(effect)} | {' | '.join(f'{effect.loss[group].value * 100:+.1f}' for group in others)} |"
            for name, effect in effects.items()
        ),
    ]


def points(effect: NoiseEffect) -> str:
    loss = effect.loss["cause"]
    return f"{loss.value * 100:+.1f} [{loss.low * 100:+.1f}, {loss.high * 100:+.1f}]"


def swap_table(kinds: dict[str, Invariance]) -> list[str]:
    return [
        "Exchanged words, where a text has them (title: 기사님 → 기사; humble: 저는 → 나는) or in a neutral sentence "
        f"in front of all variants. A violation changes the decided causes; at most {MOST_MOVED:.0%} are wanted. "
        "The sentences are masked as in use; names are measured unmasked too.",
        "",
        "| kind | texts | exchanges | violating exchanges | texts with any |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {kind.n_texts} | {kind.n_swaps} | {kind.swaps:.1%} | {kind.texts:.1%} |"
            for name, kind in kinds.items()
            if kind.n_texts
        ),
    ]


if __name__ == "__main__":
    main()
