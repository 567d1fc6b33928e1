"""What the window knows at this moment besides the document: one frozen record for each thing it shows."""

from __future__ import annotations

from collections.abc import Callable
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


Way = tuple[str, Callable[[], None]]  # out of trouble: what a button says, and does


@dataclass(frozen=True)
class Trouble:
    """Something that failed: the error, and ways out."""

    error: Exception
    ways: tuple[Way, ...] = ()


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


class Answer(Enum):
    """What becomes of unsaved work that was found."""

    RESTORE = "restore"
    SAVED = "saved"
    BOTH = "both"
    LATER = "later"


@dataclass(frozen=True)
class UnsavedWork:
    """Work of a window that is gone, as it is offered.

    Attributes:
        name: of the project.
        place: its file; empty where it was never saved.
        last: what was done last.
        changed_at: when, in seconds since 1970.
        has_saved: whether its file is there, to be opened instead.
    """

    name: str
    place: str
    last: str
    changed_at: float
    has_saved: bool


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
    live: bool = False
    recording: bool = False
    several: bool = False
    in_a_row: bool = False
    exporting: bool = False
    checking: bool = False
    labels: bool = False
    labeller: bool = False
    correctable: bool = False
    package: bool = False
    publishable: bool = False
    slots: str = ""
    matched: bool = False
    second: bool = False
    hears_second: bool = False
    armed: bool = False
    replays: bool = False
    lanes: bool = False
    limited: bool = False
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
class Stem:
    """One of several outputs, as it is seen."""

    name: str
    peaks: PeakSource


@dataclass(frozen=True)
class Offer:
    """A device that there is: the sound system it belongs to, and how many channels it plays and records."""

    name: str
    system: str = ""
    channels: int = 0
    inputs: int = 0


@dataclass(frozen=True)
class Device:
    """The output in use; `name` is empty while there is none, and `trouble` says why.

    Attributes:
        note: in what it is other than was asked for.
        live: its input is heard, which `source` records, instead of a sound.
        outputs, inputs: channels in use, as "1-2".
        is_measured: its delay was measured, not claimed.
        offers: all devices that there are.
    """

    name: str = ""
    sample_rate: int = 0
    block: int = 0
    trouble: str = ""
    note: str = ""
    live: bool = False
    source: str = ""
    outputs: str = ""
    inputs: str = ""
    is_measured: bool = False
    offers: tuple[Offer, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """Names of those that can play."""
        return tuple(each.name for each in self.offers if each.channels)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of those that can record."""
        return tuple(each.name for each in self.offers if each.inputs)

    def offer(self, name: str) -> Offer:
        """What is known of the device of this name; without one, of the one in use."""
        return next((each for each in self.offers if each.name == (name or self.name)), Offer(name))


@dataclass(frozen=True)
class Delay:
    """One part of the way from the sound to the ear; `how` says who says so."""

    what: str
    samples: int
    ms: float
    how: str


@dataclass(frozen=True)
class Ailment:
    """A state in which the engine does not play as it should.

    Attributes:
        word: what it is, in a word or two.
        said: what that means for the listener.
        hint: what to do.
        tone: `danger` where nothing of the model is heard, `warn` where some is, `dim` where it goes by itself.
    """

    word: str
    said: str
    hint: str = ""
    tone: str = "warn"


@dataclass(frozen=True)
class Figures:
    """What playing costs at this moment.

    Attributes:
        running: whether a card calls the engine; without one there is nothing to tell but what `ails` it.
        load: computing time over block time, 1.0 is all of it.
        worst_ms, block_ms: the longest block of the last seconds, and how long one may take.
        late: drop-outs since they were last reset.
        lately: whether there was one in the last minute.
        muted: blocks that were not fit to be heard.
        delays: parts of the latency.
        block, depth, sample_rate: in force.
        priority: a sentence where the system gave the sound no precedence, else empty.
        ails: None while all is well.
    """

    running: bool = False
    load: float = 0.0
    worst_ms: float = 0.0
    block_ms: float = 0.0
    late: int = 0
    lately: bool = False
    muted: int = 0
    delays: tuple[Delay, ...] = ()
    block: int = 0
    depth: int = 0
    sample_rate: int = 0
    priority: str = ""
    ails: Ailment | None = None

    @property
    def latency_ms(self) -> float:
        return sum(each.ms for each in self.delays)

    @property
    def latency_samples(self) -> int:
        return sum(each.samples for each in self.delays)


@dataclass(frozen=True)
class Slots:
    """Snapshots: those that hold something, as `"AC"`, the one in force, and whether knobs were moved since."""

    filled: str = ""
    lit: str = ""
    moved: bool = False


@dataclass(frozen=True)
class Match:
    """Level match: whether it is on, what it measures now, by how much it changes the level, why it cannot."""

    on: bool = False
    measuring: str = ""
    gain_db: float | None = None
    failed: str = ""


@dataclass(frozen=True)
class Pair:
    """Two models to compare: their names, the slot that is heard (0 or 1), and what is being done to open B."""

    first: str = ""
    second: str = ""
    heard: int = 0
    busy: str = ""


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
