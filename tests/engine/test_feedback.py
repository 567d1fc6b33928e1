"""The feedback guard in a room that is computed: loops are tamed, players are left alone."""

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, fftconvolve, lfilter, resample_poly

from studio.engine.feedback import FeedbackGuard
from studio.storage import resources

RATE, BLOCK = 48000, 256


def room(gain_db, kind, seed):
    """An impulse response whose loudest frequency comes back by this gain."""
    rng, at = np.random.default_rng(seed), np.arange(5760)
    answer = rng.standard_normal(5760) * 10 ** (-3 * at / 5760)
    answer[0] += 3
    if kind == "band":  # a small loudspeaker
        answer = lfilter(*butter(2, [300, 6000], "band", fs=RATE), answer)
    return answer / np.abs(np.fft.rfft(answer, 1 << 17)).max() * 10 ** (gain_db / 20)


def acoustic_loop(source, answer, delay, guard):
    """What is played `[frames]` where the microphone, which clips, hears the source and what was played before."""
    frames = len(source) // BLOCK * BLOCK
    air, played = np.zeros(frames + delay + len(answer) + BLOCK), np.zeros(frames)
    for at in range(0, frames, BLOCK):
        heard = np.clip(source[at : at + BLOCK] + air[at : at + BLOCK], -1, 1).astype(np.float32)
        incoming = np.stack([heard, heard])
        outgoing = incoming.copy()
        guard.process(incoming, outgoing)
        played[at : at + BLOCK] = np.clip(outgoing[0], -1, 1)
        air[at + delay : at + delay + BLOCK + len(answer) - 1] += fftconvolve(played[at : at + BLOCK], answer)
    return played


def hiss(seconds, level=0.003):
    return level * np.random.default_rng(9).standard_normal(round(seconds * RATE))


def longest_loud(played, level=0.25):
    """Seconds."""
    loud = np.abs(played[: len(played) // 480 * 480]).reshape(-1, 480).max(axis=1) > level
    edges = np.flatnonzero(np.diff(np.r_[0, loud.astype(int), 0]))
    return 0.01 * max((edges[1::2] - edges[::2]).max(initial=0), 0)


@pytest.mark.parametrize("kind", ["room", "band"])
@pytest.mark.parametrize("gain_db", [2, 6, 12, 20])
@pytest.mark.parametrize("delay", [256, 1024, 4800])
def test_a_howl_is_tamed_within_half_a_second(kind, gain_db, delay):
    guard = FeedbackGuard(RATE, BLOCK)
    played = acoustic_loop(hiss(3), room(gain_db, kind, seed=delay), delay, guard)
    assert longest_loud(played) < 0.5
    assert guard.howls > 0 or np.abs(played).max() < 0.25


@pytest.mark.parametrize("gain_db", [-12, -6, -3])
def test_playing_into_a_room_that_does_not_howl_is_left_bit_for_bit(gain_db):
    """Reference: the same loop with no guard in it."""

    class Nobody:
        def process(self, incoming, outgoing):
            pass

    plucked, answer = notes(seconds=6, decay=0.3), room(gain_db, "room", 5)
    guard = FeedbackGuard(RATE, BLOCK)
    played = acoustic_loop(plucked, answer, 1024, guard)
    np.testing.assert_array_equal(played, acoustic_loop(plucked, answer, 1024, Nobody()))
    assert guard.howls == 0


def notes(seconds, decay=None, pure=False, length=0.4, level=0.5):
    rng, tune, at = np.random.default_rng(0), [], np.arange(round(length * RATE)) / RATE
    for _ in range(round(seconds / length)):
        turns = at * 110 * 2 ** (rng.integers(0, 48) / 12)
        wave = np.sin(2 * np.pi * turns) if pure else 2 * (turns % 1) - 1
        ends = np.minimum(1, np.minimum(at / 0.005, (length - at) / 0.02))
        tune.append(level * wave * ends * (np.exp(-at / decay) if decay else 1))
    return np.concatenate(tune)


def recording():
    sound, rate = soundfile.read(resources() / "audio" / "eight-bars.flac", always_2d=True)
    return resample_poly(sound[:, 0], RATE, rate)


def speech():
    rng, at = np.random.default_rng(4), np.arange(8 * RATE) / RATE
    return lfilter([1], [1, -1.6, 0.9], 0.05 * rng.standard_normal(len(at))) * (np.sin(2 * np.pi * 3 * at) > 0)


SOUNDS = {
    "music": recording,
    "speech": speech,
    "plucked": lambda: notes(8, decay=0.3),
    "bells": lambda: notes(8, decay=0.4, pure=True, length=1.0),
    "noise": lambda: hiss(8, 0.3),
    "an input that is off its middle": lambda: np.linspace(0.9, 1.0, 8 * RATE),
    "swelling noise": lambda: hiss(8, 0.3) * np.linspace(0, 1, 8 * RATE),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_what_is_no_howl_is_left_bit_for_bit(name):
    guard, sound = FeedbackGuard(RATE, BLOCK), SOUNDS[name]().astype(np.float32)
    for at in range(0, len(sound) - BLOCK, BLOCK):
        incoming = np.stack([sound[at : at + BLOCK]] * 2)
        outgoing = incoming.copy()
        guard.process(incoming, outgoing)
        np.testing.assert_array_equal(outgoing, incoming)


@pytest.mark.parametrize(("pure", "length"), [(True, 8.0), (True, 0.3), (False, 2.0)])
def test_held_tones_of_a_synthesizer_are_asked_once_in_a_while_and_hardly_lowered(pure, length):
    guard, sound = FeedbackGuard(RATE, BLOCK), notes(16, pure=pure, length=length).astype(np.float32)
    lowered = []
    for at in range(0, len(sound) - BLOCK, BLOCK):
        incoming = np.stack([sound[at : at + BLOCK]] * 2)
        guard.process(incoming, incoming.copy())
        lowered.append(guard.gain_db)
    assert guard.howls == 0 and min(lowered) >= -3.0
    assert np.mean(np.array(lowered) < 0) < 0.12


@pytest.mark.parametrize("block", [64, 333, 2048])
def test_any_block_size_will_do(block):
    guard, at = FeedbackGuard(44100, block), np.arange(3 * 44100)
    howl = np.minimum(1.0, 1e-3 * 10 ** (5 * at / 44100)) * np.sin(2 * np.pi * 1234 * at / 44100)
    heard = 1.0
    for start in range(0, len(howl) - block, block):
        incoming = np.stack([howl[start : start + block]]).astype(np.float32) * heard
        outgoing = incoming.repeat(2, axis=0)
        guard.process(incoming, outgoing)
        heard = 10 ** (guard.gain_db / 20)  # the microphone follows the loudspeaker at once
    assert guard.howls >= 1 and guard.gain_db < -1
