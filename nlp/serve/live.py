"""Which model is live: named by the settings, changed by an admin or a signal, the same in every process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

import structlog

from nlp.errors import DangolError, InputError, ModelError
from nlp.files import replacing
from nlp.model.session import FILE
from nlp.resources import default_model_path
from nlp.serve.engine import Engine
from nlp.serve.model import LoadedModel
from nlp.serve.settings import Settings

POINTER = "live-model"
"""The file in the data folder that names the model which an admin made live; all processes watch it."""

Loader: TypeAlias = Callable[[str | Path], LoadedModel]

_LOOK_EVERY = 1.0

_log: structlog.stdlib.BoundLogger = structlog.get_logger("dangol.model")


class LiveModel:
    """Chooses the model of an engine. Only folders beside the one of the settings can be chosen, by their name."""

    def __init__(self, settings: Settings, engine: Engine, load: Loader) -> None:
        self._load = load
        self._given = settings.model
        self._pointer = settings.data_dir / POINTER
        self._engine = engine
        self._seen: str | None = ""  # which no pointer holds: nothing was read yet
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Load the model, then watch the pointer and SIGHUP. A failure is kept in ``engine.error``."""
        await self._engine.start(self._first)
        self._spawn(self._watch())
        if hasattr(signal, "SIGHUP"):  # Windows has none
            with contextlib.suppress(ValueError, RuntimeError):  # not the main thread
                asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, lambda: self._spawn(self._again()))

    async def stop(self) -> None:
        """Watch no more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def names(self) -> list[str]:
        """Complete model folders that can be made live."""
        parent = self._home()
        if parent is None:
            return []
        try:
            beside = sorted(parent.iterdir())
        except OSError:
            return []
        # Path.is_file would raise for what may not be looked into, such as a disk's lost+found.
        return [folder.name for folder in beside if os.path.isfile(folder / FILE)]  # noqa: PTH113

    async def choose(self, name: str) -> LoadedModel:
        """Make the model of this folder name live here, then in all processes, and after a restart.

        Raises InputError for a name that is not in ``names``, ModelError when it cannot be loaded or the choice
        cannot be kept; then the live one stays.
        """
        parent = self._home()
        if parent is None or name not in self.names():
            raise InputError(
                "model: there is no such model folder beside the live one; the models are {names}",
                names=", ".join(self.names()) or "-",
            )
        # Who looks at the pointer once it is written would take the choice for one of another process.
        async with self._turn:
            loaded = await self._engine.swap(lambda: self._kept(parent / name))
            self._seen = name
        return loaded

    def _kept(self, folder: Path) -> LoadedModel:
        """The model of the folder, once the pointer names it; a choice that does not last is none."""
        loaded = self._load(folder)
        try:
            self._write(folder.name)
        except OSError as error:
            raise ModelError(
                "{folder}: the choice of the model cannot be kept there ({error.strerror}); the live one stays. Mend "
                "the data folder, then choose again",
                folder=self._pointer.parent,
                error=error,
            ) from error
        return loaded

    def _first(self) -> LoadedModel:
        self._seen = self._read()
        return self._load(self._folder())

    def _home(self) -> Path | None:
        """The folder that the models stand in; None for a model from the hub."""
        try:
            folder = default_model_path() if self._given is None else Path(self._given)
        except DangolError:
            return None
        return folder.resolve().parent if folder.is_dir() else None

    def _folder(self) -> str | Path:
        home = self._home()
        if self._seen is not None and home is not None:
            return home / self._seen
        return self._given if self._given is not None else default_model_path()

    def _spawn(self, watching: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(watching)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _again(self) -> None:
        async with self._turn:
            await self._reload()

    async def _reload(self) -> None:
        try:
            self._seen = self._read()
            loaded = await self._engine.swap(lambda: self._load(self._folder()))
        except DangolError as error:
            _log.error("model not loaded; the live one stays", problem=str(error))
        else:
            _log.info("model loaded", model=loaded.name)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            async with self._turn:
                with contextlib.suppress(ModelError):  # a disk that stumbles says nothing of another choice
                    if self._read() != self._seen:
                        await self._reload()

    def _read(self) -> str | None:
        """The name that the pointer holds, None without one; raises ModelError where nobody can tell."""
        try:
            name = self._pointer.read_text(encoding="utf-8").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        except OSError as error:
            raise ModelError(
                "{path}: which model is live cannot be read there ({error.strerror}); mend the data folder",
                path=self._pointer,
                error=error,
            ) from error
        return name if name and Path(name).name == name else None

    def _write(self, name: str) -> None:
        with replacing(self._pointer) as file:
            file.write(f"{name}\n".encode())
