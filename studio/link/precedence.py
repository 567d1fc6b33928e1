"""What it means how early the system serves the sound, and how to be served earlier: said by doctor and window."""

from __future__ import annotations

import sys

from studio.link.shared import Priority

LIMITS_FILE = "/etc/security/limits.d/95-audio.conf"
SENTENCES = {
    Priority.UNKNOWN: "Nobody knows yet whether sound is served before other programs.",
    Priority.ORDINARY: "Sound has no priority: any busy program can make it stutter.",
    Priority.RAISED: "Sound is served before most programs, but not in real time.",
    Priority.REAL_TIME: "Sound has real-time priority.",
}
HINTS = {
    "linux": (
        f"Put the two lines “@audio - rtprio 95” and “@audio - memlock unlimited” into {LIMITS_FILE}, "
        "run “sudo usermod -aG audio $USER”, then log out and in again."
    ),
    "darwin": "Close programs that compute all the time, and choose a larger block.",
    "win32": "Let the service “Multimedia Class Scheduler” run, or choose a larger block.",
}


def describe(priority: Priority) -> tuple[str, str]:
    """What it means, and how more is granted: a sentence and a hint, which may be empty."""
    if priority in (Priority.UNKNOWN, Priority.REAL_TIME):
        return SENTENCES[priority], ""
    return SENTENCES[priority], HINTS.get(sys.platform, "")
