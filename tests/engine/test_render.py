"""The offline renderer against arithmetic, and against itself at other block sizes."""

import numpy as np
import pytest
import torch

from studio.engine.render import render
from studio.engine.voice import Voice
from studio.errors import ModelError
from studio.wrappers.captured import load_captured


def noise(frames=5000, channels=2, seed=3):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)


def voice(stream, block, channels=2, outputs=(2,)):
    return Voice(stream, stream.knobs, outputs, channels=channels, sample_rate=48000, block=block)


@pytest.mark.parametrize("block", [1, 64, 1000, 8192])
@pytest.mark.parametrize("late", [0, 1, 999, 5001])
def test_a_render_is_in_time_and_as_long_as_its_input(stream, block, late):
    audio = noise()
    np.testing.assert_array_equal(render(voice(stream(late, gain=0.5), block), audio, 48000, block).sounds, 0.5 * audio)


def test_a_captured_model_with_its_knob(archives):
    audio, captured = noise(), load_captured(archives["gain"])
    half = render(captured, audio, 48000, 256, [0.5]).sounds
    np.testing.assert_allclose(half, np.tile(audio.mean(axis=0) * 0.5, (2, 1)), atol=1e-7)
    np.testing.assert_array_equal(render(captured, audio[:1], 48000, 256, [1.0]).sounds, audio[:1])


def test_all_outputs_come_out_apart(stream):
    audio = noise()
    made = render(voice(stream(10, rows=4), 128, outputs=(2, 1, 1)), audio, 48000, 128).sounds
    np.testing.assert_array_equal(made, np.tile(audio, (2, 1)))


def test_progress_is_told(stream):
    shares = []
    render(voice(stream(), 64), noise(50000), 48000, 64, tell=shares.append)
    assert shares[0] == 0.0 and shares == sorted(shares) and 10 < len(shares) < 20


@pytest.mark.parametrize(("evil", "sentence"), [(torch.nan, "NaN"), (1e6, "burst"), (None, "stopped in the middle")])
def test_what_could_not_be_heard_is_not_rendered(stream, evil, sentence):
    bad = stream()
    made = voice(bad, 64)
    bad.misbehave = lambda out: out * evil if evil else out[:1]
    with pytest.raises(ModelError, match=sentence):
        render(made, noise(), 48000, 64)


def test_a_model_that_fails_at_once_says_where(stream):
    bad = stream()
    bad.prepare = lambda rate, block: (_ for _ in ()).throw(RuntimeError("Traceback\n  at line 3\nno such size"))
    with pytest.raises(ModelError, match="fails at 48000 Hz and 64 samples: no such size"):
        voice(bad, 64)
