"""``dangol train``: fine-tune on labelled rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nlp.cli import options
from nlp.resources import data_path, default_model_path


def command(
    context: typer.Context,
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            help="라벨이 달린 CSV, 엑셀, JSONL. 없으면 기본으로 들어 있는 말뭉치.", callback=options.present
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="모델 폴더를 저장할 곳. 없거나 비어 있어야 합니다.")
    ] = Path("models/new"),
    base_model: Annotated[
        str | None, typer.Option(help="기본 인코더: 폴더나 허깅페이스 이름. 없으면 기본 모델의 인코더.")
    ] = None,
    text_column: options.LabelledText = None,
    taxonomy: Annotated[
        Path | None, typer.Option(help="분류 체계 파일(TOML)이나 모델 폴더.", callback=options.present_taxonomy)
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            help="학습에만 쓰고 기준값을 정하는 데는 쓰지 않을 파일(골라 모은 글, 'dangol audit-sample' 표본).",
            callback=options.present,
        ),
    ] = None,
    validation_data: Annotated[
        list[Path] | None,
        typer.Option(help="멈출 때와 보정을 정하는 데 쓸 파일. 없으면 학습 행의 일부.", callback=options.present),
    ] = None,
    held_out: Annotated[
        list[Path] | None, typer.Option(help="학습에 쓰지 않고 끝에 평가만 할 파일.", callback=options.present)
    ] = None,
    unlabelled: Annotated[
        list[Path] | None,
        typer.Option(
            help="라벨 없는 글 파일(한 줄에 하나, .gz 가능). 인코더를 먼저 적응시킵니다.", callback=options.present
        ),
    ] = None,
    n_unlabelled: Annotated[int, typer.Option(help="라벨 없는 글에서 뽑을 수.", min=1)] = 30_000,
    teacher: Annotated[
        Path | None,
        typer.Option(
            help="라벨 없는 글에 선형 모델과 함께 라벨을 달 모델 폴더. --folds 0이면 라벨도 이 모델의 확률과 섞습니다."
        ),
    ] = None,
    epochs: Annotated[float, typer.Option(help="에폭 수.", min=0.1)] = 5.0,
    learning_rate: Annotated[float, typer.Option(help="맨 위 층의 학습률.", min=0.0)] = 1e-4,
    layer_decay: Annotated[float, typer.Option(help="한 층 내려갈 때마다 학습률에 곱할 수.", min=0.1, max=1.0)] = 0.9,
    augment: Annotated[
        float, typer.Option(help="띄어쓰기, 오타, 받아쓰기 오류 등을 섞어 읽을 글의 비율.", min=0.0, max=1.0)
    ] = 0.0,
    paired: Annotated[
        float, typer.Option(help="지역, 이름, 성별을 바꾸어 두 번 읽고 답이 같도록 할 글의 비율.", min=0.0, max=1.0)
    ] = 0.0,
    blind: Annotated[
        bool | None,
        typer.Option(
            help="지역과 성별·가족 관계를 나타내는 낱말을 각각 하나로 읽습니다. 없으면 기본 인코더의 방식대로.",
            show_default=False,
        ),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="한 스텝에 읽는 글 수.", min=1)] = 32,
    max_length: Annotated[int, typer.Option(help="한 번에 읽는 토큰 수.", min=32)] = 320,
    folds: Annotated[
        int, typer.Option(help="기준값과 소프트 라벨을 구할 교차 검증의 폴드 수. 0이면 하지 않습니다.")
    ] = 2,
    soften: Annotated[float, typer.Option(help="라벨에 섞을 교차 검증(또는 --teacher) 예측의 비율.")] = 0.3,
    members: Annotated[
        int,
        typer.Option(
            help="난수 시드를 달리해 학습할 모델 수. 가중치를 평균한 모델과 비교해 가장 나은 것을 씁니다.", min=1
        ),
    ] = 1,
    validation: Annotated[float, typer.Option(help="멈출 때와 보정을 정하는 데 쓸 행의 비율.")] = 0.1,
    seed: Annotated[int, typer.Option(help="난수 시드.")] = 1,
    threads: Annotated[int | None, typer.Option(help="사용할 코어 수.", min=1)] = None,
    provenance: Annotated[str, typer.Option(help="누가 라벨을 달았는지. 모델 카드에 적습니다.")] = "",
    scratch: Annotated[
        Path, typer.Option(help="체크포인트 폴더. 멈춘 학습은 여기서 이어지고, 끝나면 체크포인트를 지웁니다.")
    ] = Path("runs/latest"),
    version: Annotated[str | None, typer.Option(help="모델 버전 이름. 없으면 폴더 이름.")] = None,
    keep_float_onnx: Annotated[bool, typer.Option(help="float32 ONNX도 남깁니다.")] = False,
) -> None:
    """라벨이 달린 글로 모델을 학습합니다. 같은 명령을 다시 실행하면 멈춘 곳에서 이어 갑니다."""
    options.need("train", "torch", "transformers", "datasets", "sklearn", "accelerate", "onnx", "onnxscript")
    from nlp.training.fit import train
    from nlp.training.loop import Hyperparameters
    from nlp.training.run import TrainingRun

    console, reader = Console(), options.reader_of(context)

    def say(message: str) -> None:
        console.print(reader.say(message), markup=False, highlight=False, soft_wrap=True)

    run = TrainingRun(
        data=tuple(data) if data else tuple(sorted(data_path("complaints").glob("*.jsonl"))),
        out=output,
        base=base_model or default_model_path(),
        version=version or output.name,
        text_column=text_column,
        taxonomy=taxonomy,
        also=tuple(also or ()),
        validation_data=tuple(validation_data or ()),
        held_out=tuple(held_out or ()),
        unlabelled=tuple(unlabelled or ()),
        n_unlabelled=n_unlabelled,
        teacher=teacher,
        folds=folds,
        soften=soften if folds or teacher else 0.0,
        blinded=blind,
        members=members,
        validation=validation,
        hyperparameters=Hyperparameters(
            epochs=epochs,
            learning_rate=learning_rate,
            layer_decay=layer_decay,
            augment=augment,
            paired=paired,
            batch_size=batch_size,
            max_length=max_length,
            seed=seed,
            threads=threads,
        ),
        provenance=provenance,
        scratch=scratch,
        keep_float_onnx=keep_float_onnx,
    )
    train(run, today=datetime.now().astimezone().date(), say=say)
