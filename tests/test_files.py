"""Writing a file in one step."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_taxonomy import TAXONOMY

from nlp.files import replacing, whole_folder
from nlp.model.decision import Decision
from nlp.model.familiarity import Familiarity
from nlp.serve.jobs_files import JobFiles


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


def _decision(folder: Path) -> Path:
    Decision.neutral(TAXONOMY, max_length=32).save(folder)
    return folder / "decision.json"


def _familiarity(folder: Path) -> Path:
    letters = np.ones(4, dtype=np.int64)
    Familiarity.fit([[1, 2]], np.zeros(1), letters=letters).save(folder)
    return folder / "familiarity.json"


def _model_of_a_job(folder: Path) -> Path:
    files = JobFiles(folder, "0" * 32)
    files.folder.mkdir(exist_ok=True)
    files.keep_model(Path("models/one"))
    return files.model


@pytest.mark.parametrize("write", [_decision, _familiarity, _model_of_a_job])
def test_what_models_and_jobs_keep_is_written_whole_or_not_at_all(
    write: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = write(tmp_path)
    target.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("nlp.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path)

    assert target.read_bytes() == b"old"


def test_a_folder_appears_whole_over_one_that_is_empty_and_over_what_a_kill_left(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (tmp_path / "model.unfinished").mkdir()
    (tmp_path / "model.unfinished" / "old").touch()
    with whole_folder(target) as folder:
        (folder / "new").touch()
        assert not list(target.iterdir())

    assert [path.name for path in target.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_what_a_library_keeps_from_others_is_as_readable_as_its_folder(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "model") as folder:
        (folder / "onnx").mkdir()
        (folder / "onnx" / "kept").touch(0o600)
        folder.chmod(0o750)
    assert (tmp_path / "model" / "onnx" / "kept").stat().st_mode & 0o777 == 0o640


def test_nothing_is_left_of_a_folder_that_could_not_be_filled(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_folder(tmp_path / "model") as folder:
        (folder / "missing" / "new").touch()

    assert not list(tmp_path.iterdir())
