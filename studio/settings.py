"""Preferences: one table of rows, from which dialog, file and help are made."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import platformdirs

from studio.errors import FileError
from studio.storage import read_text, write_text

APP: Final = "neural-audio-studio"
RECENT_LIMIT: Final = 12
Value = str | int | bool | tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """One preference.

    Attributes:
        key: as in the file; what stands before the dot is its page.
        text: its name in the dialog; empty for what the window remembers by itself.
        default: what it is until it is changed; its type is the setting's type.
        choices: the values allowed; empty where any value of the type is.
        unit: printed behind the value.
        help: what it does, in a sentence.
        words: how choices are shown, where they do not show themselves.
    """

    key: str
    text: str
    default: Value
    choices: tuple[Value, ...] = ()
    unit: str = ""
    help: str = ""
    words: tuple[str, ...] = ()

    def accepts(self, value: object) -> bool:
        """Whether `value` has the right type and is one of the choices."""
        if isinstance(self.default, tuple):
            return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
        return type(value) is type(self.default) and (not self.choices or value in self.choices)


SETTINGS: Final = (
    Setting("audio.device", "Output device", "", help="Empty is the system's own choice."),
    Setting(
        "audio.input", "Input device", "", help="Of live input. Empty is the output's own input, or the usual one."
    ),
    Setting("audio.outputs", "", ""),
    Setting("audio.inputs", "", ""),
    Setting("audio.measured", "", ()),
    Setting("audio.told_live", "", False),
    Setting(
        "audio.sample_rate",
        "Sample rate",
        0,
        (0, 44100, 48000, 88200, 96000, 192000),
        unit="Hz",
        help="The rate the model is heard at, as in a host. 0 takes the device's own.",
        words=("of the device", "44 100", "48 000", "88 200", "96 000", "192 000"),
    ),
    Setting(
        "audio.block",
        "Block size",
        256,
        (64, 128, 256, 512, 1024, 2048),
        unit="samples",
        help="Smaller answers faster, larger survives a busy computer.",
    ),
    Setting(
        "audio.depth",
        "Render ahead",
        -1,
        (-1, 0, 1, 2, 4, 8),
        unit="blocks",
        help="Blocks computed before they are heard: each makes the sound one block later and safer.",
        words=("as much as the model needs", "0", "1", "2", "4", "8"),
    ),
    Setting(
        "audio.spare_engine",
        "Spare engine",
        True,
        (True, False),
        help="Keeps a second engine ready: models change without a gap, and sound is back at once after a crash. "
        "It takes about 160 MB of memory. Applies from the next start on.",
        words=("Ready to take over", "None, to save memory"),
    ),
    Setting(
        "appearance.theme",
        "Appearance",
        "system",
        ("system", "dark", "light"),
        help="Follow the system, or stay dark or light.",
        words=("As the system", "Dark", "Light"),
    ),
    Setting("export.folder", "Export folder", "", help="Where packages go unless a project says otherwise."),
    Setting("export.authors", "Authors", (), help="Filled into the card of a new model."),
    Setting("recording.folder", "Recordings folder", "", help="Where recordings go; empty is among your music."),
    Setting(
        "recording.format",
        "Recording format",
        "24-bit",
        ("24-bit", "float"),
        help="Float keeps every bit, and what is louder than full scale; every program reads 24-bit.",
        words=("WAV, 24-bit", "WAV, 32-bit float"),
    ),
    Setting(
        "recording.dry",
        "Dry sound",
        False,
        (False, True),
        help="Also record the sound without the model, in time with it, to a second file.",
        words=("Not recorded", "To a second file"),
    ),
    Setting(
        "midi.on",
        "Controllers",
        True,
        (True, False),
        help="Right-click a knob and choose Learn MIDI to let a controller move it.",
        words=("Listen to all inputs", "Off"),
    ),
    Setting("files.folder", "", ""),
    Setting("files.recent_models", "", ()),
    Setting("files.recent_audio", "", ()),
    Setting("files.recent_projects", "", ()),
    Setting("window.geometry", "", ""),
)
ROWS: Final = {setting.key: setting for setting in SETTINGS}


def config_dir() -> Path:
    """Where preferences are kept; STUDIO_CONFIG_DIR moves it."""
    return Path(os.environ.get("STUDIO_CONFIG_DIR") or platformdirs.user_config_path(APP))


def state_dir() -> Path:
    """Where journals, trust and logs are kept; STUDIO_STATE_DIR moves it."""
    return Path(os.environ.get("STUDIO_STATE_DIR") or platformdirs.user_state_path(APP))


class Settings:
    """Preferences as they are now. Values of keys it does not know are kept for the version that does.

    Args:
        path: the file; by default `settings.json` in `config_dir()`.
        write: puts a text into a file, as one step.

    Attributes:
        note: a sentence where the file was broken and has been set aside.
    """

    def __init__(self, path: Path | None = None, write: Callable[[Path, str], None] = write_text) -> None:
        self.path, self._write = path or config_dir() / "settings.json", write
        self.note = ""
        self._values: dict[str, Any] = self._load()

    def __getitem__(self, key: str) -> Any:
        """The value of a row; its default where it was never set or makes no sense. Raises: KeyError for no row."""
        row = ROWS[key]
        value = self._values.get(key, row.default)
        value = tuple(value) if isinstance(value, list) else value
        return value if row.accepts(value) else row.default

    def __setitem__(self, key: str, value: Value) -> None:
        """Change a value; `save` keeps it. Raises: ValueError where the row does not accept it."""
        if not ROWS[key].accepts(value):
            raise ValueError(f"{ROWS[key].text or key} cannot be {value!r}")
        self._values[key] = value

    def remember(self, key: str, entry: str) -> None:
        """Put `entry` first in a list of recent things."""
        rest = tuple(each for each in self[key] if each != entry)
        self[key] = (entry, *rest)[:RECENT_LIMIT]

    def save(self) -> None:
        """Write them as one step. Raises: FileError where `write` writes at once, and cannot."""
        self._write(self.path, json.dumps(self._values, indent=1, ensure_ascii=False, sort_keys=True) + "\n")

    def _load(self) -> dict[str, Any]:
        if not os.access(self.path, os.F_OK):  # unlike exists(), never raises
            return {}
        try:
            found = json.loads(read_text(self.path, "settings file"))
        except (ValueError, RecursionError, FileError):
            found = None
        if isinstance(found, dict):
            return found
        return self._set_aside()

    def _set_aside(self) -> dict[str, Any]:
        """A broken file is kept as `.bad`: the user may want what is in it."""
        bad = self.path.with_suffix(".bad")
        self.note = f"The settings could not be read and start afresh; the old file is {bad}."
        try:
            self.path.replace(bad)
        except OSError:
            self.note = f"The settings in {self.path} could not be read and start afresh."
        return {}
