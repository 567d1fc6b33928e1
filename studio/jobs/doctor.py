"""What only a child process should try: to open devices, to load libraries, to become urgent."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from studio.document.check import Check
from studio.engine.priority import probe_priority, standing
from studio.engine.survey import survey_sound
from studio.link.precedence import describe
from studio.link.shared import Priority

Report = Callable[[float | None, str], None]
INSTALL = {
    "debian": "sudo apt install",
    "fedora": "sudo dnf install",
    "arch": "sudo pacman -S",
    "suse": "sudo zypper in",
}
LIBRARIES = (  # file, and its package in Debian, Fedora, Arch and openSUSE
    ("libportaudio.so.2", "libportaudio2", "portaudio", "portaudio", "libportaudio2"),
    ("libasound.so.2", "libasound2t64", "alsa-lib", "alsa-lib", "libasound2"),
    ("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd", "libglvnd"),
    ("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd", "libglvnd"),
    ("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11", "libxkbcommon-x11-0"),
    ("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig", "fontconfig"),
    ("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm", "libxcb-icccm4"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms", "libxcb-keysyms1"),
    ("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image", "libxcb-image0"),
    ("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb", "libxcb-randr0"),
    ("libwayland-client.so.0", "libwayland-client0", "libwayland-client", "wayland", "libwayland-client0"),
)  # fmt: skip
SOUND = ("libportaudio.so.2", "libasound.so.2")


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer one section of `flows.doctor.examine`."""
    sections: dict[str, Callable[[dict[str, Any]], list[Check]]] = {
        "sound": _sound,
        "priority": lambda _: [priority_row(probe_priority(), standing())],
        "libraries": lambda _: library_rows(_is_there, _family()),
    }
    report(None, f"Looking at {request['section']}")
    return {"checks": [each.model_dump(mode="json") for each in sections[request["section"]](request)]}


def _sound(request: dict[str, Any]) -> list[Check]:
    return survey_sound(request["device"], request["sample_rate"], request["block"], request["opens"])


def priority_row(granted: Priority, said: str) -> Check:
    """What this user's threads are granted; `said` is what the system allows."""
    sentence, hint = describe(granted)
    words = {Priority.ORDINARY: "none", Priority.RAISED: "raised", Priority.REAL_TIME: "real time"}
    verdict = "pass" if granted == Priority.REAL_TIME else "warn"
    advice = " ".join(filter(None, [sentence, f"Here {said}." if said else "", hint]))
    value = words.get(granted, "unknown")
    return Check(id="priority.granted", verdict=verdict, value=value, title="Priority of sound", advice=advice)


def library_rows(is_there: Callable[[str], bool], family: str) -> list[Check]:
    """One row that says which libraries are missing and how they are installed; none where the system has its own way.

    Args:
        is_there: whether a shared library can be loaded.
        family: of the distribution: debian, fedora, arch, suse.
    """
    if sys.platform != "linux":
        return []
    missing = [row for row in LIBRARIES if not is_there(row[0])]
    title = "System libraries"
    if not missing:
        said = f"All {len(LIBRARIES)} are there."
        return [Check(id="libraries.missing", verdict="pass", value=0, unit="missing", title=title, advice=said)]
    column = 1 + list(INSTALL).index(family)
    packages = " ".join(dict.fromkeys(row[column] for row in missing))
    files = ", ".join(row[0] for row in missing)
    needs = "sound" if all(row[0] in SOUND for row in missing) else "the window"
    advice = f"{files} cannot be loaded, which {needs} needs. Run: {INSTALL[family]} {packages}"
    return [
        Check(id="libraries.missing", verdict="fail", value=len(missing), unit="missing", title=title, advice=advice)
    ]


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _family() -> str:
    """Of the distribution; Debian's where it does not say."""
    with suppress(OSError):
        said = platform.freedesktop_os_release()
        for word in f"{said.get('ID', '')} {said.get('ID_LIKE', '')}".split():
            for family in INSTALL:
                if word.startswith(family) or (family == "fedora" and word in ("rhel", "centos")):
                    return family
            if word in ("opensuse", "opensuse-leap", "opensuse-tumbleweed", "sles"):
                return "suse"
    return "debian"
