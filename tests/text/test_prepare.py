"""The one road from text to model input."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.prepare import prepare, render
from nlp.types import Turn

CALL = (
    Turn(speaker="agent", text="감사합니다 여울텔레콤 상담사 김민수입니다 무엇을 도와드릴까요"),
    Turn(speaker="customer", text="인터넷이 또 끊겨요 벌써 세 번째예요"),
    Turn(speaker="agent", text="주민번호 앞자리 말씀해 주시겠어요"),
    Turn(speaker="customer", text="구공공일일오요"),
    Turn(speaker="unknown", text="그냥 해지할게요"),
)


def test_plain_text_is_read_as_a_whole() -> None:
    prepared = prepare("배송이  너무\t늦어요!!!!! 010-1234-5678로 연락 주세요")
    assert prepared.masked == "배송이 너무 늦어요!! [전화번호]로 연락 주세요"
    assert prepared.customer == prepared.masked
    assert prepared.agent == ""
    assert prepared.turns == ()


def test_a_call_is_read_from_the_customers_turns() -> None:
    prepared = prepare("", turns=CALL)
    assert prepared.customer == "인터넷이 또 끊겨요 벌써 세 번째예요 [주민등록번호]요 그냥 해지할게요"
    assert prepared.agent.startswith("감사합니다 여울텔레콤 상담사 [이름]입니다")
    assert [turn.speaker for turn in prepared.turns] == ["agent", "customer", "agent", "customer", "unknown"]
    assert prepared.source == render(CALL)


def test_a_call_reads_the_same_as_turns_and_as_text() -> None:
    as_turns, as_text = prepare("", turns=CALL), prepare(render(CALL))
    assert (as_turns.customer, as_turns.agent, as_turns.masked) == (
        as_text.customer,
        as_text.agent,
        as_text.masked,
    )


def test_a_dialogue_without_a_customer_is_read_as_a_whole() -> None:
    prepared = prepare("상담원: 네 고객님\n상담원: 해지 접수했습니다")
    assert prepared.customer == prepared.masked
    assert prepared.agent == "네 고객님 해지 접수했습니다"


def test_an_agents_memo_is_plain_text() -> None:
    memo = "고객 해지 요청함. 요금 과다 청구 주장"
    assert prepare(memo).turns == ()
    assert prepare(memo).customer == memo


def test_personal_data_stays_when_masking_is_off() -> None:
    assert prepare("010-1234-5678", mask=False).masked == "010-1234-5678"


@pytest.mark.parametrize("part", ["늦어요", "연락", "배송이"])
def test_spans_lead_back_to_the_source(part: str) -> None:
    source = "\u200b배송이   너무   늦어요!!!!!!! 010-1234-5678로\r\n\r\n연락 주세요"
    prepared = prepare(source)
    start = prepared.masked.index(part)
    left, right = prepared.to_source(start, start + len(part))
    assert source[left:right] == part


def test_a_masked_token_leads_back_to_what_it_hides() -> None:
    prepared = prepare("제 번호는   010-1234-5678이에요")
    start = prepared.masked.index("[전화번호]")
    left, right = prepared.to_source(start, start + len("[전화번호]"))
    assert prepared.source[left:right] == "010-1234-5678"


def test_spans_of_the_customers_words_lead_to_the_masked_text() -> None:
    prepared = prepare("", turns=CALL)
    for part in ("세 번째", "해지할게요", "[주민등록번호]"):
        start = prepared.customer.index(part)
        left, right = prepared.customer_to_masked(start, start + len(part))
        assert prepared.masked[left:right] == part


SNIPPETS = [
    "고객: ",
    "상담원: ",
    "A: ",
    "B: ",
    "\n",
    "  ",
    "ㅋㅋㅋㅋ",
    "!!!!",
    "010-1234-5678",
    "공일공 일이삼사 오육칠팔",
    "성함이 어떻게 되세요",
    "김민수요",
    "주민번호 앞자리 불러주세요",
    "구공공일일오",
    "환불해 주세요",
    "&amp;lt;",
    "\u200b",
]


@given(st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=5), max_size=12).map("".join))
def test_preparing_prepared_text_changes_nothing(text: str) -> None:
    once = prepare(text)
    twice = prepare(once.masked)
    assert twice.masked == once.masked
    assert twice.customer == once.customer
    assert twice.turns == once.turns


@given(st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=5), max_size=12).map("".join), st.data())
def test_every_span_maps_into_the_source(text: str, data: st.DataObject) -> None:
    prepared = prepare(text)
    start = data.draw(st.integers(0, len(prepared.masked)))
    end = data.draw(st.integers(start, len(prepared.masked)))
    left, right = prepared.to_source(start, end)
    assert 0 <= left <= right <= len(text)


def test_importing_it_loads_no_heavy_package() -> None:
    code = "import sys, nlp.text.prepare; print([m for m in ('ko_pii', 'kiwipiepy', 'konlpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
