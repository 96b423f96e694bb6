"""``dangol evaluate``: how well the model agrees with labelled rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nlp.cli import options
from nlp.errors import LabelledDataError, Message
from nlp.taxonomy import Taxonomy

if TYPE_CHECKING:
    from nlp.report.evaluation.measured import Source
    from nlp.training.examples import Example
    from nlp.training.figures import Evaluation


def command(
    context: typer.Context,
    labelled: Annotated[list[Path], typer.Argument(help="라벨이 달린 CSV, 엑셀, JSONL.", callback=options.present)],
    model: options.Model = None,
    taxonomy_file: Annotated[
        Path | None,
        typer.Option(
            "--taxonomy",
            help="라벨을 읽을 분류 체계 파일(TOML)이나 모델 폴더. 모델과 이 체계에 모두 있는 라벨만 평가합니다. "
            "없으면 모델의 체계.",
            callback=options.present_taxonomy,
        ),
    ] = None,
    text_column: options.LabelledText = None,
    threads: options.Threads = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="결과를 저장할 JSON 파일.")] = None,
    report: Annotated[Path | None, typer.Option(help="보고서를 저장할 HTML 파일. 인터넷 없이 열립니다.")] = None,
    texts: Annotated[
        int, typer.Option(help="보고서에 라벨마다 실을 가장 크게 틀린 글의 수. 개인정보는 가립니다.", min=0)
    ] = 0,
    lang: Annotated[
        options.Lang | None,
        typer.Option(help="보고서를 열 때의 언어와 안내의 언어. 보고서 안에서 바꿀 수 있습니다.", show_default="ko"),
    ] = None,
    resamples: Annotated[int, typer.Option(help="부트스트랩 반복 수.", min=100)] = 1000,
    seed: Annotated[int, typer.Option(help="부트스트랩의 난수 시드.")] = 0,
) -> None:
    """라벨이 달린 파일로 모델을 평가합니다. 라벨별 정밀도, 재현율, F1, 보정 오차를 95% 구간과 함께 냅니다."""
    from nlp.model.classifier import ComplaintClassifier
    from nlp.pipeline.forms import result_file
    from nlp.report.evaluation.measured import Measured, shown_mistakes
    from nlp.report.evaluation.page import render_evaluation
    from nlp.training.checks import check_file
    from nlp.training.evaluation import evaluate
    from nlp.training.examples import ORIGIN, read_examples, translated
    from nlp.training.mistakes import length_names, worst_mistakes

    reader = options.reader_of(context, lang)
    notes = Console(stderr=True, markup=False, highlight=False)

    def note(message: str) -> None:
        notes.print(reader.say(message), soft_wrap=True)

    for path in (output, report):
        if path is not None:
            check_file(path)
    classifier = ComplaintClassifier.from_pretrained(model, threads=threads)
    taxonomy, decision = classifier.taxonomy, classifier.decision
    given = Taxonomy.load(taxonomy_file) if taxonomy_file is not None else taxonomy
    examples, lacking = translated(
        read_examples(labelled, given, text_column=text_column, say=note), given, wanted=taxonomy
    )
    if lacking:
        note(Message("the model lacks these groups and labels, which are left out: {names}", names=", ".join(lacking)))
    prepared = [example.prepared() for example in examples]
    masked = [text.masked for text in prepared]
    targets = np.stack([example.target for example in examples])
    if np.isnan(targets).all():
        names = ", ".join(map(str, labelled))
        raise LabelledDataError(
            (
                Message(
                    "{paths}: no row is labelled in a group that the model knows ({groups}); give a model that has the "
                    "groups of the file (--model)",
                    paths=names,
                    groups=", ".join(f"{group.id} ({group.ko})" for group in taxonomy),
                ),
            )
        )
    with options.scoring(reader) as progress:
        progress(0, len(prepared))
        logits = classifier.predict_logits(prepared, progress=lambda done: progress(done, len(prepared)))
    note(Message("Computing figures and intervals"))
    probabilities = decision.probabilities(logits, taxonomy)
    decided = decision.decide(probabilities, taxonomy)
    abstained = decision.abstained(probabilities, decided, taxonomy)
    foreign = [
        label
        for group in taxonomy
        if group.id in given and group.kind == "any-of"
        for label in (f"{group.id}:{name}" for name in group.ids)
        if label not in given.labels
    ]
    if foreign:
        note(
            Message(
                "the rows cannot have these labels of the model, which are left out: {names}", names=", ".join(foreign)
            )
        )
        # Neither there nor decided, a label adds nothing to the figures of its group.
        columns = [taxonomy.labels.index(label) for label in foreign]
        probabilities[:, columns], decided[:, columns] = 0.0, False
    evaluation = evaluate(
        probabilities,
        decided,
        targets,
        taxonomy,
        rng=np.random.default_rng(seed),
        resamples=resamples,
        abstained=abstained,
        fields={
            "length": length_names(masked),
            **{name: [example.known.get(name, "") for example in examples] for name in ORIGIN},
        },
    )
    show(evaluation, taxonomy, Console(), reader)
    sources = _sources(labelled, examples)
    if output is not None:
        found = {
            "model": classifier.name,
            "files": [str(path) for path in labelled],
            "digests": [source.digest for source in sources],
            **evaluation.to_dict(),
        }
        with result_file(output) as stream:
            stream.write(json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n")
    if report is not None:
        worst = worst_mistakes(probabilities, decided, targets, taxonomy, most=texts)
        measured = Measured(
            evaluation=evaluation,
            taxonomy=taxonomy,
            model=classifier.name,
            sources=sources,
            resamples=resamples,
            seed=seed,
            mistakes=shown_mistakes(
                worst,
                places=[_line(example, alone=len(labelled) == 1) for example in examples],
                texts=masked,
                decided=decided,
                targets=targets,
                taxonomy=taxonomy,
            ),
        )
        made = datetime.now()  # noqa: DTZ005 - a date on paper
        with result_file(report) as stream:
            stream.write(render_evaluation(measured, lang=reader.lang, made=made).encode())
        note(Message("wrote {path}", path=report))


_INTERVAL = len("[0.950–1.000]")


def _line(example: Example, *, alone: bool) -> str:
    """The line that a row stands in, with its file's name where there are several."""
    path, _, line = example.place.rpartition(":")
    return line if alone else f"{Path(path).name}:{line}"


