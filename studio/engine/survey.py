"""What there is to play and record on this computer, and whether it plays."""

from __future__ import annotations

import threading

from studio.document.check import Check
from studio.engine.channels import Channels
from studio.engine.device import NO_DEVICE, NO_DEVICE_HINT, DeviceInfo, list_devices, open_device, rates_of, version
from studio.engine.ramp import Floats
from studio.errors import AudioError

SHOWN = 24  # devices; some systems list every plug of every card twice
ENOUGH_BLOCKS, WITHIN_SECONDS = 20, 3.0
OPENS = "Output that would be used"


def survey_sound(name: str | None, sample_rate: int | None, block: int, opens: bool) -> list[Check]:
    """Rows about PortAudio, the devices, and the one that would be opened.

    Args:
        name, sample_rate, block: as in the settings; None: whatever is usual.
        opens: open it for a moment and play silence.
    """
    try:
        library = version()
    except AudioError as error:
        return [Check(id="sound.portaudio", verdict="fail", title="PortAudio", advice=_whole(error))]
    rows = [Check(id="sound.portaudio", verdict="pass", value=library, title="PortAudio")]
    try:
        found = list_devices()
        if not found:
            raise AudioError(NO_DEVICE, NO_DEVICE_HINT)
    except AudioError as error:
        return [*rows, Check(id="sound.devices", verdict="warn", title="Devices", advice=_whole(error))]
    if opens:
        rows.append(_opened(name, sample_rate, block))
    return [*rows, *(_device(number, info) for number, info in enumerate(found[:SHOWN], 1))]


def _device(number: int, info: DeviceInfo) -> Check:
    words = [f"{info.channels} out" if info.channels else "", f"{info.inputs} in" if info.inputs else ""]
    usual = " and ".join(["output"] * info.is_default + ["input"] * info.is_default_input)
    rates = ", ".join(f"{rate / 1000:g}" for rate in rates_of(info))
    said = [f"{rates} kHz" if rates else "no usual rate", f"the usual {usual}" if usual else ""]
    value, advice = ", ".join(filter(None, words)), "; ".join(filter(None, said))
    return Check(id=f"sound.device.{number}", verdict="pass", value=value, title=info.name, advice=advice)


def _opened(name: str | None, sample_rate: int | None, block: int) -> Check:
    """Open it, wait for some blocks, close it."""
    counted, enough = [0], threading.Event()

    def count(_incoming: Floats | None, outgoing: Floats, _was_late: bool) -> None:
        outgoing.fill(0.0)
        counted[0] += 1
        if counted[0] >= ENOUGH_BLOCKS:
            enough.set()

    try:
        device = open_device(name, sample_rate, block, count)
        try:
            device.start()
            plays = enough.wait(WITHIN_SECONDS)
        finally:
            device.close()
    except AudioError as error:
        return Check(id="sound.opens", verdict="fail", title=OPENS, advice=_whole(error))
    if not plays:
        said = f"{device.info.name} opens, but asks for no sound. Choose another output."
        return Check(id="sound.opens", verdict="fail", title=OPENS, advice=said)
    late_ms = device.latency / device.sample_rate * 1000
    value = f"{device.sample_rate / 1000:g} kHz, {device.block} samples, {late_ms:.1f} ms"
    said = f"{device.info.name}, {_spoken(device.outputs)}. {device.note}".strip()
    return Check(id="sound.opens", verdict="warn" if device.note else "pass", value=value, title=OPENS, advice=said)


def _spoken(channels: Channels) -> str:
    return f"channel{'s' if channels.count > 1 else ''} {channels}"


def _whole(error: AudioError) -> str:
    return f"{error.sentence} {error.hint}".strip()
