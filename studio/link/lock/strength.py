"""How well this system can lock a model in, for whoever decides whether to ask, and for the doctor."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from typing import Literal

from studio.link.lock import bubblewrap, landlock, mac, seccomp

Name = Literal["landlock", "bubblewrap", "seatbelt", "job-object", "none"]
INSIDE = "it reaches its own files only, no network and no other program"


@dataclass(frozen=True)
class Strength:
    """What stands between a model that is opened and the rest of the machine.

    Attributes:
        name: of what the system offers.
        sentence: what that means to the user.
        hint: what would make it stronger; empty where nothing is missing.
        is_strong: whether programs of arithmetic may be opened without asking.
    """

    name: Name
    sentence: str
    hint: str = ""
    is_strong: bool = False


@functools.cache
def strength() -> Strength:
    """What this system offers, found out once. The first call may start a program for a moment."""
    if sys.platform == "darwin":
        return _mac()
    if sys.platform == "win32":
        said = (
            "A model is opened in a process that can write to its own folder only; reading and the network stay open."
        )
        return Strength("job-object", said, "Open only what you trust.")
    known = landlock.abi()
    if known and seccomp.is_there():
        said = f"A model is opened in a process that has locked itself in: {INSIDE} (Landlock {known}, seccomp)."
        return Strength("landlock", said, is_strong=True)
    if seccomp.is_there() and bubblewrap.is_there():
        return Strength("bubblewrap", f"A model is opened inside bubblewrap: {INSIDE}.", is_strong=True)
    said = "This system cannot lock a model in while it is opened, so every model that holds code is asked about."
    return Strength("none", said, "Use Linux 5.13 or later, or install bubblewrap.")


def _mac() -> Strength:
    if mac.is_there():
        said = f"A model is opened by sandbox-exec: {INSIDE}; this was not tried on every macOS, so you are asked."
        return Strength("seatbelt", said, "Open only what you trust.")
    said = "This system cannot lock a model in while it is opened, so every model that holds code is asked about."
    return Strength("none", said, "Open only what you trust.")
