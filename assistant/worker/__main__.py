"""``python -m assistant.worker WORKSPACE WORK RUN``: started by the page, not by people."""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.worker.run import work_on

if __name__ == "__main__":
    sys.exit(work_on(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
