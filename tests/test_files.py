"""Writing a file in one step."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from nlp.files import replacing


def test_what_was_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    with replacing(target) as stream:
        stream.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_until_it_is_whole_it_may_lie_in_another_folder(tmp_path: Path) -> None:
    (scratch := tmp_path / "scratch").mkdir()
    with replacing(tmp_path / "a.json", within=scratch):
        assert (list(tmp_path.iterdir()), len(list(scratch.iterdir()))) == ([scratch], 1)
    assert (tmp_path / "a.json").is_file()
    assert not list(scratch.iterdir())


def test_a_full_disk_changes_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("nlp.files.os.fsync", full)
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    with pytest.raises(OSError, match="No space"), replacing(target) as stream:
        stream.write(b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
