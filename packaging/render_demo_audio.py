"""Render the recording that the app ships: eight bars for drums, plucked bass, guitar and electric piano.

    python packaging/render_demo_audio.py [OUT.flac]

Everything is synthesised here from a seed, so the sound is ours and comes out the same each time. Tails run round the
end into the beginning: it loops without a seam.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

Sound = NDArray[np.float64]

RATE = 44100
TEMPO_BPM = 128
BARS = 8
STEP = 60 / TEMPO_BPM / 4  # seconds of a sixteenth
FRAMES = round(BARS * 16 * STEP * RATE)
PEAK = 10 ** (-3 / 20)
RNG = np.random.default_rng(20)

ROOTS = (45, 41, 48, 43)  # A minor, F, C, G: one bar each, twice
CHORDS = ((57, 60, 64, 71), (57, 60, 65, 69), (55, 60, 64, 67), (55, 59, 62, 69))
BASS = ((0, 0, 3), (3, 0, 2), (6, 12, 2), (8, 0, 3), (11, 7, 2), (14, 12, 2))  # step, semitones, length in steps
PICKED = (0, 2, 3, 5, 6, 8, 10, 11, 13, 14)


class Mix:
    """A stereo loop `[2, FRAMES]` and what it sends to the reverb."""

    def __init__(self) -> None:
        self.dry, self.send = np.zeros((2, FRAMES)), np.zeros((2, FRAMES))

    def add(self, sound: Sound, seconds: float, level: float, pan: float = 0.0, reverb: float = 0.0) -> None:
        """Add mono sound at a time; `pan` from -1 left to 1 right, of equal power."""
        angle = (pan + 1) * np.pi / 4
        stereo = level * np.stack([np.cos(angle) * sound, np.sin(angle) * sound])
        at = (round(seconds * RATE) + np.arange(stereo.shape[1])) % FRAMES
        self.dry[:, at] += stereo
        self.send[:, at] += reverb * stereo


def hertz(note: int) -> float:
    return 440.0 * 2.0 ** ((note - 69) / 12)


def time(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


def noise(seconds: float, low: float, high: float) -> Sound:
    band = butter(2, (low, high), "bandpass", fs=RATE, output="sos")
    return sosfilt(band, RNG.standard_normal(round(seconds * RATE)))


def pluck(note: int, seconds: float, damping: float, brightness: float) -> Sound:
    """A string: noise goes round a delay of one period and loses its highs at each turn (Karplus and Strong)."""
    period = RATE / hertz(note)
    delay = int(period - 0.5)
    part = period - 0.5 - delay  # the rest of the delay is made by how two neighbours are weighed
    loop = np.zeros(delay + 3)
    loop[0] = 1.0
    loop[delay : delay + 3] = -damping * np.array([0.5 * (1 - part), 0.5, 0.5 * part])
    burst = np.zeros(round(seconds * RATE))
    burst[:delay] = lfilter([1 - brightness], [1, -brightness], RNG.uniform(-1, 1, delay))
    string = lfilter([1.0], loop, burst - burst[:delay].mean() * (burst != 0))
    return string * np.minimum(1.0, (seconds - time(seconds)) / 0.03) / np.abs(string).max()


def kick() -> Sound:
    t = time(0.35)
    phase = 2 * np.pi * (48 * t + 110 * 0.03 * (1 - np.exp(-t / 0.03)))
    return np.sin(phase) * np.exp(-t / 0.11) + 0.25 * np.exp(-t / 0.002) * RNG.standard_normal(len(t))


def snare() -> Sound:
    t = time(0.28)
    return 0.55 * noise(0.28, 1200, 9000) * np.exp(-t / 0.07) + 0.5 * np.sin(2 * np.pi * 188 * t) * np.exp(-t / 0.05)


def hat(decay: float) -> Sound:
    return noise(0.2, 7000, 16000) * np.exp(-time(0.2) / decay)


def piano(note: int, seconds: float) -> Sound:
    """An electric piano: one sine bends the phase of another, less and less."""
    t = time(seconds)
    bell = 0.25 * np.exp(-t / 0.05) * np.sin(2 * np.pi * 14 * hertz(note) * t)
    tine = np.sin(2 * np.pi * hertz(note) * t + 1.4 * np.exp(-t / 0.5) * np.sin(2 * np.pi * hertz(note) * t) + bell)
    return tine * np.exp(-t / 0.9) * np.minimum(1, t / 0.004) * np.minimum(1, (seconds - t) / 0.05)


def play_drums(mix: Mix, bar: int) -> None:
    start = bar * 16 * STEP
    for step in (0, 6, 8, *((15,) if bar % 2 else ())):
        mix.add(kick(), start + step * STEP, 0.95)
    for step in (4, 12, *((14, 15) if bar == BARS - 1 else ())):
        mix.add(snare(), start + step * STEP, 0.55 if step in (4, 12) else 0.3, 0.05, reverb=0.35)
    for step in range(0, 16, 2):
        late = 0.08 * STEP if step % 4 else 0.0
        mix.add(hat(0.09 if step == 14 else 0.025), start + step * STEP + late, 0.16 if step % 4 else 0.26, -0.35)
    for step in range(1, 16, 2):
        mix.add(hat(0.012), start + step * STEP + 0.1 * STEP, 0.1 * RNG.uniform(0.6, 1), 0.45)


def play_strings(mix: Mix, bar: int) -> None:
    start, chord = bar * 16 * STEP, CHORDS[bar % 4]
    for step, interval, steps in BASS:
        mix.add(pluck(ROOTS[bar % 4] - 12 + interval, steps * STEP, 0.996, 0.75), start + step * STEP, 0.5)
    for count, step in enumerate(PICKED):
        note = chord[(count * 3 + bar) % 4] + (12 if count % 3 == 2 else 0)
        loud = 0.24 * RNG.uniform(0.75, 1)
        mix.add(pluck(note, 1.1, 0.997, 0.35), start + step * STEP, loud, 0.5 if count % 2 else 0.2, reverb=0.5)
    for place, note in enumerate(chord):
        mix.add(piano(note, 1.7), start + 0.012 * place, 0.11, -0.5 + 0.15 * place, reverb=0.6)
        mix.add(piano(note, 0.5), start + 10 * STEP, 0.08, -0.5 + 0.15 * place, reverb=0.6)


def reverb(send: Sound) -> Sound:
    """A bright small hall: noise that dies away, folded round the loop."""
    t = time(1.6)
    hall = np.zeros((2, FRAMES))
    for side in range(2):
        hall[side, : len(t)] = noise(1.6, 250, 7000) * np.exp(-t / 0.28) * (t > 0.012)
    hall /= np.sqrt((hall**2).sum(1, keepdims=True))
    return np.fft.irfft(np.fft.rfft(send) * np.fft.rfft(hall), FRAMES)


def render() -> Sound:
    """The loop `[2, FRAMES]`, its peak at -3 dB of full scale."""
    mix = Mix()
    for bar in range(BARS):
        play_drums(mix, bar)
        play_strings(mix, bar)
    sound = np.tanh(1.1 * (mix.dry + 0.5 * reverb(mix.send)))
    return sound * (PEAK / np.abs(sound).max())


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[1] / "resources" / "audio" / "eight-bars.flac"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    soundfile.write(target, render().T, RATE, "PCM_16")
