"""Shut the engine in: it holds foreign models for hours, and needs the sound systems.

Where a job may reach nothing but its folder, the engine also reaches sound cards, the memory that JACK's programs
share, and the sockets of this machine, through which sound servers are spoken to. See docs/decisions/0012.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from studio.link.lock import kernel, landlock, places, seccomp
from studio.link.lock.lock import LockError

EXTRA = "STUDIO_SOUND_PATHS"  # files and folders of sound systems that lie elsewhere, to be read and written
CARDS = (Path("/dev/snd"), *places.SINKS)
MEMORY = (Path("/dev/shm"),)
SYSTEM_WIDE = (
    "/usr/share/alsa", "/etc/alsa", "/usr/etc/alsa", "/var/lib/alsa", "/etc/asound.conf", "/usr/etc/asound.conf",
    "/etc/pulse", "/usr/share/pipewire", "/etc/pipewire", "/etc/machine-id", "/var/lib/dbus/machine-id",
    "/etc/nsswitch.conf", "/etc/passwd", "/etc/group",  # ALSA mixes for a group that its settings name
)  # fmt: skip
OF_USER = (".asoundrc", ".config/alsa", ".config/pulse", ".config/pipewire", ".pulse", ".pulse-cookie")
AT_RUNTIME = ("pulse",)  # what lies there is a socket, and a socket needs no right to be connected to
FORBIDDEN: tuple[seccomp.Group, ...] = ("programs", "internet", "signals", "tracing", "owners", "system")


def lock_player(read: Iterable[Path]) -> tuple[str, ...]:
    """Leave this process the sound systems, and reading what it is given.

    To be called on the only thread, before PortAudio is opened: its threads inherit the lock.

    Args:
        read: folders of captured models and decoded sounds.

    Raises: LockError where a layer that this system has does not take hold.

    Returns: the layers that hold; none on macOS and Windows.
    """
    if sys.platform != "linux":
        return ()
    layers = []
    try:
        kernel.no_new_privileges()
        if landlock.abi():
            extra = [Path(each) for each in os.environ.get(EXTRA, "").split(os.pathsep) if each]
            seen = [*read, *sound_systems(), *places.readable()]
            layers.append(f"landlock {landlock.restrict(seen, extra, devices=cards(), meeting=MEMORY)}")
        if seccomp.is_there():
            seccomp.forbid(FORBIDDEN)
            layers.append("seccomp")
    except OSError as error:
        raise LockError(f"The engine could not lock itself in: {error.strerror or error}.") from error
    return tuple(layers)


def sound_systems() -> list[Path]:
    """What the sound systems are set up by, for all users and for this one; what is not there included."""
    home = Path.home()
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    own = [home / each for each in OF_USER]
    return [*map(Path, SYSTEM_WIDE), *own, *(runtime / each for each in AT_RUNTIME)]


def cards() -> list[Path]:
    """Sound cards, those that are plugged in later included, and old ones by their number."""
    return [*CARDS, *Path("/dev").glob("dsp*")]


def is_there() -> bool:
    """Whether all layers hold on this system."""
    return sys.platform == "linux" and landlock.abi() > 0 and seccomp.is_there()


def sentence() -> str:
    """What a model that plays could reach on this system, for the doctor."""
    if is_there():
        return "A model that plays reaches sound devices and its own files only, no network and no other program."
    return "A model that plays is not locked in on this system: it could reach what you can. Play only what you trust."
