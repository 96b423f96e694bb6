"""Evaluations of made-up decisions, for tests of the page that shows them."""

from __future__ import annotations

import numpy as np

from nlp.model.decision import Decision
from nlp.report.evaluation.measured import Measured, Source, shown_mistakes
from nlp.taxonomy import Taxonomy
from nlp.training.evaluation import evaluate
from nlp.training.mistakes import length_names, worst_mistakes

ONE_LABEL = Taxonomy.parse(
    """
[[group]]
id = "urgent"
kind = "any-of"
ko = "급한 일"
[[group.label]]
id = "yes"
ko = "예"

[[group]]
id = "branch"
kind = "one-of"
ko = "지점"
[[group.label]]
id = "a"
ko = "강남점"
[[group.label]]
id = "b"
ko = "부산점"
"""
)


def measured(
    n: int,
    *,
    taxonomy: Taxonomy | None = None,
    without: tuple[str, ...] = (),
    unlabelled: tuple[str, ...] = (),
    text: str = "배송이 늦어요",
    texts: int = 0,
) -> Measured:
    """``n`` texts, four in five labels right; no text has the labels ``without`` or is labelled for ``unlabelled``."""
    taxonomy = taxonomy or Taxonomy.load()
    rng = np.random.default_rng(n)
    logits = rng.normal(0, 2.5, (n, len(taxonomy.labels))).astype(np.float32)
    decision = Decision.neutral(taxonomy, max_length=32)
    decision = Decision(**{**vars(decision), "confidence": {group.id: 0.6 for group in taxonomy}})
    probabilities = decision.probabilities(logits, taxonomy)
    decided = decision.decide(probabilities, taxonomy)
    targets = np.zeros((n, len(taxonomy.labels)), dtype=np.float32)
    for group in taxonomy:
        span = taxonomy.columns(group.id)
        if group.kind == "any-of":
            targets[:, span] = rng.random((n, len(group.ids))) < probabilities[:, span]
        else:
            chosen = (probabilities[:, span].cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
            targets[np.arange(n), span.start + chosen] = 1
        if group.id in unlabelled:
            targets[:, span] = np.nan
    targets[:, [taxonomy.labels.index(label) for label in without]] = 0
    written = [text] * n
    evaluation = evaluate(
        probabilities,
        decided,
        targets,
        taxonomy,
        rng=rng,
        resamples=20,
        abstained=decision.abstained(probabilities, decided, taxonomy),
        fields={"length": length_names(["가" * (40 if at % 2 else 10) for at in range(n)]), "domain": ["은행"] * n},
    )
    return Measured(
        evaluation=evaluation,
        taxonomy=taxonomy,
        model="시험+0123",
        sources=(Source(name="라벨.jsonl", rows=n, digest="00ff00ff00ff00ff"),),
        resamples=20,
        seed=0,
        mistakes=shown_mistakes(
            worst_mistakes(probabilities, decided, targets, taxonomy, most=texts),
            places=[f"라벨.jsonl:{row + 1}" for row in range(n)],
            texts=written,
            decided=decided,
            targets=targets,
            taxonomy=taxonomy,
        ),
    )
