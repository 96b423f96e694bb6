"""The command line: one file per command."""

from __future__ import annotations

from nlp.cli.app import main

__all__ = ["main"]
