"""Whether the evidence that Dangol shows for a cause is what the model decided by, and what the author quoted.

    python benchmarks/evidence.py [--rows FILE.jsonl …] [--only calls posts] [--model models/NAME]

Beside the shipped method stand three that were tried and a control by chance. Writes benchmarks/reports/evidence.md
and the same as JSON, which a model card can carry.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from nlp.model.classifier import ComplaintClassifier
from nlp.model.evidence import find_evidence
from nlp.resources import data_path
from nlp.text.prepare import PreparedText, prepare
from nlp.text.segment import sentences
from nlp.training.examples import read_examples
from nlp.training.rationales import Agreement, Faithfulness, Spans, agreement, faithfulness, without

REPORT = Path(__file__).parent / "reports" / "evidence.md"
GROUP = "cause"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rows", type=Path, nargs="+", default=[data_path("held_out") / "complaints.jsonl"])
    parser.add_argument("--only", nargs="+", help="beginnings of the ids of the rows that the model has not seen")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--note", default="", help="a sentence for the report")
    parser.add_argument("--output", type=Path, default=REPORT)
    options = parser.parse_args()

    classifier = ComplaintClassifier.from_pretrained(options.model, threads=options.threads)
    examples = [
        example
        for example in read_examples(options.rows, classifier.taxonomy)
        if not options.only or example.id.startswith(tuple(options.only))
    ]
    texts = [example.prepared() for example in examples]
    decided = [list(prediction.labels[GROUP]) for prediction in classifier.predict(texts)]
    column = partial(classifier.taxonomy.column, GROUP)
    true = [
        {
            label: quoted
            for label, quoted in example.evidence.items()
            if label in labels and example.target[column(label)] == 1
        }
        for example, labels in zip(examples, decided, strict=True)
    ]
    rng = np.random.default_rng(0)
    methods: dict[str, Spans] = {
        "shipped": [
            {label: (found.start, found.end) for label, found in by_label.items()}
            for by_label in find_evidence(classifier, texts, decided=decided, group=GROUP)
        ],
        **tried(classifier, texts, decided, rng),
    }
    faithful = {name: faithfulness(classifier, texts, spans, group=GROUP, rng=rng) for name, spans in methods.items()}
    agreed = {name: agreement(texts, spans, true, rng=rng) for name, spans in methods.items()}
    calls = [row for row, text in enumerate(texts) if text.agent]
    by_kind = {
        kind: agreement(*([part[row] for row in rows] for part in (texts, methods["shipped"], true)), rng=rng)
        for kind, rows in (("marked dialogues", calls), ("all others", sorted(set(range(len(texts))) - set(calls))))
    }
    today = datetime.now().astimezone().date()
    head = (
        f"{today}, {platform.machine()}, model `{classifier.name}`, {len(texts)} held-out authored rows, "
        f"{sum(map(len, decided))} decided causes. {options.note}"
    )
    text = "\n".join(["# Evidence", "", head.strip(), "", *report(faithful, agreed, by_kind)])
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text + "\n", encoding="utf-8")
    figures = {
        "date": today.isoformat(),
        "model": classifier.name,
        "n_texts": len(texts),
        "faithfulness": {name: asdict(value) for name, value in faithful.items()},
        "agreement": {name: asdict(value) for name, value in agreed.items()},
        "agreement_by_kind": {name: asdict(value) for name, value in by_kind.items()},
    }
    options.output.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(text)


def tried(
    classifier: ComplaintClassifier,
    texts: Sequence[PreparedText],
    decided: Sequence[Sequence[str]],
    rng: np.random.Generator,
) -> dict[str, Spans]:
    """Sentences: the most probable one alone, the one whose absence costs most, both (sum of log-odds), any one."""
    places = [
        (row, text.customer_to_masked(*span))
        for row, text in enumerate(texts)
        if decided[row]
        for span in sentences(text.customer)
    ]
    alone = classifier.predict_proba([prepare(texts[row].masked[slice(*span)], mask=False) for row, span in places])
    left = classifier.predict_proba([without(texts[row], span) for row, span in places])
    chance = rng.random(len(places))

    def best(score: Callable[[int, int], float]) -> Spans:
        found: list[dict[str, tuple[int, int]]] = []
        for row, labels in enumerate(decided):
            own = [at for at, (of, _) in enumerate(places) if of == row]
            found.append({})
            for label in labels if own else ():
                column = classifier.taxonomy.column(GROUP, label)
                found[row][label] = places[max(own, key=lambda at: score(at, column))][1]
        return found

    return {
        "whole sentence": best(lambda at, column: float(alone[at, column])),
        "left out": best(lambda at, column: -float(left[at, column])),
        "both": best(lambda at, column: log_odds(alone[at, column]) - log_odds(left[at, column])),
        "any sentence": best(lambda at, _: float(chance[at])),
    }


def log_odds(probability: float) -> float:
    clipped = min(max(float(probability), 1e-4), 1 - 1e-4)
    return float(np.log(clipped / (1 - clipped)))


def report(faithful: dict[str, Faithfulness], agreed: dict[str, Agreement], by_kind: dict[str, Agreement]) -> list[str]:
    first = faithful["shipped"]
    return [
        "`shipped` is `find_evidence`: the sentence on which the cause is most probable by itself, or a clause of it "
        "when it is long; `left out` takes the sentence without which the cause loses most, `both` their sum in "
        "log-odds, `any sentence` one by chance.",
        "",
        f"Faithfulness (ERASER), {first.n} causes of {first.n_texts} texts that hold more than the evidence: what the "
        "cause's probability loses with the evidence alone (sufficiency, lower is better) and without it "
        "(comprehensiveness, higher is better).",
        "",
        "| method | sufficiency | comprehensiveness |",
        "|---|---|---|",
        *(f"| {name} | {value.sufficiency} | {value.comprehensiveness} |" for name, value in faithful.items()),
        "",
        "Agreement with what the author quoted, over decided causes that are true; characters without blanks.",
        "",
        "| method | causes | overlap | IoU | F1 | mean length |",
        "|---|---|---|---|---|---|",
        *(agreement_line(name, value) for name, value in agreed.items()),
        *(agreement_line(f"shipped, {name}", value) for name, value in by_kind.items() if value.n),
    ]


def agreement_line(name: str, value: Agreement) -> str:
    return f"| {name} | {value.n} | {value.overlap} | {value.iou} | {value.f1} | {value.length:.0f} |"


if __name__ == "__main__":
    main()
