"""The delay of a device: exact where the way is known, a sentence where nothing can be said."""

import contextlib
import threading

import cards
import numpy as np
import pytest
from scipy.signal import butter, lfilter

from studio.engine.loopback import measure, sweep
from studio.errors import AudioError

RATES = (44100, 48000, 96000)


def came_back(rate, delay, gain=1.0, noise=0.0):
    """What an input hears of the sweep `[frames]`, late by `delay`."""
    sound = sweep(rate)
    heard = np.random.default_rng(1).standard_normal(len(sound) + rate // 2) * noise
    heard[delay : delay + len(sound)] += gain * sound[: len(heard) - delay]
    return sound, heard.astype(np.float32)


@contextlib.contextmanager
def cable(server):
    """Whatever PortAudio plays on this server goes into its own inputs, also when it is opened again."""
    pulled = threading.Event()

    def hold():
        while not pulled.wait(0.02):
            ports = [each for each in (cards.jack("jack_lsp", "-s", server) or "").split() if "PortAudio" in each]
            ends = [next((each for each in ports if f":{end}_" in each), "") for end in ("out", "in")]
            if all(ends):
                cards.jack("jack_connect", "-s", server, *ends)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        pulled.set()
        thread.join()


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("delay", [0, 1, 256, 3001, 20000])
@pytest.mark.parametrize(("gain", "noise"), [(1.0, 0.0), (-0.3, 1e-3), (0.01, 1e-3), (1.0, 0.05)])
def test_the_delay_is_found_to_the_sample(rate, delay, gain, noise):
    """A cable, one that turns the polarity, a far microphone, a loud room."""
    assert measure(*came_back(rate, delay, gain, noise)) == delay


def test_a_room_and_small_loudspeakers_change_it_by_no_more_than_their_own_delay():
    sound, heard = came_back(48000, 700)
    rng, at = np.random.default_rng(2), np.arange(3000)
    echoes = np.r_[1.0, np.zeros(19), 0.3 * rng.standard_normal(2980) * 10 ** (-3 * at[20:] / 3000)]
    narrow = lfilter(*butter(1, [150, 8000], "band", fs=48000), np.convolve(heard, echoes)[: len(heard)])
    assert abs(measure(sound, narrow.astype(np.float32)) - 700) <= 2


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("other", ["silence", "hiss", "hum", "click", "music", "nan"])
def test_other_sounds_are_not_taken_for_it(rate, other):
    at, rng = np.arange(rate), np.random.default_rng(3)
    sounds = {
        "silence": np.zeros(rate),
        "hiss": 0.01 * rng.standard_normal(rate),
        "hum": 0.5 * np.sin(2 * np.pi * 997 * at / rate),
        "click": 0.9 * (at == 5000),
        "music": 0.05 * lfilter([1], [1, -0.99], rng.standard_normal(rate)),
        "nan": np.full(rate, np.nan),
    }
    with pytest.raises(AudioError) as refused:
        measure(sweep(rate), sounds[other].astype(np.float32))
    assert refused.value.hint


@pytest.mark.audio
def test_a_microphone_that_does_not_hear_the_loudspeaker(studio, fake_card):
    studio.start()
    studio.open_device(None, 48000, 256)
    studio.wait("device")
    studio.measure_latency()
    assert studio.wait_failure("loopback")["message"] == "Nothing came back from the output."
    studio.wait_status(lambda status: status.device_latency > 0 and status.beat > 20)
    assert np.abs(fake_card.played).max() == pytest.approx(0.1, abs=0.001)  # no louder than -20 dB


@pytest.mark.audio
def test_a_cable_on_a_real_sound_server(jack, studio):
    """JACK's own loop: what one callback writes comes in two blocks later."""
    studio.start()
    studio.open_device("system (JACK Audio Connection Kit)", 48000, 256, live=True)
    studio.wait("device")
    with cable(jack):
        studio.measure_latency()
        said = studio.wait("loopback")
    assert said["samples"] == 512 and said["name"].startswith("system")
    assert studio.status().device_latency == 512
