"""Loudness as the broadcasters measure it."""

import numpy as np
import pytest
from scipy.signal import lfilter

from studio.audio.loudness import integrated_loudness

# the table of ITU-R BS.1770 for 48 kHz
SHELF = [1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585]
HIGH_PASS = [1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621]


def sine(level_dbfs, seconds, rate=48000, hz=997.0, channels=2):
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return np.tile(wave, (channels, 1)).astype(np.float32)


def by_the_book(audio):
    """The standard's own filters and gates, block after block."""
    weighted = lfilter(*HIGH_PASS, lfilter(*SHELF, audio.astype(np.float64)))
    power = np.array(
        [(weighted[:, at : at + 19200] ** 2).mean(1).sum() for at in range(0, audio.shape[1] - 19199, 4800)]
    )
    loudness = -0.691 + 10 * np.log10(power + 1e-30)
    gate = -0.691 + 10 * np.log10(power[loudness >= -70].mean()) - 10
    return -0.691 + 10 * np.log10(power[(loudness >= -70) & (loudness >= gate)].mean())


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_stereo_sine_is_as_many_lufs_as_dbfs(level, rate):
    """EBU Tech 3341, cases 1 and 2."""
    assert integrated_loudness(sine(level, 20, rate, 1000.0), rate) == pytest.approx(level, abs=0.1)


def test_one_channel_of_full_scale_is_three_less():
    """BS.1770: a 997 Hz sine of 0 dBFS in one channel reads -3.01 LUFS."""
    assert integrated_loudness(sine(0, 5, channels=1), 48000) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize(
    "parts",
    [[(-36, 10), (-23, 60), (-36, 10)], [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)]],
    ids=["case 3", "case 4"],
)
def test_quiet_parts_are_gated_out(parts):
    """EBU Tech 3341, cases 3 and 4: -23.0 LUFS within 0.1 LU."""
    audio = np.concatenate([sine(level, seconds, hz=1000.0) for level, seconds in parts], axis=1)
    assert integrated_loudness(audio, 48000) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("seed, seconds", [(1, 3.0), (2, 7.321)])
def test_noise_and_bursts_read_as_with_the_standards_own_filters(seed, seconds):
    rng = np.random.default_rng(seed)
    audio = rng.standard_normal((2, round(seconds * 48000))) * 0.1
    audio *= np.repeat(rng.uniform(0, 1, 40) ** 3, audio.shape[1] // 40 + 1)[: audio.shape[1]]
    assert integrated_loudness(audio.astype(np.float32), 48000) == pytest.approx(by_the_book(audio), abs=0.02)


@pytest.mark.parametrize("frames", [0, 48000])
def test_silence_has_no_loudness(frames):
    assert integrated_loudness(np.zeros((2, frames), np.float32), 48000) == -np.inf


@pytest.mark.parametrize("frames", [1, 100, 19199])
def test_a_sound_shorter_than_a_block_is_measured_whole(frames):
    audio = np.full((2, frames), 0.25, np.float32) * (-1) ** np.arange(frames)
    assert -30 < integrated_loudness(audio, 48000) < 0
