"""Judging drafts: the suite of cases, comparison of drafts, the reviewer's desk."""
