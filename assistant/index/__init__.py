"""Retrieval over the office's own documents: two lanes, one store, derived indexes."""

from assistant.index.index import Index
from assistant.index.passage import (
    AddResult,
    CopiedRun,
    DocumentRow,
    Entity,
    Hit,
    Lane,
    Passage,
    SourceMeta,
    Stats,
    Validity,
)
from assistant.index.recognise import recognise

__all__ = [
    "AddResult",
    "CopiedRun",
    "DocumentRow",
    "Entity",
    "Hit",
    "Index",
    "Lane",
    "Passage",
    "SourceMeta",
    "Stats",
    "Validity",
    "recognise",
]
