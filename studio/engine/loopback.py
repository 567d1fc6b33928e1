"""How late sound really is: a sweep goes out of a device, and where it comes in again is looked for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from studio.engine.device import Device, open_device
from studio.engine.ramp import Floats
from studio.errors import AudioError

LEVEL = 0.1  # -20 dBFS
LEAD, SECONDS, LONGEST = 0.2, 0.5, 0.5  # until a device has woken up; of the sweep; from output to input
LOWEST_HZ = 100.0
CLEAR = 14.0  # times the usual height of what noise gives
ALIKE, NOISY = 0.05, 0.01
QUIET = 1e-5
REGULAR = 1e-3
NOTHING = "Nothing came back from the output."
NOTHING_HINT = "Connect the output to the input with a cable, or turn up the loudspeaker and the microphone."
UNCLEAR = "What came back is not clear enough to be measured."
UNCLEAR_HINT = "Connect output and input with a cable, or measure where it is quiet."
DISTURBED = "The computer was too busy to measure."
DISTURBED_HINT = "Close other programs, choose a larger block, then measure again."
PATIENCE_SECONDS = 4.0


def sweep(sample_rate: int) -> Floats:
    """An exponential sine sweep `[frames]` that begins and ends softly, behind a moment of silence."""
    at = np.arange(round(SECONDS * sample_rate)) / sample_rate
    highest = 0.4 * sample_rate
    rate = np.log(highest / LOWEST_HZ) / SECONDS
    sound = LEVEL * np.sin(2 * np.pi * LOWEST_HZ / rate * np.expm1(rate * at))
    fade = np.minimum(1.0, np.minimum(at, SECONDS - at) / 0.01)
    return np.concatenate([np.zeros(round(LEAD * sample_rate)), sound * fade]).astype(np.float32)


def measure(played: Floats, recorded: Floats) -> int:
    """By how many samples `recorded` `[frames]` is later than `played` `[frames]`; both begin at the same moment.

    The recording is divided by what was played, frequency by frequency; a peak in that is the way sound took.

    Raises: AudioError where nothing came back, or nothing clear.
    """
    if not np.isfinite(recorded).all() or np.abs(recorded).max() < QUIET:
        raise AudioError(NOTHING, NOTHING_HINT, about="loopback")
    size = len(played) + len(recorded)
    sent = np.fft.rfft(played, size)
    strength = np.abs(sent) ** 2
    answer = np.fft.irfft(np.fft.rfft(recorded, size) * sent.conj() / (strength + REGULAR * strength.max()), size)
    heights = np.abs(answer[: max(1, len(recorded) - len(played))])
    latest = int(heights.argmax())
    usual = float(np.median(heights)) / 0.6745
    if heights[latest] < CLEAR * max(usual, 1e-12) or _likeness(played, recorded[latest:]) < ALIKE:
        loud = float(np.std(np.diff(recorded))) > NOISY  # the difference hears neither hum nor a slow drift
        raise AudioError(UNCLEAR if loud else NOTHING, UNCLEAR_HINT if loud else NOTHING_HINT, about="loopback")
    return latest


def _likeness(played: Floats, heard: Floats) -> float:
    """Correlation 0…1 of what was played with what came from there on: a click is no sweep."""
    part = heard[: len(played)]
    return float(abs(np.dot(played, part)) / max(np.linalg.norm(played) * np.linalg.norm(part), 1e-12))


class Probe:
    """Plays the sweep and keeps what comes in; its `callback` is for `open_device`.

    Attributes:
        is_done: everything was played and recorded.
        was_late: a block was lost on the way.
    """

    def __init__(self) -> None:
        self.sound = self.heard = np.zeros(0, np.float32)
        self._at = 0
        self.is_done = self.was_late = False

    def prepare(self, sample_rate: int) -> None:
        """Raises nothing; called before the device starts."""
        self.sound = sweep(sample_rate)
        self.heard = np.zeros(len(self.sound) + round(LONGEST * sample_rate), np.float32)

    def callback(self, incoming: Floats | None, outgoing: Floats, was_late: bool) -> None:
        frames, at = len(outgoing), self._at
        outgoing.fill(0.0)
        if self.is_done or incoming is None:
            return
        part = self.sound[at : at + frames]
        outgoing[: len(part)] = part[:, None]
        room = min(frames, len(self.heard) - at)
        self.heard[at : at + room] = incoming[:room].sum(axis=1)
        self._at += frames
        self.was_late |= was_late and at > 0  # the first block of a card often is
        self.is_done = self._at >= len(self.heard)


def known(measured: Iterable[Sequence[Any]], device: Device) -> int | None:
    """What was measured on this device at this rate and block: the last of `[name, rate, block, samples]`."""
    found = None
    for name, rate, block, samples in measured:
        if (name, rate, block) == (device.info.name, device.sample_rate, device.block):
            found = int(samples)
    return found


def measure_device(like: Device, route: Mapping[str, Any]) -> int:
    """Samples from the output of a device to its input: both drivers, both converters, and what lies between.

    Args:
        like: a device that was open just now; it is opened again, to play and to record.
        route: which of its ways are taken, as `open_device` takes them.

    Raises: AudioError.
    """
    probe = Probe()
    name = like.info.name
    device = open_device(name, like.sample_rate, like.block, probe.callback, live=True, **route)
    try:
        if device.info.name != name:
            raise AudioError(f"{name} cannot play and record at once.", NOTHING_HINT, about="loopback")
        probe.prepare(device.sample_rate)
        device.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not probe.is_done and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        device.close()
    if not probe.is_done or probe.was_late:
        raise AudioError(DISTURBED, DISTURBED_HINT, about="loopback")
    return measure(probe.sound, probe.heard)
