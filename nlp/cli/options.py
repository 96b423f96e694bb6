"""Options that several commands share, and the progress bar of a job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from nlp.errors import DangolError, InputError, Message, MissingExtraError
from nlp.messages import Language, localized
from nlp.taxonomy import Taxonomy

Given = TypeVar("Given", Path, list[Path])


def present(given: Given | None) -> Given | None:
    """Refuse files that are not there, before a model is loaded; Typer's own check speaks English only."""
    for path in given if isinstance(given, list) else [given]:
        if path is not None and path.is_dir():
            raise InputError("{path}: this is a folder; give the files in it, for example {path}/*.csv", path=path)
        if path is not None and not path.exists():
            raise InputError("{path}: there is no such file; check the path", path=path)
    return given


def present_taxonomy(path: Path | None) -> Path | None:
    """As ``present``, but a model folder stands for the taxonomy in it."""
    return path if path is not None and path.is_dir() else present(path)


def need(extra: str, *packages: str) -> None:
    """Refuse before any work begins when a package of an extra is not installed. Raises MissingExtraError."""
    for package in packages:
        if find_spec(package) is None:
            raise MissingExtraError(package, extra)


Files: TypeAlias = Annotated[
    list[Path], typer.Argument(help="분류할 파일: CSV, TSV, XLSX, JSONL, Parquet.", callback=present)
]
Model: TypeAlias = Annotated[str | None, typer.Option(help="모델 폴더나 허깅페이스 이름. 없으면 기본 모델.")]
Precision: TypeAlias = Annotated[
    float | None,
    typer.Option(
        help="붙인 라벨 가운데 맞는 비율(예: 0.9). 그만큼 확실한 라벨만 붙입니다. 없으면 F1이 가장 높은 기준값.",
        min=0.01,
        max=0.99,
    ),
]
Threads: TypeAlias = Annotated[int | None, typer.Option(help="사용할 코어 수. 없으면 모두.", min=1)]
LabelledText: TypeAlias = Annotated[
    str | None, typer.Option("--text-column", help="CSV나 엑셀의 본문 열 이름 (보통은 자동으로 찾습니다)")
]
Resume: TypeAlias = Annotated[bool, typer.Option("--resume", help="멈춘 작업을 이어서 합니다.")]
Restart: TypeAlias = Annotated[bool, typer.Option("--restart", help="멈춘 작업을 버리고 처음부터 합니다.")]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="이미 있는 결과 파일을 덮어씁니다.")]


class Lang(StrEnum):
    """Languages that the command line speaks."""

    ko = "ko"
    en = "en"


@dataclass(slots=True)
class Reader:
    """Who reads what a command prints; ``dangol --lang`` says in which language, before any command runs."""

    lang: Language = "ko"

    def say(self, message: DangolError | str) -> str:
        """A message in the reader's language."""
        return localized(message, self.lang)

    def name(self, named: Any) -> str:
        """The name or sentence of anything that has one in Korean and in English: a group, a label, a headline."""
        return str(getattr(named, self.lang))

    def labels(self, ids: Iterable[str], taxonomy: Taxonomy) -> list[str]:
        """Names of labels given as ``group:label``, each with its group's."""
        parted = [name.partition(":") for name in ids]
        return [
            f"{self.name(taxonomy.group(group))}: {self.name(taxonomy.group(group).label(label))}"
            for group, _, label in parted
        ]


def reader_of(context: typer.Context, lang: Lang | None = None) -> Reader:
    """The reader of this run; a command's own ``lang`` counts for its errors as well."""
    reader = context.ensure_object(Reader)
    if lang is not None:
        reader.lang = lang.value
    return reader


def progress_bar(lang: Language) -> Progress:
    """Share done, rows, time left; on the error stream, so that results can be piped."""
    unit, per_second = ("건", "건/초") if lang == "ko" else (" rows", "/s")
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,}" + unit),
        TextColumn("{task.fields[rate]:,.0f}" + per_second),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


@contextmanager
def scoring(reader: Reader) -> Iterator[Callable[[int, int], None]]:
    """The bar of a job for texts in memory: told of the texts done and of all, the first time of none done."""
    with JobProgress(reader) as progress:
        yield lambda done, total: progress(done, done, total)


class JobProgress:
    """Feeds a bar from a job: rows done, bytes done, bytes in all. Use as a context manager."""

    def __init__(self, reader: Reader) -> None:
        self._bar = progress_bar(reader.lang)
        self._task = self._bar.add_task(reader.say(Message("Classifying")), total=None, rows=0, rate=0.0)
        self._first = 0

    def __enter__(self) -> JobProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, rows: int, done: int, total: int) -> None:
        """Show how far the job is; rows that an earlier run had done do not count towards the rate."""
        task = self._bar.tasks[0]
        if task.total is None:
            self._first = rows
        rate = (rows - self._first) / task.elapsed if task.elapsed else 0.0
        self._bar.update(self._task, total=max(total, 1), completed=done, rows=rows, rate=rate)
