from datetime import date, timedelta

import numpy as np
import pytest
from wom_tables import TAXONOMY, built, table

from nlp.text.morphemes import Morpheme, kiwi
from nlp.wom.keyphrases import cooccurrence, emerging_phrases, key_phrases, log_odds
from nlp.wom.phrases import Phrase, PhraseIndex, phrase_index, phrase_sample


class Tagger:
    """A stand-in: nouns in full, "안", "못", verbs in 다, and a full stop that ends a clause."""

    def __call__(self, text):
        pieces, start = [], 0
        for word in text.split(" "):
            tag = "MAG" if word in ("안", "못") else "SF" if word == "." else "VV" if word.endswith("다") else "NNG"
            pieces.append(Morpheme(word[:-1] if tag == "VV" else word, tag, start, start + len(word)))
            start += len(word) + 1
        return pieces

    def many(self, texts):
        return map(self, texts)


TAGGER = Tagger()


def _index(texts, **settings):
    found = table([{"text": text} for text in texts])
    return phrase_index(found, TAGGER, np.random.default_rng(0), **{"fewest": 1, "light": (), **settings})


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("환불 거부", {"환불", "거부", "환불 거부"}),
        ("환불 . 거부", {"환불", "거부"}),
        ("전화 안 받다", {"전화", "안 받다", "전화 안 받다"}),
        ("환불 환불", {"환불"}),
        ("늦다 환불", {"늦다", "환불"}),
    ],
)
def test_phrases_are_words_and_pairs_within_a_clause(text, keys):
    assert {phrase.key for phrase in _index([text]).phrases} == keys


def test_light_words_are_neither_phrases_nor_parts_of_one():
    assert {phrase.key for phrase in _index(["고객 환불"], light=("고객",)).phrases} == {"환불"}


def test_a_phrase_counts_documents_not_occurrences():
    [phrase] = _index(["환불 . 환불 . 환불", "환불"]).phrases
    assert phrase.documents == 2


def test_only_the_customers_turns_are_read():
    keys = {phrase.key for phrase in _index(["고객: 환불\n상담원: 거부"]).phrases}
    assert keys == {"환불"}


def test_a_sample_keeps_each_causes_part_of_the_file():
    found = table([{"cause": ["price"]}] * 900 + [{"cause": ["ethics"]}] * 100)
    rows = phrase_sample(found, np.random.default_rng(1), most=200)
    assert len(rows) == len(set(rows.tolist())) == 200
    assert 19 <= (rows >= 900).sum() <= 21


def test_a_small_file_is_read_whole_and_said_to_be():
    index = _index(["환불", "거부"])
    assert not index.sampled
    assert _index(["환불", "거부", "지연"], most=2).sampled


def _labelled():
    rows = [{"text": "위약금 폭탄 . 환불", "cause": ["price"]}] * 30 + [
        {"text": "배송 지연 . 환불", "cause": ["inconvenience"]}
    ] * 30
    return table(rows)


def test_key_phrases_set_a_cause_apart_and_shared_words_do_not_appear():
    found = _labelled()
    index = phrase_index(found, TAGGER, np.random.default_rng(0), light=())
    price = [item for item in key_phrases(found, index) if item.label == "price"]
    assert {item.phrase.shown for item in price} == {"위약금", "폭탄"}
    assert all(item.log_odds.low > 0 and item.inside == 30 and item.outside == 0 for item in price)


def test_causes_given_by_chance_have_hardly_a_phrase_of_their_own_nor_an_edge():
    rng, n, runs = np.random.default_rng(5), 1500, 20
    reported = []
    for _ in range(runs):
        marks = rng.random((n, 600)) < np.minimum(0.15, 3 / np.arange(1, 601))
        document, phrase = np.nonzero(marks)
        phrases = tuple(Phrase(key=f"w{at}", shown=f"w{at}", documents=int(marks[:, at].sum())) for at in range(600))
        index = PhraseIndex(phrases=phrases, rows=np.arange(n), document=document, phrase=phrase, population=n)
        decided = np.zeros((n, len(TAXONOMY.labels)), dtype=bool)
        decided[:, TAXONOMY.columns("cause")] = rng.random((n, 7)) < 0.25
        found = built(TAXONOMY, decided=decided, probabilities=decided.astype(np.float32))
        typical = key_phrases(found, index)
        reported.append(len(typical) + len(cooccurrence(found, index, typical).edges))
    # Twice a rate of 0.05, and what 20 runs add by luck.
    assert np.count_nonzero(reported) <= 5


