"""A sample of `tests/benchmarks/kills.py`: whoever is killed at whatever moment leaves nothing torn."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from killed_app import RECOVERY_S, one_kill
from killed_writers import WRITERS
from kills import kill_writer

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_that_is_killed_leaves_the_old_or_the_new(name):
    seen = kill_writer(name, 30, seed=2)
    assert set(seen) <= {"old", "new"} and seen["new"]


def write_in_place(path, data):
    with path.open("wb", buffering=0) as stream:
        for start in range(0, len(data), 64):
            stream.write(data[start : start + 64])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_the_search_finds_a_writer_that_tears(monkeypatch):
    """Without its care the same writer is caught."""
    monkeypatch.setattr("studio.document.project.write_bytes", write_in_place)
    assert kill_writer("project", 60, seed=1)["torn"]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_app_that_is_killed_loses_one_edit_at_most(tmp_path, seed):
    row = one_kill(tmp_path / "home", seed)
    assert not row["torn"] and not row["missing"] and row["lost"] <= 1 and row["clean"], row
    assert row["seconds"] < RECOVERY_S
