"""The scripts that set everything up: what they take for missing, which Python they choose, what they install."""

import configparser
import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

PACKAGING = Path(__file__).resolve().parents[1] / "packaging"
LISTS = sorted(PACKAGING.glob("*-libraries.txt"))
SPACES = "{http://www.freedesktop.org/standards/shared-mime-info}"


def bash(code, given="", **environment):
    """Run shell code after the functions of setup.sh."""
    whole = f'set -euo pipefail\n. "{PACKAGING}/setup.sh"\n{code}'
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        ["bash", "-c", whole], input=given, capture_output=True, text=True, env={**kept, **environment}, timeout=60
    )


@pytest.mark.parametrize("line, missing", [("bash", False), ("no-such-package", True), ("no-such|bash", False)])
def test_a_package_is_missing_only_when_no_alternative_is_there(line, missing):
    assert bash("missing_packages", line + "\n").stdout == (line + "\n" if missing else "")


@pytest.mark.parametrize("version, fits", [("3.10", False), ("3.11", True), ("3.13", True), ("3.14", False)])
def test_only_pythons_that_fit_are_taken(tmp_path, version, fits):
    """A stand-in that says which Python it is."""
    major, minor = version.split(".")
    stand_in = tmp_path / "python-stand-in"
    stand_in.write_text(f'#!/bin/sh\nexec python3 -c "import sys; sys.version_info = ({major}, {minor}, 0); $2"\n')
    stand_in.chmod(0o755)
    found = bash("find_python", STUDIO_PYTHON=str(stand_in))
    assert (found.returncode == 0) == fits and found.stdout.strip() == (str(stand_in) if fits else "")


def test_without_a_python_it_says_which_is_needed():
    said = bash("venv=/nonexistent/venv\nmake_venv", STUDIO_PYTHON="no-such-python")
    assert said.returncode == 1 and "Python 3.11, 3.12 or 3.13 is needed" in said.stderr


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_the_lists_hold_names_and_remarks(path):
    for line in path.read_text().splitlines():
        assert re.fullmatch(r"#.*|[a-z0-9.+|-]+", line), line


def test_desktop_entry_and_file_types_agree():
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(PACKAGING / "neural-audio-studio.desktop")
    types = ElementTree.parse(PACKAGING / "neural-audio-studio.xml").getroot()
    named = {each.get("type") for each in types}
    patterns = {glob.get("pattern") for glob in types.iter(f"{SPACES}glob")}
    assert set(entry["Desktop Entry"]["MimeType"].strip(";").split(";")) == named
    assert patterns == {"*.studio", "*.nm"} and entry["Desktop Entry"]["Exec"] == "studio open %F"
