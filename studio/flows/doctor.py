"""Look at the computer: what is installed, what plays, what may be written. It asks; it never guesses."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from studio.document.check import Check
from studio.errors import Cancelled, JobError
from studio.flows.computer import (
    computer_rows,
    folder_rows,
    protection_rows,
    surrounding_rows,
    version_rows,
    without_home,
)
from studio.link.job import Limits, Report, run_job
from studio.settings import Settings

log = logging.getLogger(__name__)
AT_ONCE = 3
LIMITS: Final = Limits(seconds=60.0)
UNLIMITED: Final = Limits(seconds=120.0, address_space=0)  # a driver of a GPU reserves more than any limit of ours
STATES: Final = {"pass": "good", "warn": "could be better", "fail": "broken", "skip": "not asked"}
WHY_SILENT: Final = {
    "sound": "The sound system ended the process that asked it.",
    "window": "Qt ended the process that asked for a window: a library it needs may be missing.",
    "torch": "torch ended the process that loaded it. Install the program again.",
    "files": "A library that reads sound files ended the process that loaded it. Install the program again.",
    "midi": "The MIDI system ended the process that asked it.",
}
Rows = Callable[[], list[Check]]


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
    """Everything that can be found out in some seconds. What may be broken is asked in a process of its own.

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
    ask = partial(_asked, report=report, cancel=cancel)
    parts: list[tuple[str, Rows]] = [
        ("Versions", version_rows),
        ("Computer", computer_rows),
        ("Sound", lambda: _with_output(ask("sound", sound), playing)),
        ("Libraries", lambda: [*ask("libraries"), *ask("files"), *ask("window")]),
        ("Torch and GPU", lambda: ask("torch", limits=UNLIMITED)),
        ("MIDI", lambda: ask("midi")),
        ("Priority", lambda: ask("priority")),
        ("Folders", lambda: folder_rows(settings)),
        ("Protection", protection_rows),
        ("Surroundings", surrounding_rows),
    ]
    with ThreadPoolExecutor(AT_ONCE, "doctor") as pool:
        asked = [(title, pool.submit(_answered, title, rows)) for title, rows in parts]
        sections = [Section(title, tuple(rows.result())) for title, rows in asked]
    return [each for each in sections if each.rows]


def as_text(sections: Sequence[Section]) -> str:
    """All rows, one a line. Folders below the user's own are shown from there."""
    lines = []
    for section in sections:
        lines += [section.title, *(f"  {_line(row)}" for row in section.rows), ""]
    return without_home("\n".join(lines))


def measured(row: Check) -> str:
    """The value of a row with its unit; empty where there is none."""
    return " ".join(str(each) for each in (row.value, row.unit) if each not in (None, ""))


def _line(row: Check) -> str:
    return " · ".join(each for each in (STATES[row.verdict], row.title, measured(row), row.advice) if each)


def _with_output(rows: list[Check], playing: str) -> list[Check]:
    """Where a device is open already, that it is."""
    if playing:
        rows.insert(1, Check(id="sound.opens", verdict="pass", value=playing, title="Output in use"))
    return rows


def _answered(title: str, rows: Rows) -> list[Check]:
    """The rows of a section; one that says so where it could not be found out."""
    try:
        return rows()
    except Cancelled:
        raise
    except Exception as error:  # whatever is broken here, the other sections are worth having
        log.exception("The section %s could not be found out.", title)
        said = f"It could not be found out: {error}. Please report it."
        return [Check(id=f"{title.lower()}.asked", verdict="fail", title=title, advice=said)]


def _asked(
    section: str,
    request: dict[str, Any] | None = None,
    *,
    limits: Limits = LIMITS,
    report: Report | None,
    cancel: threading.Event | None,
) -> list[Check]:
    """The rows of one child process; how it ended, where it did not answer."""
    try:
        found = run_job("doctor", {"section": section, **(request or {})}, report=report, cancel=cancel, limits=limits)
    except Cancelled:
        raise
    except JobError as error:
        why = WHY_SILENT.get(section, "") if error.code == "job" else ""
        advice = why or f"{error.sentence} {error.hint}".strip()
        last = error.output.strip().splitlines()[:1] if why else []
        said = " ".join([advice, *last])
        return [Check(id=f"{section}.asked", verdict="fail", title=f"Asking for {section}", advice=said)]
    return [Check.model_validate(each) for each in found["checks"]]
