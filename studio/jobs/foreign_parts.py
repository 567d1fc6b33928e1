"""Whether the parts that others made can be loaded here, and what they find: torch, Qt, libsndfile, MIDI."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from studio.document.check import Check

AGAIN = "Install the program again."
NVIDIA = Path("/proc/driver/nvidia/version")
SEQUENCER = Path("/dev/snd/seq")
PROCESSOR = "Models are played on the processor, so none is needed."


def torch_rows() -> list[Check]:
    """Whether torch loads, how long that takes, and what it knows of a GPU."""
    began = time.monotonic()
    torch, row = _loaded("torch", "parts.torch", "torch")
    if torch is None:
        return [row]
    said = f"Loads in {time.monotonic() - began:.1f} s."
    row = Check(id="parts.torch", verdict="pass", value=str(torch.__version__), title="torch", advice=said)
    return [row, *gpu_rows(torch)]


def gpu_rows(torch: Any) -> list[Check]:
    """One row for each GPU that torch can use, or one that says why there is none."""
    with contextlib.suppress(Exception):  # a driver that does not fit its library
        if torch.cuda.is_available():
            return [_card(torch, number) for number in range(torch.cuda.device_count())]
        if torch.backends.mps.is_available():
            return [
                Check(id="gpu.0", verdict="pass", value="Metal", title="GPU", advice=f"torch can use it. {PROCESSOR}")
            ]
    return [Check(id="gpu.none", verdict="pass", value="none", title="GPU", advice=f"{_why_none(torch)} {PROCESSOR}")]


def _card(torch: Any, number: int) -> Check:
    found = torch.cuda.get_device_properties(number)
    built = f"CUDA {torch.version.cuda}" if torch.version.cuda else f"ROCm {torch.version.hip}"
    said = f"{found.total_memory / 2**30:.0f} GB, {built}, {_driver() or 'driver unknown'}. {PROCESSOR}"
    return Check(id=f"gpu.{number}", verdict="pass", value=str(found.name), title="GPU", advice=said)


def _why_none(torch: Any) -> str:
    card = f"there is a card by NVIDIA ({_driver()})" if _driver() else ""
    if torch.version.cuda is None and torch.version.hip is None and sys.platform != "darwin":
        return f"This torch is built for the processor alone{', although ' + card if card else ''}."
    if card:
        return f"There should be one, since {card}, but torch cannot use it: {_refusal(torch)}"
    return "No driver of a GPU was found."


def _refusal(torch: Any) -> str:
    try:
        torch.cuda.init()
    except Exception as error:
        return f"{str(error).strip().splitlines()[0]}." if str(error).strip() else f"{type(error).__name__}."
    return "it does not say why."


def _driver() -> str:
    with contextlib.suppress(OSError, IndexError):
        words = NVIDIA.read_text(encoding="utf-8").split("Module", 1)[1].split()
        return "driver " + next(word for word in words if word[0].isdigit())
    return ""


def window_rows() -> list[Check]:
    """Whether a window can be opened here. A Qt that finds no screen ends the process: see `flows.doctor`."""
    widgets, row = _loaded("PySide6.QtWidgets", "parts.Qt", "Qt", "warn", "The commands work without it. " + AGAIN)
    if widgets is None:
        return [row]
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in screens):
        said = "There is no screen to open a window on. The commands work; for the window, log in on a desktop."
        return [Check(id="parts.Qt", verdict="warn", value="no screen", title="Qt", advice=said)]
    app = widgets.QApplication(["studio"])
    said = f"A window can be opened ({app.platformName()})."
    version = importlib.import_module("PySide6.QtCore").qVersion()
    return [Check(id="parts.Qt", verdict="pass", value=str(version), title="Qt", advice=said)]


def file_rows() -> list[Check]:
    """The libraries that read and convert sound files."""
    rows = []
    for name, attribute, title in (
        ("soundfile", "__libsndfile_version__", "libsndfile"),
        ("soxr", "__libsoxr_version__", "libsoxr"),
    ):
        module, row = _loaded(name, f"parts.{title}", title)
        found = str(getattr(module, attribute, "")) if module else ""
        rows.append(Check(id=row.id, verdict="pass", value=found, title=title) if module else row)
    return rows


def midi_rows() -> list[Check]:
    """Whether MIDI controllers can be heard, and which there are."""
    rtmidi, row = _loaded("rtmidi", "midi", "MIDI", "warn", "Run: pip install python-rtmidi")
    if rtmidi is None:
        return [row]
    servers = list(Path("/dev/shm").glob(f"jack_*_{os.getuid()}_0")) if sys.platform == "linux" else []
    if sys.platform == "linux" and not os.access(SEQUENCER, os.R_OK | os.W_OK) and not servers:
        what = "may not be used by this user" if SEQUENCER.exists() else "is not there"
        way = "Join the group audio." if SEQUENCER.exists() else "Run: sudo modprobe snd-seq"
        said = f"No controller can be heard: the system's sequencer ({SEQUENCER}) {what}. {way}"
        return [Check(id="midi", verdict="warn", value="no sequencer", title="MIDI", advice=said)]
    ports = rtmidi.MidiIn().get_ports()
    said = ", ".join(ports) if ports else "No controller is connected."
    return [Check(id="midi", verdict="pass", value=len(ports), unit="inputs", title="MIDI", advice=said)]


def _loaded(
    name: str, key: str, title: str, verdict: Any = "fail", way: str = AGAIN
) -> tuple[ModuleType | Any | None, Check]:
    """A module, or the row that says why it does not load."""
    try:
        return importlib.import_module(name), Check(id=key, verdict="pass", title=title)
    except ModuleNotFoundError as error:
        said = "It is not installed." if (error.name or "") in name else f"It misses {error.name}."
    except Exception as error:  # a broken library may raise anything
        said = f"It cannot be loaded: {(str(error).strip() or type(error).__name__).splitlines()[0]}."
    return None, Check(id=key, verdict=verdict, title=title, advice=f"{said} {way}")


SECTIONS: dict[str, Callable[[], list[Check]]] = {
    "torch": torch_rows,
    "window": window_rows,
    "files": file_rows,
    "midi": midi_rows,
}
