"""The libraries that the window and the sound need of Linux, and what they are called where they are installed from."""
# ruff: noqa: E501, rows of a table are read across

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from studio.document.check import Check

INSTALL: Final = {
    "debian": "sudo apt install",
    "fedora": "sudo dnf install",
    "arch": "sudo pacman -S",
    "suse": "sudo zypper in",
}
NEWER_DEBIAN: Final = {"debian": 13.0, "ubuntu": 24.04}  # since when names end in t64
ALSA_DATA: Final = "/usr/share/alsa/alsa.conf"
LIBRARIES: Final = (  # what needs it, file, and its package in Debian (new|old), Fedora, Arch and openSUSE
    ("sound", "libportaudio.so.2", "libportaudio2", "portaudio", "portaudio", "libportaudio2"),
    ("sound", "libasound.so.2", "libasound2t64|libasound2", "alsa-lib", "alsa-lib", "libasound2"),
    ("sound", ALSA_DATA, "libasound2-data", "alsa-lib", "alsa-lib", "alsa"),
    ("the window", "libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd", "libglvnd"),
    ("the window", "libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd", "libglvnd"),
    ("the window", "libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    ("the window", "libglib-2.0.so.0", "libglib2.0-0t64|libglib2.0-0", "glib2", "glib2", "libglib-2_0-0"),
    ("the window", "libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig", "fontconfig"),
    ("the window", "libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    ("X11", "libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor", "libxcb-cursor0"),
    ("X11", "libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm", "libxcb-icccm4"),
    ("X11", "libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms", "libxcb-keysyms1"),
    ("X11", "libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb", "libxcb-shape0"),
    ("X11", "libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image", "libxcb-image0"),
    ("X11", "libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil", "libxcb-render-util0"),
    ("X11", "libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb", "libxcb-randr0"),
    ("X11", "libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb", "libxcb-xkb1"),
    ("X11", "libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11", "libxkbcommon-x11-0"),
    ("X11", "libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11", "libX11-xcb1"),
    ("Wayland", "libwayland-client.so.0", "libwayland-client0", "libwayland-client", "wayland", "libwayland-client0"),
    ("Wayland", "libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor", "wayland", "libwayland-cursor0"),
    ("Wayland", "libwayland-egl.so.1", "libwayland-egl1", "libwayland-egl", "wayland", "libwayland-egl1"),
)  # fmt: skip


def library_rows(is_there: Callable[[str], bool], system: Mapping[str, str]) -> list[Check]:
    """One row for each use that misses libraries, with the command that installs them; one row where none is missing.

    Args:
        is_there: whether a library can be loaded, or a file is there.
        system: what the distribution says of itself, as in /etc/os-release.
    """
    if sys.platform != "linux":
        return []
    missing = [row for row in LIBRARIES if not is_there(row[1])]
    if not missing:
        said = f"All {len(LIBRARIES)} are there."
        return [Check(id="libraries.missing", verdict="pass", value=0, unit="missing", title=TITLE, advice=said)]
    uses = dict.fromkeys(row[0] for row in missing)
    return [_missing(use, [row for row in missing if row[0] == use], system) for use in uses]


TITLE: Final = "System libraries"


def _missing(use: str, rows: list[tuple[str, ...]], system: Mapping[str, str]) -> Check:
    family = family_of(system)
    column = 2 + list(INSTALL).index(family)
    packages = " ".join(dict.fromkeys(_of_age(row[column], system) for row in rows))
    files = ", ".join(row[1] for row in rows)
    who = f"a window on {use}" if use in ("X11", "Wayland") else use
    advice = f"Missing for {who}: {files}. Run: {INSTALL[family]} {packages}"
    verdict = "warn" if use == "Wayland" else "fail"  # a window opens on X11 without it
    key = f"libraries.{use.rpartition(' ')[2].lower()}"
    return Check(id=key, verdict=verdict, value=len(rows), unit="missing", title=TITLE, advice=advice)


def is_there(library: str) -> bool:
    """Whether a library can be loaded, or a file of this path exists."""
    if library.startswith("/"):
        return Path(library).exists()
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def this_system() -> dict[str, str]:
    """What the distribution says of itself; nothing where it does not."""
    with suppress(OSError):
        return platform.freedesktop_os_release()
    return {}


def family_of(system: Mapping[str, str]) -> str:
    """Whose packages it takes; Debian's where it does not say."""
    for word in f"{system.get('ID', '')} {system.get('ID_LIKE', '')}".split():
        for family in INSTALL:
            if word.startswith(family) or (family == "fedora" and word in ("rhel", "centos")):
                return family
        if word.startswith(("opensuse", "sles", "sled")):
            return "suse"
    return "debian"


def _of_age(package: str, system: Mapping[str, str]) -> str:
    """The newer of two names, or the older where the distribution is known to be older."""
    newer, _, older = package.partition("|")
    since = NEWER_DEBIAN.get(system.get("ID", ""))
    with suppress(ValueError):
        if older and since and float(system.get("VERSION_ID", "")) < since:
            return older
    return newer
