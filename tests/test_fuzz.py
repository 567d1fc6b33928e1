"""Damaged files through the app's own doors, a sample of it; thousands: tests/benchmarks/fuzz.py."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(__file__).parent / "benchmarks" / "fuzz.py"
SHARE = {"models": 250, "audio": 4000}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.mark.parametrize("what", SHARE)
def test_every_damaged_file_is_opened_or_ends_in_a_sentence(tmp_path, what):
    results = tmp_path / "results.jsonl"
    words = [f"--{what}", str(SHARE[what]), "--seed", "7", "--results", str(results), "--minutes", "3"]
    done = subprocess.run([sys.executable, COMMAND, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ends = [json.loads(line)["end"] for line in results.read_text().splitlines()]
    assert len(ends) > SHARE[what] // 5 and {"opened", "sentence"} <= set(ends)
