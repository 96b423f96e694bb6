"""Cleaning keeps the meaning and the way back."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp.text.normalize import normalize

NOISY = st.lists(
    st.sampled_from(
        [
            "ㅋㅋㅋㅋ",
            "ㅎㅋㅎㅋ",
            "ㅠㅜㅠㅜ",
            "!!!!",
            "?!?!",
            "~~~",
            "....",
            "\u200b",
            "\ufeff",
            "\u200d",
            "\xa0",
            "\u3000",
            "\r\n",
            "\n\n\n",
            "<br>",
            "<BR/>",
            "</p>",
            "&amp;",
            "amp;",
            "&nbsp;",
            "&#8203;",
            "&lt;",
            "br",
            "&gt;",
            "👨",
            "👩",
            unicodedata.normalize("NFD", "각하"),
            "ᄀ",
            "ᅡ",
            "ᆨ",
            "é",
            "क़",
            "�",
            "해지",
            " ",
        ]
    )
    | st.text(max_size=4),
    max_size=10,
).map("".join)


@pytest.mark.parametrize(
    ("source", "clean"),
    [
        ("진짜ㅋㅋㅋㅋㅋㅋ 최악", "진짜ㅋㅋ 최악"),
        ("ㅠㅜㅠㅜㅠ 슬퍼요", "ㅠㅜ 슬퍼요"),
        ("ㅋㅋ 두 번은 그대로", "ㅋㅋ 두 번은 그대로"),
        ("왜요?????!!!", "왜요??"),
        ("글쎄요.......", "글쎄요.."),
        ("네~~~~ 그러세요;;;;", "네~~ 그러세요;;"),
        ("ㄷㄷㄷㄷ ㅡㅡㅡㅡ", "ㄷㄷ ㅡㅡ"),
        ("  앞뒤   가운데\t\t공백  ", "앞뒤 가운데 공백"),
        ("첫 줄\r\n\r\n  둘째 줄\u2028셋째", "첫 줄\n둘째 줄\n셋째"),
        ("고객:\u00a0네\u3000네", "고객: 네 네"),
        ("보이지\u200b않는\ufeff 글자\x00", "보이지않는 글자"),
        ("한 줄<br/>두 줄<p>세 줄</p>", "한 줄\n두 줄\n세 줄"),
        ("A&amp;S 3&lt;5 &quot;말&quot;", 'A&S 3<5 "말"'),
        ("&amp;amp;nbsp;두 겹", "두 겹"),
        (unicodedata.normalize("NFD", "맥북 케이스"), "맥북 케이스"),
        ("화나요😡😡 👨‍👩‍👧 가족 ❤️", "화나요😡😡 👨‍👩‍👧 가족 ❤️"),
        ("35,000원 1000000원 3.5점", "35,000원 1000000원 3.5점"),
        ("와아아아아 하하하하", "와아아아아 하하하하"),
        ("외톨이 \ud83d 글자", "외톨이 글자"),
        ("", ""),
        (" \n\u200b ", ""),
    ],
)
def test_cleaning(source: str, clean: str) -> None:
    assert normalize(source).text == clean


@given(NOISY)
@example("&amp;lt;br&amp;gt;")
@example("\u1100\u200b\u1161\u11a8")
def test_cleaning_clean_text_changes_nothing(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once


@pytest.mark.parametrize("nested", ["&" + "amp;" * 5000 + "lt;", "&#5" * 4000 + "6" + ";" * 4000])
def test_entities_nested_without_end_take_no_time_without_end(nested: str) -> None:
    assert len(normalize(nested).alignment.steps) <= 12


@given(NOISY)
def test_clean_text_is_composed_and_can_be_stored(text: str) -> None:
    clean = normalize(text).text
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == clean.strip()
    clean.encode("utf-8")


@given(NOISY)
def test_characters_lead_back_in_order_and_within_the_source(text: str) -> None:
    normalized = normalize(text)
    last = 0
    for position in range(len(normalized.text)):
        start, end = normalized.alignment.to_source(position, position + 1)
        assert last <= start < end <= len(text)
        last = start


@given(st.text(alphabet="가나다 ㅋ!\n", max_size=30))
def test_an_untouched_character_leads_back_to_itself(text: str) -> None:
    normalized = normalize(text)
    for position, character in enumerate(normalized.text):
        start, end = normalized.alignment.to_source(position, position + 1)
        if character in "가나다":
            assert text[start:end] == character


def test_a_shortened_run_leads_back_to_the_whole_run() -> None:
    normalized = normalize("아ㅋㅋㅋㅋㅋ네")
    assert normalized.text == "아ㅋㅋ네"
    assert normalized.alignment.to_source(1, 3) == (1, 6)
    assert normalized.alignment.to_source(3, 4) == (6, 7)
