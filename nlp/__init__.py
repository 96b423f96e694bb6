"""Dangol: why Korean customers leave, and whom to win back first.

The public API and nothing else; heavy parts load when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from nlp.errors import DangolError
from nlp.taxonomy import Taxonomy
from nlp.types import Document, Prediction, Turn

if TYPE_CHECKING:
    from nlp.model.classifier import ComplaintClassifier
    from nlp.pipeline.analyze import analyze

__all__ = ["ComplaintClassifier", "DangolError", "Document", "Prediction", "Taxonomy", "Turn", "analyze"]

_LAZY = {"ComplaintClassifier": "nlp.model.classifier", "analyze": "nlp.pipeline.analyze"}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'nlp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
