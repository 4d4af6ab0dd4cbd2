"""kill -9 in the middle of a run of several briefs: the next run ends with the same files and pays for nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.gateway import calm_run, killed_run, write_briefs


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.8])
def test_a_killed_run_resumes(tmp_path: Path, moment: float) -> None:
    (tmp_path / "briefs").mkdir()
    briefs = write_briefs(tmp_path / "briefs", 3)
    calm = calm_run(tmp_path / "calm", briefs)
    row = killed_run(tmp_path / "killed", briefs, moment)
    assert row["files"] == calm["files"]
    assert len(row["files"]) == 3
    assert row["different"] == calm["requests"]
    assert row["again"] <= row["unanswered"]
