"""Models by name: a folder of this machine, or what the Hugging Face hub calls ``owner/name``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from nlp.errors import ModelError

_DRIVE = re.compile(r"[A-Za-z]:")


def folder_of(name: str | Path, *, files: Sequence[str]) -> Path:
    """The folder ``name``, or the ``files`` (patterns) of the hub's model of that name, fetched into its cache.

    The hub is asked once, and not at all where the name can only be a path. Raises ModelError where neither is there.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    if isinstance(name, Path) or _is_path(name):
        raise ModelError(
            "{model}: no such model folder; give a folder that 'dangol train' wrote, or a hub id", model=name
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=list(files)))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            "{model}: neither a folder nor a model that the hub gives ({error}); check the name, or copy "
            "the model folder to this machine",
            model=name,
            error=error,
        ) from error


def _is_path(name: str) -> bool:
    """Whether the hub has no such names: ``./x``, ``C:x``, ``a/b/c``, or ``models/x`` beside a folder ``models``."""
    owner, slash, rest = name.partition("/")
    if name.startswith((".", "/", "~")) or "\\" in name or _DRIVE.match(name) or "/" in rest:
        return True
    return bool(slash) and Path(owner).is_dir()
