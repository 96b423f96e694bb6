"""Thresholds for a chosen precision on rows that they were not fitted on, and how well strange texts are told.

    python benchmarks/confidence.py --held-out HELD.jsonl --counted TRAIN.jsonl … --films ratings_test.tsv.gz [--report]

Nothing that ships is fitted here. Bounds come from one half of the held-out rows and are measured on the other, ten
times over; token counts come from ``--counted``, the model's training rows. The invented texts of other kinds are
``tests/model/scope_texts.jsonl``, the film reviews those of NSMC (CC0).
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.model.classifier import ComplaintClassifier
from nlp.model.familiarity import Familiarity, joint_energy, token_counts
from nlp.model.scope import scopes, unread
from nlp.model.windows import Windows
from nlp.resources import default_model_path
from nlp.text.prepare import prepare
from nlp.training.calibration import fit_decision
from nlp.training.examples import Example, read_examples
from nlp.training.precision import PRECISIONS

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "tests" / "model" / "scope_texts.jsonl"
HALVES = 10
FILMS = 2000
STRANGE = ("film", "news", "legal", "code", "science", "literature", "talk", "recipe", "spam")
FEWEST = 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--counted", type=Path, nargs="+", required=True)
    parser.add_argument("--films", type=Path, required=True)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--report", action="store_true", help="write benchmarks/reports/confidence.md")
    options = parser.parse_args()

    folder = options.model or default_model_path()
    classifier = ComplaintClassifier.from_pretrained(folder, threads=options.threads)
    windows = Windows.load(folder, max_length=classifier.decision.max_length)
    held_out = read_examples([options.held_out], classifier.taxonomy)
    lines = [
        "# Confidence: chosen precision, and texts that are no complaint",
        "",
        f"{datetime.now().astimezone().date()}, {platform.machine()}, model `{classifier.name}`, {len(held_out)} "
        f"held-out silver rows. Bounds are fitted on one half of them and measured on the other, mean of {HALVES} "
        "splits. Command: `python benchmarks/confidence.py`.",
        "",
        *_precision(classifier, held_out),
        *_scope(classifier, windows, held_out, options),
    ]
    print("\n".join(lines))
    if options.report:
        (ROOT / "benchmarks" / "reports" / "confidence.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _precision(classifier: ComplaintClassifier, examples: Sequence[Example]) -> Iterator[str]:
    taxonomy = classifier.taxonomy
    logits = classifier.predict_logits([example.prepared() for example in examples])
    targets = np.stack([example.target for example in examples])
    yield "## Thresholds for a chosen precision"
    yield ""
    yield (
        "Precision and recall on the half that the thresholds were not fitted on, texts of all splits together; "
        "`–` where no probability was enough on any fitting half, a number in brackets where on so many of the ten "
        "only. One-of labels count where the group is not left to a person for them."
    )
    yield ""
    yield "| label | positives | usual P / R | " + " | ".join(f"P ≥ {wanted:g}: P / R" for wanted in PRECISIONS) + " |"
    yield "|---|---|---|" + "---|" * len(PRECISIONS)
    modes: tuple[float | None, ...] = (None, *PRECISIONS)
    sums = {mode: np.zeros((4, len(taxonomy.labels))) for mode in modes}
    for fit, test in _halves(len(examples)):
        decision = fit_decision(logits[fit], targets[fit], taxonomy, max_length=classifier.decision.max_length)
        probabilities = decision.probabilities(logits[test], taxonomy)
        for mode in modes:
            used = decision if mode is None else decision.at_precision(mode)
            decided = used.decide(probabilities, taxonomy)
            if mode is not None:
                least = np.array([used.least[label] for label in taxonomy.labels])
                decided &= probabilities >= least
                sums[mode][3] += least <= 1.0
            y = targets[test] == 1.0
            sums[mode][:3] += np.stack([(decided & y).sum(0), decided.sum(0), y.sum(0)])
    positives = (targets == 1.0).sum(axis=0)
    for at, label in enumerate(taxonomy.labels):
        if positives[at] < FEWEST:
            continue
        cells = []
        for mode in modes:
            right, chosen, actual, reached = sums[mode][:, at]
            if mode is not None and not reached:
                cells.append("–")
                continue
            often = f" ({reached:.0f})" if mode is not None and reached < HALVES else ""
            cells.append(f"{right / max(chosen, 1):.3f} / {right / max(actual, 1):.3f}{often}")
        yield f"| {label} | {positives[at]} | " + " | ".join(cells) + " |"
    yield ""
    for wanted in PRECISIONS:
        right, chosen, _, reached = sums[wanted]
        held = [at for at in range(len(positives)) if positives[at] >= FEWEST and reached[at]]
        kept = sum(right[at] / chosen[at] >= wanted for at in held)
        short = min(right[at] / chosen[at] for at in held)
        yield (
            f"At {wanted:g}: {len(held)} of {int((positives >= FEWEST).sum())} labels can be had, {kept} of them keep "
            f"the precision on the other half, the worst has {short:.3f}."
        )
    yield ""


def _scope(
    classifier: ComplaintClassifier, windows: Windows, held_out: Sequence[Example], options: argparse.Namespace
) -> Iterator[str]:
    taxonomy = classifier.taxonomy
    own = [json.loads(line) for path in sorted((ROOT / "data" / "complaints").glob("*.jsonl")) for line in path.open()]
    invented = [json.loads(line) for line in TEXTS.open(encoding="utf-8")]
    texts = {
        "held-out rows": [example.prepared() for example in held_out],
        "our own complaints": [prepare(str(row["text"])) for row in own],
        "film reviews": [prepare(text) for text in _films(options.films)],
    }
    for row in invented:
        texts.setdefault(row["kind"], []).append(prepare(row["text"]))

    yield "## Texts that cannot be read"
    yield ""
    yield "By letters alone, nothing is fitted. Invented texts by kind; `korean` mixes in names, brands and emoticons."
    yield ""
    yield "| texts | count | not_korean | no_words | read |"
    yield "|---|---|---|---|---|"
    for kind, found in texts.items():
        said = [unread(text) for text in found]
        foreign, empty = said.count("not_korean"), said.count("no_words")
        yield f"| {kind} | {len(found)} | {foreign} | {empty} | {len(found) - foreign - empty} |"
    yield ""

    readable = {kind: [text for text in found if unread(text) is None] for kind, found in texts.items()}
    logits = {kind: classifier.predict_logits(found) for kind, found in readable.items() if found}
    tokens = {kind: windows.korean_tokens(readable[kind]) for kind in logits}
    energy = {
        kind: joint_energy(classifier.decision.calibrated(found, taxonomy), taxonomy) for kind, found in logits.items()
    }
    counted = [text.prepared() for text in read_examples(options.counted, taxonomy)]
    known = token_counts(windows.korean_tokens(counted), n_tokens=windows.n_tokens)
    yield "## Texts unlike those of training"
    yield ""
    yield (
        f"Token counts of {len(counted)} training rows; the rest is fitted on one half of the held-out rows, with a "
        "bound that calls 2 % of that half strange. AUROC against the other half; `found` is the share called strange."
    )
    yield ""
    yield (
        "| score | held-out rows called strange | film reviews: AUROC, found | other kinds: AUROC, found "
        "| our own complaints called strange | mixed Korean |"
    )
    yield "|---|---|---|---|---|---|"
    rows = list(_detectors(classifier, tokens, energy, logits, known, windows.letters))
    for name, figures in rows:
        yield f"| {name} | " + " | ".join(figures[:5]) + " |"
    yield ""
    yield f"Both together, share called strange by kind: {rows[-1][1][5]}."
    yield ""
    yield "## No complaint"
    yield ""
    yield "Called no complaint by the decision that ships: severity 0."
    yield ""
    yield "| texts | called no complaint |"
    yield "|---|---|"
    truth = np.stack([example.target for example in held_out])[:, taxonomy.column("severity", "0")] == 1.0
    for kind in ("held-out rows", "no_complaint", "spam", "film reviews", "korean", "our own complaints"):
        decided = classifier.decision.decide(classifier.decision.probabilities(logits[kind], taxonomy), taxonomy)
        found = scopes(readable[kind], decided, np.zeros(len(decided), dtype=bool), taxonomy)
        none = np.array([scope == "no_complaint" for scope in found])
        if kind == "held-out rows" and len(none) == len(truth):
            right = (none & truth).sum()
            yield (
                f"| {kind} | {none.mean():.2f}: precision {right / none.sum():.3f}, recall {right / truth.sum():.3f} "
                f"({truth.sum()} rows without a complaint) |"
            )
        else:
            yield f"| {kind} | {none.mean():.2f} |"
    yield ""
    yield "Our own complaints and the training rows were seen in training; some hold praise and questions on purpose."


def _detectors(
    classifier: ComplaintClassifier,
    tokens: dict[str, list[Sequence[int]]],
    energy: dict[str, NDArray[np.float64]],
    logits: dict[str, NDArray[np.float32]],
    known: NDArray[np.int64],
    letters: NDArray[np.int64],
) -> Iterator[tuple[str, list[str]]]:
    taxonomy, home = classifier.taxonomy, "held-out rows"
    any_of = np.concatenate(
        [np.arange(len(taxonomy.labels))[taxonomy.columns(g.id)] for g in taxonomy if g.kind == "any-of"]
    )
    highest = {
        kind: -classifier.decision.calibrated(found, taxonomy)[:, any_of].max(axis=1).astype(np.float64)
        for kind, found in logits.items()
    }
    flat = {kind: np.zeros(len(found)) for kind, found in tokens.items()}
    for name, first, words in (
        ("largest logit", highest, False),
        ("joint energy", energy, False),
        ("rarity of tokens", flat, True),
        ("joint energy and rarity", energy, True),
    ):
        alarms, films, others, own, mixed = [], [], [], [], []
        by_kind: dict[str, list[float]] = {kind: [] for kind in STRANGE}
        for fit, test in _halves(len(tokens[home])):
            fitted = Familiarity.fit([tokens[home][row] for row in fit], first[home][fit], letters=letters, known=known)

            def score(kind: str, rows: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
                at = np.arange(len(tokens[kind])) if rows is None else rows
                if words:  # noqa: B023
                    return fitted.scores([tokens[kind][row] for row in at], first[kind][at])  # noqa: B023
                return first[kind][at]  # noqa: B023

            bound = np.quantile(score(home, fit), 0.98)
            usual = score(home, test)
            alarms.append(np.mean(usual > bound))
            film = score("film reviews")
            films.append((_auroc(usual, film), np.mean(film > bound)))
            strange = np.concatenate([score(kind) for kind in STRANGE])
            others.append((_auroc(usual, strange), np.mean(strange > bound)))
            own.append(np.mean(score("our own complaints") > bound))
            mixed.append(np.mean(score("korean") > bound))
            for kind in STRANGE:
                by_kind[kind].append(np.mean(score(kind) > bound))
        yield (
            name,
            [
                f"{np.mean(alarms):.3f}",
                "{:.3f}, {:.2f}".format(*np.mean(films, axis=0)),
                "{:.3f}, {:.2f}".format(*np.mean(others, axis=0)),
                f"{np.mean(own):.3f}",
                f"{np.mean(mixed):.2f}",
                ", ".join(f"{kind} {np.mean(found):.2f}" for kind, found in by_kind.items()),
            ],
        )


def _halves(n: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    for seed in range(HALVES):
        order = np.random.default_rng(seed).permutation(n)
        yield order[: n // 2], order[n // 2 :]


def _auroc(usual: NDArray[np.float64], strange: NDArray[np.float64]) -> float:
    """Chance that a strange text scores above a usual one, ties counted half (Mann and Whitney 1947)."""
    ordered = np.sort(usual)
    below = np.searchsorted(ordered, strange, side="left") + np.searchsorted(ordered, strange, side="right")
    return float(below.mean() / (2 * len(usual)))


def _films(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        reviews = [line.rstrip("\n").split("\t")[1] for line in file][1:]
    reviews = [review for review in reviews if review.strip()]
    return [reviews[row] for row in np.random.default_rng(5).permutation(len(reviews))[:FILMS]]


if __name__ == "__main__":
    main()
