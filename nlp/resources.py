"""Where the files that ship with Dangol lie: in the wheel, or in the source tree."""

from __future__ import annotations

from pathlib import Path

from nlp.errors import ModelError

_PACKAGE = Path(__file__).resolve().parent


def data_path(name: str) -> Path:
    """Path of a file under ``data/``, for example ``taxonomy.toml``."""
    return _root() / "data" / name


def default_model_path() -> Path:
    """Folder of the model that ``models/current`` names.

    Raises ModelError when no model ships with this installation.
    """
    models = _root() / "models"
    current = models / "current"
    if not current.is_file():
        raise ModelError(
            "{path}: no default model is installed; give a model folder, or train one with 'dangol train'", path=current
        )
    return models / current.read_text(encoding="utf-8").strip()


def _root() -> Path:
    bundle = _PACKAGE / "_bundle"
    return bundle if bundle.is_dir() else _PACKAGE.parent
