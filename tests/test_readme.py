"""What the README tells a reader to type works as it is written there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if line.startswith("studio ")]
SCRIPTS = [text for kind, text in BLOCKS if kind == "python"]


@pytest.fixture
def reader(tmp_path):
    """A folder with the repository's resources in it, as a reader's clone has them."""
    (tmp_path / "resources").symlink_to(ROOT / "resources")

    def run(*words):
        return subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_do_what_is_said(reader, line):
    done = reader("-m", "studio", *shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("text", SCRIPTS)
def test_the_script_runs_and_its_package_opens(reader, tmp_path, text):
    (tmp_path / "script.py").write_text(text)
    done = reader("script.py")
    assert done.returncode == 0, done.stderr
    packages = list(tmp_path.rglob("*.nm"))
    assert len(packages) == 1 and reader("-m", "studio", "inspect", str(packages[0]), "--trust").returncode == 0


def test_the_first_commands_are_there_and_can_be_run():
    for name in re.findall(r"^\./(packaging/\w+)$", README, re.MULTILINE):
        assert (ROOT / name).stat().st_mode & 0o111


def test_every_link_leads_somewhere():
    for link in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert (ROOT / link).exists(), link
