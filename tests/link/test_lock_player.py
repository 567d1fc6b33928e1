"""The lock of the engine: what it leaves open is what sound systems need, and everything else is shut."""

import json
import os
import subprocess
import sys
from pathlib import Path

from studio.link.lock.player import EXTRA, sentence

TRIAL = Path(__file__).parent / "lock_trial.py"
NEEDED = {
    "a local socket",
    "names of groups",
    "a new thread",
    "a nice value",
    "shared memory",
    "its folder",
    "its own process id",
    "extra",
}
SHUT = {
    "the internet", "a datagram", "a program", "a fork", "a signal to the parent", "the memory of the parent",
    "a file of the user", "the user's folder", "a new file", "a new file in shared memory", "writing its folder",
    "a change of mode", "a link out of its folder",
}  # fmt: skip


def tried(tmp_path, *options):
    """What a process could do, of all that it tried."""
    for name in ("given", "private", "extra"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("words")
    (tmp_path / "given" / "link").symlink_to(tmp_path / "private" / "file")
    command = [sys.executable, "-P", str(TRIAL), str(tmp_path), *options]
    environment = os.environ | {"OMP_NUM_THREADS": "1", EXTRA: str(tmp_path / "extra")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_an_engine_reaches_sound_systems_and_its_own_folder_alone(tmp_path):
    assert tried(tmp_path, "locked") == NEEDED


def test_without_the_lock_it_could_do_all_that(tmp_path):
    assert tried(tmp_path) == NEEDED | SHUT


def test_the_lock_says_no_when_a_thread_would_stay_outside(tmp_path):
    assert tried(tmp_path, "locked", "late") == {"LockError"}


def test_the_doctor_hears_what_holds():
    assert "its own files only" in sentence()
