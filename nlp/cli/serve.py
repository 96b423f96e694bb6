"""``dangol serve``: the HTTP service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlp.cli import options


def command(
    host: Annotated[
        str | None,
        typer.Option(
            help="서버를 열 주소. 다른 컴퓨터에서도 접속하게 하려면 API 키가 있어야 합니다. [기본값: 127.0.0.1]"
        ),
    ] = None,
    port: Annotated[int | None, typer.Option(help="서버를 열 포트. [기본값: 8765]")] = None,
    workers: Annotated[int | None, typer.Option(help="프로세스 수. [기본값: 1]")] = None,
    root_path: Annotated[str | None, typer.Option(help="프록시가 이 서버를 두는 경로(예: /dangol).")] = None,
    model: Annotated[str | None, typer.Option(help="모델 폴더. 없으면 기본 모델.")] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            envvar="DANGOL_CONFIG", help="설정 파일(TOML). 환경 변수 DANGOL_*와 옵션이 우선합니다.", exists=True
        ),
    ] = None,
    show_config: Annotated[
        bool, typer.Option("--show-config", help="적용될 설정을 TOML로 보여 주고 끝냅니다. 비밀은 가립니다.")
    ] = False,
) -> None:
    """HTTP 서버를 엽니다. 예측, 순위, 파일 작업을 /v1에서 답합니다."""
    options.need("serve", "fastapi", "uvicorn", "pydantic_settings", "sqlalchemy", "structlog", "prometheus_client")
    from nlp.serve.settings import Settings

    settings = Settings.load(config, host=host, port=port, workers=workers, root_path=root_path, model=model)
    if show_config:
        typer.echo(settings.shown(), nl=False)
        return
    from nlp.serve.runner import serve

    serve(settings)
