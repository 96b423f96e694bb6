"""Settings of the server: defaults, then a TOML file, then ``DANGOL_*`` variables, then the command line."""

from __future__ import annotations

import difflib
import errno
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from nlp.errors import InputError

MIB = 1 << 20

_PREFIX = "DANGOL_"
_ELSEWHERE = ("CONFIG", "LANG")
"""Variables of the command line, which are no settings."""

_ALIKE = 0.85
"""From here on a name that no setting has is taken for a slip (``REQUIRE_KEYS``), not for somebody else's variable."""


class Settings(BaseSettings):
    """Every setting of ``dangol serve``; each is a key of the TOML file and, as ``DANGOL_NAME``, a variable."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, extra="forbid", frozen=True, protected_namespaces=(), validate_default=True
    )

    # Where it listens
    host: str = Field(
        "127.0.0.1", description="서버를 열 주소. 다른 컴퓨터에서도 접속하게 하려면 API 키가 있어야 한다."
    )
    port: int = Field(8765, ge=0, le=65535, description="서버를 열 포트.")
    workers: int = Field(1, ge=1, le=64, description="프로세스 수.")
    require_key: bool | None = Field(
        None, description="API 키를 요구할지. 정하지 않으면 루프백 밖에서만 요구하며, 루프백 밖에서는 끌 수 없다."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="받아들일 Host 이름. 비우면 루프백에서는 localhost만, 밖에서는 모두."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="브라우저에서 호출할 수 있는 출처. 비우면 CORS를 끈다."
    )
    forwarded_allow_ips: str = Field("", description="X-Forwarded-*를 믿을 프록시 주소(쉼표로). 비우면 믿지 않는다.")
    root_path: str = Field(
        "",
        pattern=r"^(/[A-Za-z0-9._~-]+)*/?$",
        description="프록시가 이 서버를 두는 경로(예: /dangol). 프록시가 떼고 보내도 그대로 보내도 된다.",
    )

    # What it serves and where it keeps things
    model: str | None = Field(None, description="모델 폴더. 없으면 기본 모델.")
    data_dir: Path = Field(Path("dangol-data"), description="작업 파일과 기본 데이터베이스를 둘 폴더.")
    database_url: SecretStr | None = Field(
        None, description="sqlite:///파일 또는 postgresql://사용자@호스트/이름. 없으면 data_dir/dangol.db."
    )
    threads: int | None = Field(None, ge=1, description="프로세스마다 추론에 쓸 코어 수. 없으면 코어를 나눠 쓴다.")

    # Limits of one request
    max_body_bytes: int = Field(4 * MIB, ge=1024, description="요청 본문의 최대 바이트(파일과 NDJSON은 따로).")
    max_held_bytes: int = Field(64 * MIB, ge=1024, description="모든 요청의 본문이 한꺼번에 차지해도 되는 바이트.")
    max_texts: int = Field(256, ge=1, le=10_000, description="한 요청의 최대 글 수. 더 많으면 /v1/jobs로 보낸다.")
    max_text_chars: int = Field(20_000, ge=1, description="글 하나의 최대 글자 수.")
    max_request_chars: int = Field(200_000, ge=1, description="한 요청의 최대 글자 수 합.")
    max_documents: int = Field(1000, ge=1, le=10_000, description="/v1/rank 한 요청의 최대 문서 수.")
    head_timeout: int = Field(10, ge=1, description="요청 헤더를 다 받기까지, 또는 유휴 연결을 닫기까지(초).")
    body_timeout: float = Field(30.0, gt=0, description="본문을 다 받기까지, 또는 스트리밍 본문의 조각 사이(초).")
    request_timeout: float = Field(60.0, gt=0, description="한 요청이 걸려도 되는 시간(초).")
    rate_per_minute: int = Field(
        6000, ge=0, description="키 하나가 1분에 보낼 수 있는 요청 수(한꺼번에는 그 6분의 1). 0이면 제한 없음."
    )
    max_streams: int = Field(8, ge=1, description="동시에 받을 수 있는 NDJSON 스트리밍 요청 수.")

    # The engine
    batch_tokens: int = Field(512, ge=16, description="한 번에 추론할 토큰 수. 크면 메모리를 더 쓴다.")
    queue_tokens: int = Field(200_000, ge=1024, description="기다릴 수 있는 토큰 수. 넘으면 503으로 거절한다.")
    max_wait: float = Field(10.0, gt=0, description="측정한 속도로 이보다 오래(초) 기다려야 하면 503으로 거절한다.")
    shutdown_timeout: int = Field(60, ge=1, description="종료할 때 이미 받은 요청을 마치기까지 기다릴 시간(초).")

    # Files and jobs
    max_upload_bytes: int = Field(200 * MIB, ge=1024, description="올리는 파일의 최대 바이트.")
    max_upload_rows: int = Field(2_000_000, ge=1, description="올리는 파일의 최대 행 수.")
    max_waiting_jobs: int = Field(20, ge=1, description="한 키가 대기열에 둘 수 있는 작업 수.")
    keep_documents: bool = Field(
        False, description="분류한 글(가린 것)과 예측을 데이터베이스에 남길지. 지우려면 'dangol purge'를 쓴다."
    )
    job_workers: int = Field(1, ge=0, description="프로세스마다 동시에 돌릴 파일 작업 수.")

    # Logs
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="로그 수준.")
    log_format: Literal["json", "console"] = Field("json", description="로그 형식.")

    @classmethod
    def load(cls, path: Path | None = None, **given: Any) -> Settings:
        """Settings from a TOML file (perhaps none), the environment over it, and ``given`` over both.

        Values of ``given`` that are None count as not given. Raises InputError naming the key, the value, its rule
        and where to correct it.
        """
        _check_variables(os.environ)
        if path is not None:
            try:
                tomllib.loads(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise InputError(
                    "{path}: the settings cannot be read ({error}); correct the file", path=path, error=error
                ) from error

        class Loaded(cls):  # type: ignore[misc, valid-type]
            model_config = SettingsConfigDict(toml_file=path)

        try:
            loaded = Loaded(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise _broken_setting(error.errors(include_url=False)[0], path) from error
        return cls.model_construct(**dict(loaded))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ``_Variables`` in its place
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env file is read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, then environment, then file."""
        return init_settings, _Variables(settings_cls), TomlConfigSettingsSource(settings_cls)

    @field_validator("allowed_hosts", "cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """A variable holds a list with commas between."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allowed_hosts")
    @classmethod
    def _bare(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Names of hosts know no case, and the port is not looked at."""
        return tuple(re.sub(r":\d+$", "", name).lower() for name in value)

    @field_validator("root_path")
    @classmethod
    def _open_ended(cls, value: str) -> str:
        """Paths of routes begin with a slash."""
        return value.rstrip("/")

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """As browsers send them."""
        return tuple(origin.rstrip("/").lower() for origin in value)

    @model_validator(mode="after")
    def _no_page_without_keys(self) -> Settings:
        if "*" in self.cors_origins and not self.keys_needed:
            raise ValueError("cors_origins cannot be * where no key is needed: any web page could send anything")
        return self

    @model_validator(mode="after")
    def _keys_beyond_loopback(self) -> Settings:
        if self.require_key is False and not self.loopback:
            raise ValueError("require_key cannot be off when the server listens beyond loopback")
        return self

    @property
    def loopback(self) -> bool:
        """Whether only programs of this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def keys_needed(self) -> bool:
        """Whether every call but health needs an API key."""
        return not self.loopback if self.require_key is None else self.require_key

    @property
    def store_url(self) -> str:
        """The database's URL, password included; never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.database_file}"

    @property
    def database_file(self) -> Path:
        """Where SQLite keeps everything, unless another database is named."""
        return self.data_dir / "dangol.db"

    def make_data_dir(self) -> None:
        """Make the folder for database and jobs; nobody else on this machine may look into a new one.

        Raises InputError when it cannot be made or nothing can be written into it.
        """
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self.data_dir, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise InputError(
                "{folder}: the server can write nothing there ({error.strerror}); give it the folder, or name another "
                "one with DANGOL_DATA_DIR",
                folder=self.data_dir.absolute(),
                error=error,
            ) from error

    @property
    def cores(self) -> int:
        """Cores that inference of one process uses."""
        # Only Linux tells how many of the machine's cores this process may use.
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return self.threads or max(1, usable // self.workers)

    def shown(self) -> str:
        """The settings as a commented TOML file, secrets hidden."""
        lines = ["# dangol serve: 설정. 같은 이름의 환경 변수 DANGOL_이름이 파일보다 앞선다."]
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            lines += ["", f"# {field.description}"]
            hidden = value is None or isinstance(value, SecretStr)
            lines.append(f"# {name} = {value or ''}".rstrip() if hidden else f"{name} = {_toml(value)}")
        return "\n".join(lines) + "\n"


class _Variables(EnvSettingsSource):
    """The environment; Kubernetes puts ``DANGOL_PORT=tcp://10.0.0.7:8765`` there for a service of the name dangol."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """As the base class; addresses of services count as not given."""
        value, key, is_complex = super().get_field_value(field, field_name)
        return None if isinstance(value, str) and value.startswith("tcp://") else value, key, is_complex


def _check_variables(environment: Mapping[str, str]) -> None:
    """A slip in a file is refused as an unknown key; one in a variable would leave the door open unnoticed."""
    known = [name.upper() for name in Settings.model_fields]
    for variable in sorted(environment):
        name = variable.upper().removeprefix(_PREFIX)
        if name == variable.upper() or name in (*known, *_ELSEWHERE):
            continue
        if meant := difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE):
            raise InputError(
                "{variable}: there is no such setting; write {meant}, or take the variable away",
                variable=variable,
                meant=_PREFIX + meant[0],
            )


def _broken_setting(error: Mapping[str, Any], path: Path | None) -> InputError:
    """The first broken rule for people; what stands in a secret, or under a name that no setting has, is not said."""
    name = str(error["loc"][0]) if error["loc"] else "host"
    field = Settings.model_fields.get(name) if error["loc"] else None
    shown = field is not None and "Secret" not in str(field.annotation)
    problem = f"{error['msg']}, not {error['input']!r}" if shown else error["msg"]
    if path is None:
        return InputError(
            "setting {name}: {problem}; correct the variable DANGOL_{variable} or the option",
            name=name,
            problem=problem,
            variable=name.upper(),
        )
    return InputError(
        "{path}: setting {name}: {problem}; correct the file, the variable DANGOL_{variable} or the option",
        path=path,
        name=name,
        problem=problem,
        variable=name.upper(),
    )


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
