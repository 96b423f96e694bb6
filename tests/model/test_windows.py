from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.processors import BertProcessing, PostProcessor, RobertaProcessing, Sequence

from nlp.errors import ModelError
from nlp.model.windows import OVERLAP, Windows
from nlp.text.prepare import PreparedText, prepare

CALL = "상담원: 무엇을 도와드릴까요\n고객: 환불이 아직도 안 됐어요\n상담원: 확인해 보겠습니다"


@pytest.fixture(scope="module")
def windows(tiny_model: Path) -> Windows:
    return Windows.load(tiny_model, max_length=48)


def _ids(windows: Windows, text: PreparedText) -> list[tuple[int, ...]]:
    return [window.ids for window in windows.cut([text])]


def test_a_short_text_is_one_window_with_special_tokens(windows: Windows) -> None:
    (ids,) = _ids(windows, prepare("배송이 늦어요"))
    plain = windows._tokenizer.encode("배송이 늦어요", add_special_tokens=False).ids

    assert list(ids[1:-1]) == plain


def test_the_agents_words_are_a_second_segment(windows: Windows) -> None:
    (window,) = windows.cut([prepare(CALL)])
    alone = _ids(windows, prepare("환불이 아직도 안 됐어요"))[0]

    assert window.ids[: len(alone)] == alone
    assert set(window.type_ids) == {0, 1}


@pytest.mark.parametrize(
    "framing",
    [
        None,
        BertProcessing(("[SEP]", 3), ("[CLS]", 1)),
        RobertaProcessing(("</s>", 2), ("<s>", 0)),
        Sequence([]),
    ],
)
def test_a_window_is_framed_as_the_tokenizer_frames_it(tiny_model: Path, framing: PostProcessor | None) -> None:
    tokenizer = Tokenizer.from_file(str(tiny_model / "tokenizer.json"))
    if framing is not None:
        tokenizer.post_processor = framing
    windows = Windows(tokenizer, max_length=64)
    for text in (prepare("배송이 늦어요"), prepare(CALL)):
        (window,) = windows.cut([text])
        expected = tokenizer.encode(text.customer, text.agent or None)
        assert window.ids == tuple(expected.ids)
        assert window.type_ids == tuple(expected.type_ids)


def test_a_long_call_keeps_both_speakers_whole(windows: Windows) -> None:
    turns = [f"상담원: 네 {n}번 확인했습니다\n고객: {n}번은 아직도 해결이 안 됐어요" for n in range(30)]
    text = prepare("\n".join(turns))
    agent = windows._tokenizer.encode(text.agent, add_special_tokens=False).ids
    cut = windows.cut([text])

    assert len(cut) > 1
    assert all(len(window.ids) <= windows.max_length for window in cut)
    spoken = [
        token for window in cut for token, kind in zip(window.ids[:-1], window.type_ids[:-1], strict=True) if kind == 1
    ]
    assert spoken == agent


def test_batches_respect_the_token_budget_and_lose_no_window(windows: Windows) -> None:
    cut = windows.cut([prepare("늦어요 " * count) for count in range(1, 30)])
    batches = list(windows.batches(cut, token_budget=200))

    assert all(batch.input_ids.size <= 200 for batch in batches)
    assert sorted(row for batch in batches for row in batch.rows.tolist()) == [window.row for window in cut]


def test_an_empty_text_still_gets_a_window(windows: Windows) -> None:
    assert len(windows.cut([prepare("\u200b")])) == 1


def test_a_folder_without_tokenizer_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        Windows.load(tmp_path, max_length=32)


@pytest.mark.parametrize("max_length", [16, 17, 20, 32, 64])
def test_windows_of_any_length_hold_every_token(tiny_model: Path, max_length: int) -> None:
    windows = Windows.load(tiny_model, max_length=max_length)
    text = prepare("환불이 안 됩니다 " * 30)
    plain = windows._tokenizer.encode(text.customer, add_special_tokens=False).ids
    overlap = min(OVERLAP, (max_length - 2) // 4)

    cut = _ids(windows, text)

    assert all(len(ids) <= max_length for ids in cut)
    assert list(cut[0][1:-1]) + [token for ids in cut[1:] for token in ids[1 + overlap : -1]] == plain


def test_a_window_too_short_to_hold_anything_is_refused(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="at least 16"):
        Windows.load(tiny_model, max_length=8)


def test_only_tokens_with_hangul_tell_how_familiar_a_text_is(tiny_base: Path) -> None:
    windows = Windows.load(tiny_base, max_length=64)

    (mixed, plain, foreign) = windows.korean_tokens(
        [prepare("Galaxy S24 배송 늦음!!"), prepare("배송 늦음"), prepare("Galaxy S24 :)")]
    )

    assert mixed == plain
    assert plain
    assert not foreign
