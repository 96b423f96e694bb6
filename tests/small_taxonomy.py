"""Two groups of two labels, for tables that can be checked by eye."""

from __future__ import annotations

from nlp.taxonomy import Taxonomy

TAXONOMY = Taxonomy.parse(
    """
[[group]]
id = "cause"
kind = "any-of"
ko = "원인"
[[group.label]]
id = "price"
ko = "가격"
[[group.label]]
id = "wait"
ko = "기다림"

[[group]]
id = "mood"
kind = "one-of"
ko = "감성"
[[group.label]]
id = "bad"
ko = "부정"
[[group.label]]
id = "good"
ko = "긍정"
"""
)
