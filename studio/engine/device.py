"""Sound devices. The only module that knows PortAudio."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from ctypes import util
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from studio.engine.channels import Channels, choose
from studio.engine.ramp import Floats
from studio.errors import AudioError

Callback = Callable[[Floats | None, Floats, bool], None]
USUAL_RATES = (48000, 44100)
LIBRARY = "portaudio"
TRIED_RATES = (44100, 48000, 88200, 96000, 192000)
NO_SYSTEM = "This computer has no PortAudio library, so nothing can be played."
NO_SYSTEM_HINT = "On Debian and Ubuntu install libportaudio2. Everything but listening works without it."
NO_DEVICE = "No sound device was found."
NO_DEVICE_HINT = "Connect one and choose it in the audio settings. Everything but listening works without it."
NO_INPUT = "No sound input was found, so there is nothing to hear live."
NO_INPUT_HINT = "Connect a microphone or an audio interface, or play a sound file."
IN_USE_HINT = "Another program may be using it. Choose another device or sample rate."
REASONS = {
    -10000: "the sound system did not start",
    -9999: "its driver reports an error",
    -9998: "it has not got so many channels",
    -9997: "it does not know this sample rate",
    -9996: "it is gone",
    -9993: "its output and its input do not work together",
    -9992: "the computer is out of memory",
    -9985: "it is gone, or another program holds it",
    -9986: "PortAudio failed",
}
WRONG_CHANNELS, BAD_PAIR = -9998, -9993
HOPELESS = (-10000, -9996, -9993, -9992, -9985)  # with no rate and no channels it would be better


@dataclass(frozen=True)
class DeviceInfo:
    """A device. `name` is unique: it ends with the sound system in brackets.

    Attributes:
        system: it belongs to.
        channels, inputs: it can play and record.
        sample_rate: its own, in Hz.
        is_default, is_default_input: the usual one to play, to record.
    """

    name: str
    system: str
    channels: int
    inputs: int
    sample_rate: int
    is_default: bool
    is_default_input: bool

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


Found = tuple[int, DeviceInfo]  # PortAudio's number beside it


class Device:
    """An open device that calls back for every block.

    Attributes:
        info: of the device; `note` says in sentences what is other than was wanted, else empty.
        source: what records, or None.
        sample_rate: in Hz, as opened.
        outputs, inputs: channels in use.
        latency: samples until what is written is heard, and where it records also those before it comes in; as far
            as the system can be believed.
    """

    def __init__(self, stream: Any, plan: _Plan, sample_rate: int, note: str) -> None:
        self._stream, self.sample_rate, self.block, self.note = stream, sample_rate, plan.block, note
        self.info, self.source = plan.output[1], plan.source[1] if plan.source else None
        self.outputs, self.inputs = plan.outputs, plan.inputs
        said = stream.latency if isinstance(stream.latency, float) else sum(stream.latency)
        plausible = math.isfinite(said) and 0 < said < 1  # PipeWire has been seen to say 89478485 s
        self.latency = round(said * sample_rate) if plausible else 2 * plan.block

    def to_dict(self) -> dict[str, Any]:
        """What is told of it."""
        said = {"name": self.info.name, "sample_rate": self.sample_rate, "block": self.block, "note": self.note}
        recorded = {"source": self.source.name if self.source else "", "inputs": str(self.inputs or "")}
        return {**said, "outputs": str(self.outputs), **recorded}

    def start(self) -> None:
        """Raises: AudioError."""
        try:
            self._stream.start()
        except _portaudio().PortAudioError as error:
            raise _refused(self.info.name, error) from error

    @property
    def is_active(self) -> bool:
        try:
            return bool(self._stream.active)
        except _portaudio().PortAudioError:  # it vanished just now
            return False

    def close(self) -> None:
        """Stop calling back; a device that is gone is let go of."""
        self._stream.close(ignore_errors=True)


@dataclass(frozen=True)
class _Plan:
    """A way to open a device."""

    output: Found
    source: Found | None
    outputs: Channels
    inputs: Channels | None
    block: int
    note: str


def list_devices() -> list[DeviceInfo]:
    """All devices that can play or record. Raises: AudioError where there is no sound system."""
    return [info for _, info in _found()]


def rescan() -> None:
    """Look for devices anew. Only while none is open. Raises: AudioError."""
    portaudio = _portaudio()
    try:
        portaudio._terminate()
        portaudio._initialize()
    except portaudio.PortAudioError as error:
        raise AudioError(NO_DEVICE, NO_DEVICE_HINT, about="device") from error


def locate() -> None:
    """Look for PortAudio's library without opening it: on Linux that starts a program, which the lock forbids later."""
    if sys.platform == "linux":
        found, look = util.find_library(LIBRARY), util.find_library
        util.find_library = lambda name: found if name == LIBRARY else look(name)


