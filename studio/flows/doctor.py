"""Look at the computer: what is installed, what plays, what may be written."""

from __future__ import annotations

import os
import platform
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from studio.document.check import Check
from studio.errors import Cancelled, JobError
from studio.link.job import Limits, Report, run_job
from studio.settings import Settings, config_dir, state_dir

LIMITS = Limits(seconds=60.0)
PROGRAM = "neural-audio-studio"
PARTS = (
    ("torch", "fail"),
    ("PySide6-Essentials", "warn"),
    ("sounddevice", "warn"),
    ("numpy", "fail"),
    ("soundfile", "fail"),
)


@dataclass(frozen=True)
class Section:
    """Rows about one thing."""

    title: str
    rows: tuple[Check, ...]


def examine(
    settings: Settings,
    *,
    playing: str = "",
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> list[Section]:
    """Everything that can be found out in some seconds.

    Args:
        settings: name the device to try.
        playing: what is open already, in words: then no device is opened.
        report: told of progress.
        cancel: set it to stop.

    Raises: Cancelled.
    """
    sound = {
        "device": settings["audio.device"] or None,
        "sample_rate": settings["audio.sample_rate"] or None,
        "block": settings["audio.block"],
        "opens": not playing,
    }
    heard = _asked("sound", sound, report, cancel)
    if playing:
        heard.insert(1, Check(id="sound.opens", verdict="pass", value=playing, title="Output in use"))
    sections = [
        Section("Versions", tuple(_versions())),
        Section("Sound", tuple(heard)),
        Section("Priority", tuple(_asked("priority", {}, report, cancel))),
        Section("Libraries", tuple(_asked("libraries", {}, report, cancel))),
        Section("Folders", tuple(_folder(*each) for each in (("settings", config_dir()), ("state", state_dir())))),
    ]
    return [each for each in sections if each.rows]


def as_text(sections: Sequence[Section]) -> str:
    """A report to be sent to somebody: no name of a user in it."""
    lines = []
    for section in sections:
        lines += [section.title, *(f"  {_line(row)}" for row in section.rows), ""]
    return without_home("\n".join(lines))


def without_home(text: str) -> str:
    """The user's own folder as ~."""
    home = str(Path.home())
    return text.replace(home, "~") if home not in ("", "/") else text


def _line(row: Check) -> str:
    measured = " ".join(str(each) for each in (row.value, row.unit) if each not in (None, ""))
    return " · ".join(each for each in (row.verdict, row.title, measured, row.advice) if each)


def _asked(section: str, request: dict[str, Any], report: Report | None, cancel: threading.Event | None) -> list[Check]:
    """The rows of one child process; how it ended, where it did not answer."""
    try:
        found = run_job("doctor", {"section": section, **request}, report=report, cancel=cancel, limits=LIMITS)
    except Cancelled:
        raise
    except JobError as error:
        advice = f"{error.sentence} {error.hint}".strip()
        return [Check(id=f"{section}.asked", verdict="fail", title=f"Asking for {section}", advice=advice)]
    return [Check.model_validate(each) for each in found["checks"]]


def _versions() -> list[Check]:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    rows = [
        Check(id="versions.program", verdict="pass", value=_version(PROGRAM), title="Neural Audio Studio"),
        Check(id="versions.python", verdict="pass", value=platform.python_version(), title="Python", advice=system),
    ]
    for name, severity in PARTS:
        found, title = _version(name), name.removesuffix("-Essentials")
        if found:
            rows.append(Check(id=f"versions.{title}", verdict="pass", value=found, title=title))
        else:
            advice = f"{title} is not installed. Install the program again."
            verdict = "fail" if severity == "fail" else "warn"
            rows.append(Check(id=f"versions.{title}", verdict=verdict, title=title, advice=advice))
    return rows


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _folder(what: str, folder: Path) -> Check:
    """Whether a file can be made in a folder, or in the first above it that there is."""
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), folder)
    title, value = f"Folder of the {what}", without_home(str(folder))
    try:
        with tempfile.TemporaryFile(dir=there):
            free_mb = _free_mb(there)
    except OSError as error:
        advice = f"Nothing can be written there: {error.strerror}."
        return Check(id=f"folders.{what}", verdict="fail", value=value, title=title, advice=advice)
    advice = "" if free_mb is None else f"{free_mb} MB are free."
    return Check(id=f"folders.{what}", verdict="pass", value=value, title=title, advice=advice)


def _free_mb(folder: Path) -> int | None:
    if not hasattr(os, "statvfs"):
        return None
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >> 20
