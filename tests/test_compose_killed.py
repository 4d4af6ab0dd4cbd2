"""kill -9 in the middle of a run of several briefs: the next run ends with the same files and pays for nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.gateway import calm_run, killed_run, write_briefs


@pytest.mark.parametrize("request_number", [1, 9, 20])
def test_a_killed_run_resumes(tmp_path: Path, request_number: int) -> None:
    (tmp_path / "briefs").mkdir()
    briefs = write_briefs(tmp_path / "briefs", 3)
    calm = calm_run(tmp_path / "calm", briefs)
    row = killed_run(tmp_path / "killed", briefs, request_number)
    assert row["files"] == calm["files"]
    assert len(row["files"]) == 3
    assert row["killed"]
    assert row["different"] == calm["requests"]
    assert row["again"] <= row["unanswered"]