def _sources(paths: Sequence[Path], examples: Sequence[Example]) -> tuple[Source, ...]:
    from nlp.report.evaluation.measured import Source

    # Of a workbook with several sheets, places name the sheet as well: "labels.xlsx[Sheet1]:2".
    places = [example.place.rpartition(":")[0] for example in examples]
    rows = {path: sum(place == str(path) or place.startswith(f"{path}[") for place in places) for path in paths}
    return tuple(
        Source(name=path.name, rows=rows[path], digest=hashlib.sha256(path.read_bytes()).hexdigest()[:16])
        for path in paths
    )


def show(evaluation: Evaluation, taxonomy: Taxonomy, console: Console, reader: options.Reader) -> None:
    """Print the figures by group and by label."""
    from nlp.training.figures import FEW

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
    for heading in (
        Message("taxonomy group"),
        Message("macro F1"),
        Message("micro F1"),
        Message("micro F1 at 80 % coverage"),
        Message("weighted kappa"),
    ):
        # An interval is never cut; the names of groups fold.
        groups.add_column(say(heading), width=None if heading == "taxonomy group" else _INTERVAL, overflow="fold")
    for group_id, figures in evaluation.groups.items():
        kappa = str(figures.kappa) if figures.kappa else ""
        groups.add_row(
            reader.name(taxonomy.group(group_id)),
            str(figures.macro_f1),
            str(figures.micro_f1),
            str(figures.selective.at_80),
            kappa,
        )
    console.print(groups)

    labels = Table(title=say(Message("By label (intervals of all figures: --report)")), title_justify="left", box=None)
    labels.add_column(say(Message("label")), overflow="fold")
    labels.add_column(say(Message("texts")), justify="right")
    labels.add_column(say(Message("precision")))
    labels.add_column(say(Message("recall")))
    labels.add_column("F1", no_wrap=True)  # or an interval breaks in the middle of a number
    labels.add_column(say(Message("average precision")))
    labels.add_column(say(Message("calibration error")), overflow="fold")
    for group in taxonomy:
        rows = [(label, evaluation.labels.get(f"{group.id}:{label.id}")) for label in group.labels]
        if any(row is not None for _, row in rows):
            labels.add_row(f"[bold]{escape(reader.name(group))}[/]")
        for label, row in rows:
            if row is not None:
                labels.add_row(
                    escape(reader.name(label)),
                    f"{row.support:,}",
                    row.precision.brief,
                    row.recall.brief,
                    str(row.f1),
                    row.average_precision.brief,
                    row.calibration.brief,
                )
    console.print(labels)
