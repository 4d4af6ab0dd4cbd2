"""The spreadsheet of many units as clerks make them: it drafts right, or each problem is named with sheet, row and column."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from assistant.batch.manifest import brief_of, read_manifest
from assistant.batch.template import template_sheet
from assistant.batch.types import Manifest
from assistant.brief import Brief
from assistant.errors import BriefError
from ui.cli import run

INFO = [["文种", "党建工作总结"], ["时间", "２０２５年上半年"], ["成文日期", "2025年7月4日"]]
HEAD = ["单位", "栏目", "内容", "类别", "来源"]


def book(path: Path, sheets: dict[str, list[list[Any]]]) -> Workbook:
    workbook = Workbook()
    for n, (title, rows) in enumerate(sheets.items()):
        sheet = workbook.active if n == 0 else workbook.create_sheet(title)
        assert sheet is not None
        sheet.title = title
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return workbook


def read(tmp_path: Path, rows: list[list[Any]], **more: list[list[Any]]) -> tuple[Manifest, dict[str, Brief]]:
    path = tmp_path / "m.xlsx"
    book(path, {"事实表": rows, "基本信息": INFO, **more})
    return units(path)


def units(path: Path) -> tuple[Manifest, dict[str, Brief]]:
    manifest = read_manifest(path)
    return manifest, {u.key: brief_of(u) for u in manifest.units}


def said(manifest: Manifest) -> str:
    return "\n".join(map(str, manifest.notes))


def test_one_row_a_fact(tmp_path: Path) -> None:
    manifest, briefs = read(
        tmp_path,
        [
            HEAD,
            ["甲局", "", "讲党课6次", "事实", "台账"],
            ["甲局", "", "学习不够深入", "问题", ""],
            ["乙局", "", "开展谈心谈话3次", "", ""],
        ],
    )
    assert list(briefs) == ["甲局", "乙局"] and not manifest.notes
    one = briefs["甲局"]
    assert [i.text for i in one.ledger] == ["讲党课6次", "学习不够深入"]
    assert one.facts[0].source == "台账" and one.facts[0].line == 2
    assert (one.organization, one.kind, one.period.label, one.date) == (
        "甲局", "party-building-summary", "2025年上半年", date(2025, 7, 4),
    )  # fmt: skip


def test_as_a_clerk_makes_it(tmp_path: Path) -> None:
    """Caption, merged units, blank rows, a total row, the header again, full-width digits, ditto marks."""
    path = tmp_path / "m.xlsx"
    rows = [
        ["2025年上半年党建工作情况汇总表", None, None, None, None],
        HEAD,
        ["市 水利局", "抓学习", "讲党课６次", "事实", None],
        [None, None, "发展党员３名", None, None],
        [None, None, None, None, None],
        ["同上", "抓服务", "联系困难群众四十户", None, None],
        ["合计", None, "9次", None, None],
        HEAD,
        ["林业局", None, "讲党课2次", "做法", None],
    ]
    workbook = book(path, {"事实表": rows, "基本信息": INFO})
    sheet = workbook["事实表"]
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A3:A5")
    sheet.merge_cells("B3:B4")
    workbook.save(path)
    manifest, briefs = units(path)
    assert list(briefs) == ["市水利局", "林业局"]
    one = briefs["市水利局"]
    assert [i.text for i in one.facts] == ["讲党课6次", "发展党员3名", "联系困难群众四十户"]
    assert [s.heading for s in one.sections] == ["抓学习", "抓服务"] and one.sections[0].facts == (
        "F01",
        "F02",
    )
    assert said(manifest) == "工作表“事实表”第7行：是合计行，没有当作事实"


def test_bad_rows_are_named_and_stop_nothing(tmp_path: Path) -> None:
    rows = [
        HEAD,
        [None, None, "没有单位的事实1次", None, None],
        ["甲局", None, 6, None, None],
        ["甲局", None, "讲党课6次", "随便", None],
        ["甲局", None, None, None, "台账"],
        ["甲局", None, "内容里有⟦F01⟧标记", None, None],
        ["甲局", None, "讲党课6次", None, None],
        ["甲局", None, "讲党课6次", None, None],
    ]
    manifest, briefs = read(tmp_path, rows)
    assert [i.text for i in briefs["甲局"].facts] == ["讲党课6次"]
    lines = said(manifest).splitlines()
    assert [line.split("：")[0] for line in lines] == [
        "工作表“事实表”第2行“单位”列", "工作表“事实表”第3行“内容”列", "工作表“事实表”第4行“类别”列",
        "工作表“事实表”第5行“内容”列", "工作表“事实表”第6行“内容”列", "工作表“事实表”第8行“内容”列",
    ]  # fmt: skip
    assert "与第7行相同" in lines[-1] and manifest.units[0].skipped_rows == 4


def test_hidden_rows_and_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    rows = [HEAD, ["甲局", None, "讲党课6次", None, "内部"], ["甲局", None, "发展党员3名", None, None]]
    workbook = book(path, {"事实表": rows, "基本信息": INFO})
    workbook["事实表"].row_dimensions[3].hidden = True
    workbook["事实表"].column_dimensions["E"].hidden = True
    workbook.save(path)
    manifest, briefs = units(path)
    assert [i.text for i in briefs["甲局"].facts] == ["讲党课6次"] and briefs["甲局"].facts[0].source == ""
    assert "第3行：这一行被隐藏" in said(manifest) and "“来源”列：这一列（E列）被隐藏" in said(manifest)


def test_a_hidden_text_column_is_not_guessed_around(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    workbook = book(path, {"事实表": [HEAD, ["甲局", None, "讲党课6次", None, None]]})
    workbook["事实表"].column_dimensions["C"].hidden = True
    workbook.save(path)
    with pytest.raises(BriefError, match="C列）被隐藏"):
        read_manifest(path)


def test_a_formula_without_a_result_is_named_by_its_cell(tmp_path: Path) -> None:
    rows = [HEAD, ["甲局", None, '="讲党课"&6', None, None], ["甲局", None, "发展党员3名", None, None]]
    manifest, briefs = read(tmp_path, rows)
    assert [i.text for i in briefs["甲局"].facts] == ["发展党员3名"]
    assert "单元格C2是没有结果的公式" in said(manifest)


def test_figures_in_columns_of_their_own(tmp_path: Path) -> None:
    """单位 is the measure here, and an empty amount is a value not known."""
    rows = [
        ["部门", "工作内容", "数量", "单位"],
        ["甲局", "讲党课", 6, "次"],
        ["甲局", "走访群众", None, "户"],
        ["甲局", "争取资金", 1.5, "万元"],
    ]
    _, briefs = read(tmp_path, rows)
    assert [i.text for i in briefs["甲局"].facts] == ["讲党课6次", "走访群众*户", "争取资金1.5万元"]
    assert briefs["甲局"].facts[1].unknowns


def test_an_amount_that_is_no_figure_is_named(tmp_path: Path) -> None:
    rows = [
        ["单位", "内容", "数量", "计量单位"],
        ["甲局", "讲党课", datetime(2025, 6, 20), "次"],
        ["甲局", "走访群众", "3/4", "户"],
        ["甲局", "召开会议", "无", "次"],
        ["甲局", "举办读书班", "2期3天", None],
        ["甲局", "参加培训", "约40", "人次"],
    ]
    manifest, briefs = read(tmp_path, rows)
    assert [i.text for i in briefs["甲局"].facts] == ["举办读书班2期3天", "参加培训约40人次"]
    assert [str(n).split("，")[0] for n in manifest.notes] == [
        f"工作表“事实表”第{row}行“数量”列：“{cell}”不像一个数（可能被表格软件改成了日期）"
        for row, cell in ((2, "2025-06-20"), (3, "3/4"), (4, "无"))
    ]


def test_as_made_in_libreoffice(root: Path) -> None:
    """tests/data/clerk.fods saved as .xlsx by LibreOffice Calc: merged units, blank and hidden rows, a hidden column, a total
    with a formula, full-width digits, dates as text and as dates, an error in a cell."""
    manifest, briefs = units(root / "tests" / "data" / "clerk.xlsx")
    assert {k: [i.text for i in b.ledger] for k, b in briefs.items()} == {
        "示例县甲水务局": [
            "班子成员讲党课6次",
            "2025年6月30日前走访困难群众48户",
            "组织主题党日活动*次",
            "部分党支部主题党日形式单一",
        ],
        "示例县乙林业局": ["班子成员讲党课3次", "争取项目资金12.5万元"],
        "示例县丙统计局": ["培训党员60人次"],
    }
    assert {(b.kind, b.period.label, b.date) for b in briefs.values()} == {
        ("party-building-summary", "2025年上半年", date(2025, 7, 4))
    }
    assert all(not i.source for b in briefs.values() for i in b.ledger), "the hidden column is not read"
    assert sorted((n.row, n.column, n.message.split("，")[0], n.skipped) for n in manifest.notes) == [
        (3, "来源", "这一列（G列）被隐藏", True),
        (11, "", "这一行被隐藏而有内容", True),
        (13, "", "是合计行", False),
        (14, "数量", "“2025-06-20”不像一个数（可能被表格软件改成了日期）", True),
        (16, "", "单元格D16是没有结果的公式", True),
        (16, "类别", "类别“随便写”不认识", True),
    ]


def test_the_clerks_table_is_drafted(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert (
        run(
            [
                "batch",
                str(root / "tests" / "data" / "clerk.xlsx"),
                "-o",
                str(out),
                "--jobs",
                "1",
                "--format",
                "md",
            ]
        )
        == 2
    )
    drafts = {p.stem: p.read_text("utf-8") for p in out.glob("*.md")}
    assert set(drafts) == {"示例县甲水务局", "示例县乙林业局", "示例县丙统计局"}
    assert "走访困难群众48户" in drafts["示例县甲水务局"] and "【待补" in drafts["示例县甲水务局"]
    assert "12.5万元" in drafts["示例县乙林业局"] and "9次" not in drafts["示例县乙林业局"]
    notes = load_workbook(out / "结果表.xlsx")["清单问题"].iter_rows(min_row=2, values_only=True)
    assert len(list(notes)) == 6


def test_one_sheet_a_unit(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    sheets = {
        "市水利局": [["内容", "类别"], ["讲党课6次", "事实"]],
        "Sheet2": [["单位", "林业局", "成文日期", datetime(2025, 7, 10)], ["内容"], ["讲党课2次"]],
        "Sheet3": [["内容"], ["谁的事实1次"]],
        "基本信息": INFO,
    }
    book(path, sheets)
    manifest, briefs = units(path)
    assert {k: [i.text for i in b.facts] for k, b in briefs.items()} == {
        "市水利局": ["讲党课6次"],
        "林业局": ["讲党课2次"],
    }
    assert briefs["林业局"].date == date(2025, 7, 10) and briefs["市水利局"].date == date(2025, 7, 4)
    assert said(manifest).startswith("工作表“Sheet3”第1行：没有单位列")


def test_a_table_of_units_gives_each_its_header(tmp_path: Path) -> None:
    manifest, briefs = read(
        tmp_path, [HEAD, ["甲局", None, "讲党课6次", None, None], ["乙局", None, "讲党课2次", None, None]],
        各单位=[["单位", "党组织", "主送"], ["甲局", "党组", "市直机关工委"], ["乙局", "党委", None], ["丙局", "党组", None]],
    )  # fmt: skip
    assert (briefs["甲局"].body, briefs["甲局"].recipient, briefs["乙局"].body) == (
        "党组",
        "市直机关工委",
        "党委",
    )
    assert said(manifest) == "清单：“丙局”没有一条事实，没有起草"


def test_dates_as_text_that_mean_nothing_name_the_place(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    book(
        path,
        {
            "事实表": [HEAD, ["甲局", None, "讲党课6次", None, None]],
            "基本信息": [*INFO[:2], ["成文日期", "2025年13月4日"]],
        },
    )
    entry = read_manifest(path).units[0]
    with pytest.raises(BriefError, match=r"工作表“基本信息”第3行，.*2025年13月4日"):
        brief_of(entry)


def test_unknown_columns_are_said(tmp_path: Path) -> None:
    manifest, _ = read(tmp_path, [["单位", "内容", "满意程度"], ["甲局", "讲党课6次", "好"]])
    assert said(manifest) == "工作表“事实表”第1行“满意程度”列：列名不认识，没有读入，请改列名或删去"


def test_digest_counts_content_not_rows(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, _ = read(tmp_path / "a", [HEAD, ["甲局", None, "讲党课6次", None, None]])
    moved, _ = read(tmp_path / "b", [["汇总表"], HEAD, [None] * 5, ["甲局", None, "讲党课６次", None, None]])
    changed, _ = read(tmp_path, [HEAD, ["甲局", None, "讲党课7次", None, None]])
    assert first.units[0].digest == moved.units[0].digest != changed.units[0].digest


def test_template_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(template_sheet())
    manifest, briefs = units(path)
    assert len(briefs) == 2 and not manifest.notes
    assert all(b.facts and b.problems and b.plans and b.body == "党组" for b in briefs.values())
    assert load_workbook(path).sheetnames[0] == "事实表"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a book", "单位,内容".encode()])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.xlsx"
    path.write_bytes(content)
    with pytest.raises(BriefError, match="xlsx"):
        read_manifest(path)


def test_folder_of_briefs_and_names_that_collide(tmp_path: Path) -> None:
    for name in ("a/x.yaml", "a_x.yaml", "~$lock.xlsx", ".hidden.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(
            "kind: work-summary\norganization: 甲局\nperiod: 2024\nfacts: [讲党课6次]\n", "utf-8"
        )
    manifest = read_manifest(tmp_path)
    assert [u.key for u in manifest.units] == ["a_x", "a_x_2"]
    with pytest.raises(BriefError, match="没有材料"):
        read_manifest(_empty(tmp_path))


def _empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder
