"""The whole training run: read, check, split, fit the folds, calibrate, fit the model, measure, write."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from transformers import AutoConfig

from nlp.errors import Message
from nlp.files import whole_folder
from nlp.model.classifier import ComplaintClassifier
from nlp.model.decision import Decision
from nlp.model.familiarity import Familiarity, token_counts
from nlp.model.hub import folder_of
from nlp.taxonomy import Taxonomy, taxonomy_file
from nlp.text.prepare import PreparedText
from nlp.training.calibration import fit_decision, fit_familiarity, platt_probabilities
from nlp.training.card_update import write_card
from nlp.training.checks import (
    check_folder,
    check_labels,
    check_output,
    check_rows,
    check_texts,
    tell_contradictions,
)
from nlp.training.encoder import fast_tokenizer
from nlp.training.evaluation import evaluate
from nlp.training.examples import Example, read_examples
from nlp.training.export import save_model
from nlp.training.figures import Evaluation
from nlp.training.identity import blinded_base, is_blind
from nlp.training.loop import load_base
from nlp.training.members import Member, fit_members
from nlp.training.out_of_fold import Say, at, encoder_out_of_fold, linear_out_of_fold
from nlp.training.pseudo import adapted_base
from nlp.training.run import TrainingRun
from nlp.training.split import fold_of, without_leaks
from nlp.training.teacher import Teacher

logger = logging.getLogger(__name__)

_SPLIT_SEED = 11
_FEWEST_ROWS = 50


def train(run: TrainingRun, *, today: date, say: Say = logger.info) -> Path:
    """Train, calibrate, measure and write the model folder ``run.out``; returns it.

    The folder appears whole or not at all; the checkpoints of the run are removed once it is there. Raises InputError
    when it cannot be written or holds anything, LabelledDataError when a row cannot be used or there is too little to
    learn from, both before any training.
    """
    check_output(run.out)
    check_folder(run.scratch)
    folder_of(run.base, files=["config.json"])
    taxonomy = Taxonomy.load(run.taxonomy)
    taxonomy_text = taxonomy_file(run.taxonomy).read_text(encoding="utf-8-sig")
    if run.blinded is not None:
        run = replace(run, base=blinded_base(run.base, blinded=run.blinded, scratch=run.scratch))
    windows, _ = load_base(run.base, max_length=run.hyperparameters.max_length)
    teacher = Teacher.load(run.teacher, taxonomy) if run.teacher else None
    rows = _read(run, taxonomy, say)
    examples, first_also = rows.examples, rows.first_also
    texts = [example.prepared() for example in examples]
    targets = np.stack([example.target for example in examples])
    fit_rows, stop_rows = _split(run, texts, rows)
    check_texts(at(texts, fit_rows), folds=run.folds)
    # Without folds, a teacher stands for groups that no row labels.
    teaches = teacher is not None and bool(run.soften) and not run.folds
    check_labels(targets[fit_rows], taxonomy, say, taught=teacher.groups if teacher and teaches else frozenset())
    tell_contradictions(examples, texts, say)
    # Whatever an earlier run left is used again only by the very same run.
    run = replace(run, scratch=run.scratch / _fingerprint(run, examples, first_also, taxonomy_text))
    run.scratch.mkdir(parents=True, exist_ok=True)
    wanted = run.unlabelled or (run.folds and run.soften)
    linear = linear_out_of_fold(run, texts, targets, say) if wanted else None
    softened = targets
    by_folds: tuple[Decision, Familiarity] | None = None
    if run.folds:
        logits = encoder_out_of_fold(run, texts, targets, taxonomy, say)
        own = slice(first_also)
        thresholds = fit_decision(logits[own], targets[own], taxonomy, max_length=windows.max_length)
        by_folds = thresholds, fit_familiarity(texts[own], logits[own], thresholds, taxonomy, windows)
        if linear is not None and run.soften:
            # The two err on different texts: their mean is better than either, and hands on what n-grams know.
            by_words = platt_probabilities(linear, fitted_on=(linear, targets), taxonomy=taxonomy)
            both = (thresholds.probabilities(logits, taxonomy) + by_words) / 2.0
            softened = (1.0 - run.soften) * targets + run.soften * both
    elif teacher is not None and run.soften:
        taught = teacher.predict_proba(texts)
        mixed = (1.0 - run.soften) * targets + run.soften * taught
        softened = np.where(np.isnan(targets), taught, np.where(np.isnan(taught), targets, mixed))

    base = run.base
    if linear is not None and run.unlabelled:
        base = adapted_base(
            run,
            at(texts, fit_rows),
            targets[fit_rows],
            linear[fit_rows],
            [example.text for example in rows.held_out] + [texts[row].source for row in stop_rows],
            taxonomy,
            teacher,
            say,
        )
    say(
        Message(
            "fitting the model on {count} rows, {stop} decide when to stop", count=len(fit_rows), stop=len(stop_rows)
        )
    )
    members = fit_members(
        run,
        (at(texts, fit_rows), softened[fit_rows]),
        base=base,
        taxonomy=taxonomy,
        validation=(at(texts, stop_rows), targets[stop_rows]),
        say=say,
    )
    best = max(members, key=lambda member: member.score)
    stop_texts = at(texts, stop_rows)
    # Groups that no row labels are decided as the teacher decides them.
    start = teacher.decision(best.logits, stop_texts, max_length=windows.max_length) if teacher and teaches else None
    decision = fit_decision(best.logits, targets[stop_rows], taxonomy, max_length=windows.max_length, start=start)
    if by_folds is None:
        # The few rows that decide when to stop do not show how far ordinary texts spread; the teacher's many did.
        inherited = teacher.familiarity(texts, windows) if teacher and teaches else None
        seen = token_counts(windows.korean_tokens(at(texts, fit_rows)), n_tokens=windows.n_tokens)
        familiarity = inherited or fit_familiarity(stop_texts, best.logits, decision, taxonomy, windows, known=seen)
    else:
        thresholds, familiarity = by_folds
        decision = replace(
            decision,
            threshold=thresholds.threshold,
            confidence=thresholds.confidence,
            precision=thresholds.precision,
        )
    with whole_folder(run.out) as unfinished:
        save_model(
            best.fitted.model,
            base=run.base,
            taxonomy_text=taxonomy_text,
            decision=decision,
            version=run.version,
            folder=unfinished,
            keep_float_onnx=run.keep_float_onnx,
        )
        familiarity.save(unfinished)
        evaluation = _evaluate(unfinished, rows.held_out or at(examples, stop_rows), run.hyperparameters.threads)
        facts = _facts(run, rows, len(stop_rows), members, best, today)
        write_card(unfinished, training=facts, evaluation=evaluation.to_dict())
    for folder in (*run.scratch.glob("fold-*"), *run.scratch.glob("seed-*"), run.scratch / "adapting"):
        shutil.rmtree(folder, ignore_errors=True)
    say(Message("wrote {path}", path=run.out))
    return run.out


class _Rows(NamedTuple):
    """``examples`` to train on: from ``first_also`` on those chosen for a label, then those given to validate on."""

    examples: list[Example]
    first_also: int
    first_validation: int
    held_out: list[Example]


def _read(run: TrainingRun, taxonomy: Taxonomy, say: Say) -> _Rows:
    read = partial(read_examples, taxonomy=taxonomy, text_column=run.text_column, say=say)
    examples = read(run.data)
    first_also = len(examples)
    examples += read(run.also, chosen=True) if run.also else []
    first_validation = len(examples)
    examples += read(run.validation_data) if run.validation_data else []
    held_out = read(run.held_out) if run.held_out else []
    kept = without_leaks([e.text for e in examples], [e.text for e in held_out]) if held_out else None
    if kept is not None and not kept.all():
        say(Message("left out {count} rows that nearly repeat a held-out row", count=int((~kept).sum())))
        first_also, first_validation = int(kept[:first_also].sum()), int(kept[:first_validation].sum())
        examples = [example for example, keep in zip(examples, kept, strict=True) if keep]
    check_rows(len(examples), fewest=_FEWEST_ROWS)
    say(Message("{count} rows to train on, {held_out} held out", count=len(examples), held_out=len(held_out)))
    return _Rows(examples, first_also, first_validation, held_out)


def _split(run: TrainingRun, texts: Sequence[PreparedText], rows: _Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows to fit on and rows to validate on; the latter are those given, or come from before ``first_also``."""
    masked = [text.masked for text in texts]
    if run.validation_data:
        first = rows.first_validation
        return np.flatnonzero(without_leaks(masked[:first], masked[first:])), np.arange(first, len(texts))
    first = rows.first_also
    parts = fold_of(masked[:first], folds=max(2, round(1 / run.validation)), seed=_SPLIT_SEED)
    stop_rows = np.flatnonzero(parts == 0)
    apart = without_leaks(masked[first:], at(masked, stop_rows))
    return np.concatenate([np.flatnonzero(parts != 0), first + np.flatnonzero(apart)]), stop_rows


