from __future__ import annotations

import math
import string
import tomllib

import pytest

from nlp.recovery.actions import actions
from nlp.recovery.priors import Priors
from nlp.recovery.texts import sourced
from nlp.report.words import (
    Words,
    broken,
    number,
    percent,
    percent_range,
    plain,
    points,
    say,
    short,
    short_names,
    texts_of,
    won,
)
from nlp.resources import data_path
from nlp.wom.estimates import Estimate


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("가격", "‘가격’을"),
        ("윤리 문제", "‘윤리 문제’를"),
        ("핵심 서비스 실패", "‘핵심 서비스 실패’를"),
        ("SKT", "‘SKT’를"),
        ("Hotel", "‘Hotel’을"),
        ("지점 3", "‘지점 3’을"),
        ("강남점(1호)", "‘강남점(1호)’을"),
        ("앱 리뷰(구글)", "‘앱 리뷰(구글)’를"),
        ("(본점)", "‘(본점)’을"),
        ("할인 50%", "‘할인 50%’를"),
        ("U+", "‘U+’를"),
        ("야호!", "‘야호!’를"),
    ],
)
def test_a_particle_fits_the_word_before_it(word: str, sentence: str) -> None:
    said = say("headline", "top_cause", n="1", share="1%", range="", cause=plain(word))
    assert sentence in said.ko


@pytest.mark.parametrize(("score", "read"), [("0.60", "0.60으로"), ("0.67", "0.67로"), ("0.65", "0.65로")])
def test_a_score_is_followed_by_the_particle_that_its_last_digit_takes(score: str, read: str) -> None:
    said = say("evaluation", "gains", group=plain("원인"), full="0.5", at=score, gain="+1.0", range="")
    assert read in said.ko


def test_a_word_of_two_languages_is_filled_in_each_of_them() -> None:
    said = say("chart", "causes", cause=Words(code="price", ko="가격", en="Price"), share="3%")
    assert ("가격" in said.ko, "Price" in said.en) == (True, True)
    assert "가격" not in said.en


def test_a_long_name_keeps_its_end_and_is_whole_where_two_would_look_alike() -> None:
    assert short("delivery_two_periods.csv:224") == "delivery_two_….csv:224"
    assert short("강남점") == "강남점"
    long = [f"{'가' * 30}{middle}{'나' * 10}" for middle in "다라"]
    assert list(short_names(long).values()) == long


@pytest.mark.parametrize(
    ("share", "text"), [(0.314, "31%"), (0.0314, "3.1%"), (0.0, "0%"), (1.0, "100%"), (math.nan, "–"), (0.0997, "10%")]
)
def test_a_share_is_written_as_a_percentage(share: float, text: str) -> None:
    assert percent(share) == text


def test_an_interval_gives_both_bounds() -> None:
    assert percent_range(Estimate(value=0.3, low=0.28, high=0.34)) == "28–34%"


@pytest.mark.parametrize(("change", "text"), [(0.12, "+12.0"), (-0.0001, "0.0"), (-0.031, "−3.1"), (math.nan, "–")])
def test_a_change_keeps_its_sign(change: float, text: str) -> None:
    assert points(change) == text


@pytest.mark.parametrize(
    ("amount", "ko", "en"),
    [
        (89_487, "8.9만 원", "₩89.5k"),
        (-39_408, "−3.9만 원", "−₩39.4k"),
        (2_711_333, "271만 원", "₩2,711k"),
        (1_234_567_890, "12.3억 원", "₩1,235M"),
        (1_494, "1,500원", "₩1,500"),
        (-20, "0원", "₩0"),
    ],
)
def test_money_is_rounded_because_it_rests_on_assumptions(amount: float, ko: str, en: str) -> None:
    assert (won(amount).ko, won(amount).en) == (ko, en)


def test_counts_have_their_thousands_separated() -> None:
    assert number(1234567) == "1,234,567"


def test_a_long_name_breaks_near_its_middle() -> None:
    assert broken(plain("실패에 대한 종업원 반응")).ko == "실패에 대한<br>종업원 반응"
    assert broken(plain("가격")).ko == "가격"


def test_units_and_sources_have_korean_wordings_and_no_wording_is_left_over() -> None:
    constants = Priors.load()
    written = {text for constant in constants for text in (constant.unit, constant.source)}
    written |= {action.source for action in actions()}
    korean = tomllib.loads(data_path("priors.ko.toml").read_text(encoding="utf-8"))
    assert set(korean) - {"your own file of priors"} == written
    assert sourced("no source").ko == "출처 없음"
    assert sourced("원가팀 2026").ko == sourced("원가팀 2026").en == "원가팀 2026"


def test_every_text_has_both_languages_and_the_same_blanks() -> None:
    table = tomllib.loads(data_path("report_texts.toml").read_text(encoding="utf-8"))
    for kind, entries in table.items():
        for code, entry in entries.items():
            blanks = {
                lang: {name for _, name, _, _ in string.Formatter().parse(entry[lang]) if name} for lang in ("ko", "en")
            }
            assert entry["ko"].strip(), (kind, code)
            assert entry["en"].strip(), (kind, code)
            assert blanks["ko"] == blanks["en"], (kind, code)


def test_a_definition_has_a_term_and_a_meaning() -> None:
    for entry in texts_of("definition").values():
        assert entry.ko.count("|") == 1
        assert entry.en.count("|") == 1
