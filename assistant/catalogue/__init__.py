"""The typed view of knowledge/: formulations, documents, genres, themes. Reading and checking the files is here;
what the entries mean for a text is the checks' business."""

from pathlib import Path

from assistant.catalogue.load import Catalogue, load_catalogue
from assistant.catalogue.nodes import KnowledgeProblem
from assistant.catalogue.templates import fill, own_name
from assistant.catalogue.types import (
    CampaignWindow,
    CharError,
    Expectation,
    FormerTitle,
    Formulation,
    Genre,
    GenrePart,
    Milestone,
    OrderRule,
    OrgTerm,
    PeriodRule,
    PeriodTopic,
    PolicyDocument,
    PolicyStatement,
    Quote,
    Source,
    Theme,
    Variant,
    Version,
)

__all__ = [
    "CampaignWindow",
    "Catalogue",
    "CharError",
    "Expectation",
    "FormerTitle",
    "Formulation",
    "Genre",
    "GenrePart",
    "KnowledgeProblem",
    "Milestone",
    "OrderRule",
    "OrgTerm",
    "PeriodRule",
    "PeriodTopic",
    "PolicyDocument",
    "PolicyStatement",
    "Quote",
    "Source",
    "Theme",
    "Variant",
    "Version",
    "fill",
    "load_catalogue",
    "own_name",
    "validate",
]


def validate(overlay: Path | None = None) -> list[KnowledgeProblem]:
    """Every problem of the shipped files and the user's, in order of file and line; empty where all is well."""
    from assistant.catalogue.problems import problems

    return problems(overlay)
