"""Test sounds: what shows a fault that music hides. Named `tone:KIND` or `tone:KIND:HERTZ`, the same every time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.audio.raw import CHANNELS, RawAudio, store
from studio.audio.reader import Samples
from studio.errors import FileError

PREFIX = "tone:"
SECONDS = 10.0
PEAK_DBFS = -12.0  # room for what a model adds
FADE_SECONDS = 0.005
SWEPT_HZ = 20.0, 20_000.0
PINK_FROM_HZ = 10.0
IMPULSES_PER_SECOND = 2
PERIOD = 1 << 16  # points of one drawn period
SEED = 1

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Tone:
    """One kind of test sound.

    Attributes:
        key: in its name.
        text: for menus.
        good_for: what it shows.
        hertz: its usual frequency; 0 where it has none.
    """

    key: str
    text: str
    good_for: str
    hertz: float = 0.0


TONES: Final = (
    Tone("sine", "Sine", "One frequency: distortion and noise stand apart from it.", 440.0),
    Tone(
        "square", "Square wave", "Steep edges and many harmonics, none above half the rate: aliasing is heard.", 110.0
    ),
    Tone("sweep", "Sweep", "20 Hz to 20 kHz, equally long in each octave: response, resonances and aliasing."),
    Tone("white", "White noise", "Every frequency alike: response of filters, level of a model."),
    Tone("pink", "Pink noise", "Every octave alike, as in music: loudness and balance."),
    Tone("impulses", "Impulses", "Single samples, two a second: delay, echoes and reverberation."),
    Tone("silence", "Silence", "What a model adds by itself: hum, noise, and whether it stays quiet."),
)
KINDS: Final = {tone.key: tone for tone in TONES}


def is_tone(name: str) -> bool:
    """Whether this names a test sound and no file."""
    return name.startswith(PREFIX)


def make_tone(name: str, sample_rate: int, seconds: float = SECONDS) -> Samples:
    """A test sound `[2, frames]` with its highest sample at -12 dBFS; it comes and goes within 5 ms.

    Noise differs between the channels, all else is alike.

    Raises: FileError where no test sound has this name.
    """
    tone, hertz = _meant(name, sample_rate)
    frames = max(1, round(seconds * sample_rate))
    at = np.arange(frames) / sample_rate
    match tone.key:
        case "sine":
            made = np.sin(2 * np.pi * hertz * at)
        case "square":
            made = _square(hertz, at, sample_rate)
        case "sweep":
            made = _sweep(at, sample_rate)
        case "white":
            made = np.random.default_rng(SEED).uniform(-1.0, 1.0, (CHANNELS, frames))
        case "pink":
            made = _pink(frames, sample_rate)
        case "impulses":
            made = _impulses(frames, sample_rate)
        case _:
            made = np.zeros(frames)
    if tone.key != "impulses":
        made = made * _envelope(frames, sample_rate)
    level = 10 ** (PEAK_DBFS / 20) / max(float(np.abs(made).max()), 1e-9)
    return np.broadcast_to(made * level, (CHANNELS, frames)).astype(np.float32)


def open_tone(name: str, sample_rate: int, folder: Path) -> RawAudio:
    """A test sound where window and engine can map it.

    Raises: FileError where no test sound has this name, or `folder` cannot take it.
    """
    return store(make_tone(name, sample_rate), sample_rate, folder, tone_text(name, sample_rate))


def tone_text(name: str, sample_rate: int) -> str:
    """What a test sound is called, such as "Sine 440 Hz". Raises: FileError where there is none."""
    tone, hertz = _meant(name, sample_rate)
    return f"{tone.text} {hertz:g} Hz" if hertz else tone.text


def _meant(name: str, sample_rate: int) -> tuple[Tone, float]:
    """The kind of a test sound, and its frequency or 0."""
    key, colon, number = name.removeprefix(PREFIX).partition(":")
    tone = KINDS.get(key)
    if tone is None or not is_tone(name):
        known = ", ".join(PREFIX + each for each in KINDS)
        raise FileError(f"There is no test sound {name}.", f"There are: {known}.", about=name)
    if not colon:
        return tone, tone.hertz
    try:
        hertz = float(number)
    except ValueError:
        hertz = math.nan
    if not tone.hertz:
        raise FileError(f"{tone.text} has no frequency.", f"Write {PREFIX}{key}.", about=name)
    if not 1.0 <= hertz < sample_rate / 2:
        most = math.ceil(sample_rate / 2) - 1
        raise FileError(f"{number or 'Nothing'} is no frequency for it.", f"Give 1 to {most} Hz.", about=name)
    return tone, hertz


def _square(hertz: float, at: Doubles, sample_rate: int) -> Doubles:
    """Odd harmonics up to half the rate, from one period drawn so finely that straight lines between points do."""
    spectrum = np.zeros(PERIOD // 2 + 1, complex)
    harmonics = np.arange(1, min(math.ceil(sample_rate / 2 / hertz), PERIOD // 8), 2)
    spectrum[harmonics] = -1j / harmonics
    period = np.fft.irfft(spectrum)
    made: Doubles = np.interp(at * hertz % 1.0 * PERIOD, np.arange(PERIOD + 1), np.append(period, period[0]))
    return made


def _sweep(at: Doubles, sample_rate: int) -> Doubles:
    """Exponential in time, hence the phase too."""
    low, high = SWEPT_HZ[0], min(SWEPT_HZ[1], 0.48 * sample_rate)
    rise = math.log(high / low) / max(float(at[-1]), 1 / sample_rate)
    return np.sin(2 * np.pi * low / rise * np.expm1(rise * at))


def _pink(frames: int, sample_rate: int) -> Doubles:
    """White noise whose spectrum falls by 3 dB an octave."""
    spectrum = np.fft.rfft(np.random.default_rng(SEED).standard_normal((CHANNELS, frames)))
    hertz = np.fft.rfftfreq(frames, 1 / sample_rate)
    spectrum[:, 0] = 0.0
    made: Doubles = np.fft.irfft(spectrum / np.sqrt(np.maximum(hertz, PINK_FROM_HZ)), frames)
    return made


def _impulses(frames: int, sample_rate: int) -> Doubles:
    made = np.zeros(frames)
    apart = sample_rate // IMPULSES_PER_SECOND
    made[min(apart // 2, frames - 1) :: apart] = 1.0
    return made


def _envelope(frames: int, sample_rate: int) -> Doubles:
    """A soft start and end."""
    ends = np.minimum(np.arange(frames), np.arange(frames)[::-1]) / (FADE_SECONDS * sample_rate)
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum(ends, 1.0))