def test_the_prior_holds_back_a_word_seen_once():
    inside = np.array([1.0, 60.0, 500.0])
    outside = np.array([0.0, 20.0, 520.0])
    score, spread = log_odds(inside, outside)
    assert score[1] / spread[1] > score[0] / spread[0]


def test_log_odds_are_antisymmetric():
    inside, outside = np.array([5.0, 50.0, 7.0]), np.array([9.0, 20.0, 7.0])
    assert log_odds(inside, outside)[0] == pytest.approx(-log_odds(outside, inside)[0])


def test_the_graph_links_a_cause_to_its_phrase_and_not_to_another_causes():
    found = _labelled()
    index = phrase_index(found, TAGGER, np.random.default_rng(0), light=())
    graph = cooccurrence(found, index, key_phrases(found, index))
    pairs = {(edge.left, edge.right) for edge in graph.edges}
    assert any(left == "cause:price" and "위약금" in right for left, right in pairs)
    assert not any(left == "cause:inconvenience" and "위약금" in right for left, right in pairs)
    assert all(-1 <= edge.weight <= 1 + 1e-6 for edge in graph.edges)
    assert {node.id for node in graph.nodes} >= {end for pair in pairs for end in pair}


def test_a_phrase_that_breaks_out_this_week_is_reported():
    rows = []
    for week in range(8):
        day = str(date(2026, 8, 31) + timedelta(weeks=week))
        rows += [{"text": "환불 지연", "time": day}] * 60
        rows += [{"text": "개인정보 유출", "time": day}] * (30 if week == 7 else 1)
    found = table(rows)
    index = phrase_index(found, TAGGER, np.random.default_rng(0), light=())
    emerged = emerging_phrases(found, index)
    assert "개인정보 유출" in {item.phrase.shown for item in emerged.phrases}
    assert "환불 지연" not in {item.phrase.shown for item in emerged.phrases}


def test_without_times_no_phrase_emerges_and_a_note_says_why():
    found = _labelled()
    index = phrase_index(found, TAGGER, np.random.default_rng(0), light=())
    assert emerging_phrases(found, index).notes[0].missing == "time"


def test_a_phrase_that_only_long_texts_hold_more_often_sets_no_cause_apart():
    rng = np.random.default_rng(0)
    long = np.arange(1000) < 300
    marks = rng.random((1000, 40)) < np.where(long, 0.6, 0.3)[:, None]
    marks[:, 0] = rng.random(1000) < np.where(long, 0.9, 0.1)
    document, phrase = np.nonzero(marks)
    phrases = tuple(Phrase(key=f"w{at}", shown=f"w{at}", documents=int(marks[:, at].sum())) for at in range(40))
    index = PhraseIndex(phrases=phrases, rows=np.arange(1000), document=document, phrase=phrase, population=1000)
    decided = np.zeros((1000, len(TAXONOMY.labels)), dtype=bool)
    decided[long, TAXONOMY.column("cause", "price")] = True
    found = built(TAXONOMY, decided=decided, probabilities=decided.astype(np.float32))
    assert [item.phrase.key for item in key_phrases(found, index, most=40) if item.label == "price"] == ["w0"]


def test_a_single_phrase_sets_nothing_apart():
    found = _labelled()
    marks = np.arange(len(found))
    index = PhraseIndex(
        phrases=(Phrase(key="요금", shown="요금", documents=len(found)),),
        rows=marks,
        document=marks,
        phrase=np.zeros(len(found), dtype=np.int64),
        population=len(found),
    )
    with np.errstate(all="raise"):
        assert key_phrases(found, index) == ()


def test_a_file_without_phrases_is_no_error():
    found = table([{"text": "."}] * 3)
    index = phrase_index(found, TAGGER, np.random.default_rng(0))
    assert index.phrases == ()
    assert key_phrases(found, index) == ()
    assert cooccurrence(found, index, ()).edges == ()


def test_phrases_of_real_sentences_are_readable():
    rows = [{"text": "환불을 거부당했고 고객센터는 전화도 안 받아요. 직원이 불친절해요."}] * 5
    index = phrase_index(table(rows), kiwi(), np.random.default_rng(0))
    shown = {phrase.shown for phrase in index.phrases}
    assert {"환불", "환불을 거부", "전화 안 받다", "불친절", "센터"} <= shown
    assert "말" not in shown
