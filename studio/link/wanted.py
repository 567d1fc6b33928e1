"""What the engine should be doing, so that a new one can take over from one that died."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from studio.audio.raw import RawAudio
from studio.document.performance import Lane
from studio.link.shared import VOICES, Board, Command, Op

Message = dict[str, Any]
QUIET_DB = -12.0  # at most, for a model that nobody has heard yet
NO_LIMIT = 1.0  # dB, as a ceiling: above 0 there is none


@dataclass(frozen=True)
class WantedModel:
    """A captured archive; `key` tells models apart, also from session to session.

    Attributes:
        knobs: positions it starts with, where they are not on the board already.
    """

    path: str
    key: str
    quiet: bool
    slot: int = 0
    knobs: tuple[float, ...] = ()

    def message(self) -> Message:
        said = {"path": self.path, "key": self.key, "quiet": self.quiet}
        return {"do": "model", **said, "knobs": list(self.knobs), "slot": self.slot}

    def once_loaded(self) -> WantedModel:
        """The same, to be loaded again: its knobs and the gain are where a hand has put them since."""
        return replace(self, quiet=False, knobs=())


@dataclass(frozen=True)
class Route:
    """Which ways into and out of a device are taken.

    Attributes:
        input: name of the device that records; None: the one that plays, or the usual one.
        outputs, inputs: channels, "3-4" or "5"; empty: the first ones.
        measured: delays that were measured: name, rate and block of the device, then samples.
    """

    input: str | None = None
    outputs: str = ""
    inputs: str = ""
    measured: tuple[tuple[str, int, int, int], ...] = ()


USUAL_ROUTE = Route()


@dataclass(frozen=True)
class WantedDevice:
    """None for the name or rate: whatever is usual there.

    Attributes:
        live: the device's input is the source.
        depth: blocks rendered ahead; None: as many as the model needs.
    """

    name: str | None
    sample_rate: int | None
    block: int
    live: bool
    depth: int | None = None
    route: Route = USUAL_ROUTE

    def message(self) -> Message:
        wanted = {"name": self.name, "sample_rate": self.sample_rate, "block": self.block}
        return {"do": "device", **wanted, "live": self.live, "depth": self.depth, **asdict(self.route)}


@dataclass(frozen=True)
class Refused:
    """Sounds that have to be decoded at another rate: which they are, and how it goes on once they are."""

    names: tuple[str, ...]
    seconds: float
    playing: bool


@dataclass
class Wanted:
    """The last state asked for. Knobs and levels are on the board, which is copied from engine to engine.

    Attributes:
        models: by slot, as wished.
        loaded: by slot, those that are heard; a wish that fails falls back to them.
        parts: sounds in a row; `position` and `loop` count their frames together.
        refused: they have another rate than the device.
    """

    device: WantedDevice | None = None
    models: list[WantedModel | None] = field(default_factory=lambda: [None] * VOICES)
    loaded: list[WantedModel | None] = field(default_factory=lambda: [None] * VOICES)
    parts: tuple[RawAudio, ...] = ()
    position: int = 0
    playing: bool = False
    loop: tuple[int, int] | None = None
    bypassed: bool = False
    voice: int = 0
    ceiling_db: float | None = None
    lanes: Mapping[int, Lane] = field(default_factory=dict)
    lists_devices: bool = False
    refused: Refused | None = None

    @property
    def keys(self) -> dict[int, str]:
        """Of the models, by slot."""
        return {slot: model.key for slot, model in enumerate(self.models) if model is not None}

    @property
    def unloaded(self) -> list[WantedModel]:
        """Models that are wished for and not heard yet."""
        pairs = zip(self.models, self.loaded, strict=True)
        return [model for model, loaded in pairs if model is not None and model != loaded]

    def stand(self, board: Board) -> None:
        """Where the engine of this board is, and whether it plays."""
        self.position, self.playing = board.position, bool(board.playing)

    def settle(self, slot: int, key: str) -> bool:
        """The model of this key is there; whether it is the one wanted."""
        model = self.models[slot]
        if model is None or model.key != key:
            return False
        self.models[slot] = self.loaded[slot] = model.once_loaded()
        return True

    def fall_back(self, slot: int, key: str) -> None:
        """The model of this key cannot be had: want the one before it."""
        model = self.models[slot]
        if model is not None and model.key == key:
            before = self.loaded[slot]
            self.models[slot] = self.loaded[slot] = before if before is not None and before.key != key else None

    def names(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts)

    def messages(self, at: tuple[int, int] | None) -> list[Message]:
        """What brings a new engine there, in order.

        Args:
            at: rate and block of the device that the engine before it played on: then models are loaded before the
                device is opened. None where that is not known.
        """
        device = [self.device.message()] if self.device else []
        first = device if at is None else [prepare(*at)]
        last = [] if at is None else device
        devices = [{"do": "devices"}] if self.lists_devices else []
        return [*devices, *first, *self.contents(), *last, self.transport()]

    def contents(self) -> list[Message]:
        """What is played, and through what."""
        said: list[Message] = [parts_message(self.parts, self.position)] if self.parts else []
        said += [model.message() for model in self.models if model is not None]
        return [*said, lanes_message(self.lanes)] if self.lanes else said

    def transport(self) -> Message:
        """How it is played."""
        said = {"playing": self.playing, "loop": self.loop, "bypassed": self.bypassed}
        return {"do": "transport", **said, "voice": self.voice, "ceiling_db": self.ceiling_db}

    def commands(self) -> list[Command]:
        """The same, and from where, for an engine that stands still and has all contents."""
        ceiling = NO_LIMIT if self.ceiling_db is None else self.ceiling_db
        said = [Command(Op.BYPASS, float(self.bypassed)), Command(Op.VOICE, self.voice), Command(Op.LIMIT, ceiling)]
        said.append(Command(Op.NO_LOOP) if self.loop is None else Command(Op.LOOP, *self.loop))
        said.append(Command(Op.SEEK, self.position))
        return [*said, Command(Op.PLAY)] if self.playing else said


def prepare(sample_rate: int, block: int) -> Message:
    return {"do": "prepare", "sample_rate": sample_rate, "block": block}


def parts_message(parts: Sequence[RawAudio], position: int) -> Message:
    return {"do": "audio", "parts": [part_said(part) for part in parts], "position": position}


def part_said(raw: RawAudio) -> Message:
    said = {"path": str(raw.path), "frames": raw.frames, "channels": raw.channels}
    return {**said, "sample_rate": raw.sample_rate, "name": raw.name}


def lanes_message(lanes: Mapping[int, Lane]) -> Message:
    said = [[index, [list(point) for point in lane.points]] for index, lane in lanes.items()]
    return {"do": "automation", "lanes": said}


def copy_hands(old: Board, new: Board) -> None:
    """Put the hand's numbers where the next engine reads them, and go on counting where the last one stopped."""
    new.input_db, new.gain_db, new.wet = old.input_db, old.gain_db, old.wet
    new.stem_db[:] = [*old.stem_db]
    new.knobs[:] = [*old.knobs]
    new.xruns, new.howls = old.xruns, old.howls
