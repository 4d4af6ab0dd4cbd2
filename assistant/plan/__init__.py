"""From a brief to an outline: sections, every fact in exactly one of them, headings in parallel form, lengths."""

from assistant.plan.outline import make_outline
from assistant.plan.types import Outline, SectionPlan, SectionTask, SubHead

__all__ = ["Outline", "SectionPlan", "SectionTask", "SubHead", "make_outline"]
