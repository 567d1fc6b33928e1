"""What a running Python still has to read once it is locked in: its library, its packages, facts about the machine."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from studio.storage import resources

SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/nix/store", "/gnu/store",
    "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/dev/urandom", "/dev/zero", "/proc/self",
    "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm", "/sys/devices/system", "/sys/fs/cgroup",
)  # fmt: skip
SINKS = (Path("/dev/null"),)


def readable() -> list[Path]:
    """Files and folders, each once; what is not there included."""
    found = dict.fromkeys(path for each in (_python(), _loaded(), map(Path, SYSTEM)) for path in each)
    too_much = {Path("/"), *_homes()}
    return [path for path in found if path.is_absolute() and path not in too_much]


def _python() -> Iterator[Path]:
    yield from map(Path, (sys.prefix, sys.base_prefix, sys.exec_prefix))
    yield from map(Path, sysconfig.get_paths().values())
    yield from map(Path, filter(None, sys.path))
    yield Path(site.getusersitepackages())  # not all of ~/.local, where keyrings and mails lie
    yield Path(__file__).resolve().parents[3]  # an editable install stands on no path
    yield resources()
    yield Path(sys.executable).resolve().parent
    if unpacked := getattr(sys, "_MEIPASS", ""):
        yield Path(unpacked)


def _loaded() -> Iterator[Path]:
    """Folders of the shared libraries that are loaded: they load others beside them."""
    yield from (Path(each) for each in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if each)
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        mapped = line[line.find("/") :] if "/" in line else ""
        if ".so" in mapped:
            yield Path(mapped).parent


def _homes() -> set[Path]:
    """The user's home and all above it, by the system's own list: a job has another HOME."""
    if sys.platform == "win32":
        return set()
    import pwd

    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return set()
    return {home, *home.parents}
