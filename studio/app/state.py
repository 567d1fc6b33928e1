"""What the window knows at this moment besides the document: one frozen record for each thing it shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from studio.app.widgets.lines import PeakSource
    from studio.audio.label import Label
    from studio.audio.raw import RawAudio
    from studio.document.check import Check
    from studio.document.limits import HostLimits, Problem
    from studio.flows.publishing import Plan, Published


class Page(IntEnum):
    """The pages of the window, in the order of the rail."""

    MODEL = 0
    CHECKS = 1
    JOBS = 2
    SETTINGS = 3
    HELP = 4


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
    checking: bool = False
    labels: bool = False
    labeller: bool = False
    correctable: bool = False
    package: bool = False
    publishable: bool = False
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
class Labels:
    """Labels over the present sound.

    `found` are the model's, None where it is no labeller; `dropped` are those of the file `name`.
    """

    found: tuple[Label, ...] | None = None
    dropped: tuple[Label, ...] = ()
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.found or self.dropped)


@dataclass(frozen=True)
class CheckState:
    """How far the checks are, or what they found; `stale` where they were asked of another model than is heard."""

    checks: tuple[Check, ...] = ()
    stale: bool = False
    running: bool = False
    step: str = ""
    progress: float | None = None
    failed: str = ""


@dataclass(frozen=True)
class HostResult:
    """What became of one host's package: `verified`, `unchanged` since an earlier export, or `refused` and why."""

    word: str
    path: str = ""
    why: str = ""


@dataclass(frozen=True)
class HostRow:
    """One host of the export panel.

    Attributes:
        limits: what it allows.
        ticked: whether a package is wanted, which cannot be where there are `misfits`.
        problems: what it would refuse on the card.
        misfits: why a model of this kind has no place in it.
        result: of the last export of exactly this, if there was one.
    """

    limits: HostLimits
    ticked: bool
    problems: tuple[Problem, ...]
    misfits: tuple[Problem, ...] = ()
    result: HostResult | None = None


@dataclass(frozen=True)
class ExportState:
    """How far an export is, or how it ended: packages written, or the sentence in `failed`."""

    running: bool = False
    step: str = ""
    progress: float | None = None
    written: tuple[str, ...] = ()
    folder: str = ""
    report: str = ""
    failed: str = ""


@dataclass(frozen=True)
class PublishState:
    """How far publishing is: planned, running, done, or the sentence in `failed`."""

    plan: Plan | None = None
    running: bool = False
    step: str = ""
    progress: float | None = None
    done: Published | None = None
    failed: str = ""
