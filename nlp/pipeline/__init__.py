"""Whole jobs over files: from exports to results, resumable."""
