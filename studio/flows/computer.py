"""What can be told of this computer without asking a library that may be broken."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from studio.document.check import Check
from studio.link.lock import player
from studio.link.lock.strength import strength
from studio.settings import Settings, config_dir, state_dir

PROGRAM = "neural-audio-studio"
PARTS = (  # package, what it means where it is missing, what it is called
    ("torch", "fail", "torch"),
    ("PySide6-Essentials", "warn", "PySide6"),
    ("sounddevice", "warn", "sounddevice"),
    ("numpy", "fail", "numpy"),
    ("soundfile", "fail", "soundfile"),
    ("soxr", "fail", "soxr"),
)
EXTRAS = ("python-rtmidi", "lightning", "pytorch-lightning", "onnx", "onnxruntime", "gradio")
LITTLE_MB, NONE_MB = 1000, 50
LITTLE_MEMORY_GB = 4.0
ODD = {
    "LD_PRELOAD": "It puts foreign code into every process. If something crashes, try without it.",
    "LD_LIBRARY_PATH": "Libraries are taken from there first. If one cannot be loaded, try without it.",
    "DYLD_INSERT_LIBRARIES": "It puts foreign code into every process. If something crashes, try without it.",
    "DYLD_LIBRARY_PATH": "Libraries are taken from there first. If one cannot be loaded, try without it.",
    "PYTHONPATH": "Python modules are taken from there first. If an import fails, try without it.",
    "PYTHONHOME": "Python takes its own library from there. If nothing starts, try without it.",
    "PYTHONOPTIMIZE": "It switches checks off that some models rely on. Unset it.",
    "QT_PLUGIN_PATH": "Qt takes its plugins from there. If no window opens, try without it.",
    "QT_QPA_PLATFORM": "Qt opens windows this way only. If none is seen, try without it.",
    player.EXTRA: "A model that plays may read and write there. Unset it unless your sound system needs it.",
}


def version_rows() -> list[Check]:
    """The program, Python, and the packages they stand on."""
    where = "" if sys.prefix == sys.base_prefix else "In an environment of its own."
    rows = [
        Check(id="versions.program", verdict="pass", value=_version(PROGRAM), title="Neural Audio Studio"),
        Check(id="versions.python", verdict="pass", value=platform.python_version(), title="Python", advice=where),
    ]
    for name, severity, title in PARTS:
        found, key = _version(name), f"versions.{title}"
        if found:
            rows.append(Check(id=key, verdict="pass", value=found, title=title))
        else:
            advice = f"{title} is not installed. Install the program again."
            rows.append(Check(id=key, verdict="fail" if severity == "fail" else "warn", title=title, advice=advice))
    extras = [(name, _version(name)) for name in EXTRAS]
    return rows + [Check(id=f"versions.{name}", verdict="pass", value=at, title=name) for name, at in extras if at]


def computer_rows() -> list[Check]:
    """System, processor, memory."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    rows = [Check(id="computer.system", verdict="pass", value=_distribution() or system, title="System", advice=system)]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    said = f"{cores} core{'s' if cores > 1 else ''} for this program."
    rows.append(Check(id="computer.processor", verdict="pass", value=_processor(), title="Processor", advice=said))
    memory = _memory_gb()
    if memory is not None:
        whole, free = memory
        little = f"Models of more than {whole / 3:.1f} GB may not fit; close other programs before you open one."
        verdict = "pass" if whole >= LITTLE_MEMORY_GB else "warn"
        said = (f"{free:.1f} GB are free. " if free else "") + ("" if verdict == "pass" else little)
        value = round(whole, 1)
        rows.append(
            Check(id="computer.memory", verdict=verdict, value=value, unit="GB", title="Memory", advice=said.strip())
        )
    return rows


def folder_rows(settings: Settings) -> list[Check]:
    """The folders that have to take files."""
    folders = {"settings": config_dir(), "state": state_dir(), "temporary files": Path(tempfile.gettempdir())}
    chosen = {"packages": settings["export.folder"], "recordings": settings["recording.folder"]}
    folders |= {what: Path(folder) for what, folder in chosen.items() if folder}
    return [_folder(what, folder) for what, folder in folders.items()]


def protection_rows() -> list[Check]:
    """How well a model is locked in while it is opened, and while it plays."""
    found, title = strength(), "Foreign models"
    advice = f"{found.sentence} {found.hint}".strip()
    opened = Check(
        id="protection", verdict="pass" if found.is_strong else "warn", value=found.name, title=title, advice=advice
    )
    verdict = "pass" if player.is_there() else "warn"
    return [opened, Check(id="protection.playing", verdict=verdict, title="Models that play", advice=player.sentence())]


def surrounding_rows() -> list[Check]:
    """What is set that may make the program behave otherwise than it does for others."""
    rows = []
    for name, said in ODD.items():
        if os.environ.get(name):
            value = without_home(os.environ[name])
            rows.append(Check(id=f"surroundings.{name}", verdict="warn", value=value, title=name, advice=said))
    conda = os.environ.get("CONDA_PREFIX", "")
    if conda:
        ours = Path(sys.prefix).is_relative_to(conda)
        said = "The program runs in it." if ours else "It is active, but the program runs in another Python: leave it."
        value = without_home(conda)
        rows.append(
            Check(id="surroundings.conda", verdict="pass" if ours else "warn", value=value, title="conda", advice=said)
        )
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        said = "The program runs with all rights, which it does not need. Run it as an ordinary user."
        rows.append(Check(id="surroundings.root", verdict="warn", value="root", title="User", advice=said))
    nothing = Check(id="surroundings.none", verdict="pass", title="Environment", advice="Nothing unusual is set.")
    return rows or [nothing]


def without_home(text: str) -> str:
    """The user's own folder as ~."""
    home = str(Path.home())
    return text.replace(home, "~") if home not in ("", "/") else text


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _folder(what: str, folder: Path) -> Check:
    """Whether a file can be made in a folder, or in the first above it that there is."""
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), folder)
    key, title, value = f"folders.{what.partition(' ')[0]}", f"Folder of the {what}", without_home(str(folder))
    try:
        with tempfile.TemporaryFile(dir=there) as stream:
            stream.write(b"\0" * 4096)
            stream.flush()
        free_mb = _free_mb(there)
    except OSError as error:
        advice = f"Nothing can be written there: {error.strerror}. Change its owner or rights, or free some space."
        return Check(id=key, verdict="fail", value=value, title=title, advice=advice)
    if free_mb is None:
        return Check(id=key, verdict="pass", value=value, title=title, advice="Files can be written there.")
    verdict, more = "pass", ""
    if free_mb < LITTLE_MB:
        verdict, more = (
            ("fail" if free_mb < NONE_MB else "warn"),
            " Free some space: long sounds and exports need more.",
        )
    advice = f"Files can be written there; {free_mb} MB are free.{more}"
    return Check.model_validate({"id": key, "verdict": verdict, "value": value, "title": title, "advice": advice})


def _free_mb(folder: Path) -> int | None:
    if not hasattr(os, "statvfs"):
        return None
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >> 20


def _distribution() -> str:
    with contextlib.suppress(OSError):
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return ""


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> tuple[float, float] | None:
    """All of it and what is free, 0 where that cannot be told; None where nothing can."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found = {line.partition(":")[0]: int(line.split()[1]) for line in lines}
        return found["MemTotal"] / 2**20, found.get("MemAvailable", 0) / 2**20
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 0.0
    return None
