"""Deterministic checks: of a text (findings), and of the brief before writing (questions)."""
