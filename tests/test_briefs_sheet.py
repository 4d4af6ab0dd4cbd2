"""The spreadsheet brief: columns by name, header rows, merged cells; nothing is dropped in silence."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from assistant.brief import Brief
from assistant.errors import BriefError
from assistant.formats.briefs import read_brief

INFO = [["单位", "市民政局"], ["时间", "２０２３年上半年"], ["文种", "党建工作总结"]]
FACTS = [["栏目", "内容", "类别", "来源", "必写"], ["抓学习", "讲党课6次", "事实", "台账", "是"]]


def book(
    folder: Path, rows: list[list[Any]], info: list[list[Any]] | None = None, name: str = "事实表"
) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(row)
    if info is not None:
        extra = workbook.create_sheet("基本信息")
        for row in info:
            extra.append(row)
    path = folder / "b.xlsx"
    workbook.save(path)
    return path


def refuse(path: Path) -> BriefError:
    with pytest.raises(BriefError) as caught:
        read_brief(path)
    return caught.value


def texts(brief: Brief) -> list[list[str]]:
    return [[i.text for i in lane] for lane in (brief.facts, brief.problems, brief.plans)]


def test_columns_lanes_and_info_sheet(tmp_path: Path) -> None:
    rows = [
        *FACTS,
        [None, "谈话1次", None, None, "否"],
        [],
        ["存在问题", "学习不够"],
        ["抓廉政", "签责任书*份"],
        [None, "抓培训", "计划"],
    ]
    brief = read_brief(book(tmp_path, rows, [*INFO, ["成文日期", datetime(2023, 7, 5)], ["字数", 4500]]))
    assert texts(brief) == [["讲党课6次", "谈话1次", "签责任书*份"], ["学习不够"], ["抓培训"]]
    assert [(s.heading, s.facts) for s in brief.sections] == [
        ("抓学习", ("F01", "F02")),
        ("抓廉政", ("F03",)),
    ]
    assert (brief.date, brief.length, brief.period.label) == (date(2023, 7, 5), 4500, "2023年上半年")
    assert (brief.facts[0].source, brief.facts[1].required, brief.facts[1].line) == ("台账", False, 3)


def test_header_rows_above_the_table_and_sheets_named_after_lanes(tmp_path: Path) -> None:
    rows = [
        ["市民政局材料"],
        ["单位", "市民政局", "时间", 2023],
        ["文种", "工作总结"],
        ["序号", "事实"],
        [1, "讲党课6次"],
    ]
    path = book(tmp_path, rows)
    from openpyxl import load_workbook

    workbook = load_workbook(path)
    extra = workbook.create_sheet("问题")
    extra.append(["内容"])
    extra.append(["学习不够"])
    workbook.save(path)
    assert texts(read_brief(path)) == [["讲党课6次"], ["学习不够"], []]


def test_merged_section_cells_fill_down(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = book(tmp_path, [["section", "text"], ["抓学习", "a事"], [None, "b事"]], INFO)
    workbook = load_workbook(path)
    workbook["事实表"].merge_cells("A2:A3")
    workbook.save(path)
    assert read_brief(path).sections[0].facts == ("F01", "F02")


def test_same_content_same_digest_as_text(tmp_path: Path) -> None:
    one = read_brief(book(tmp_path, [["事实"], ["讲党课6次"]], INFO))
    (tmp_path / "b.txt").write_text(
        "单位：市民政局\n时间：2023年上半年\n文种：党建工作总结\n- 讲党课6次\n", "utf-8"
    )
    assert one.digest == read_brief(tmp_path / "b.txt").digest


@pytest.mark.parametrize(
    ("rows", "message", "row"),
    [
        ([["栏目", "内容", "数量"], ["x", "y", 3]], "列“数量”不认识", 1),
        ([["内容", "类别"], ["y", "杂项"]], "类别“杂项”不认识", 2),
        ([["内容", "来源"], [None, "台账"]], "有台账而没有内容", 2),
        ([["内容", "来源"], ["=1+1", "台账"]], "单元格A2是没有结果的公式", 2),
        ([["内容", "事项"], ["a", "b"]], "两列都是", 1),
        ([["甲", "乙"], ["a", "b"]], "“甲”不认识", 1),
        ([["只有一句话"]], "没有表头", 1),
        ([["内容"], ["长" * 2001]], "有2001字", 2),
        ([["内容", "编号"], ["a", "k"], ["b", "k"]], "编号“k”用了两次", 3),
        ([["内容", "必写"], ["a", "也许"]], "工作表“事实表”第2行", 2),
    ],
)
def test_errors_name_the_place(tmp_path: Path, rows: list[list[Any]], message: str, row: int) -> None:
    caught = refuse(book(tmp_path, rows, INFO))
    assert message in caught.message
    assert caught.line == row


def test_bad_period_names_its_cell(tmp_path: Path) -> None:
    caught = refuse(book(tmp_path, FACTS, [["单位", "市局"], ["时间", "去年"], ["文种", "工作总结"]]))
    assert "工作表“基本信息”第2行" in caught.message
    assert caught.line == 2


def test_hidden_rows_columns_and_sheets(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = book(tmp_path, [["内容", "来源"], ["a事", "台账"]], INFO)
    workbook = load_workbook(path)
    workbook.create_sheet("下拉").append(["随便"])
    workbook["下拉"].sheet_state = "hidden"
    workbook.save(path)
    assert texts(read_brief(path))[0] == ["a事"]
    workbook["事实表"].column_dimensions["B"].hidden = True
    workbook.save(path)
    assert "“来源”列（B列）被隐藏" in refuse(path).message
    workbook["事实表"].column_dimensions["B"].hidden = False
    workbook["事实表"].row_dimensions[2].hidden = True
    workbook.save(path)
    assert "第2行被隐藏而有内容" in refuse(path).message


def test_broken_files(tmp_path: Path) -> None:
    path = book(tmp_path, FACTS, INFO)
    whole = path.read_bytes()
    for raw, message in [
        (whole[: len(whole) // 2], "不是完整的 .xlsx"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "不是完整的 .xlsx"),
        ("单位：市局".encode(), "不是完整的 .xlsx"),
        (b"", "文件是空的"),
    ]:
        path.write_bytes(raw)
        assert message in refuse(path).message
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    assert "压缩包" in refuse(path).message
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"0" * 30_000_000)
    assert "展开后超过" in refuse(path).message


def test_damaged_parts_inside(tmp_path: Path) -> None:
    path = book(tmp_path, FACTS, INFO)
    with zipfile.ZipFile(path) as archive:
        parts = {i.filename: archive.read(i) for i in archive.infolist()}
    for name in parts:
        broken = tmp_path / "broken.xlsx"
        with zipfile.ZipFile(broken, "w") as archive:
            for other, content in parts.items():
                archive.writestr(other, b"<broken" if other == name else content)
        try:
            assert read_brief(broken).facts
        except BriefError as error:
            assert error.message