def version() -> str:
    """Of PortAudio, in its own words. Raises: AudioError."""
    return str(_portaudio().get_portaudio_version()[1])


def rates_of(info: DeviceInfo) -> list[int]:
    """The usual rates in Hz that a device plays, or records where it cannot play. Raises: AudioError."""
    portaudio = _portaudio()
    index = next(number for number, each in _found() if each == info)
    ask = portaudio.check_output_settings if info.channels else portaudio.check_input_settings
    rates = []
    for rate in sorted({*TRIED_RATES, info.sample_rate}):
        try:
            ask(device=index, samplerate=rate, channels=min(2, info.channels or info.inputs), dtype="float32")
        except (portaudio.PortAudioError, ValueError):
            continue
        rates.append(rate)
    return rates


def open_device(
    name: str | None,
    sample_rate: int | None,
    block: int,
    callback: Callback,
    *,
    live: bool = False,
    source: str | None = None,
    outputs: str = "",
    inputs: str = "",
    but: Mapping[str, AudioError] = MappingProxyType({}),
) -> Device:
    """Open the device of this name, else the usual one, else any that opens.

    Args:
        name: as listed, or None.
        sample_rate: in Hz; where the device refuses it, or for None, its own.
        block: samples of each callback.
        callback: gets what was recorded `[block, 1 or 2]` or None, what to fill `[block, 1 or 2]`, and whether a
            block was lost.
        live: record as well.
        source: name of the device that records; None: the same one where it can, else the usual one.
        outputs, inputs: channels, "3-4" or "5"; empty: the first ones.
        but: devices that are passed over, by name, and why.

    Raises: AudioError when no device opens.
    """
    found = _found()
    players = sorted((each for each in found if each[1].channels), key=lambda each: _rank(each, name))
    if not players:
        raise AudioError(NO_DEVICE, NO_DEVICE_HINT, about="device")
    refused: AudioError | None = None
    for output in players:
        try:
            if output[1].name in but:
                raise but[output[1].name]
            recording = _source(output[1], found, source) if live else None
            plan = _plan(output, recording, block, outputs, inputs)
            wanted = name in (None, players[0][1].name)
            note = _joined(_other(name, source if live else None, plan, refused if wanted else None), plan.note)
            return _open(plan, sample_rate, callback, note)
        except AudioError as error:
            refused = refused or error
    raise refused or AudioError(NO_DEVICE, NO_DEVICE_HINT, about="device")


def _rank(each: Found, name: str | None) -> tuple[bool, bool]:
    return each[1].name != name, not each[1].is_default


def _source(output: DeviceInfo, found: list[Found], name: str | None) -> Found:
    """What records beside this output. Raises: AudioError."""
    able = [each for each in found if each[1].inputs]
    if not able:
        raise AudioError(NO_INPUT, NO_INPUT_HINT, about="device")
    wanted = [each for each in able if each[1].name == name]
    same_system = [each for each in able if each[1].system == output.system]
    if wanted and wanted[0] not in same_system:
        said = f"{name} and {output.name} belong to different sound systems and cannot work together."
        raise AudioError(said, f"Choose an input and an output of {output.system}.", about="device")
    ranked = sorted(same_system, key=lambda each: (each[1].name != output.name, not each[1].is_default_input))
    if not ranked:
        said = f"{output.system}, to which {output.name} belongs, has no input."
        raise AudioError(said, NO_INPUT_HINT, about="device")
    return (wanted or ranked)[0]


def _plan(output: Found, source: Found | None, block: int, outputs: str, inputs: str) -> _Plan:
    played, note = choose(outputs, output[1].channels)
    if source is None:
        return _Plan(output, None, played, None, block, note)
    recorded, more = choose(inputs, source[1].inputs)
    return _Plan(output, source, played, recorded, block, _joined(note, more))


def _other(name: str | None, source: str | None, plan: _Plan, refused: AudioError | None) -> str:
    """Why it is another device than the one that was chosen."""
    now, notes = plan.output[1].name, []
    if refused is not None:
        notes.append(f"{refused.sentence} So {now} plays.")
    elif name not in (None, now):
        notes.append(f"{name} is not there, so {now} plays.")
    if plan.source is not None and source not in (None, plan.source[1].name):
        notes.append(f"{source} is not there, so {plan.source[1].name} records.")
    return _joined(*notes)


