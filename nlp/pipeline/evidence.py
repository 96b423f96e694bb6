"""The sentences behind the model's labels, for the head of the queue."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nlp.model.classifier import ComplaintClassifier
from nlp.model.evidence import find_evidence, said
from nlp.report.analysis import Analysis
from nlp.text.prepare import prepare

EVIDENCE_CASES = 200
"""Cases at the head of the queue for which the model looks for the sentences behind its labels."""

_EVIDENCE_ROWS = 3


def model_evidence(analysis: Analysis, classifier: ComplaintClassifier) -> Mapping[int, tuple[str, ...]]:
    """Sentences behind the causes of the newest documents of the first cases, by row."""
    ranking, table = analysis.ranking, analysis.table
    if "cause" not in table.taxonomy:
        return {}
    ids = np.array(table.taxonomy.group("cause").ids, dtype=object)
    decided = table.decided[:, table.taxonomy.columns("cause")]
    rows = [
        int(row)
        for place in range(min(max(EVIDENCE_CASES, analysis.capacity or 0), len(ranking)))
        for row in ranking.cases.rows(int(ranking.position[place]))[-_EVIDENCE_ROWS:]
        if decided[row].any()
    ]
    evidence = find_evidence(
        classifier,
        [prepare(str(table.texts[row]), mask=False) for row in rows],
        decided=[ids[decided[row]].tolist() for row in rows],
    )
    return {row: said(found) for row, found in zip(rows, evidence, strict=True) if found}
