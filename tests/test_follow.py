"""Follow-up: what was promised last time is answered, carried over or not reported; growing figures must not fall."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.brief import Brief
from assistant.errors import DocumentError
from assistant.follow import FollowUp, follow_up, report
from assistant.formats.briefs import read_brief
from assistant.formats.read import read_document

LAST = """示例县水务局2023年上半年党建工作总结

一、主要工作

（一）抓学习。局党组开展“第一议题”学习11次，走访困难群众40户。累计发展党员9名。

二、存在问题

一是党支部书记业务轮训不够，覆盖面窄。二是档案室设备老化，查阅不便。

三、下一步打算

（一）举办书记轮训班。8月底前举办党支部书记业务轮训班1期。

（二）更换档案室密集架。年底前完成档案室密集架更换。

（三）开展流动党员摸底。建立流动党员联系名册。
"""
BRIEF = """kind: party-building-summary
organization: 示例县水务局
body: 党组
period: {period}
facts: [举办党支部书记业务轮训班1期28人, 局党组开展“第一议题”学习9次, 走访困难群众52户, 累计发展党员7名]
problems: [档案室设备老化问题仍未解决]
plans: [完成档案室密集架更换]
"""


def followed(tmp_path: Path, period: str = "2023", last: str = LAST) -> tuple[FollowUp, Brief]:
    (tmp_path / "last.txt").write_text(last, "utf-8")
    (tmp_path / "now.yaml").write_text(BRIEF.format(period=period), "utf-8")
    brief = read_brief(tmp_path / "now.yaml")
    return follow_up(read_document(tmp_path / "last.txt"), brief), brief


def test_each_promise_has_its_state(tmp_path: Path) -> None:
    found, brief = followed(tmp_path)
    states = {p.text[:6]: (p.lane, p.state, p.by) for p in found.promises}
    assert states == {
        "举办书记轮训": ("plan", "answered", ("F01",)),
        "更换档案室密": ("plan", "carried", ("P01",)),
        "开展流动党员": ("plan", "unreported", ()),
        "党支部书记业": ("problem", "answered", ("F01",)),
        "档案室设备老": ("problem", "carried", ("Q01",)),
    }
    assert [p.text[:6] for p in found.open] == ["开展流动党员"]
    assert "未报告（1条）：" in report(found, brief)


def test_a_plan_answered_with_less_than_it_said(tmp_path: Path) -> None:
    last = LAST.replace("轮训班1期", "轮训班2期") + "\n（四）走访困难群众。全年走访困难群众不少于50户。\n"
    found, brief = followed(tmp_path, last=last + "\n对以上安排，我局将逐项抓好落实。\n")
    [short] = found.shortfalls
    assert (short.planned, short.done, short.item) == (
        "8月底前举办党支部书记业务轮训班2期", "举办党支部书记业务轮训班1期", "F01",
    )  # fmt: skip
    assert "没有做够：" in report(found, brief)
    assert not any("以上安排" in p.text for p in found.promises)
    assert followed(tmp_path)[0].shortfalls == ()


def test_a_years_total_is_not_below_its_half(tmp_path: Path) -> None:
    found, _ = followed(tmp_path)
    assert [f.item for f in found.falls] == ["F02", "F04"] and "11次" in found.falls[0].message


def test_another_period_may_do_less_but_a_running_total_may_not(tmp_path: Path) -> None:
    found, _ = followed(tmp_path, "2023-H2")
    assert [f.item for f in found.falls] == ["F04"]


def test_a_text_without_plans_and_problems_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("一、主要工作\n（一）抓学习。开展学习3次。\n", "utf-8")
    _, brief = followed(tmp_path)
    with pytest.raises(DocumentError, match="没有找到问题和计划"):
        follow_up(read_document(tmp_path / "x.txt"), brief)


def test_on_a_whole_summary(root: Path, tmp_path: Path) -> None:
    last = read_document(root / "knowledge" / "samples" / "water-bureau-2023h1.md")
    _, brief = followed(tmp_path)
    found = follow_up(last, brief)
    assert len(found.promises) >= 6 and {p.lane for p in found.promises} == {"plan", "problem"}
