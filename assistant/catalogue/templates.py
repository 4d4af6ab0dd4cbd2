"""Titles, headings and closings with slots: ``{organization}{period}党建工作总结和{next}工作计划``.

{organization} 市民政局 · {period} 2023年上半年 · {part} 上半年／全年 · {next} 下半年／2025年 · {year} 2023 ·
{body} 党组 · {author} 机关党总支书记 · {recipient} 市委组织部 · {unit} 我局 (我 in a person's report).
"""

from __future__ import annotations

import re
from typing import Literal

from assistant.brief import Brief

NAMES = ("organization", "period", "part", "next", "year", "body", "author", "recipient", "unit")
_SLOT = re.compile(r"\{([^{}]*)\}")
_OWN = re.compile(
    r"(委员会|集团公司|公司|街道|办事处|学校|小学|中学|医院|中心|大学|学院|[局委办厅处镇乡县区市校院站所队馆社村])$"
)
_SHORT = {
    "委员会": "委",
    "集团公司": "公司",
    "办事处": "办事处",
    "小学": "校",
    "中学": "校",
    "学校": "校",
    "大学": "校",
    "医院": "院",
    "学院": "院",
}


def unknown_names(template: str) -> list[str]:
    return [name for name in _SLOT.findall(template) if name not in NAMES]


def own_name(organization: str, person: Literal["unit", "self"] = "unit") -> str:
    """How the text names its own unit: 我局, 我镇, 我校; 我单位 where the name does not tell."""
    if person == "self":
        return "我"
    m = _OWN.search(organization)
    return "我" + _SHORT.get(m.group(), m.group()) if m else "我单位"


def fill(template: str, brief: Brief, person: Literal["unit", "self"] = "unit") -> str:
    """The template with the brief's values; a slot whose value is empty disappears."""
    values = {
        "organization": brief.organization,
        "period": brief.period.label,
        "part": brief.period.part,
        "next": brief.period.next_label,
        "year": str(brief.period.start.year),
        "body": brief.body,
        "author": brief.author,
        "recipient": brief.recipient,
        "unit": own_name(brief.organization, person),
    }
    return _SLOT.sub(lambda m: values.get(m.group(1), ""), template)
