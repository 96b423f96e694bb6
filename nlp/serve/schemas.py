"""What requests and answers look like; the descriptions are the API's documentation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from nlp.corpus.dates import parse_time
from nlp.serve.sources import Source
from nlp.types import Scope, Turn


def _moment(value: object) -> object:
    """A time as files are read; pydantic would take numbers, and dates without separators, for seconds since 1970."""
    if value is None or isinstance(value, datetime):
        return value
    found = parse_time(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("datetime_written", "no date and time")
    return found


# No "format": "date-time": that would ask for a zone, which the times of files lack.
Moment: TypeAlias = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string"})]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnIn(_Request):
    """One utterance of a dialogue."""

    speaker: Literal["customer", "agent", "unknown"] = Field(description="누가 말했는지 · who spoke")
    text: str = Field(max_length=100_000, examples=["해지하려고요. 위약금이 얼마예요?"])


class DialogueIn(_Request):
    """A call, turn by turn · 통화를 발화별로."""

    turns: Annotated[tuple[TurnIn, ...], Field(min_length=1, max_length=5_000)]


class TextIn(_Request):
    """A text as an object · 글 하나."""

    text: str = Field(max_length=1_000_000, examples=["배송이 2주나 걸렸어요"])


class TextWithId(TextIn):
    """A line of a stream · 스트리밍으로 보내는 글."""

    id: str | None = Field(None, max_length=200)


class DialogueWithId(DialogueIn):
    """A line of a stream · 스트리밍으로 보내는 통화."""

    id: str | None = Field(None, max_length=200)


def _tag(value: object) -> str:
    """Which of the three a value wants to be, so that an error speaks of that one alone."""
    if isinstance(value, dict):
        return "Dialogue" if "turns" in value else "Object"
    return "Dialogue" if isinstance(value, DialogueIn) else "Object" if isinstance(value, TextIn) else "Text"


TextOrDialogue: TypeAlias = Annotated[
    Annotated[str, Tag("Text")] | Annotated[TextIn, Tag("Object")] | Annotated[DialogueIn, Tag("Dialogue")],
    Discriminator(_tag),
]
StreamItem: TypeAlias = Annotated[
    Annotated[str, Tag("Text")] | Annotated[TextWithId, Tag("Object")] | Annotated[DialogueWithId, Tag("Dialogue")],
    Discriminator(_tag),
]


Precision: TypeAlias = Annotated[
    float | None,
    Field(
        gt=0.0,
        lt=1.0,
        description="붙인 라벨 가운데 맞는 비율. 모델에 기준값이 있는 정밀도만 · "
        "precision to decide at, one that the model has thresholds for",
        examples=[0.9],
    ),
]


class PredictIn(_Request):
    """Texts to label · 라벨을 붙일 글."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"texts": ["배송이 2주나 걸렸는데 상담원이 기다리라는 말만 해요"], "probabilities": True},
                {
                    "texts": [
                        {
                            "turns": [
                                {"speaker": "agent", "text": "무엇을 도와드릴까요?"},
                                {"speaker": "customer", "text": "요금이 올라서 해지하려고요."},
                            ]
                        }
                    ],
                    "evidence": True,
                },
            ]
        }
    )

    texts: tuple[TextOrDialogue, ...] = Field(min_length=1, description="글이나 대화의 목록 · texts or dialogues")
    probabilities: bool = Field(False, description="모든 라벨의 확률도 함께 · also the probability of every label")
    evidence: bool = Field(
        False, description="원인별 근거 문장도 함께(시간이 두 배쯤 걸림) · also the sentence behind each cause"
    )
    masked_text: bool = Field(False, description="개인정보를 가린 글도 함께 · also the text without personal data")
    mask: bool = Field(
        True, description="개인정보를 가리고 읽음. 이미 가린 글일 때만 끌 것 · off only for masked texts"
    )
    precision: Precision = None


class EvidenceOut(BaseModel):
    """A sentence of the masked text, at ``[start, end)``."""

    text: str = Field(examples=["배송이 2주나 걸렸어요"])
    start: int
    end: int
    probability: float


class PredictionOut(BaseModel):
    """What the model says of one text."""

    scope: Scope = Field(
        description="글이 무엇인지: 불만, 불만 아님, 낯선 글, 한국어 아님, 고객의 말 없음 · "
        "what the text is; labels of `not_korean` and `no_words` mean nothing, those of `unlike` should be looked at",
        examples=["complaint"],
    )
    labels: dict[str, str | list[str]] = Field(
        description="묶음별로 정한 라벨 · decided labels by group",
        examples=[{"cause": ["inconvenience"], "sentiment": "negative", "severity": "2"}],
    )
    abstained: list[str] = Field(description="사람이 보아야 할 묶음 · groups left to a person", examples=[[]])
    probabilities: dict[str, float] | None = Field(None, examples=[{"cause:price": 0.12}])
    evidence: dict[str, EvidenceOut] | None = Field(None, description="원인별 근거 문장 · sentence behind each cause")
    masked_text: str | None = None


class PredictOut(BaseModel):
    """One prediction per text, in order."""

    model: str = Field(description="모델 버전과 지문 · version and digest", examples=["dangol-ko-2+0f3c9a1b"])
    predictions: list[PredictionOut]


class StreamLine(BaseModel):
    """One line of the answer to ``/v1/predict/stream``."""

    line: int = Field(description="줄 번호, 1부터 · from 1")
    id: str | None = None
    prediction: PredictionOut | None = None
    error: dict[str, Any] | None = Field(None, description="code, detail")


