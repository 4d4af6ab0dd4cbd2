"""One section: task -> prompt | model | parse -> sections of traced sentences."""

from assistant.compose.chain import Composed, compose, compose_all
from assistant.compose.parse import parse_reply

__all__ = ["Composed", "compose", "compose_all", "parse_reply"]
