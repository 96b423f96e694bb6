"""What callers send and get about jobs: forms, views, names of downloads."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.corpus.columns import ROLES
from nlp.messages import Language, localized
from nlp.serve.schemas import Moment, Precision
from nlp.store import Job
from nlp.store.job import Kind, State

_COLUMN = "열 이름. 없으면 이름과 내용으로 찾음. / Name of the column; recognised when not given."


class JobForm(BaseModel):
    """Fields beside the file."""

    model_config = ConfigDict(extra="forbid")

    id_column: str | None = Field(None, max_length=200, description=_COLUMN)
    text_column: str | None = Field(None, max_length=200, description=_COLUMN)
    customer_id_column: str | None = Field(None, max_length=200, description=_COLUMN)
    time_column: str | None = Field(None, max_length=200, description=_COLUMN)
    channel_column: str | None = Field(None, max_length=200, description=_COLUMN)
    branch_column: str | None = Field(None, max_length=200, description=_COLUMN)
    product_column: str | None = Field(None, max_length=200, description=_COLUMN)
    call_id_column: str | None = Field(None, max_length=200, description=_COLUMN)
    speaker_column: str | None = Field(None, max_length=200, description=_COLUMN)
    utterance_column: str | None = Field(None, max_length=200, description=_COLUMN)
    turn_time_column: str | None = Field(None, max_length=200, description=_COLUMN)
    lang: Literal["ko", "en"] = Field("ko", description="거부 사유와 보고서의 언어. / Language of reasons and report.")
    precision: Precision = None

    def columns(self) -> dict[str, str]:
        """The roles that the caller named, with their columns."""
        named = {role: getattr(self, f"{role}_column") for role in ROLES}
        return {role: name for role, name in named.items() if name}

    def options(self) -> dict[str, Any]:
        """What the job keeps, ready for JSON."""
        chosen = {} if self.precision is None else {"precision": self.precision}
        return {"columns": self.columns(), "lang": self.lang, "mask": True, **chosen}


class ClassifyForm(JobForm):
    """Fields of ``POST /v1/jobs``."""

    output: Literal["csv", "tsv", "xlsx", "jsonl", "parquet"] = Field(
        "csv", description="결과 형식. / Format of the result."
    )
    mask: bool = Field(True, description="결과에서 개인정보를 가릴지. / Whether personal data is masked in the result.")

    def options(self) -> dict[str, Any]:
        """What the job keeps, ready for JSON."""
        return super().options() | {"output": self.output, "mask": self.mask}


class AnalyzeForm(JobForm):
    """Fields of ``POST /v1/analyze``."""

    capacity: int | None = Field(
        None, ge=1, description="회복을 맡을 수 있는 고객 수. / Customers that can be won back."
    )
    now: Moment | None = Field(
        None, description="기한을 세는 기준 시각. 없으면 데이터의 마지막 시각. / Deadlines count from here."
    )

    def options(self) -> dict[str, Any]:
        """What the job keeps, ready for JSON."""
        now = self.now.isoformat() if self.now is not None else None
        return super().options() | {"capacity": self.capacity, "now": now}


F = TypeVar("F", bound=JobForm)


def form_of(kind: type[F], fields: dict[str, str]) -> F:
    """The fields of a form, checked; empty ones count as not given. Raises RequestValidationError."""
    try:
        return kind.model_validate({name: value for name, value in fields.items() if value != ""})
    except ValidationError as error:
        found = [{**item, "loc": ("body", *item["loc"])} for item in error.errors(include_url=False)]
        raise RequestValidationError(found) from error


def request_body(kind: type[JobForm]) -> dict[str, Any]:
    """OpenAPI of a form with a file."""
    schema = kind.model_json_schema()
    file = {"type": "string", "format": "binary", "description": "CSV, TSV, XLSX, JSONL, Parquet; UTF-8, CP949"}
    body = {
        "type": "object",
        "properties": {"file": file, **schema["properties"]},
        "required": ["file"],
        "additionalProperties": False,
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": body}}}}


class JobView(BaseModel):
    """A job as its caller sees it."""

    id: str = Field(examples=["4f1c2a9be0d84d1f9f0f7f2b7a9d3c55"])
    kind: Kind
    state: State
    stage: str = Field(description="classify, compute, write, pack; 시작 전이면 빈 문자열 / empty before the start")
    file_name: str = Field(examples=["11월 상담.csv"])
    model: str = Field(description="결과를 내는 모델의 버전. / Version of the model that gives the result.")
    rows: int = Field(description="마친 행 수. / Rows done.")
    rejected: int = Field(description="사용하지 못한 행 수. / Rows that could not be used.")
    bytes_done: int
    bytes_total: int
    rate: float | None = Field(description="초당 행 수. / Rows per second.")
    seconds_left: float | None
    cancel_requested: bool
    error: str | None = Field(description="실패한 이유와 다음에 할 일. / Why it failed and what to do next.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    links: dict[str, str] = Field(examples=[{"self": "/v1/jobs/4f1c…", "events": "/v1/jobs/4f1c…/events"}])


class JobList(BaseModel):
    """Jobs, newest first; ``more`` says that older ones follow behind ``offset + limit``."""

    jobs: list[JobView]
    more: bool


def view(job: Job, language: Language, root_path: str) -> JobView:
    """A job in the language of the caller, with links into the server that stands under ``root_path``."""
    base = f"{root_path}/v1/jobs/{job.id}"
    links = {"self": base, "events": f"{base}/events"}
    if job.state == "done":
        links["result"] = f"{base}/result"
        if job.rejected:
            links["rejects"] = f"{base}/rejects"
    elif job.state == "failed":
        links["resume"] = f"{base}/resume"
    if job.state in ("queued", "running", "failed"):
        links["cancel"] = f"{base}/cancel"
    return JobView(
        id=job.id,
        kind=job.kind,
        state=job.state,
        stage=job.stage,
        file_name=job.file_name,
        model=job.model,
        rows=job.rows,
        rejected=job.rejected,
        bytes_done=job.bytes_done,
        bytes_total=job.bytes_total,
        rate=job.rate,
        seconds_left=job.seconds_left,
        cancel_requested=job.cancel_requested,
        error=localized(job.error, language) if job.error is not None else None,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        links=links,
    )


def fingerprint(kind: str, options: dict[str, Any], sha256: str) -> str:
    """What makes two requests the same: what is asked, and of which file."""
    asked = json.dumps([kind, options, sha256], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(asked.encode()).hexdigest()


MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jsonl": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
}


def disposition(file_name: str, path: Path, *, rejects: bool = False) -> str:
    """``Content-Disposition`` of a download: ``상담.xlsx`` → ``상담_단골.csv`` (RFC 6266, RFC 8187)."""
    stem = Path(file_name).stem or "upload"
    suffix = path.suffix
    korean = f"{stem}_{'거부' if rejects else '단골'}{suffix}"
    plain = f"dangol-{'rejects' if rejects else 'result'}{suffix}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(korean, safe='')}"