class DocumentIn(_Request):
    """A text with what is known of its customer. Columns in ``fields`` are recognised by name as in files."""

    id: str = Field(max_length=200, examples=["VOC-1"])
    text: str | None = Field(None, examples=["또 고장이네요. 해지하겠습니다."])
    turns: tuple[TurnIn, ...] = Field((), max_length=5_000)
    customer_id: str | None = Field(None, max_length=200, examples=["C-77"])
    time: Moment | None = Field(
        None,
        description="한국 시각. 시간대가 있으면 한국 시각으로 바꿈 · Korean time; one with a zone is turned into it",
        examples=["2026-11-20T14:03:00"],
    )
    channel: str | None = Field(None, max_length=200, examples=["콜센터"])
    branch: str | None = Field(None, max_length=200)
    product: str | None = Field(None, max_length=200)
    fields: dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=1_000)]] = Field(
        default_factory=dict,
        max_length=200,
        description="고객 정보 열. 이름은 파일의 열 이름과 같음 · customer columns, named as in files",
        examples=[{"월매출(원)": "55000", "가입기간": "24개월", "등급": "VIP"}],
    )


class RankIn(_Request):
    """Documents to rank · 순위를 매길 문서."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "documents": [
                        {
                            "id": "VOC-1",
                            "text": "또 고장이네요. 세 번째입니다. 해지하겠습니다.",
                            "customer_id": "C-77",
                            "time": "2026-11-20T14:03:00",
                            "fields": {"월매출(원)": "55000", "가입기간": "24개월"},
                        },
                        {"id": "VOC-2", "text": "포장이 조금 구겨져서 왔어요.", "customer_id": "C-12"},
                    ],
                    "now": "2026-11-22T09:00:00",
                    "capacity": 1,
                }
            ]
        }
    )

    documents: tuple[DocumentIn, ...] = Field(min_length=1, max_length=10_000)
    now: Moment | None = Field(
        None, description="기한을 세는 기준 시각. 없으면 문서의 마지막 시각 · moment that deadlines count from"
    )
    capacity: int | None = Field(
        None, ge=1, le=1_000_000, description="맡을 수 있는 고객 수 · cases that can be worked on"
    )
    evidence: bool = Field(False, description="근거 문장도 함께 · also evidence sentences")
    mask: bool = True


class WordsOut(BaseModel):
    """One text in two languages."""

    code: str
    ko: str
    en: str


class ContributionOut(BaseModel):
    """Part of one factor in the gain, in won."""

    factor: str
    name: WordsOut
    won: float


class ActionOut(BaseModel):
    """A suggested action."""

    id: str
    kind: Literal["recovery", "tactic", "success"]
    justice: Literal["distributive", "procedural", "interactional"]
    ko: str
    en: str
    source: str


WallClock: TypeAlias = Annotated[
    str,
    Field(
        description="한국 시각, 시간대 표시 없음 · as a clock shows it, without a zone",
        examples=["2026-11-23T14:03:00"],
    ),
]


class CaseOut(BaseModel):
    """One customer (or one document without a customer) in the queue; money in won, times without a zone."""

    id: str
    known_customer: bool
    rank: int
    rank_low: int
    rank_high: int
    within_capacity: float | None
    tier: Literal["urgent", "person", "ordinary"]
    gain: float
    value: float
    value_sources: dict[str, float]
    p_leave_ignored: float
    p_leave_recovered: float
    speed: Literal["fast", "slow"]
    urgency: float
    deadline: WallClock | None
    stage: Literal["before", "during", "after"]
    outcome: Literal["unknown", "failed", "recovered", "closed"]
    involuntary: bool
    repeated: float
    documents: list[str]
    contributions: list[ContributionOut]
    evidence: list[str]
    actions: list[ActionOut]


class RankOut(BaseModel):
    """Cases, the first to win back first."""

    model: str
    now: WallClock
    cases: list[CaseOut]
    notes: list[WordsOut] = Field(description="없는 열과 추가하면 알 수 있는 것 · what is missing")


class ModelOut(BaseModel):
    """The live model and those that could be."""

    model: str = Field(examples=["dangol-ko-2+0f3c9a1b"])
    loaded_at: datetime
    max_length: int = Field(description="한 번에 읽는 토큰 수 · tokens of a window", examples=[320])
    available: list[str] = Field(description="서비스할 모델로 고를 수 있는 폴더 이름 · folders that can be made live")
    problem: str | None = Field(None, description="마지막 교체가 실패한 이유 · why the last swap failed")


class LiveIn(_Request):
    """The model to make live."""

    model: str = Field(
        max_length=200, description="모델 폴더 이름 · name of the model folder", examples=["dangol-ko-2"]
    )


class LabelOut(BaseModel):
    """One label."""

    id: str
    ko: str
    en: str
    definition: str


class GroupOut(BaseModel):
    """Labels that answer one question."""

    id: str
    kind: Literal["any-of", "one-of"]
    ko: str
    en: str
    definition: str
    ordinal: bool
    labels: list[LabelOut]


class TaxonomyOut(BaseModel):
    """The labels of the live model."""

    version: str
    groups: list[GroupOut]


class HealthOut(BaseModel):
    """The state of the process."""

    status: Literal["ok"]


def source_of(item: str | TextIn | DialogueIn) -> Source:
    """What the engine takes."""
    if isinstance(item, DialogueIn):
        return Source("", tuple(Turn(speaker=turn.speaker, text=turn.text) for turn in item.turns))
    return Source(item if isinstance(item, str) else item.text)
