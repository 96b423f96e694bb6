import math

import numpy as np
import pytest
from wom_tables import built, table

from nlp.errors import InputError
from nlp.taxonomy import Taxonomy
from nlp.wom.channels import channel_kinds, load_channels, visibility
from nlp.wom.wordofmouth import word_of_mouth

AGAINST = {"response": ["negative_wom"], "sentiment": "negative"}
FOR = {"response": ["positive_wom"], "sentiment": "positive"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("리뷰", "public"),
        ("네이버 플레이스", "public"),
        ("Google Play", "public"),
        ("앱스토어 평점", "public"),
        ("맘카페", "public"),
        ("인스타그램", "public"),
        ("자유 게시판", "public"),
        ("홈페이지 게시판", "public"),
        ("앱 리뷰", "public"),
        ("Hotels.com 후기", "public"),
        ("홈페이지", "private"),
        ("앱", "private"),
        ("대리점", "private"),
        ("전화", "private"),
        ("콜센터", "private"),
        ("리뷰 상담 전화", "private"),
        ("채팅상담", "private"),
        ("상담 메모", "private"),
        ("e-mail", "private"),
        ("1:1 문의", "private"),
        ("고객의 소리", "private"),
        ("VOC", "private"),
        ("카카오톡 상담톡", "private"),
        ("가나다", "unknown"),
        ("review", "public"),
        ("board", "public"),
        ("social", "public"),
        ("call", "private"),
        ("chat", "private"),
        ("memo", "private"),
        ("email", "private"),
    ],
)
def test_a_channel_is_public_or_private_by_its_name(name, kind):
    assert visibility(name, load_channels()) == kind


def test_channels_of_the_users_own_table_are_used(tmp_path):
    path = tmp_path / "channels.toml"
    path.write_text('[[channel]]\nkind = "public"\nname = "wall"\nwords = ["담벼락"]\n', encoding="utf-8")
    kinds = channel_kinds(table([{"channel": "담벼락"}, {"channel": "리뷰"}]), load_channels(path))
    assert kinds.public.tolist() == [True, False]
    assert kinds.unknown == ("리뷰",)


@pytest.mark.parametrize("text", ["", "[[channel]]\nname = 1", '[[channel]]\nkind="odd"\nname="a"\nwords=["a"]', "="])
def test_a_file_that_is_no_table_of_channels_is_refused_by_name(tmp_path, text):
    path = tmp_path / "channels.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"channels\.toml"):
        load_channels(path)


def test_public_texts_are_word_of_mouth_and_private_ones_only_report_it():
    rows = [
        {"channel": "리뷰", **AGAINST},
        {"channel": "게시판", **FOR},
        {"channel": "리뷰"},
        {"channel": "전화", **AGAINST},
    ]
    found = word_of_mouth(table(rows))
    public, private = found.voices
    assert (public.side, public.volume, public.responses["negative_wom"].value) == ("public", 3, pytest.approx(1 / 3))
    assert (private.side, private.volume, private.responses["negative_wom"].value) == ("private", 1, 1.0)


def test_net_advocacy_is_advice_minus_dissuasion_and_valence_positive_minus_negative():
    found = word_of_mouth(table([{"channel": "리뷰", **row} for row in (FOR, FOR, FOR, AGAINST)]))
    voice = found.voices[0]
    assert voice.net_advocacy.value == 0.5
    assert voice.valence.value == 0.5
    assert voice.net_advocacy.low < 0.5 < voice.net_advocacy.high


def test_a_text_that_both_advises_and_dissuades_moves_the_net_by_nothing():
    both = {"channel": "리뷰", "response": ["negative_wom", "positive_wom"]}
    assert word_of_mouth(table([both, both])).voices[0].net_advocacy.value == 0


@pytest.mark.parametrize(
    ("names", "entropy", "evenness"),
    [
        (["리뷰"] * 4, 0.0, None),
        (["리뷰", "게시판"], math.log(2), 1.0),
        (["리뷰", "리뷰", "리뷰", "카페"], 0.5623, 0.8113),
        (["리뷰", "카페", "전화", "전화", "전화"], math.log(2), 1.0),
    ],
)
def test_dispersion_is_the_entropy_over_public_channels(names, entropy, evenness):
    found = word_of_mouth(table([{"channel": name} for name in names])).dispersion
    assert found.entropy.value == pytest.approx(entropy, abs=1e-4)
    assert (found.evenness.value if found.evenness else None) == (
        pytest.approx(evenness, abs=1e-4) if evenness else None
    )


@pytest.mark.parametrize("n", [1, 25])
def test_channels_that_are_alike_leave_the_dispersion_in_doubt_all_the_same(n):
    found = word_of_mouth(table([{"channel": name} for name in ["리뷰", "카페"] * n])).dispersion
    assert found.entropy.low < found.entropy.value - 0.01
    assert found.entropy.high == pytest.approx(math.log(2))


def test_each_branch_has_its_own_voices():
    rows = [{"channel": "리뷰", "branch": "강남", **AGAINST}, {"channel": "리뷰", "branch": "강북"}]
    found = word_of_mouth(table(rows), by="branch")
    shares = {voice.name: voice.responses["negative_wom"].value for voice in found.voices}
    assert shares == {"강남": 1.0, "강북": 0.0}


def test_without_channels_there_is_one_side_and_a_note_instead_of_a_guess():
    found = word_of_mouth(table([AGAINST, {}]))
    assert [voice.side for voice in found.voices] == ["all"]
    assert found.dispersion is None
    assert found.notes[0].missing == "channel"


def test_without_the_column_to_slice_by_there_is_a_note():
    found = word_of_mouth(table([{"channel": "리뷰"}]), by="week")
    assert found.voices == ()
    assert [entry.missing for entry in found.notes] == ["time"]


def test_unknown_channels_are_listed_and_counted_on_neither_side():
    found = word_of_mouth(table([{"channel": "기타"}, {"channel": "리뷰"}, {}]))
    assert found.unknown_channels == ("기타",)
    assert found.unknown_documents == 2
    assert sum(voice.volume for voice in found.voices) == 1


def test_an_empty_table_has_voices_of_no_volume():
    assert [voice.volume for voice in word_of_mouth(table([])).voices] == [0]


def test_a_taxonomy_without_responses_gives_a_note():
    taxonomy = Taxonomy(groups=tuple(group for group in Taxonomy.load() if group.id != "response"))
    width = len(taxonomy.labels)
    found = built(taxonomy, decided=np.zeros((2, width), dtype=bool), probabilities=np.zeros((2, width), np.float32))
    assert word_of_mouth(found).notes[0].missing == "label"
