"""Sound devices. The only module that knows PortAudio."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from studio.engine.ramp import Floats
from studio.errors import AudioError

Callback = Callable[[Floats | None, Floats, bool], None]
USUAL_RATES = (48000, 44100)
NO_SYSTEM = "This computer has no PortAudio library, so nothing can be played."
NO_SYSTEM_HINT = "On Debian and Ubuntu install libportaudio2. Everything but listening works without it."
NO_DEVICE = "No sound device was found."
NO_DEVICE_HINT = "Connect one and choose it in the audio settings. Everything but listening works without it."


@dataclass(frozen=True)
class DeviceInfo:
    """A device that can play. `name` is unique: it ends with the sound system in brackets."""

    name: str
    channels: int
    inputs: int
    sample_rate: int
    is_default: bool

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Device:
    """An open device that calls back for every block.

    Attributes:
        info: of the device; `note` says why it is another than the one wanted, else empty.
        sample_rate: in Hz, as opened.
        latency: samples until what is written is heard, as far as the system can be believed.
    """

    def __init__(self, stream: Any, info: DeviceInfo, sample_rate: int, block: int, note: str) -> None:
        self._stream, self.info, self.sample_rate, self.block, self.note = stream, info, sample_rate, block, note
        said = stream.latency if isinstance(stream.latency, float) else stream.latency[1]
        plausible = math.isfinite(said) and 0 < said < 1  # PipeWire has been seen to say 89478485 s
        self.latency = round(said * sample_rate) if plausible else 2 * block

    def start(self) -> None:
        """Raises: AudioError."""
        try:
            self._stream.start()
        except _portaudio().PortAudioError as error:
            raise _refused(self.info.name, error) from error

    @property
    def is_active(self) -> bool:
        return bool(self._stream.active)

    def close(self) -> None:
        """Stop calling back; a device that is gone is let go of."""
        self._stream.close(ignore_errors=True)


def list_devices() -> list[DeviceInfo]:
    """All devices that can play. Raises: AudioError where there is no sound system."""
    return [info for _, info in _found()]


def rescan() -> None:
    """Look for devices anew. Only while none is open. Raises: AudioError."""
    portaudio = _portaudio()
    portaudio._terminate()
    portaudio._initialize()


def open_device(
    name: str | None, sample_rate: int | None, block: int, callback: Callback, *, live: bool = False
) -> Device:
    """Open the device of this name, else the usual one, else any that opens.

    Args:
        name: as listed, or None.
        sample_rate: in Hz; where the device refuses it, or for None, its own.
        block: samples of each callback.
        callback: gets what was recorded `[block, channels]` or None, what to fill `[block, channels]`, and
            whether a block was lost.
        live: record as well.

    Raises: AudioError when no device opens.
    """
    found = sorted(_found(), key=lambda each: (each[1].name != name, not each[1].is_default))
    refused: AudioError | None = None
    for index, info in found:
        if live and info.inputs == 0:
            continue
        note = "" if name in (None, info.name) else f"{name} is not there, so {info.name} plays."
        for rate in dict.fromkeys((sample_rate or info.sample_rate, info.sample_rate, *USUAL_RATES)):
            try:
                return Device(_open(index, info, rate, block, callback, live), info, rate, block, note)
            except AudioError as error:
                refused = refused or error
    raise refused or AudioError(NO_DEVICE, NO_DEVICE_HINT, about="device")


def _open(index: int, info: DeviceInfo, rate: int, block: int, callback: Callback, live: bool) -> Any:
    portaudio = _portaudio()
    common = {"samplerate": rate, "blocksize": block, "dtype": "float32", "latency": "low"}
    channels = min(2, info.channels)
    try:
        if live:

            def duplex(incoming: Any, outgoing: Any, _frames: int, _time: Any, status: Any) -> None:
                callback(incoming, outgoing, bool(status))

            both = min(2, info.inputs), channels
            return portaudio.Stream(device=(index, index), channels=both, callback=duplex, **common)

        def play(outgoing: Any, _frames: int, _time: Any, status: Any) -> None:
            callback(None, outgoing, bool(status))

        return portaudio.OutputStream(device=index, channels=channels, callback=play, **common)
    except (portaudio.PortAudioError, ValueError) as error:
        raise _refused(info.name, error) from error


def _found() -> list[tuple[int, DeviceInfo]]:
    portaudio = _portaudio()
    try:
        systems = portaudio.query_hostapis()
        devices = portaudio.query_devices()
        usual = portaudio.default.device[1]
    except portaudio.PortAudioError as error:
        raise AudioError(NO_DEVICE, NO_DEVICE_HINT, about="device") from error
    found = []
    for index, each in enumerate(devices):
        if each["max_output_channels"] > 0:
            name = f"{each['name']} ({systems[each['hostapi']]['name']})"
            rate = round(each["default_samplerate"]) or USUAL_RATES[0]
            channels, inputs = each["max_output_channels"], each["max_input_channels"]
            found.append((index, DeviceInfo(name, channels, inputs, rate, index == usual)))
    return found


def _refused(name: str, error: Exception) -> AudioError:
    reason = str(error.args[0] if error.args else error).rstrip(".")
    hint = "Another program may be using it. Choose another device or sample rate."
    return AudioError(f"{name} cannot be opened: {reason}.", hint, about="device")


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as error:  # its library is missing or broken
        raise AudioError(NO_SYSTEM, NO_SYSTEM_HINT, about="device") from error
    return sounddevice
