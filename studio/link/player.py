"""The window's side of the engine process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from studio.audio.raw import RawAudio
from studio.document.performance import Lane
from studio.link.keeper import Keeper
from studio.link.lookout import Lookout
from studio.link.shared import KNOBS, STEMS, VOICES, Command, Op, Status, read
from studio.link.tape import OwnTape
from studio.link.wanted import (
    NO_LIMIT,
    USUAL_ROUTE,
    Message,
    Refused,
    Route,
    WantedDevice,
    WantedModel,
    lanes_message,
    part_said,
    parts_message,
)
from studio.link.watch import Watch


class Player:
    """Plays sound through one or two models in the engine process. No method waits for the engine.

    Everything asked for is remembered: an engine that dies or hangs is replaced once with all of it; the second
    time with the same model it comes back without. Positions are frames of all sounds in a row.

    Args:
        on_message: called on threads of ours with `{"event": …}`:
            `ready`; `device` (name, sample_rate, block, note); `devices` (devices); `audio` (name, fits, sample_rate:
            decode at that rate and load again unless it fits); `loaded` (key, slot, latency, rows, gain_db);
            `unloaded` (slot); `loopback` (what was measured); `overload`, `gone` (message, hint);
            `failed` (about: model, device, audio, loopback or engine; message, hint, key, slot).
        spare: keep a second engine in memory, which takes over without a gap.
        folders: of captured models and decoded sounds; an engine is locked in, and reads nothing else of the user's.
    """

    def __init__(self, on_message: Callable[[Message], None], spare: bool = False, *, folders: Sequence[Path]) -> None:
        self._on_message = on_message
        self._keeper = Keeper(self._tell, spare, folders)
        self._watch = Watch(self._keeper, on_message)
        self._lookout = Lookout(self._go_back)

    @property
    def tape(self) -> OwnTape:
        """What is heard, while it is recorded."""
        return self._keeper.tape

    def start(self) -> None:
        self._keeper.start()
        self._watch.start()

    def close(self) -> None:
        """End the engine within a second."""
        self._lookout.close()
        self._watch.close()
        self._keeper.close()

    def open_device(
        self,
        name: str | None,
        sample_rate: int | None,
        block: int,
        live: bool = False,
        depth: int | None = None,
        route: Route = USUAL_ROUTE,
    ) -> None:
        """Open a device by its name (None: the usual one), at a rate in Hz (None: its own) and block size.

        Args:
            live: what the device records is the source, not a sound file.
            depth: blocks rendered ahead; None: as many as the model needs.
            route: the channels, and what records.
        """
        device = WantedDevice(name, sample_rate, block, live, depth, route)
        self._lookout.choose(name)
        with self._keeper.changing() as wanted:
            self._keeper.stay()
            wanted.device = device
            self._keeper.send(device.message())

    def list_devices(self) -> None:
        """Ask for all devices; an engine that takes over from another tells them again."""
        with self._keeper.changing() as wanted:
            wanted.lists_devices = True
            self._keeper.active.send({"do": "devices"})

    def measure_latency(self) -> None:
        """Send a sound through the device's output and wait for it at its input; `loopback` tells the delay."""
        with self._keeper.lock:
            self._keeper.active.send({"do": "loopback"})

    def load_model(self, captured: str, key: str, quiet: bool, knobs: Sequence[float] = (), slot: int = 0) -> None:
        """Load a captured archive and let it be heard instead of the one in its slot.

        Args:
            captured: path of the archive.
            key: by which the model is known; one that crashed twice is refused.
            quiet: nobody has heard it yet, so the output gain starts at -12 dB.
            knobs: positions it starts with; the model before it never feels them.
            slot: 0 or 1.
        """
        if self._keeper.is_quarantined(key):
            said = {
                "message": "The model crashed twice and is put aside.",
                "hint": "Start the program again to try it.",
            }
            self._on_message({"event": "failed", "about": "model", "key": key, "slot": slot, **said})
            return
        model = WantedModel(captured, key, quiet, slot, tuple(knobs))
        with self._keeper.changing() as wanted:
            wanted.models[slot] = model
            self._keeper.load(model)

    def unload_model(self, slot: int) -> None:
        with self._keeper.changing() as wanted:
            wanted.models[slot] = wanted.loaded[slot] = None
            self._keeper.send({"do": "no_model", "slot": slot})

    def load_audio(self, parts: Sequence[RawAudio], position: int | None = None) -> None:
        """Play these sounds in a row from frame `position` on; the transport keeps running if it runs.

        None for the position: from the start, or from where they were when the device's rate changed.
        """
        with self._keeper.changing() as wanted:
            before, wanted.refused, wanted.parts = wanted.refused, None, tuple(parts)
            again = before if before is not None and before.names == wanted.names() else None
            if position is None:
                position = round(again.seconds * parts[0].sample_rate) if again else 0
            wanted.position, wanted.loop = position, None
            self._keeper.send(parts_message(parts, position))
            if again and again.playing:
                self.play()

    def add_audio(self, part: RawAudio) -> None:
        """Play one more sound behind the last."""
        with self._keeper.changing() as wanted:
            wanted.parts = (*wanted.parts, part)
            self._keeper.send({"do": "more_audio", "part": part_said(part)})

    def unload_audio(self) -> None:
        with self._keeper.changing() as wanted:
            wanted.parts, wanted.position, wanted.loop = (), 0, None
            self._keeper.send({"do": "no_audio"})

    def set_knob(self, index: int, position: float, slot: int = 0) -> None:
        """Move the numeric parameter `index` of the model in `slot` to `position` 0…1."""
        if 0 <= index < KNOBS and 0 <= slot < VOICES:
            with self._keeper.lock:
                self._keeper.board.knobs[slot * KNOBS + index] = position

    def set_gain(self, gain_db: float) -> None:
        """Output gain; -90 dB and below is silence."""
        with self._keeper.lock:
            self._keeper.board.gain_db = gain_db

    def set_input_gain(self, gain_db: float) -> None:
        """Gain before the model; -90 dB and below is silence."""
        with self._keeper.lock:
            self._keeper.board.input_db = gain_db

    def set_wet(self, share: float) -> None:
        """Share of the model's sound 0…1; the rest is the dry sound, in time with it."""
        with self._keeper.lock:
            self._keeper.board.wet = share

    def set_stem(self, index: int, gain_db: float) -> None:
        """Gain of one output of a model that has several."""
        if 0 <= index < STEMS:
            with self._keeper.lock:
                self._keeper.board.stem_db[index] = gain_db

    def limit(self, ceiling_db: float | None) -> None:
        """Keep true peaks below this ceiling in dB, at most 0; None: no limiter."""
        with self._keeper.changing() as wanted:
            wanted.ceiling_db = ceiling_db
            self._keeper.command(Command(Op.LIMIT, NO_LIMIT if ceiling_db is None else ceiling_db))

    def hear(self, slot: int) -> None:
        """Let the model in this slot be heard, the other one rest."""
        with self._keeper.changing() as wanted:
            wanted.voice = slot
            self._keeper.command(Command(Op.VOICE, slot))

    def automate(self, lanes: Mapping[int, Lane]) -> None:
        """Let these knobs, by index, move along their lanes while the sound plays, instead of by hand."""
        with self._keeper.changing() as wanted:
            wanted.lanes = dict(lanes)
            self._keeper.send(lanes_message(lanes))

    def play(self) -> None:
        with self._keeper.changing() as wanted:
            wanted.playing = True
            self._keeper.command(Command(Op.PLAY))

    def pause(self) -> None:
        with self._keeper.changing() as wanted:
            wanted.playing, wanted.refused = False, None
            self._keeper.command(Command(Op.PAUSE))

    def stop(self) -> None:
        """Pause, go to the start and let the model forget what it heard."""
        with self._keeper.changing() as wanted:
            wanted.playing, wanted.position, wanted.refused = False, 0, None
            self._keeper.command(Command(Op.STOP))

    def seek(self, frame: int) -> None:
        with self._keeper.changing() as wanted:
            wanted.position = frame
            self._keeper.command(Command(Op.SEEK, frame))

    def scrub(self, frame: int) -> None:
        """Hold the play head at this frame and hear what is there, until `scrub_end`."""
        with self._keeper.changing() as wanted:
            wanted.position = frame
            self._keeper.command(Command(Op.SCRUB, frame))

    def scrub_end(self) -> None:
        with self._keeper.changing():
            self._keeper.command(Command(Op.SCRUB_END))

    def loop(self, start: int, end: int) -> None:
        """Go from frame `end` to frame `start`; at least 20 ms."""
        with self._keeper.changing() as wanted:
            wanted.loop = (start, end)
            self._keeper.command(Command(Op.LOOP, start, end))

    def no_loop(self) -> None:
        with self._keeper.changing() as wanted:
            wanted.loop = None
            self._keeper.command(Command(Op.NO_LOOP))

    def bypass(self, on: bool) -> None:
        """Hear the dry sound, in time with the wet one."""
        with self._keeper.changing() as wanted:
            wanted.bypassed = on
            self._keeper.command(Command(Op.BYPASS, float(on)))

    def status(self) -> Status:
        """How the engine is; while another one is on its way, where that one will begin."""
        with self._keeper.lock:
            active, wanted = self._keeper.active, self._keeper.wanted
            status = read(active.board)
            if active.is_arriving:
                status = replace(status, position=wanted.position, playing=wanted.playing and active.goes_on)
            elif self._keeper.is_switching:
                status = replace(status, playing=wanted.playing)
        return status

    def _tell(self, message: Message) -> None:
        if message["event"] == "device":
            self._lookout.hear(message)
        elif message["event"] == "audio" and not message["fits"]:
            with self._keeper.lock:
                wanted, names = self._keeper.wanted, self._keeper.wanted.names()
                plays = message["playing"] or (self._keeper.active.is_arriving and wanted.playing)
                if wanted.refused is None or wanted.refused.names != names:
                    wanted.refused = Refused(names, message["position"] / message["sample_rate"], plays)
        self._on_message(message)

    def _go_back(self, name: str) -> None:
        """The device that should play is there again."""
        with self._keeper.changing() as wanted:
            if wanted.device is not None:
                self._keeper.stay()
                self._keeper.send({**wanted.device.message(), "name": name, "rescan": True})
