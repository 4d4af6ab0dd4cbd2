"""The typed view of knowledge/: formulations, documents, genres, themes. Reading and checking the files is here;
what the entries mean for a text is the checks' business."""

from assistant.catalogue.load import Catalogue, load_catalogue
from assistant.catalogue.types import (
    CampaignWindow,
    CharError,
    Formulation,
    Genre,
    GenrePart,
    Milestone,
    OrderRule,
    PeriodRule,
    PolicyDocument,
    Theme,
    Variant,
    Version,
)

__all__ = [
    "CampaignWindow",
    "Catalogue",
    "CharError",
    "Formulation",
    "Genre",
    "GenrePart",
    "Milestone",
    "OrderRule",
    "PeriodRule",
    "PolicyDocument",
    "Theme",
    "Variant",
    "Version",
    "load_catalogue",
]
