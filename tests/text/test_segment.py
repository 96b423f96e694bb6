"""Dialogues become turns, texts become sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.segment import clauses, has_unmarked_agent, sentences, turn_spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("상담원: 무엇을 도와드릴까요\n고객: 해지요", ["agent", "customer"]),
        ("고객님 : 왜 안 와요\n상담사 : 죄송합니다", ["customer", "agent"]),
        ("[상담원] 네 [고객] 요금이 이상해요", ["agent", "customer"]),
        ("(고객) 여보세요 (상담원) 네", ["customer", "agent"]),
        ("상담원(10:02): 네\n고객(10:03): 아니요", ["agent", "customer"]),
        ("- 상담원: 네\n- 고객: 아니요", ["agent", "customer"]),
        ("상담원: 네 고객: 요금이요 상담원: 확인해 드릴게요", ["agent", "customer", "agent"]),
        ("직원: 뭐요\n손님: 왜 반말이세요", ["agent", "customer"]),
        ("A: 감사합니다 여울텔레콤 고객센터입니다\nB: 해지요", ["agent", "customer"]),
        ("A: 인터넷이 안 돼요\nB: 무엇을 도와드릴까요 고객님\nA: 해지요", ["customer", "agent", "customer"]),
        ("화자1: 네 고객님 확인해 드리겠습니다\n화자2: 빨리요", ["agent", "customer"]),
        ("S1: 여보세요\nS2: 네", ["unknown", "unknown"]),
        ("여보세요\n상담원: 네\n고객: 해지요", ["unknown", "agent", "customer"]),
        ("고객: 한마디만 할게요", ["customer"]),
        ("(상) 무엇을 도와드릴까요 (고) 해지요", ["agent", "customer"]),
        ("상: 네\n고: 해지요", ["agent", "customer"]),
        ("고객 00:05 해지요\n상담원 00:09 네", ["customer", "agent"]),
        ("참석자 1 00:05\n무엇을 도와드릴까요\n참석자 2 00:09\n해지요", ["agent", "customer"]),
        ("고객\n해지요\n상담원\n네", ["customer", "agent"]),
        ("고객> 해지요\n상담사> 네", ["customer", "agent"]),
        ("고객 - 해지요\n상담사 - 네", ["customer", "agent"]),
        ("spk_0: 무엇을 도와드릴까요\nspk_1: 해지요", ["agent", "customer"]),
        ("상담사([이름]): 네\n고객([이름]): 해지요", ["agent", "customer"]),
        ("챗봇: 해지하시나요?\n고객: 아니요\n상담사 [이름] : 네\n단비봇: 끝", ["agent", "customer", "agent", "agent"]),
        (
            "ARS: 0번을 눌러 주세요 고객: 네 팀장: 바꿨습니다 고객 가족: 저기요",
            ["agent", "customer", "agent", "customer"],
        ),
        ("문의내용: 인터넷 끊김 / 처리내용: 사과드림", ["customer", "agent"]),
    ],
)
def test_speakers_of_a_dialogue(text: str, expected: list[str]) -> None:
    assert [turn.speaker for turn in turn_spans(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "배송이 늦어요",
        "가격: 비쌈",
        "장점: 싸다 단점: 느리다",
        "가격: 비쌈\n직원: 불친절\n시설: 낡음",
        "맛: 별로, 직원: 불친절, 손님: 많음, 가격: 비쌈",
        "A: 만족",
        "평점은 A: 좋음 B: 나쁨",
        "고객 해지 요청함. 요금 과다 청구 주장",
        "오후 3:00에 전화했더니 상담원이 끊었어요",
        '상담원이 "고객님은 몰라도 된다"고 했어요',
        "배송: 느림 / 포장: 엉망",
        "불만 강도(상) 빈도(중)",
        "상담원 10:00 통화, 위약금이 비싸다고 함",
        "고객 - 요금 과다 주장",
        "고객\n요금 과다 주장",
        "팀장: 사과함\n시스템: 오류",
        "",
    ],
)
def test_what_is_no_dialogue(text: str) -> None:
    assert turn_spans(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "[00:00:01] 상담원: 네\n[00:00:05] 고객: 해지\n[00:00:09] 상담원: 네",
        "(00:01) 상담원 : 네 (00:05) 고객 : 해지 (00:09) 상담원 : 네",
        "00:01 상담원: 네\n00:05 고객: 해지\n00:09 상담원: 네",
        "[상담원] [오전 10:01] 네\n[고객] [오전 10:02] 해지\n[상담원] [오전 10:03] 네",
        "2026-11-20 10:00:11 [상담원] 네\n2026-11-20 10:00:12 [고객] 해지\n2026-11-20 10:00:13 [상담원] 네",
        "상담원 (10:01)\n네\n고객 (10:02)\n해지\n상담원 (10:03)\n네",
    ],
)
def test_times_around_marks_are_nobodys_words(text: str) -> None:
    assert [text[turn.start : turn.end] for turn in turn_spans(text)] == ["네", "해지", "네"]


@pytest.mark.parametrize(
    "answered",
    [
        "-----Original Message-----\nFrom: 고객센터\n늦어서 죄송합니다",
        "2026년 11월 19일 (목) 오후 3:00, 고객센터 <help@a.kr>님이 작성:\n> 늦어서 죄송합니다",
        "보낸 사람: 고객센터\n날짜: 2026-11-19\n늦어서 죄송합니다",
    ],
)
def test_the_mail_that_a_mail_answers_is_not_the_customers(answered: str) -> None:
    text = f"환불이 안 됐어요\n\n{answered}"
    first, second = turn_spans(text)
    assert (first.speaker, text[first.start : first.end]) == ("customer", "환불이 안 됐어요")
    assert (second.speaker, text[second.start : second.end]) == ("agent", answered)
    assert turn_spans(answered) == ()


def test_a_time_that_was_said_stays() -> None:
    text = "고객: 오후 3:00 상담원: 네 고객: 3:30"
    assert text[turn_spans(text)[0].start : turn_spans(text)[0].end] == "오후 3:00"


@pytest.mark.parametrize(
    ("text", "unmarked"),
    [
        ("무엇을 도와드릴까요 해지요 고객님 확인해 드리겠습니다 네", True),
        ("상담원: 무엇을 도와드릴까요 고객: 해지요 상담원: 고객님 확인해 드리겠습니다", False),
        ("상담사 나은채: 무엇을 도와드릴까요\n고객: 해지요\n상담사 나은채: 고객님 확인해 드리겠습니다", False),
        ("고객님 고객님 하면서 고객님이 잘못했대요", False),
        ("확인해 드린다더니 연락이 없어요", False),
    ],
)
def test_an_agent_whom_no_mark_tells_from_the_customer_is_noticed(text: str, unmarked: bool) -> None:
    assert has_unmarked_agent(text) is unmarked


def test_turns_hold_what_was_said_without_marks() -> None:
    text = "상담원: 네  \n고객:  해지\n하고 싶어요 "
    assert [text[turn.start : turn.end] for turn in turn_spans(text)] == ["네", "해지\n하고 싶어요"]


@given(
    st.lists(st.sampled_from(["고객: ", "상담원: ", "A: ", "B: ", "[고객] ", "\n", " ", "네", "해지요."]), max_size=12)
)
def test_turns_lie_in_the_text_in_order(parts: list[str]) -> None:
    text, last = "".join(parts), 0
    for span in turn_spans(text):
        assert last <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip()
        last = span.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("늦어요. 환불해 주세요!", ["늦어요.", "환불해 주세요!"]),
        ("너무 늦었어요 환불해 주세요", ["너무 늦었어요", "환불해 주세요"]),
        ("주문했습니다 아직 안 왔습니다", ["주문했습니다", "아직 안 왔습니다"]),
        ("별로예요.다시는 안 가요", ["별로예요.", "다시는 안 가요"]),
        ("최악이네ㅋㅋㅋ 다시는 안 감", ["최악이네ㅋㅋㅋ", "다시는 안 감"]),
        ("진짜 실망이에요 ㅠㅠ 환불요", ["진짜 실망이에요 ㅠㅠ", "환불요"]),
        ("첫 줄\n둘째 줄", ["첫 줄", "둘째 줄"]),
        ("3.5점 주고 v2.0 쓰는 중", ["3.5점 주고 v2.0 쓰는 중"]),
        ("곧 됩니다 라고 했는데 안 됨", ["곧 됩니다 라고 했는데 안 됨"]),
        ("곧 됩니다.\n하고 싶은 말은 많아요", ["곧 됩니다.", "하고 싶은 말은 많아요"]),
        ("제가 갔는데요 직원이 없었어요", ["제가 갔는데요 직원이 없었어요"]),
        ("화나요!!! ㅡㅡ", ["화나요!!! ㅡㅡ"]),
        ("...", ["..."]),
        ("  ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(alphabet='가요다니습 .!?\nㅋㅠ했어a3"', max_size=40))
def test_sentences_cover_every_character_but_blanks_once(text: str) -> None:
    spans = sentences(text)
    covered = [position for start, end in spans for position in range(start, end)]
    assert len(covered) == len(set(covered))
    assert covered == sorted(covered)
    assert {i for i, c in enumerate(text) if not c.isspace()} <= set(covered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("배송이 늦었는데 연락도 없고 상담원은 모른대요", ["배송이 늦었는데 연락도 없고 상담원은 모른대요"]),
        (
            "지난주 월요일에 냉장고를 주문했는데 배송 기사님은 연락도 없이 안 오시고 고객센터에 전화했더니 "
            "자기들은 모른다고만 해서 결국 반차까지 쓰고 기다렸습니다",
            [
                "지난주 월요일에 냉장고를 주문했는데",
                "배송 기사님은 연락도 없이 안 오시고",
                "고객센터에 전화했더니 자기들은 모른다고만 해서",
                "결국 반차까지 쓰고 기다렸습니다",
            ],
        ),
        (
            "배달이한시간이나늦었는데전화한통도없었고음식은다식어서왔습니다사장님께말했지만환불은절대안된다고하시네요",
            [
                "배달이한시간이나늦었는데",
                "전화한통도없었고음식은다식어서왔습니다",
                "사장님께말했지만환불은절대안된다고하시네요",
            ],
        ),
    ],
)
def test_long_sentences_come_apart_after_connective_endings(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in clauses(text, 0, len(text), longest=45)] == expected


def test_words_without_any_ending_are_cut_at_blanks() -> None:
    text = "가나다라 " * 60

    pieces = clauses(text, 0, len(text))

    assert all(12 <= end - start <= 90 for start, end in pieces)


RUN_ON = st.lists(
    st.sampled_from(["가나다", " ", "했는데", "하고 ", ", ", "습니다", "  ", "a", "\n", "요"]), max_size=60
)


@given(RUN_ON.map("".join), st.integers(5, 40))
def test_clauses_cover_every_character_but_blanks_once(text: str, longest: int) -> None:
    for start, end in sentences(text):
        spans = clauses(text, start, end, longest=longest, shortest=4)
        covered = [position for left, right in spans for position in range(left, right)]
        assert covered == sorted(set(covered))
        assert {at for at in range(start, end) if not text[at].isspace()} <= set(covered) <= set(range(start, end))
