"""What the window knows at this moment besides the document: one frozen record for each thing it shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from studio.app.widgets.lines import PeakSource
    from studio.audio.raw import RawAudio
    from studio.document.limits import HostLimits, Problem


class ModelState(Enum):
    """Where the model stands; drawn the same everywhere."""

    NONE = "none"
    LOADING = "loading"
    READY = "ready"


class RowState(Enum):
    """Where a piece of work stands."""

    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class JobRow:
    """One piece of work on the Jobs page. `progress` is 0…1, None while nobody can tell."""

    number: int
    title: str
    state: RowState
    progress: float | None = None
    step: str = ""

    @property
    def is_active(self) -> bool:
        return self.state in (RowState.RUNNING, RowState.CANCELLING)


@dataclass(frozen=True)
class Situation:
    """What decides which actions can be used."""

    ready: bool = False
    model: bool = False
    audio: bool = False
    device: bool = False
    playing: bool = False
    loop: bool = False
    bypass: bool = False
    exporting: bool = False
    undo: str = ""
    redo: str = ""


@dataclass(frozen=True)
class Sound:
    """A sound that can be seen and heard."""

    path: Path
    raw: RawAudio
    peaks: PeakSource
    own_rate: int
    own_channels: int

    @property
    def frames(self) -> int:
        return self.raw.frames

    @property
    def seconds(self) -> float:
        return self.raw.frames / self.raw.sample_rate


@dataclass(frozen=True)
class Device:
    """The output in use; `name` is empty while there is none, and `trouble` says why."""

    name: str = ""
    sample_rate: int = 0
    block: int = 0
    trouble: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class HostRow:
    """One host of the export panel and what it would refuse."""

    limits: HostLimits
    ticked: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class ExportState:
    """How far an export is, or how it ended: packages written, or the sentence in `failed`."""

    running: bool = False
    step: str = ""
    progress: float | None = None
    written: tuple[str, ...] = ()
    folder: str = ""
    failed: str = ""
