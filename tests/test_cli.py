"""The command line as a user meets it: outputs, exit codes, and one clear Chinese sentence for every bad input."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ui.cli import run


def cli(*argv: object) -> int:
    return run([str(a) for a in argv])


def one_sentence(text: str) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == 1, text
    assert lines[0].startswith("zhibi：")
    assert re.search("[一-鿿]", lines[0])
    assert "Traceback" not in text


def test_draft_writes_the_three_files(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = cli(
        "draft",
        root / "examples" / "half-year.yaml",
        "-o",
        tmp_path / "稿 件.docx",
        "--format",
        "docx,md,html,json",
    )
    assert code == 1, "open placeholders are findings a person must settle"
    names = sorted(p.name for p in tmp_path.iterdir() if p.is_file())
    assert (
        names
        == ["稿 件.audit.json", "稿 件.docx", "稿 件.html", "稿 件.json", "稿 件.md", "稿 件.review.docx"]
        or len(names) >= 5
    )
    audit = json.loads((tmp_path / "稿 件.audit.json").read_text("utf-8"))
    assert {
        "brief_digest",
        "model",
        "prompts",
        "knowledge_digest",
        "facts",
        "sections",
        "findings",
        "usage",
        "repairs",
    } <= set(audit)
    assert all(f["placed_in"] for f in audit["facts"])
    assert "必错" in capsys.readouterr().err


def test_ask_text_and_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("ask", root / "examples" / "half-year.yaml") == 0
    assert "签发前必答" in capsys.readouterr().out
    assert cli("ask", root / "examples" / "half-year.yaml", "--format", "json") == 0
    questions = json.loads(capsys.readouterr().out)["questions"]
    assert 0 < sum(q["blocking"] for q in questions) <= 5


def test_outline_only(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("draft", root / "examples" / "half-year.yaml", "--outline-only") == 0
    out = capsys.readouterr().out
    assert out.count("F0") + out.count("F1") == 12


def test_check_reports_json_and_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "文.txt"
    text.write_text(
        "一、主要工作\n认真学习《关于新形势下党内政治生活若干准则》,贯彻党中央做出的决策部署。\n", "utf-8"
    )
    assert cli("check", text, "--format", "json", "--as-of", "2023-07-05") == 1
    report = json.loads(capsys.readouterr().out)
    entry = report["files"][0]
    assert set(entry["counts"]) == {"error", "warning", "info"}
    for finding in entry["findings"]:
        assert {"rule", "severity", "message", "paragraph", "start", "end", "quote", "fix"} <= set(finding)
    assert any("若干准则" in f["quote"] for f in entry["findings"])


def test_safe_fixes_go_in_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "文.txt"
    text.write_bytes(
        "一、主要工作\n贯彻党中央做出的决策部署,提升群众收获感、幸福感、安全感。\n".encode("gb18030")
    )
    cli("check", text, "--fix")
    once = text.read_bytes().decode("gb18030")
    assert "获得感、幸福感、安全感" in once
    cli("check", text, "--fix")
    assert text.read_bytes().decode("gb18030") == once


def test_a_baseline_leaves_only_what_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, known = tmp_path / "文.txt", tmp_path / "known.json"
    text.write_text("一、主要工作\n增强群众收获感。\n", "utf-8")
    cli("check", text, "--save-baseline", known)
    capsys.readouterr()
    assert cli("check", text, "--baseline", known, "--format", "json", "--fail-on", "info") == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["findings"] == []


def test_an_annotated_copy_of_a_word_file(root: Path, tmp_path: Path) -> None:
    cli("draft", root / "examples" / "bullets.txt", "-o", tmp_path / "a.docx")
    before = (tmp_path / "a.docx").read_bytes()
    cli("check", tmp_path / "a.docx", "--format", "docx", "-o", tmp_path / "b.docx")
    assert (tmp_path / "a.docx").read_bytes() == before
    assert "word/comments.xml" in zipfile.ZipFile(tmp_path / "b.docx").namelist()


def test_check_against_a_brief(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli("draft", root / "examples" / "bullets.txt", "-o", tmp_path / "a.docx", "--format", "md")
    capsys.readouterr()
    target = next(tmp_path.glob("a*.md"))
    target.write_text(target.read_text("utf-8").replace("1286家次", "12860家次"), "utf-8")
    cli("check", target, "--brief", root / "examples" / "bullets.txt", "--format", "json")
    findings = json.loads(capsys.readouterr().out)["files"][0]["findings"]
    assert any(f["rule"].startswith("facts/") and "12860" in f["quote"] + f["message"] for f in findings)


def test_knowledge_round(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "示例县乙局2024年工作总结.txt"
    body = "一、主要工作\n（一）推进河道治理\n清理河道垃圾，整治排污口，完成堤防加固。\n二、存在的问题\n人手不足。\n三、下一步打算\n招录人员。\n"
    text.write_text("示例县乙局2024年工作总结\n" + body * 3, "utf-8")
    assert cli("knowledge", "add", text) == 0
    assert cli("knowledge", "list") == 0
    assert text.name in capsys.readouterr().out
    assert cli("knowledge", "search", "堤防加固") == 0
    assert "堤防加固" in capsys.readouterr().out
    assert cli("knowledge", "rebuild") == 0
    assert cli("knowledge", "remove", text.name) == 0
    capsys.readouterr()
    assert cli("knowledge", "remove", text.name) == 2
    one_sentence(capsys.readouterr().err)


def test_a_file_gone_from_a_folder_goes_from_the_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "旧稿"
    folder.mkdir()
    for name in ("甲", "乙"):
        (folder / f"{name}.txt").write_text(
            f"示例县{name}局2024年工作总结\n一、主要工作\n{name}局完成堤防加固。\n", "utf-8"
        )
    cli("knowledge", "add", folder)
    (folder / "乙.txt").unlink()
    cli("knowledge", "add", folder)
    capsys.readouterr()
    cli("knowledge", "list")
    listed = capsys.readouterr().out
    assert "甲.txt" in listed
    assert "乙.txt" not in listed


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("缺.yaml", None, "找不到"),
        ("空.yaml", b"", "空"),
        ("键.yaml", "kind: work-summary\norganization: 示例局\nperiod: 2024\nfact: [a]\n".encode(), ":4"),
        ("无.yaml", "kind: work-summary\norganization: 示例局\nperiod: 2024\n".encode(), "facts"),
        (
            "长.yaml",
            ("kind: work-summary\norganization: 示例局\nperiod: 2024\nfacts:\n- " + "长" * 20000).encode(),
            ":5",
        ),
        (
            "文种.yaml",
            "kind: 诗\norganization: 示例局\nperiod: 2024\nfacts: [开会1次]\n".encode(),
            "duty-report",
        ),
        (
            "日期.yaml",
            "kind: work-summary\norganization: 示例局\nperiod: 2024\ndate: 2024-02-30\nfacts: [开会1次]\n".encode(),
            "date",
        ),
        ("乱.yaml", bytes(range(256)), "乱.yaml"),
    ],
)
def test_bad_briefs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert cli("draft", path, "-o", tmp_path / "x.docx") == 2
    err = capsys.readouterr().err
    one_sentence(err)
    assert words in err
    assert not list(tmp_path.glob("x*"))


@pytest.mark.parametrize("make", ["renamed", "truncated", "bomb"])
def test_bad_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str], make: str) -> None:
    path = tmp_path / "文.docx"
    if make == "renamed":
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
    elif make == "truncated":
        path.write_bytes(b"PK\x03\x04" + b"x" * 60)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.writestr("[Content_Types].xml", "<Types/>")
            bomb.writestr("word/document.xml", b" " * (80 * 2**20))
    assert cli("check", path) == 2
    err = capsys.readouterr().err
    assert "文.docx" in err
    assert "Traceback" not in err


def test_gbk_brief_is_read(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes((root / "examples" / "half-year.yaml").read_text("utf-8").encode("gb18030"))
    assert cli("draft", path, "-o", tmp_path / "x.docx") in (0, 1)


@pytest.mark.parametrize(
    "argv",
    [
        ["frobnicate"],
        ["draft"],
        ["draft", "--nonsense"],
        ["check", "a.txt", "--format", "pdf"],
        ["check", "a.txt", "--as-of", "昨天"],
    ],
)
def test_usage_errors(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(argv) == 2
    one_sentence(capsys.readouterr().err)


def test_missing_output_folder(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("draft", root / "examples" / "bullets.txt", "-o", tmp_path / "没有" / "x.docx") == 2
    one_sentence(capsys.readouterr().err)


def test_refused_endpoint_is_a_service_error(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-never-shown")
    monkeypatch.setenv("ZHIBI_MAX_RETRIES", "0")
    assert cli("draft", root / "examples" / "bullets.txt", "-o", tmp_path / "x.docx", "--model", "m") == 3
    err = capsys.readouterr().err
    one_sentence(err)
    assert "sk-never-shown" not in err
    assert not list(tmp_path.glob("x*"))


def test_an_endpoint_elsewhere_needs_the_allow_list(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://model.example/v1")
    assert cli("draft", root / "examples" / "bullets.txt", "-o", tmp_path / "x.docx", "--model", "m") == 2
    one_sentence(capsys.readouterr().err)


def test_help_is_light_and_chinese() -> None:
    code = "import sys; from ui.cli import run; run(['--help']); heavy = {'langchain_core', 'chromadb', 'streamlit', 'openai', 'docx'} & set(sys.modules); sys.exit(len(heavy))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, "a heavy package was imported for --help"
    assert "起草" in done.stdout
    assert "显示本说明" in done.stdout


def test_ctrl_c_leaves_nothing_half_written(root: Path, tmp_path: Path) -> None:
    """Interrupted while a model is thinking: the listener takes the request and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        command = [
            sys.executable,
            "-m",
            "ui.cli",
            "draft",
            str(root / "examples" / "half-year.yaml"),
            "-o",
            str(tmp_path / "x.docx"),
        ]
        env = {**os.environ, "OPENAI_BASE_URL": address, "OPENAI_API_KEY": "x", "ZHIBI_MODEL": "m"}
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
        )
        connection, _ = listener.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    one_sentence(err)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(("x", ".x"))]


def test_doctor_names_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("doctor") == 0
    out = capsys.readouterr().out
    assert "内置写手" in out
    assert "知识数据" in out
