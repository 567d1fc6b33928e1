"""Archives in the LibTorch releases that hosts carry: really loaded and run there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "old_libtorch.py"


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_every_release_does_what_was_foretold():
    done = subprocess.run([sys.executable, str(SCRIPT), "--json"], capture_output=True, text=True, check=False)
    rows = json.loads(done.stdout or "[]")
    assert [row for row in rows if not row["right"]] == [] and done.returncode == 0, done.stderr[-2000:]
    runs = {(row["archive"], row["release"]) for row in rows if row["happened"] == "runs"}
    assert {("clipper for audacity", "1.9"), ("overdrive for nn", "2.5"), ("gru, lowered", "1.9")} <= runs
