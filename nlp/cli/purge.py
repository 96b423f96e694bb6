"""``dangol purge``: remove what was kept long enough."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from nlp.cli import keys, options
from nlp.errors import InputError, Message

_AGE = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def command(
    context: typer.Context,
    older_than: Annotated[str, typer.Option("--older-than", help="이보다 오래된 것: 12h, 90d(날), 8w(주).")],
    config: keys.Config = None,
    data_dir: keys.DataDir = None,
) -> None:
    """서버가 남긴 오래된 글, 예측, 끝난 작업과 그 파일을 지웁니다. 감사 기록과 키는 남습니다."""
    age = age_of(older_than)
    reader = options.reader_of(context)
    settings = keys.load(config, data_dir)
    from nlp.serve.jobs_files import JobFiles

    with keys.opened(settings, create=False) as store:
        purged = store.purge(age, actor=keys.actor())
    # Files that a crash leaves behind here have no job any more; the server clears them away.
    for job_id in purged.jobs:
        JobFiles(settings.data_dir / "jobs", job_id).remove()
    told = Message(
        "{documents:,} texts and {jobs:,} jobs removed, with their files",
        documents=purged.documents,
        jobs=len(purged.jobs),
    )
    Console(highlight=False).print(reader.say(told))


def age_of(written: str) -> timedelta:
    """``90d`` → 90 days. Raises InputError."""
    found = _AGE.fullmatch(written.strip())
    if found is None:
        raise InputError("--older-than {value}: no age; write hours, days or weeks such as 90d", value=written)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
