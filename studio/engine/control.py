"""What the engine does on request: devices, models and sounds come and go, always in silence."""

from __future__ import annotations

import contextlib
import mmap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from studio.engine.device import Device, list_devices, open_device, rescan
from studio.engine.graph import Graph
from studio.engine.live import Live, settle
from studio.engine.source import Samples
from studio.engine.voice import Voice, computing, load_voice
from studio.errors import AudioError, FileError, ModelError, StudioError
from studio.link.shared import KNOBS, Board, Command, Op, State

Message = dict[str, Any]
QUIET_DB = -12.0
STILL_WITHIN = 2.0  # s; a callback that hangs longer gets the engine killed from outside


class Control:
    """Carries out the messages of the control line, one at a time, on the thread that reads it.

    Args:
        board: shared with the window.
        commands: file descriptor of the pipe of small commands.
        tell: takes the events for the window.
    """

    def __init__(self, board: Board, commands: int, tell: Callable[[Message], None]) -> None:
        self._board, self._tell = board, tell
        self._live = Live(board, commands)
        self._device: Device | None = None
        self._wanted: Message = {}
        self._audio: Message | None = None
        self._key = ""
        board.state = State.NO_DEVICE

    def handle(self, message: Message) -> None:
        """Do one thing; what goes wrong becomes an event."""
        handlers: dict[str, Callable[[Message], None]] = {
            "device": self._open_device,
            "devices": self._list_devices,
            "reopen": self._reopen,
            "model": self._load_model,
            "audio": self._load_audio,
            "no_audio": self._unload_audio,
            "transport": self._restore_transport,
            "command": self._command,
            "explain": self._explain,
        }
        try:
            handlers[message["do"]](message)
        except StudioError as error:
            self._fail("audio" if message["do"] == "audio" else "device", error)
        finally:
            if not self._is_called:
                self._live.take_commands()
                self._live.publish()
            self._board.heard += 1

    def close(self) -> None:
        if self._device is not None:
            self._device.close()

    @property
    def _is_called(self) -> bool:
        return self._device is not None and self._device.is_active

    def _open_device(self, message: Message) -> None:
        with self._silence():
            self.close()
            self._device = None
            self._wanted = message
            self._board.state = State.NO_DEVICE
            self._open()

    def _reopen(self, _: Message) -> None:
        """The window has seen no callback for a moment: perhaps the device is gone."""
        if self._is_called or not self._wanted:
            return
        self._board.busy, self._board.state = 1, State.LOST
        self.close()
        self._device = None
        try:
            rescan()
            self._open()
        finally:
            self._board.busy = 0

    def _open(self) -> None:
        """Open the wanted device or another, make the graph fit what it offers, and begin."""
        wanted = self._wanted
        live = bool(wanted["live"])
        name, rate, block = wanted["name"], wanted["sample_rate"], wanted["block"]
        device = open_device(name, rate, block, self._live.callback, live=live)
        graph = self._rebuilt(device.sample_rate, block)
        graph.is_live = live
        self._live.use_graph(graph)
        settle()
        device.start()
        self._device = device
        board = self._board
        board.sample_rate, board.block, board.device_latency = device.sample_rate, block, device.latency
        board.state = State.RUNNING
        said = {"name": device.info.name, "sample_rate": device.sample_rate, "block": block, "note": device.note}
        self._tell({"event": "device", **said, "device_latency": device.latency})

    def _rebuilt(self, sample_rate: int, block: int) -> Graph:
        """The graph, or one like it for another rate or block."""
        old = self._live.graph
        if (old.sample_rate, old.block) == (sample_rate, block):
            return old
        graph = Graph(sample_rate, block)
        graph.take_over(old)
        position, loop = old.source.head, old.source.loop
        self._attach(graph, position)
        if old.sample_rate == sample_rate and loop is not None:
            graph.source.set_loop(*loop)
        try:
            if old.voice is not None:
                with computing():
                    graph.use_voice(old.voice.at(sample_rate, block))
        except ModelError as error:
            self._fail("model", error, self._key)
        return graph

    def _list_devices(self, _: Message) -> None:
        if self._device is None:
            with contextlib.suppress(AudioError):
                rescan()
        found = [info.to_dict() for info in list_devices()]
        self._tell({"event": "devices", "devices": found})

    def _load_model(self, message: Message) -> None:
        graph = self._live.graph
        with self._silence(), computing():
            try:
                voice = load_voice(Path(message["path"]), graph.channels, graph.sample_rate, graph.block)
            except StudioError as error:
                self._fail("model", error, message["key"])
            except Exception as error:  # the model is foreign, and torch raises what it likes
                self._fail("model", ModelError(f"The model cannot be played: {error}"), message["key"])
            else:
                self._key = message["key"]
                for index, position in enumerate(message["knobs"][:KNOBS]):
                    self._board.knobs[index] = position
                self._swap(graph, voice, quiet=bool(message["quiet"]))

    def _swap(self, graph: Graph, voice: Voice, quiet: bool) -> None:
        graph.use_voice(voice)
        if quiet:
            self._board.gain_db = min(self._board.gain_db, QUIET_DB)
        settle()
        said = {"key": self._key, "latency": voice.latency, "rows": len(voice.rows)}
        self._tell({"event": "loaded", **said, "gain_db": self._board.gain_db})

    def _load_audio(self, message: Message) -> None:
        with self._silence():
            self._audio = message
            self._attach(self._live.graph, message["position"])

    def _unload_audio(self, _: Message) -> None:
        with self._silence():
            self._audio = None
            self._live.graph.use_samples(None)

    def _attach(self, graph: Graph, position: int) -> None:
        """Give the graph its sound, unless that was decoded for another rate: then the window does it again."""
        audio = self._audio
        if audio is None:
            return
        fits = audio["sample_rate"] == graph.sample_rate
        graph.use_samples(_mapped(audio) if fits else None, position)
        said = {"name": audio["name"], "fits": fits, "position": position}
        self._tell({"event": "audio", **said, "sample_rate": graph.sample_rate})

    def _restore_transport(self, message: Message) -> None:
        self._live.post(Command(Op.BYPASS, float(message["bypassed"])))
        if message["loop"] is not None:
            self._live.post(Command(Op.LOOP, *message["loop"]))
        if message["playing"]:
            self._live.post(Command(Op.PLAY))

    def _command(self, message: Message) -> None:
        self._live.post(Command(Op(message["op"]), message["a"], message["b"]))

    def _explain(self, _: Message) -> None:
        fault = self._live.graph.fault
        if fault is not None:
            said = str(fault).strip().splitlines()[-1][:200] if str(fault).strip() else type(fault).__name__
            self._fail(
                "model", ModelError(f"The model failed while it played: {said}", "You hear the dry sound."), self._key
            )

    @contextlib.contextmanager
    def _silence(self) -> Iterator[None]:
        """Hold the graph still, without a click, while something is exchanged."""
        self._live.graph.hush()
        deadline = time.monotonic() + STILL_WITHIN
        while self._is_called and not self._live.graph.is_still and time.monotonic() < deadline:
            time.sleep(0.002)
        self._board.busy = 1
        try:
            yield
        finally:
            self._live.graph.unhush()  # of a rebuilt one, too
            self._board.busy = 0

    def _fail(self, about: str, error: StudioError, key: str = "") -> None:
        self._tell({"event": "failed", **error.to_dict(), "about": about, "key": key})


def _mapped(audio: Message) -> Samples:
    """The sound, with the system asked to have it in memory before the callback reads it."""
    try:
        samples = np.memmap(audio["path"], np.float32, "r", shape=(audio["channels"], audio["frames"]))
    except (OSError, ValueError) as error:  # gone, or shorter than it was
        raise FileError(f"{audio['name']} is no longer there.", "Open it again.", about=audio["name"]) from error
    if hasattr(mmap, "MADV_WILLNEED"):
        samples._mmap.madvise(mmap.MADV_WILLNEED)  # type: ignore[attr-defined]
    return samples
