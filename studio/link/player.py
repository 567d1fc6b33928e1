"""The window's side of the engine process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio.audio.raw import RawAudio
from studio.link.keeper import Keeper
from studio.link.shared import KNOBS, Command, Op, Status, read
from studio.link.wanted import Message, WantedDevice, WantedModel, audio_message
from studio.link.watch import Watch


class Player:
    """Plays sound through a model in the engine process. No method waits for the engine.

    Everything asked for is remembered: an engine that dies or hangs is replaced once with all of it; the second
    time with the same model it comes back without.

    Args:
        on_message: called on threads of ours with `{"event": …}`:
            `ready`; `device` (name, sample_rate, block, note); `devices` (devices); `audio` (name, fits, sample_rate:
            decode at that rate and load again unless it fits); `loaded` (key, latency, rows, gain_db);
            `overload`, `gone` (message, hint); `failed` (about: model, device, audio or engine; message, hint, key).
    """

    def __init__(self, on_message: Callable[[Message], None]) -> None:
        self._tell = on_message
        self._keeper = Keeper(on_message)
        self._watch = Watch(self._keeper, on_message)

    def start(self) -> None:
        self._keeper.start()
        self._watch.start()

    def close(self) -> None:
        """End the engine within a second."""
        self._watch.close()
        self._keeper.close()

    def open_device(self, name: str | None, sample_rate: int | None, block: int, live: bool = False) -> None:
        """Open a device by its name (None: the usual one), at a rate in Hz (None: its own) and block size.

        `live`: what the device records is the source, not a sound file.
        """
        device = WantedDevice(name, sample_rate, block, live)
        with self._keeper.lock:
            self._keeper.wanted.device = device
            self._keeper.send(device.message())

    def list_devices(self) -> None:
        """Ask for all devices; an engine that takes over from another tells them again."""
        with self._keeper.lock:
            self._keeper.wanted.lists_devices = True
            self._keeper.send({"do": "devices"})

    def load_model(self, captured: str, key: str, quiet: bool, knobs: Sequence[float] = ()) -> None:
        """Load a captured archive and swap it in between two blocks.

        Args:
            captured: path of the archive.
            key: by which the model is known; one that crashed twice is refused.
            quiet: nobody has heard it yet, so the output gain starts at -12 dB.
            knobs: positions it starts with; the model before it never feels them.
        """
        if self._keeper.is_quarantined(key):
            said = {
                "message": "The model crashed twice and is put aside.",
                "hint": "Start the program again to try it.",
            }
            self._tell({"event": "failed", "about": "model", "key": key, **said})
            return
        model = WantedModel(captured, key, quiet)
        with self._keeper.lock:
            self._keeper.wanted.model = model
            self._keeper.send(model.message(knobs))

    def load_audio(self, raw: RawAudio, position: int = 0) -> None:
        """Play this sound from frame `position` on; the transport keeps running if it runs."""
        with self._keeper.lock:
            wanted = self._keeper.wanted
            wanted.audio, wanted.position, wanted.loop = raw, position, None
            self._keeper.send(audio_message(raw, position))

    def unload_audio(self) -> None:
        with self._keeper.lock:
            self._keeper.wanted.audio = None
            self._keeper.send({"do": "no_audio"})

    def set_knob(self, index: int, position: float) -> None:
        """Move the numeric parameter `index` to `position` 0…1."""
        if index < KNOBS:
            self._keeper.board.knobs[index] = position

    def set_gain(self, gain_db: float) -> None:
        """Output gain; -90 dB and below is silence."""
        self._keeper.board.gain_db = gain_db

    def play(self) -> None:
        with self._keeper.lock:
            self._keeper.wanted.playing = True
            self._keeper.command(Command(Op.PLAY))

    def pause(self) -> None:
        with self._keeper.lock:
            self._keeper.wanted.playing = False
            self._keeper.command(Command(Op.PAUSE))

    def stop(self) -> None:
        """Pause, go to the start and let the model forget what it heard."""
        with self._keeper.lock:
            self._keeper.wanted.playing, self._keeper.wanted.position = False, 0
            self._keeper.command(Command(Op.STOP))

    def seek(self, frame: int) -> None:
        with self._keeper.lock:
            self._keeper.wanted.position = frame
            self._keeper.command(Command(Op.SEEK, frame))

    def loop(self, start: int, end: int) -> None:
        """Go from frame `end` to frame `start`; at least 20 ms."""
        with self._keeper.lock:
            self._keeper.wanted.loop = (start, end)
            self._keeper.command(Command(Op.LOOP, start, end))

    def no_loop(self) -> None:
        with self._keeper.lock:
            self._keeper.wanted.loop = None
            self._keeper.command(Command(Op.NO_LOOP))

    def bypass(self, on: bool) -> None:
        """Hear the dry sound, in time with the wet one."""
        with self._keeper.lock:
            self._keeper.wanted.bypassed = on
            self._keeper.command(Command(Op.BYPASS, float(on)))

    def status(self) -> Status:
        return read(self._keeper.board)
