"""Analyses and evaluations to pages, a workbook and a summary, in Korean and English."""
