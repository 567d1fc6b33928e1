"""Test sounds against what their names promise, measured by spectra."""

import numpy as np
import pytest
from scipy.signal import welch

from studio.audio.tones import TONES, is_tone, make_tone, open_tone, tone_text
from studio.errors import FileError

RATE, PEAK = 48000, 10 ** (-12 / 20)
NAMES = [f"tone:{tone.key}" for tone in TONES]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rate", [8000, 44100, 192000])
def test_every_sound_has_its_level_and_length_and_is_the_same_again(name, rate):
    made = make_tone(name, rate, 1.5)
    assert made.shape == (2, round(1.5 * rate)) and made.dtype == np.float32 and is_tone(name)
    assert np.abs(made).max() == pytest.approx(0.0 if "silence" in name else PEAK, rel=1e-6)
    np.testing.assert_array_equal(made, make_tone(name, rate, 1.5))


@pytest.mark.parametrize("name", NAMES)
def test_ten_seconds_that_come_and_go_softly(name):
    made = make_tone(name, RATE)
    assert made.shape[1] == 10 * RATE
    assert np.abs(made[:, [0, 1, -2, -1]]).max() < 1e-3


@pytest.mark.parametrize("hertz", [1.0, 440.0, 997.5, 23999.0])
def test_a_sine_is_one(hertz):
    made, at = make_tone(f"tone:sine:{hertz}", RATE, 2.0), np.arange(2 * RATE) / RATE
    expected = PEAK * np.sin(2 * np.pi * hertz * at)
    np.testing.assert_allclose(made[0, 300:-300], expected[300:-300], atol=2e-4 if hertz < 2e4 else 0.01)


@pytest.mark.parametrize("hertz", [27.5, 110.0, 1000.0, 5001.0])
def test_a_square_wave_has_odd_harmonics_and_nothing_beside_them(hertz):
    """A wave cut from its signs alone would fold harmonics down to where there are none."""
    made = make_tone(f"tone:square:{hertz}", RATE, 4.0)[0, RATE : 3 * RATE]
    spectrum = np.abs(np.fft.rfft(made * np.blackman(len(made))))
    at = np.fft.rfftfreq(len(made), 1 / RATE)
    odd = np.arange(1, RATE / 2 / hertz, 2) * hertz
    lines = [spectrum[np.argmin(np.abs(at - each))] for each in odd[:5]]
    np.testing.assert_allclose(np.array(lines) / lines[0], 1 / np.arange(1, 2 * len(lines), 2), rtol=0.06)
    beside = np.min(np.abs(at[:, None] - odd[None, :]), axis=1) > 5
    assert 20 * np.log10(spectrum[beside].max() / lines[0]) < -80


def test_a_sweep_spends_as_long_in_each_octave():
    made = make_tone("tone:sweep", RATE, 10.0)[0]
    crossings = np.flatnonzero((made[:-1] < 0) & (made[1:] >= 0)) / RATE
    hertz = 1 / np.diff(crossings)
    expected = 20 * 1000 ** (crossings[:-1] / 10)
    middle = (expected > 100) & (expected < 2000)
    np.testing.assert_allclose(hertz[middle], expected[middle], rtol=0.05)


@pytest.mark.parametrize(("name", "slope"), [("tone:white", 0.0), ("tone:pink", -10.0)])
def test_noise_falls_as_it_should(name, slope):
    """In dB a decade of frequency; the channels have nothing to do with each other."""
    made = make_tone(name, RATE)
    at, power = welch(made, RATE, nperseg=8192)
    band = (at > 50) & (at < 20000)
    fitted = np.polyfit(np.log10(at[band]), 10 * np.log10(power[0, band]), 1)[0]
    assert fitted == pytest.approx(slope, abs=0.3) and abs(np.corrcoef(made)[0, 1]) < 0.02


def test_impulses_are_single_samples_two_a_second():
    made = make_tone("tone:impulses", RATE, 3.0)
    assert np.flatnonzero(made[0]).tolist() == [12000 + 24000 * each for each in range(6)]
    np.testing.assert_array_equal(made[0], made[1])


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("tone:", "tone:sine"),
        ("tone:organ", "tone:sine"),
        ("tone:sine:", "1 to 23999 Hz"),
        ("tone:sine:loud", "1 to 23999 Hz"),
        ("tone:sine:24000", "1 to 23999 Hz"),
        ("tone:sine:nan", "1 to 23999 Hz"),
        ("tone:square:-5", "1 to 23999 Hz"),
        ("tone:white:440", "Write tone:white"),
    ],
)
def test_what_is_no_test_sound_is_refused_with_what_is(name, word):
    with pytest.raises(FileError) as error:
        make_tone(name, RATE)
    assert word in error.value.hint and error.value.sentence


def test_an_engine_can_map_it(tmp_path):
    raw = open_tone("tone:square:110", 44100, tmp_path)
    assert (raw.name, raw.channels, raw.sample_rate, raw.frames) == ("Square wave 110 Hz", 2, 44100, 441000)
    np.testing.assert_array_equal(raw.samples(), make_tone("tone:square:110", 44100))


def test_names_for_people():
    assert tone_text("tone:sine", RATE) == "Sine 440 Hz" and tone_text("tone:pink", RATE) == "Pink noise"
    assert all(tone.text and tone.good_for for tone in TONES) and not is_tone("sine.wav")
