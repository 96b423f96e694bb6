"""``dangol evaluate``: how well the model agrees with labelled rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from nlp.cli import options
from nlp.errors import Message
from nlp.model.classifier import ComplaintClassifier
from nlp.taxonomy import Taxonomy
from nlp.training.evaluation import FEW, Evaluation, evaluate
from nlp.training.examples import read_examples


def command(
    context: typer.Context,
    labelled: Annotated[list[Path], typer.Argument(help="라벨이 달린 JSONL 또는 CSV 파일.", callback=options.present)],
    model: options.Model = None,
    threads: options.Threads = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="결과를 쓸 JSON 파일.")] = None,
    resamples: Annotated[int, typer.Option(help="부트스트랩 반복 수.", min=100)] = 1000,
    seed: Annotated[int, typer.Option(help="부트스트랩 씨앗.")] = 0,
) -> None:
    """라벨이 달린 파일로 모델을 평가합니다: 라벨마다 정밀도, 재현율, F1, 평균 정밀도, 보정 오차와 95 % 구간."""
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
    classifier = ComplaintClassifier.from_pretrained(model, threads=threads)
    examples = read_examples(labelled, classifier.taxonomy)
    probabilities = classifier.predict_proba([example.prepared() for example in examples])
    evaluation = evaluate(
        probabilities,
        classifier.decision.decide(probabilities, classifier.taxonomy),
        np.stack([example.target for example in examples]),
        classifier.taxonomy,
        rng=np.random.default_rng(seed),
        resamples=resamples,
    )
    show(evaluation, classifier.taxonomy, Console(), options.reader_of(context))
    if output is not None:
        report = {"model": classifier.name, "files": [str(path) for path in labelled], **evaluation.to_dict()}
        output.write_text(json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def show(evaluation: Evaluation, taxonomy: Taxonomy, console: Console, reader: options.Reader) -> None:
    """Print the figures by group and by label."""
    say = reader.say
    groups = Table(
        title=say(
            Message(
                "By group ({count:,} texts, 95 % intervals; macro F1 over labels with at least {few} texts)",
                count=evaluation.n_texts,
                few=FEW,
            )
        ),
        title_justify="left",
    )
    for heading in (Message("taxonomy group"), Message("macro F1"), Message("micro F1"), Message("weighted kappa")):
        groups.add_column(say(heading))
    for group_id, figures in evaluation.groups.items():
        kappa = str(figures.kappa) if figures.kappa else ""
        groups.add_row(reader.name(taxonomy.group(group_id)), str(figures.macro_f1), str(figures.micro_f1), kappa)
    console.print(groups)

    labels = Table(title=say(Message("By label")), title_justify="left")
    for heading, number in (
        (Message("label"), False),
        (Message("name"), False),
        (Message("texts"), True),
        (Message("precision"), False),
        (Message("recall"), False),
        (Message("F1"), False),
        (Message("average precision"), False),
        (Message("calibration error"), True),
    ):
        labels.add_column(say(heading), justify="right" if number else "left")
    for label, row in evaluation.labels.items():
        group_id, _, name = label.partition(":")
        labels.add_row(
            label,
            reader.name(taxonomy.group(group_id).label(name)),
            f"{row.support:,}",
            str(row.precision),
            str(row.recall),
            str(row.f1),
            str(row.average_precision),
            f"{row.calibration:.3f}",
        )
    console.print(labels)
