"""What the engine does on request: devices, models and sounds come and go, always in silence."""

from __future__ import annotations

import contextlib
import gc
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from studio.engine.automation import Automation
from studio.engine.device import NO_DEVICE, NO_DEVICE_HINT, Device, list_devices, open_device, rescan
from studio.engine.graph import Graph
from studio.engine.live import Live
from studio.engine.loopback import known, measure_device
from studio.engine.pacing import Pacing
from studio.engine.parts import Parts
from studio.engine.voice import Voice, computing, load_voice
from studio.errors import AudioError, JobError, ModelError, StudioError
from studio.link.shared import KNOBS, Board, Command, Op, State
from studio.link.tape import Tape
from studio.link.wanted import NO_LIMIT, QUIET_DB

Message = dict[str, Any]
STILL_WITHIN = 2.0  # s; a callback that hangs longer gets the engine killed from outside
ELSEWHERE = "{} cannot be opened by two engines at once."


class Control:
    """Carries out the messages of the control line, one at a time, on the thread that reads it.

    Args:
        board: shared with the window.
        commands: file descriptor of the pipe of small commands.
        tell: takes the events for the window.
        tape: takes what is heard while it is recorded.
    """

    def __init__(self, board: Board, commands: int, tell: Callable[[Message], None], tape: Tape | None = None) -> None:
        self._board, self._tell = board, tell
        self._live = Live(board, commands, tape)
        self._device: Device | None = None
        self._wanted: Message = {}
        self._parts = Parts()
        self._pacing = Pacing(self._live)
        self._lanes: list[Any] = []
        self._keys: dict[int, str] = {}
        board.state = State.NO_DEVICE

    def handle(self, message: Message) -> None:
        """Do one thing; what goes wrong becomes an event."""
        handlers: dict[str, Callable[[Message], None]] = {
            "prepare": self._prepare,
            "device": self._open_device,
            "devices": self._list_devices,
            "reopen": self._reopen,
            "release": self._release,
            "model": self._load_model,
            "no_model": self._unload_model,
            "audio": self._load_audio,
            "more_audio": self._append_audio,
            "no_audio": self._unload_audio,
            "automation": self._automate,
            "transport": self._restore_transport,
            "command": self._command,
            "explain": self._explain,
            "loopback": self._measure,
        }
        try:
            handlers[message["do"]](message)
        except Exception as error:  # whatever it is, the sound goes on
            self._fail("audio" if message["do"] in ("audio", "more_audio") else "device", _as_told(error))
        finally:
            if not self._is_called:
                self._live.take_commands()
                self._live.publish()
            self._board.heard += 1

    def close(self) -> None:
        """Let go of the device."""
        if self._device is not None:
            self._device.close()
        self._device = None

    @property
    def _is_called(self) -> bool:
        return self._device is not None and self._device.is_active

    def _prepare(self, message: Message) -> None:
        """Be ready for a device of this rate and block, before it is opened."""
        if self._device is None:
            self._live.use_graph(self._rebuilt(message["sample_rate"], message["block"]))

    def _open_device(self, message: Message) -> None:
        with self._silence():
            self.close()
            self._wanted = message
            self._board.state = State.NO_DEVICE
            if message.get("rescan", False):
                rescan()
            self._open(message.get("exactly"))

    def _reopen(self, _: Message) -> None:
        """The window has seen no callback for a moment: perhaps the device is gone."""
        if self._is_called or not self._wanted:
            return
        self._board.busy, self._board.state = 1, State.LOST
        self.close()
        try:
            rescan()
            self._open()
        finally:
            self._board.busy = 0

    def _release(self, _: Message) -> None:
        """Another engine is to have the device."""
        self.close()
        self._board.state = State.NO_DEVICE

    def _open(self, exactly: tuple[str, int] | None = None) -> None:
        """Open the wanted device or another, make the graph fit what it offers, and begin.

        Args:
            exactly: name and rate of the only one that will do.
        """
        wanted, live = self._wanted, bool(self._wanted["live"])
        name, rate = exactly or (wanted["name"], wanted["sample_rate"])
        silent: dict[str, AudioError] = {}  # they open, but do not start
        while True:
            device = open_device(
                name, rate, wanted["block"], self._live.callback, live=live, but=silent, **_route(wanted)
            )
            try:
                if exactly is not None and (device.info.name, device.sample_rate) != (name, rate):
                    raise AudioError(ELSEWHERE.format(name), about="device")
                self._fit(device, live)
                device.start()
                break
            except AudioError as error:
                device.close()
                if exactly is not None:
                    raise
                silent[device.info.name] = error
        self._device = device
        board = self._board
        measured = known(wanted.get("measured", ()), device)
        latency = device.latency if measured is None else measured
        board.sample_rate, board.block, board.device_latency = device.sample_rate, wanted["block"], latency
        board.state = State.RUNNING
        said = {"event": "device", **device.to_dict(), "live": live, "is_measured": measured is not None}
        self._tell({**said, "device_latency": latency})

    def _fit(self, device: Device, live: bool) -> None:
        """Make the graph one for this device, which has not started."""
        self._live.leave_background()
        graph = self._rebuilt(device.sample_rate, device.block)
        graph.is_live = live
        self._live.use_graph(graph)
        self._pace()

    def _rebuilt(self, sample_rate: int, block: int) -> Graph:
        """The graph, or one like it for another rate or block."""
        old = self._live.graph
        if (old.sample_rate, old.block) == (sample_rate, block):
            return old
        graph = Graph(sample_rate, block)
        graph.take_over(old)
        graph.automation = self._automation(sample_rate)
        loop = old.source.loop
        self._attach(graph, old.source.head, was_playing=old.playing)
        if old.sample_rate == sample_rate and loop is not None:
            graph.source.set_loop(*loop)
        for slot, voice in enumerate(old.voices):
            try:
                if voice is not None:
                    with computing():
                        graph.use_voice(voice.at(sample_rate, block), slot)
            except ModelError as error:
                self._fail("model", error, self._keys.get(slot, ""), slot=slot)
        return graph

    def _measure(self, _: Message) -> None:
        """Measure the open device; it plays on with the number."""
        device = self._device
        if device is None:
            self._fail("loopback", AudioError(NO_DEVICE, NO_DEVICE_HINT))
            return
        samples: int | StudioError
        with self._silence():
            self.close()
            try:
                samples = measure_device(device, _route(self._wanted))
            except AudioError as error:
                samples = error
            self._open()
        if isinstance(samples, StudioError):
            self._fail("loopback", samples)
            return
        self._board.device_latency = samples
        self._tell({"event": "loopback", "samples": samples, **device.to_dict()})

    def _list_devices(self, _: Message) -> None:
        if self._device is None:
            with contextlib.suppress(AudioError):
                rescan()
        found = [info.to_dict() for info in list_devices()]
        self._tell({"event": "devices", "devices": found})

    def _load_model(self, message: Message) -> None:
        graph, path, slot = self._live.graph, Path(message["path"]), message["slot"]
        with self._silence(), computing():
            try:
                voice = load_voice(path, graph.channels, graph.sample_rate, graph.block)
            except StudioError as error:
                self._fail("model", error, message["key"], slot=slot, is_loading=True)
            except Exception as error:  # the model is foreign, and torch raises what it likes
                refused = ModelError(f"The model cannot be played: {error}")
                self._fail("model", refused, message["key"], slot=slot, is_loading=True)
            else:
                self._keys[slot] = message["key"]
                for index, position in enumerate(message["knobs"][:KNOBS]):
                    self._board.knobs[slot * KNOBS + index] = position
                self._swap(voice, slot, quiet=bool(message["quiet"]))

    def _swap(self, voice: Voice, slot: int, quiet: bool) -> None:
        self._live.graph.use_voice(voice, slot)
        self._pace()
        if quiet:
            self._board.gain_db = min(self._board.gain_db, QUIET_DB)
        gc.collect()  # of what came before; all that was there at the start is out of its sight
        said = {"key": self._keys[slot], "slot": slot, "latency": voice.latency, "rows": len(voice.rows)}
        self._tell({"event": "loaded", **said, "gain_db": self._board.gain_db})

    def _pace(self) -> None:
        """Render as far ahead as the models need now."""
        self._pacing.wanted = self._wanted.get("depth")
        self._pacing.choose()
        for slot, refusal in self._pacing.refusals.items():
            if slot == 0 and self._pacing.refuses_live:
                self._fail("live", refusal, self._keys.get(slot, ""), slot=slot)
            else:
                self._tell_overload(refusal, slot)

    def _tell_overload(self, error: StudioError, slot: int) -> None:
        self._tell({"event": "overload", **error.to_dict(), "key": self._keys.get(slot, ""), "slot": slot})

    def _unload_model(self, message: Message) -> None:
        slot = message["slot"]
        with self._silence():
            self._live.graph.use_voice(None, slot)
            self._pace()
            self._keys.pop(slot, None)
            gc.collect()
        self._tell({"event": "unloaded", "slot": slot})

    def _load_audio(self, message: Message) -> None:
        parts = Parts(message["parts"])  # may read from the disk, while what was there before plays on
        with self._silence():
            self._parts = parts
            self._attach(self._live.graph, message["position"])

    def _append_audio(self, message: Message) -> None:
        graph = self._live.graph
        samples = self._parts.add(message["part"])
        if self._parts.fit(graph.sample_rate):
            graph.source.append(samples)
        else:
            with self._silence():
                self._attach(graph, graph.source.head)

    def _unload_audio(self, _: Message) -> None:
        with self._silence():
            self._parts = Parts()
            self._live.graph.use_samples(None)

    def _attach(self, graph: Graph, position: int, *, was_playing: bool = False) -> None:
        """Give the graph its sound, unless that was decoded for another rate: then the window does it again."""
        parts = self._parts
        if not parts.said:
            return
        first, fits = parts.said[0], parts.fit(graph.sample_rate)
        graph.use_samples(parts.samples if fits else None, position)
        said = {"name": first["name"], "fits": fits, "sample_rate": graph.sample_rate}
        there = position if fits else round(position * graph.sample_rate / first["sample_rate"])
        self._tell({"event": "audio", **said, "position": there, "playing": was_playing})

    def _automate(self, message: Message) -> None:
        self._lanes = message["lanes"]
        self._live.graph.automation = self._automation(self._live.graph.sample_rate)

    def _automation(self, sample_rate: int) -> Automation | None:
        """The lanes, which the window gives in seconds, at this rate."""
        lanes = {}
        for index, points in self._lanes:
            seconds, positions = zip(*points, strict=True)
            lanes[index] = [each * sample_rate for each in seconds], positions
        return Automation(lanes) if lanes else None

    def _restore_transport(self, message: Message) -> None:
        post, ceiling = self._live.post, message["ceiling_db"]
        post(Command(Op.BYPASS, float(message["bypassed"])))
        post(Command(Op.VOICE, message["voice"]))
        post(Command(Op.LIMIT, NO_LIMIT if ceiling is None else ceiling))
        if message["loop"] is not None:
            post(Command(Op.LOOP, *message["loop"]))
        if message["playing"]:
            post(Command(Op.PLAY))

    def _command(self, message: Message) -> None:
        self._live.post(Command(Op(message["op"]), message["a"], message["b"]))

    def _explain(self, _: Message) -> None:
        fault, heard = self._live.graph.fault, self._live.graph.voice_heard
        if fault is None and heard not in self._pacing.refusals:
            self._tell_overload(self._pacing.explain(), heard)
        elif fault is not None:
            said = str(fault).strip().splitlines()[-1][:200] if str(fault).strip() else type(fault).__name__
            error = ModelError(f"The model failed while it played: {said}", "You hear the dry sound.")
            self._fail("model", error, self._keys.get(heard, ""), slot=heard)

    @contextlib.contextmanager
    def _silence(self) -> Iterator[None]:
        """Hold the graph still, without a click, while something is exchanged."""
        self._live.graph.hush()
        deadline = time.monotonic() + STILL_WITHIN
        while self._is_called and not self._live.is_still and time.monotonic() < deadline:
            time.sleep(0.002)
        self._board.busy = 1
        try:
            yield
        finally:
            self._live.graph.unhush()  # of a rebuilt one, too
            self._board.busy = 0

    def _fail(self, about: str, error: StudioError, key: str = "", **said: Any) -> None:
        self._tell({"event": "failed", **error.to_dict(), "about": about, "key": key, **said})


def _route(wanted: Message) -> dict[str, Any]:
    """The part of a wish for a device that says which ways are taken, as `open_device` takes it."""
    return {"source": wanted.get("input"), "outputs": wanted.get("outputs", ""), "inputs": wanted.get("inputs", "")}


def _as_told(error: Exception) -> StudioError:
    """For the window; what nobody foresaw is kept in the log of the engine."""
    if isinstance(error, StudioError):
        return error
    traceback.print_exception(error)
    return JobError(f"Something unforeseen happened: {error or type(error).__name__}.", "What plays goes on.")
