"""What to send to somebody who is to help: this computer, the end of the log, the last crash; nobody's name in it."""

from __future__ import annotations

from collections.abc import Sequence

from studio.diagnostics.log import last_lines
from studio.diagnostics.marks import last_crash
from studio.diagnostics.privacy import redacted
from studio.flows.doctor import Section, as_text
from studio.settings import Settings

LINES, LONGEST_LINE = 100, 500
RECENT = ("files.recent_models", "files.recent_audio", "files.recent_projects")
FOLDERS = ("export.folder", "recording.folder", "files.folder")


def problem_report(sections: Sequence[Section], settings: Settings) -> str:
    """Rows of the doctor, log and trace as plain text without names, private paths and tokens.

    Args:
        sections: of `doctor.examine`.
        settings: know which files and folders are the user's own.
    """
    own = [name for key in RECENT for name in settings[key]] + [settings[key] for key in FOLDERS if settings[key]]
    lines = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …" for line in last_lines(LINES)]
    parts = [
        ("THIS COMPUTER", as_text(sections)),
        ("THE LAST CRASH", last_crash() or "None is known."),
        (f"THE LAST {LINES} LINES OF THE LOG", "\n".join(lines) or "There is no log."),
    ]
    return redacted("\n".join(f"== {head} ==\n{text.rstrip()}\n" for head, text in parts), own)
