from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import FileFormatError
from nlp.training.unlabelled import drawn, read_unlabelled

LINES = ["배송이 너무 늦어서 취소했어요", "상담원이 친절하지 않았습니다"]


def test_plain_and_packed_files_give_the_same_texts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(LINES), encoding="utf-8")
    with gzip.open(tmp_path / "b.txt.gz", "wt", encoding="utf-8") as packed:
        packed.write("\n".join(LINES) + "\n")

    assert list(read_unlabelled([tmp_path / "a.txt", tmp_path / "b.txt.gz"])) == [*LINES, *LINES]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "the file is empty"),
        ("blank.txt", b"\n \n", "the file is empty"),
        ("old.txt", "배송이 늦어요".encode("cp949"), "no text in UTF-8"),
        ("plain.txt.gz", "배송이 늦어요".encode(), "no whole gzip file"),
        ("cut.txt.gz", gzip.compress("배송이 늦어요".encode() * 50)[:-20], "no whole gzip file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(FileFormatError, match=f"{name}: .*{said}"):
        list(read_unlabelled([tmp_path / name]))


def test_texts_are_drawn_once_and_never_those_held_out() -> None:
    texts = [*LINES, LINES[0], "짧다", "  " + LINES[1], "환불이 아직도 안 됐습니다"]

    found = drawn(texts, most=9, rng=np.random.default_rng(0), excluded=["환불이 아직도 안됐습니다!"])

    assert sorted(found) == sorted(LINES)


def test_the_draw_follows_the_seed() -> None:
    texts = [f"{number}번 고객의 긴 이야기" for number in range(100)]
    one, same, other = (drawn(texts, most=10, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert one == same
    assert one != other
    assert len(one) == 10