def _open(plan: _Plan, sample_rate: int | None, callback: Callback, note: str) -> Device:
    """At the rate wanted, else at its own, else at a usual one. Raises: AudioError."""
    info = plan.output[1]
    refused: AudioError | None = None
    for rate in dict.fromkeys((sample_rate or info.sample_rate, info.sample_rate, *USUAL_RATES)):
        for exact in (False, True):
            try:
                stream = _stream(plan, rate, callback, exact)
            except AudioError as error:
                refused = refused or error
                code = _code(error.__cause__)
                if code in HOPELESS:
                    raise
                if code != WRONG_CHANNELS:
                    break
                continue
            if sample_rate not in (None, rate):
                note = _joined(note, f"{info.name} does not offer {sample_rate} Hz, so it runs at {rate} Hz.")
            return Device(stream, plan, rate, note)
    assert refused is not None
    raise refused


def _stream(plan: _Plan, rate: int, callback: Callback, exact: bool) -> Any:
    """Open it with as few channels as are used, or `exact`ly those it says it has. Raises: AudioError."""
    portaudio = _portaudio()
    index, info = plan.output
    played = info.channels if exact else plan.outputs.end
    common = {"samplerate": rate, "blocksize": plan.block, "dtype": "float32", "latency": "low"}
    select, is_part = plan.outputs.of, played > plan.outputs.count
    try:
        if plan.source is not None and plan.inputs is not None:
            recorded = plan.source[1].inputs if exact else plan.inputs.end
            hear = plan.inputs.of

            def duplex(incoming: Any, outgoing: Any, _frames: int, _time: Any, status: Any) -> None:
                if is_part:
                    outgoing.fill(0.0)
                callback(hear(incoming), select(outgoing), bool(status))

            pair = (plan.source[0], index)
            return portaudio.Stream(device=pair, channels=(recorded, played), callback=duplex, **common)

        def play(outgoing: Any, _frames: int, _time: Any, status: Any) -> None:
            callback(None, outgoing, bool(status))

        def play_part(outgoing: Any, _frames: int, _time: Any, status: Any) -> None:
            outgoing.fill(0.0)
            callback(None, select(outgoing), bool(status))

        return portaudio.OutputStream(device=index, channels=played, callback=play_part if is_part else play, **common)
    except (portaudio.PortAudioError, ValueError) as error:
        raise _refused(info.name, error, plan.source[1].name if plan.source else "") from error


def _found() -> list[Found]:
    portaudio = _portaudio()
    try:
        systems = portaudio.query_hostapis()
        devices = portaudio.query_devices()
        usual_input, usual = portaudio.default.device
    except (portaudio.PortAudioError, ValueError) as error:  # a name that is no text
        raise AudioError(NO_DEVICE, NO_DEVICE_HINT, about="device") from error
    found, names = [], _unique(f"{each['name']} ({systems[each['hostapi']]['name']})" for each in devices)
    for index, (each, name) in enumerate(zip(devices, names, strict=True)):
        played, recorded = each["max_output_channels"], each["max_input_channels"]
        if played > 0 or recorded > 0:
            rate = round(each["default_samplerate"]) or USUAL_RATES[0]
            system = systems[each["hostapi"]]["name"]
            info = DeviceInfo(name, system, played, recorded, rate, index == usual, index == usual_input)
            found.append((index, info))
    return found


def _unique(names: Iterator[str]) -> list[str]:
    """Two that are called the same get numbers."""
    seen: Counter[str] = Counter()
    made = []
    for name in names:
        seen[name] += 1
        made.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return made


def _refused(name: str, error: Exception, source: str = "") -> AudioError:
    code = _code(error)
    reason = REASONS.get(code, str(error.args[0] if error.args else error).rstrip("."))
    if code == -9999 and len(error.args) > 2:  # the driver's own number and words
        _, number, words = error.args[2]
        reason += f" ({str(words).strip() or 'no words'}, {number})"
    if code == BAD_PAIR and source not in ("", name):
        said = f"{name} and {source} do not work together."
        return AudioError(said, "Choose the same device as output and input.", about="device")
    return AudioError(f"{name} cannot be opened: {reason}.", IN_USE_HINT, about="device")


def _code(error: BaseException | None) -> int:
    """PortAudio's number of an error, or 0."""
    code = error.args[1] if error is not None and len(error.args) > 1 else 0
    return code if isinstance(code, int) else 0


def _joined(*notes: str) -> str:
    return " ".join(each for each in notes if each)


def _portaudio() -> Any:
    try:
        import sounddevice
    except Exception as error:  # its library is missing or broken, or its start fails in its own way
        raise AudioError(NO_SYSTEM, NO_SYSTEM_HINT, about="device") from error
    return sounddevice
