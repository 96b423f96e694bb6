"""``dangol pretrain``: make an encoder one's own from unlabelled texts, before ``dangol train``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from nlp.cli import options
from nlp.errors import Message
from nlp.resources import default_model_path
from nlp.types import Document

_LINES: Final = (".txt", ".gz")
"""Files of one text a line; any other is read as an export."""


def command(
    context: typer.Context,
    texts: Annotated[
        list[Path],
        typer.Argument(
            help="라벨 없는 글: 한 줄에 하나인 TXT(.gz 가능), 또는 상담 내역 파일(CSV, XLSX, JSONL, Parquet).",
            callback=options.present,
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="인코더 폴더를 저장할 곳. 아직 없어야 합니다.")],
    base: Annotated[
        str | None, typer.Option(help="기본 인코더: 폴더나 허깅페이스 이름. 없으면 기본 모델의 인코더.")
    ] = None,
    vocabulary: Annotated[
        int | None,
        typer.Option(help="이 글로 새로 만들 어휘의 조각 수(예: 13000). 없으면 어휘를 그대로 둡니다.", min=1),
    ] = None,
    layers: Annotated[int | None, typer.Option(help="남길 층 수. 없으면 모두.", min=1)] = None,
    steps: Annotated[int, typer.Option(help="가린 낱말 맞히기를 할 스텝 수. 0이면 하지 않습니다.", min=0)] = 1000,
    align_steps: Annotated[
        int, typer.Option(help="어휘나 층을 바꾼 뒤 이전 인코더를 따라 배울 스텝 수. 0이면 하지 않습니다.", min=0)
    ] = 400,
    masking: Annotated[float, typer.Option(help="가릴 낱말의 비율.")] = 0.15,
    n_texts: Annotated[int, typer.Option(help="사용할 글 수의 한도.", min=1)] = 200_000,
    batch_size: Annotated[int, typer.Option(help="한 스텝에 읽는 글 수.", min=1)] = 32,
    learning_rate: Annotated[float, typer.Option(help="학습률.", min=0.0)] = 1.5e-4,
    max_length: Annotated[int, typer.Option(help="한 번에 읽는 토큰 수.", min=32)] = 192,
    seed: Annotated[int, typer.Option(help="난수 시드.")] = 1,
    threads: Annotated[int | None, typer.Option(help="사용할 코어 수.", min=1)] = None,
    save_every: Annotated[int, typer.Option(help="몇 스텝마다 체크포인트를 남길지.", min=1)] = 50,
    text_column: Annotated[
        str | None, typer.Option(help="상담 내역 파일의 본문 열 이름 (보통은 자동으로 찾습니다)")
    ] = None,
    scratch: Annotated[Path, typer.Option(help="체크포인트 폴더. 멈춘 학습은 여기서 이어집니다.")] = Path(
        "runs/pretraining"
    ),
) -> None:
    """라벨 없는 글로 인코더를 우리 말투에 맞춥니다. 'dangol train --base-model'에 지정할 폴더를 만듭니다.

    같은 명령을 다시 실행하면 멈춘 곳에서 이어 갑니다.
    """
    options.need("train", "torch", "transformers", "datasets", "accelerate")
    from nlp.corpus.columns import Columns
    from nlp.corpus.reader import read_documents
    from nlp.text.prepare import render
    from nlp.training.pretrain import pretrain
    from nlp.training.pretraining import Pretraining
    from nlp.training.unlabelled import read_unlabelled

    console, reader = Console(), options.reader_of(context)

    def say(message: str) -> None:
        console.print(reader.say(message), markup=False, soft_wrap=True)

    def read() -> Iterator[str]:
        for path in texts:
            yield from read_unlabelled([path]) if path.suffix.lower() in _LINES else _of_export(path)

    def _of_export(path: Path) -> Iterator[str]:
        found = read_documents(path, columns=Columns(text=text_column))
        for item in found:
            if isinstance(item, Document):
                yield render(item.turns) if item.turns else item.text
        if found.report.rejected:
            say(
                Message("{path}: {count} rows cannot be used and were left out", path=path, count=found.report.rejected)
            )

    run = Pretraining(
        base=base or default_model_path(),
        out=output,
        vocabulary=vocabulary,
        layers=layers,
        align_steps=align_steps,
        steps=steps,
        masking=masking,
        n_texts=n_texts,
        max_length=max_length,
        batch_size=batch_size,
        learning_rate=learning_rate,
        save_every=save_every,
        seed=seed,
        threads=threads,
        scratch=scratch,
    )
    pretrain(run, read(), say=say)
