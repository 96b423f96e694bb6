"""The figures of a report for programs: ``summary.json`` and the rows of ``causes.csv``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from nlp.recovery.queue import TIERS
from nlp.report.analysis import Analysis
from nlp.report.headlines import headlines
from nlp.report.selection import cause_shares, in_focus, whole_voices
from nlp.report.sheet import column, triple
from nlp.report.words import Lang
from nlp.wom.estimates import Estimate

TOP = 50
"""Cases that the summary lists."""


def summary(analysis: Analysis, *, sources: Sequence[str] = (), model: str = "") -> dict[str, Any]:
    """The main figures as plain JSON values; shares in [0, 1], money in won, unknown values null."""
    ranking = analysis.ranking
    first = [ranking.case(place) for place in range(min(TOP, len(ranking)))]
    period = analysis.period
    return {
        "sources": list(sources),
        "model": model,
        "now": analysis.now.isoformat(),
        "now_from_data": analysis.now_from_data,
        "period": [day.isoformat() for day in period] if period else None,
        "documents": len(analysis.table),
        "unread": analysis.unread,
        "counted_once": len(analysis.distinct.table),
        "copies": analysis.distinct.dropped,
        "complaints": analysis.complaints,
        "headlines": [{"ko": line.ko, "en": line.en} for line in headlines(analysis)],
        "notes": [{"code": note.code, "ko": note.ko, "en": note.en} for note in analysis.notes],
        "shares": [
            {
                "group": row.event.group,
                "label": row.event.label,
                "stage": row.event.stage,
                "count": row.count,
                "raw": estimate(row.raw),
                "best": estimate(row.best),
                "corrected": row.corrected,
            }
            for row in analysis.shares.rows
        ],
        "causes": [
            {
                "cause": impact.cause,
                "documents": impact.documents,
                "loss": impact.loss,
                "sufferers": estimate(impact.sufferers),
                "customers": estimate(impact.customers),
                "value": estimate(impact.value),
                "satisfaction": estimate(impact.satisfaction),
            }
            for impact in analysis.causes
        ],
        "word_of_mouth": {
            side: {
                "volume": voices.volume,
                "responses": {label: estimate(value) for label, value in voices.responses.items()},
                "net_advocacy": estimate(voices.net_advocacy),
                "valence": estimate(voices.valence),
            }
            for side, voices in whole_voices(analysis).items()
        },
        "journey": {
            "index": estimate(analysis.journey.index),
            "repair_first": analysis.journey.repair_first,
            "stages": {stage.stage: estimate(stage.share) for stage in analysis.journey.stages},
        },
        "emerging": [
            {
                "group": item.event.group,
                "label": item.event.label,
                "stage": item.event.stage,
                "ratio": item.emergence.ratio,
                "count": item.emergence.count,
                "q_value": item.emergence.q_value,
            }
            for item in analysis.emerging.events
        ],
        "queue": {
            "cases": len(ranking),
            "capacity": analysis.capacity,
            "tiers": {tier: int((ranking.tier == at).sum()) for at, tier in enumerate(TIERS)},
            "summed": in_focus(analysis),
            "gain": float(ranking.gain[: in_focus(analysis)].sum()),
            "first": [
                {
                    "id": case.id,
                    "rank": case.rank,
                    "rank_low": case.rank_low,
                    "rank_high": case.rank_high,
                    "tier": case.tier,
                    "gain": round(case.gain),
                    "value": round(case.value),
                    "p_leave_ignored": round(case.p_leave_ignored, 4),
                    "p_leave_recovered": round(case.p_leave_recovered, 4),
                    "deadline": case.deadline.isoformat() if isinstance(case.deadline, datetime) else None,
                    "stage": case.stage,
                    "outcome": case.outcome,
                    "documents": [str(analysis.table.ids[row]) for row in case.rows],
                    "actions": [action.id for action in case.actions],
                }
                for case in first
            ],
        },
        "priors": {constant.key: constant.used for constant in analysis.priors},
    }


def cause_rows(analysis: Analysis, *, lang: Lang = "ko") -> list[list[str]]:
    """``causes.csv``: a heading and one row a cause and stage (the first of a cause: all stages together)."""
    impacts = {impact.cause: impact for impact in analysis.causes}
    cells = {(row.event.label, row.event.stage): row for row in analysis.shares.rows if row.event.group == "cause"}
    columns = (
        *(column(code) for code in ("cause", "stage", "count")),
        *(part for code in ("raw_share", "best_share") for part in triple(code, "share")),
        *(part for code in ("sufferers", "customers", "worth") for part in triple(code, "number")),
    )
    stages = analysis.taxonomy.group("stage").labels if "stage" in analysis.taxonomy else ()
    rows = [[getattr(item.name, lang) for item in columns]]
    for share in cause_shares(analysis):
        cause = analysis.taxonomy.group("cause").label(share.event.label)
        for stage in (None, *stages):
            cell = cells[cause.id, stage.id if stage else None]
            impact = impacts[cause.id]
            beyond = (impact.sufferers, impact.customers, impact.value) if stage is None else ()
            rows.append(
                [
                    getattr(cause, lang),
                    getattr(stage, lang) if stage else "",
                    str(cell.count),
                    *_cells(cell.raw),
                    *(_cells(cell.best) if cell.corrected else ("", "", "")),
                    *(text for part in beyond for text in _cells(part, digits=1)),
                    *([""] * (9 - 3 * len(beyond))),
                ]
            )
    return rows


def estimate(found: Estimate | None) -> dict[str, float | None] | None:
    """An estimate as JSON: unknown values are null."""
    if found is None:
        return None
    return {name: _json(getattr(found, name)) for name in ("value", "low", "high")}


def _json(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _cells(found: Estimate, *, digits: int = 4) -> list[str]:
    return ["" if math.isnan(value) else f"{value:.{digits}f}" for value in (found.value, found.low, found.high)]
