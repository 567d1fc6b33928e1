"""A whole export onto a disk that is full, cannot be written, or loses the folder: a sentence, and no half package."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

CARD = (
    '{"name": "Half volume", "authors": ["A. Author"], "short_description": "Turns it down", "sample_rate": 44100,'
    ' "long_description": "By half.", "domain_tags": ["music"], "tags": ["volume"]}'
)
WORDS = ["--host", "neutone", "--host", "audacity", "--card", "card.json", "--out", "p", "--trust", "--json"]


def files_of(folder):
    """All that stands there, by name; staging folders too, which should be gone."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def export(studio, model, tmp_path):
    (tmp_path / "card.json").write_text(CARD)
    source = model("volume")
    return lambda *more: studio("export", source, *WORDS, *more)


def refused(said, reason):
    """The export ended in a sentence with this reason, and what to do."""
    error = said.json["error"]
    assert said.code == 2 and reason in error["message"] and error["hint"], said.out
    assert "Traceback" not in said.out + said.err


@contextlib.contextmanager
def disk_of(folder, size):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
@pytest.mark.root
def test_on_a_full_disk_the_packages_that_stood_there_stay(export, tmp_path):
    assert export().code == 0
    shutil.move(tmp_path / "p", tmp_path / "made")
    before = files_of(tmp_path / "made")
    room = sum(len(data) + 8192 for data in before.values()) + (64 << 10)
    (tmp_path / "p").mkdir()
    with disk_of(tmp_path / "p", room):
        shutil.copytree(tmp_path / "made", tmp_path / "p", dirs_exist_ok=True)
        refused(export("--set", "gain=0.25"), "No space left on device")
        assert files_of(tmp_path / "p") == before


@pytest.mark.slow
def test_where_no_file_may_grow_nothing_is_left_at_the_target(export, tmp_path, monkeypatch):
    limit = 24 << 10
    lowering = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    (tmp_path / "sitecustomize.py").write_text(f"import resource, sys\nif 'export' in sys.argv:\n    {lowering}\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    refused(export(), "large")
    assert files_of(tmp_path / "p") == {}
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != limit


@pytest.mark.parametrize("target, reason", [("/sys/p", "cannot be written"), ("card.json/p", "Not a directory")])
def test_a_place_that_takes_no_folder_is_told_before_any_work(export, target, reason):
    began = time.monotonic()
    refused(export("--out", target), reason)
    assert time.monotonic() - began < 60


@pytest.mark.slow
def test_a_target_that_is_removed_meanwhile_holds_whole_packages_or_none(export, tmp_path):
    words = [sys.executable, "-m", "studio", "export", "volume.py", *WORDS]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("p/.packages*/*/*")):
            assert running.poll() is None and time.monotonic() < deadline, "it never began"
            time.sleep(0.01)
        shutil.rmtree(tmp_path / "p")
        out, err = running.communicate(timeout=120)
    assert running.returncode in (0, 2) and "Traceback" not in out + err, out + err
    kept = {Path(name).suffix for name in files_of(tmp_path / "p")} if (tmp_path / "p").exists() else set()
    assert running.returncode == 0 or not kept & {".nm", ".pt"}, "the sentence says that nothing was written"
    assert running.returncode == 0 or '"hint"' in out
