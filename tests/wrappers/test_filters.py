"""Filters let through and stop what they say, beside scipy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import torch

from studio import FIRFilter
from studio.wrappers.filters import SincFilter

RATE = 48000
EDGES = {"low": (0.0, 6000.0), "high": (3000.0, 0.0), "band": (2500.0, 9000.0), "stop": (2500.0, 9000.0)}


def passed(kind, hz, way):
    """Frequencies that are surely let through and surely stopped, `way` Hz from the corners."""
    low, high = EDGES[kind][0] or -RATE, EDGES[kind][1] or RATE
    inside, outside = (hz >= low + way) & (hz <= high - way), (hz <= low - way) | (hz >= high + way)
    return (outside, inside) if kind == "stop" else (inside, outside)


@pytest.mark.parametrize("kind", EDGES)
@pytest.mark.parametrize("phase", ["linear", "minimum"])
@pytest.mark.parametrize("taps", [255, 1025])
def test_gains(kind, phase, taps):
    made = SincFilter(kind, *EDGES[kind], taps, phase, 1, RATE)
    hz, gain = scipy.signal.freqz(made.taps.numpy(), worN=8192, fs=RATE)
    through, stopped = passed(kind, hz, 3.3 * RATE / taps)
    level = 20 * np.log10(np.abs(gain) + 1e-12)
    assert np.abs(level[through]).max() < 0.01 and level[stopped].max() < -88


@pytest.mark.parametrize("kind", EDGES)
def test_minimum_phase_has_the_gains_of_linear_phase_and_comes_first(kind):
    linear, least = (SincFilter(kind, *EDGES[kind], 255, phase, 1, RATE) for phase in ("linear", "minimum"))
    reference = scipy.signal.minimum_phase(linear.taps.double().numpy(), n_fft=1 << 16, half=False)
    assert np.abs(reference - least.taps.numpy()).max() < 0.005  # scipy's own lifts what is stopped a little
    energy = [np.cumsum(each.taps.numpy() ** 2) for each in (linear, least)]
    assert (energy[1] >= energy[0] - 1e-4).all()
    assert least.latency() < 30 < linear.latency() == 127


@pytest.mark.parametrize("taps", [63, 1025])
@pytest.mark.parametrize("phase", ["linear", "minimum"])
def test_blocks_are_filtered_as_the_whole_is(taps, phase):
    made = SincFilter("band", 1000.0, 5000.0, taps, phase, 2, 44100)
    x = torch.randn(2, 5000)
    parts = torch.cat([made(part) for part in x.split([1, 7, 500, 64, 2048, 2380], 1)], 1)
    whole = scipy.signal.lfilter(made.taps.numpy().astype(float), [1.0], x.numpy().astype(float))
    assert np.abs(parts.numpy() - whole).max() < 2e-6


def test_corners_are_hertz_whatever_the_rate():
    made = SincFilter("low", 0.0, 4000.0, 255, "linear", 1, 48000)
    for rate in (16000, 96000):
        made.prepare(rate)
        _, gain = scipy.signal.freqz(made.taps.numpy(), worN=[4000.0], fs=rate)
        assert abs(abs(gain[0]) - 0.5) < 0.01
    made.prepare(8000)  # the corner is the Nyquist frequency: all is let through
    assert torch.allclose(made.taps, torch.eye(255)[127], atol=1e-6)


def test_the_authors_filter_takes_the_names_of_the_sdk():
    made = FIRFilter([500.0, 2000.0], 48000, filt_size=129, filt_type="bandpass")
    assert made.delay == 64 and made(torch.zeros(1, 10)).shape == (1, 10) and made(torch.zeros(2, 3)).shape == (2, 3)
    with pytest.raises(ValueError, match="two corners"):
        FIRFilter([500.0], 48000, filt_type="bandstop")
    with pytest.raises(ValueError, match="filt_type"):
        FIRFilter([500.0], 48000, filt_type="notch")