def _evaluate(folder: Path, examples: Sequence[Example], threads: int | None) -> Evaluation:
    """Figures of the model as it will be used, in int8: those that ``dangol evaluate`` gives."""
    classifier = ComplaintClassifier.from_pretrained(folder, threads=threads)
    taxonomy, decision = classifier.taxonomy, classifier.decision
    probabilities = classifier.predict_proba([example.prepared() for example in examples])
    decided = decision.decide(probabilities, taxonomy)
    return evaluate(
        probabilities,
        decided,
        np.stack([example.target for example in examples]),
        taxonomy,
        rng=np.random.default_rng(0),
        abstained=decision.abstained(probabilities, decided, taxonomy),
    )


def _facts(
    run: TrainingRun, rows: _Rows, stop_rows: int, members: Sequence[Member], best: Member, today: date
) -> dict[str, Any]:
    return {
        "version": run.version,
        "date": today.isoformat(),
        "start": getattr(AutoConfig.from_pretrained(run.base), "dangol_version", None),
        "lineage": getattr(best.fitted.model.config, "dangol_lineage", Path(run.base).name),
        "provenance": run.provenance,
        "rows": len(rows.examples),
        "also": rows.first_validation - rows.first_also,
        "stop_rows": stop_rows,
        "held_out_rows": len(rows.held_out),
        "folds": run.folds,
        "soften": run.soften,
        "blinded": is_blind(fast_tokenizer(run.base)),
        "unlabelled": run.n_unlabelled if run.unlabelled else 0,
        "teacher": run.teacher and run.teacher.name,
        "epochs": best.fitted.epochs,
        "members": {member.name: round(member.score, 4) for member in members},
        "chosen": best.name,
        "hyperparameters": asdict(run.hyperparameters),
    }


def _fingerprint(run: TrainingRun, examples: Sequence[Example], first_also: int, taxonomy_text: str) -> str:
    given = {
        "data": first_also,
        "validation_data": [str(path) for path in run.validation_data],
        "base": str(run.base),
        "folds": run.folds,
        "validation": run.validation,
        "soften": run.soften,
        "tokenizer": fast_tokenizer(run.base).to_str(),
        "unlabelled": [str(path) for path in run.unlabelled],
        "n_unlabelled": run.n_unlabelled,
        "teacher": str(run.teacher),
        "hyperparameters": asdict(run.hyperparameters),
        "taxonomy": taxonomy_text,
    }
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode())
    for example in examples:
        digest.update(example.text.encode("utf-8", "surrogatepass"))
        digest.update(np.nan_to_num(example.target, nan=-1.0).tobytes())
    return digest.hexdigest()[:12]
