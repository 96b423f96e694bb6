"""``dangol keys``: who may call the server."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.console import Console
from rich.table import Table

from nlp.cli import options
from nlp.errors import InputError, Message

if TYPE_CHECKING:
    from nlp.serve.settings import Settings
    from nlp.store import Store

app = typer.Typer(help="HTTP 서버의 API 키를 만들고, 보고, 취소합니다.", no_args_is_help=True)

Config: TypeAlias = Annotated[
    Path | None, typer.Option(envvar="DANGOL_CONFIG", help="'dangol serve'와 같은 설정 파일(TOML).", exists=True)
]
DataDir: TypeAlias = Annotated[Path | None, typer.Option(help="서버의 데이터 폴더. 없으면 설정대로.", file_okay=False)]


class KeyRole(StrEnum):
    """What a key may do."""

    reader = "reader"
    analyst = "analyst"
    admin = "admin"


@app.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="누가 쓰는 키인지. 예: '상담 CRM'.")],
    role: Annotated[
        KeyRole,
        typer.Option(help="reader: 예측과 순위. analyst: 파일 작업도. admin: 모든 작업과 모델 교체도."),
    ] = KeyRole.reader,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """키를 만듭니다. 키는 표준 출력에 한 번만 나오고 저장되지 않으니 바로 옮겨 적으십시오."""
    reader = options.reader_of(context)
    with opened(load(config, data_dir)) as store:
        key, secret = store.keys.create(name, role.value, actor=actor())
    told = Message("key {id} ({role}) for {name}; it is shown this once only", id=key.id, role=key.role, name=key.name)
    Console(stderr=True, highlight=False).print(reader.say(told), soft_wrap=True, markup=False)
    sys.stdout.write(f"{secret}\n")


@app.command("list")
def list_keys(context: typer.Context, config: Config = None, data_dir: DataDir = None) -> None:
    """모든 키를 보여 줍니다. 비밀 부분은 어디에도 없습니다."""
    reader = options.reader_of(context)
    with opened(load(config, data_dir), create=False) as store:
        keys = store.keys.list()
    table = Table()
    for heading in (Message("id"), Message("name"), Message("role"), Message("created"), Message("revoked")):
        table.add_column(reader.say(heading), overflow="fold")
    for key in keys:
        table.add_row(key.id, key.name, key.role, _local(key.created_at), _local(key.revoked_at))
    Console().print(table)


@app.command("revoke")
def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="키의 번호. 'dangol keys list'에 있습니다.")],
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """키를 취소합니다. 실행 중인 서버에서도 몇 초 안에 쓸 수 없게 됩니다."""
    reader = options.reader_of(context)
    with opened(load(config, data_dir), create=False) as store:
        key = store.keys.revoke(key_id, actor=actor())
    told = Message("key {id} ({name}) is revoked", id=key.id, name=key.name)
    Console(highlight=False).print(reader.say(told), soft_wrap=True, markup=False)


@app.command("trail")
def trail(
    context: typer.Context,
    last: Annotated[int, typer.Option("-n", "--last", help="보여 줄 줄 수.", min=1)] = 50,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """누가 언제 키, 모델, 작업, 데이터에 무엇을 했는지 보여 줍니다. 최근 것부터."""
    reader = options.reader_of(context)
    with opened(load(config, data_dir), create=False) as store:
        entries = store.audit.list(limit=last)
    table = Table()
    for heading in (Message("time"), Message("who"), Message("what"), Message("to what"), Message("details")):
        table.add_column(reader.say(heading), overflow="fold")
    for entry in entries:
        details = ", ".join(f"{name}={value}" for name, value in entry.details.items())
        table.add_row(_local(entry.at), entry.actor, entry.action, entry.subject, details)
    Console().print(table)


def load(config: Path | None, data_dir: Path | None) -> Settings:
    """The server's settings. Raises MissingExtraError, InputError."""
    options.need("serve", "sqlalchemy", "alembic", "pydantic_settings")
    from nlp.serve.settings import Settings

    return Settings.load(config, data_dir=data_dir)


def opened(settings: Settings, *, create: bool = True) -> Store:
    """The server's database; use as a context manager. Raises StoreError; InputError where none is to be made."""
    from nlp.store import Store

    if settings.database_url is None:
        if not create and not settings.database_file.is_file():
            raise InputError(
                "{path}: the server has no database there; give its data folder with --data-dir or DANGOL_DATA_DIR",
                path=settings.database_file.absolute(),
            )
        settings.make_data_dir()
    return Store.open(settings.store_url)


def actor() -> str:
    """Who sits at the command line, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have no name
        return "cli"


def _local(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment is not None else ""
