"""Masking of the cells around the text, with as little work as the cells need."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from nlp.corpus.dates import parse_time
from nlp.corpus.results import Incoming
from nlp.text.redact import mask_cell

_SHORT_NUMBER = re.compile(r"-?[\d,.]{1,6}")
_REMEMBERED = 1 << 15
_WORTH_REMEMBERING = 40
"""Characters; longer cells hardly repeat, and many of them would fill the memory."""


def cell_mask(*, mask: bool) -> Callable[[str, Incoming], str]:
    """A function that masks a cell of a column; the customer id is written as it is.

    Channels, branches and products repeat, so answers are remembered. Dates and numbers too short to be
    anybody's are let through, unless the column's name makes any content personal ("생년월일").
    """
    if not mask:
        return lambda cell, _column: cell

    @lru_cache(maxsize=_REMEMBERED)
    def masked(cell: str, name: str) -> str:
        return mask_cell(cell, name)

    @lru_cache(maxsize=_REMEMBERED)
    def always_masked(name: str) -> bool:
        return mask_cell("0", name) != "0"

    def apply(cell: str, column: Incoming) -> str:
        if not cell or column.role == "customer_id":
            return cell
        if not always_masked(column.name):
            if _SHORT_NUMBER.fullmatch(cell):
                return cell
            if column.role in ("time", "turn_time") and parse_time(cell) is not None:
                return cell
        if len(cell) > _WORTH_REMEMBERING:
            return mask_cell(cell, column.name)
        return masked(cell, column.name)

    return apply
