"""Which model is live: a choice stands, whoever looks at the pointer meanwhile."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nlp.errors import ModelError
from nlp.model.session import FILE
from nlp.serve import live
from nlp.serve.engine import Engine
from nlp.serve.live import LiveModel
from nlp.serve.settings import Settings


def test_a_choice_is_not_undone_by_a_look_before_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name / FILE).parent.mkdir(parents=True)
        (tmp_path / name / FILE).touch()
    monkeypatch.setattr(live, "_LOOK_EVERY", 0.0)
    loaded: list[str] = []

    def load(folder: str | Path) -> Any:
        loaded.append(Path(folder).name)
        return SimpleNamespace(name=Path(folder).name, rate=1.0)

    async def work() -> None:
        engine = Engine(batch_tokens=1, queue_tokens=1, max_wait=1.0)
        chosen = LiveModel(Settings.load(None, model=str(tmp_path / "one"), data_dir=tmp_path), engine, load)
        writing, go_on, write = threading.Event(), threading.Event(), chosen._write

        def held(name: str) -> None:
            writing.set()
            assert go_on.wait(240)
            write(name)

        monkeypatch.setattr(chosen, "_write", held)
        await chosen.start()
        choosing = asyncio.create_task(chosen.choose("two"))
        assert await asyncio.to_thread(writing.wait, 240)
        for _ in range(100):
            await asyncio.sleep(0)
        go_on.set()
        await choosing
        for _ in range(100):
            await asyncio.sleep(0)
        assert engine.model.name == "two"
        await chosen.stop()
        await engine.stop()

    asyncio.run(work())
    assert loaded == ["one", "two"]
    assert (tmp_path / live.POINTER).read_text(encoding="utf-8") == "two\n"


@pytest.mark.parametrize("damaged", [b"\xff\xfe", b"", b"../elsewhere\n"])
def test_a_damaged_pointer_chooses_nothing(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / live.POINTER).write_bytes(damaged)

    async def work() -> None:
        engine = Engine(batch_tokens=1, queue_tokens=1, max_wait=1.0)
        settings = Settings.load(None, model=str(tmp_path), data_dir=tmp_path)
        chosen = LiveModel(settings, engine, lambda folder: SimpleNamespace(name=Path(folder).name, rate=1.0))
        await chosen.start()
        assert engine.model.name == tmp_path.name
        await chosen.stop()
        await engine.stop()

    asyncio.run(work())


def test_a_choice_that_cannot_be_kept_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name / FILE).parent.mkdir(parents=True)
        (tmp_path / name / FILE).touch()
    monkeypatch.setattr(live, "_LOOK_EVERY", 0.0)

    def full(name: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def work() -> None:
        engine = Engine(batch_tokens=1, queue_tokens=1, max_wait=1.0)
        chosen = LiveModel(
            Settings.load(None, model=str(tmp_path / "one"), data_dir=tmp_path),
            engine,
            lambda folder: SimpleNamespace(name=Path(folder).name, rate=1.0),
        )
        monkeypatch.setattr(chosen, "_write", full)
        await chosen.start()
        one = engine.model
        with pytest.raises(ModelError, match="No space left on device"):
            await chosen.choose("two")
        for _ in range(100):
            await asyncio.sleep(0)
        assert engine.model is one
        await chosen.stop()
        await engine.stop()

    asyncio.run(work())


@pytest.mark.parametrize("live_one", ["one", "two"])
def test_a_pointer_that_cannot_be_read_changes_nothing_and_is_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live_one: str
) -> None:
    for name in ("one", "two"):
        (tmp_path / name / FILE).parent.mkdir(parents=True)
        (tmp_path / name / FILE).touch()
    if live_one != "one":
        (tmp_path / live.POINTER).write_text(f"{live_one}\n", encoding="utf-8")
    monkeypatch.setattr(live, "_LOOK_EVERY", 0.0)
    read = Path.read_text
    broken = True

    def stumbling(path: Path, *args: Any, **options: Any) -> str:
        if broken and path.name == live.POINTER:
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path, *args, **options)

    monkeypatch.setattr(Path, "read_text", stumbling)

    async def work() -> None:
        nonlocal broken
        engine = Engine(batch_tokens=1, queue_tokens=1, max_wait=1.0)
        settings = Settings.load(None, model=str(tmp_path / "one"), data_dir=tmp_path)
        chosen = LiveModel(settings, engine, lambda folder: SimpleNamespace(name=Path(folder).name, rate=1.0))
        await chosen.start()
        assert "which model is live cannot be read" in str(engine.error)
        broken = False
        while engine.state != "ready":
            await asyncio.sleep(0)
        assert engine.model.name == live_one
        broken = True
        for _ in range(100):
            await asyncio.sleep(0)
        assert engine.model.name == live_one
        await chosen.stop()
        await engine.stop()

    asyncio.run(asyncio.wait_for(work(), 240))


def test_a_folder_that_may_not_be_looked_into_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one" / FILE).parent.mkdir(parents=True)
    (tmp_path / "one" / FILE).touch()
    (tmp_path / "lost+found").mkdir()
    stat = os.stat

    def guarded(path: Any, *args: Any, **options: Any) -> os.stat_result:
        if f"lost+found{os.sep}" in str(path):
            raise PermissionError(errno.EACCES, "Permission denied")
        return stat(path, *args, **options)

    monkeypatch.setattr(os, "stat", guarded)
    engine = Engine(batch_tokens=1, queue_tokens=1, max_wait=1.0)
    settings = Settings.load(None, model=str(tmp_path / "one"), data_dir=tmp_path)
    assert LiveModel(settings, engine, lambda _: SimpleNamespace()).names() == ["one"]  # type: ignore[return-value, arg-type]
