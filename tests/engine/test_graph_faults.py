"""Models that break their word while they play: never a burst, a click at most as loud as the sound itself."""

import numpy as np
import pytest
import torch
from graph_sounds import noise, playing, sine

from studio.link.shared import Command, Op


@pytest.mark.parametrize("evil", [np.nan, np.inf, -1e6, 17.0])
def test_what_is_no_sound_never_comes_out(hands, stream, evil):
    bad = stream()
    made = playing(hands, noise(), bad)
    made.run(5)
    bad.misbehave = lambda out: out.index_fill(1, torch.tensor([100]), evil)
    muted = made.run(3)
    bad.misbehave = lambda out: out
    after = made.run(10)
    assert np.abs(muted).max() <= 0.5 and not muted[:, 128:].any() and made.graph.guard.muted == 3
    assert np.abs(after).max() <= 0.5
    np.testing.assert_array_equal(after[:, 480:], noise()[:, 8 * 128 + 480 : 18 * 128])
    assert max(made.graph.meter_out.levels) <= 0.5


def test_the_last_good_sample_fades_out_instead_of_breaking_off(hands, stream):
    bad = stream()
    made = playing(hands, np.full((2, 9600), 0.5, np.float32), bad)
    made.run(5)
    bad.misbehave = lambda out: out * np.nan
    assert np.abs(np.diff(made.run(3)[0], prepend=0.5)).max() < 0.5 * 3.2 / 128


def test_a_model_full_of_nan_is_reset(hands, stream):
    made = playing(hands, noise(48000), stream(10))
    made.run(2)
    made.graph.voice._stream.past = torch.full((2, 10), np.nan)
    made.graph.voice._stream.misbehave = lambda out: out * (out.sum() * 0 + 1)
    made.graph.voice._stream.gain = torch.tensor(np.nan)
    made.run(49)
    made.graph.voice._stream.gain = 1.0
    assert np.isfinite(made.run(20)).all() and made.heard[-1][:, -128:].any()


@pytest.mark.parametrize("fault", [lambda out: out[:, :-1], lambda out: out[:1], lambda out: 1 / 0])
def test_a_model_that_breaks_its_word_is_left_out(hands, stream, fault):
    bad = stream(gain=0.5)
    made, audio = playing(hands, noise(), bad), noise()
    made.run(4)
    bad.misbehave = fault
    np.testing.assert_array_equal(made.run(8)[:, 480:], audio[:, 4 * 128 + 480 : 12 * 128])
    assert made.graph.fault is not None and not made.graph.calls_model


def test_a_slow_model_gives_way_to_the_dry_sound_until_play_is_pressed(hands, stream):
    made = playing(hands, sine(), stream(gain=0.5))
    made.run(10)
    made.graph.give_up_model()
    heard = made.run(10)[0]
    np.testing.assert_array_equal(heard[480:], sine()[0, 10 * 128 + 480 : 20 * 128])
    made.graph.obey(Command(Op.PLAY))
    np.testing.assert_array_equal(made.run(10)[0, 480:], 0.5 * sine()[0, 20 * 128 + 480 : 30 * 128])


def test_a_model_may_keep_or_change_what_it_was_given(hands, stream):
    kept = []
    greedy = stream()
    made = playing(hands, noise(), greedy)
    original = greedy.__class__.__call__
    greedy.misbehave = lambda out: (kept.append(out), out.mul_(1.0))[1]
    made.run(3)
    np.testing.assert_array_equal(kept[0].numpy(), noise()[:, :128])
    assert original is not None


def test_a_broken_word_leads_over_to_the_dry_sound_without_a_click(hands, stream):
    bad = stream(gain=0.5)
    made = playing(hands, sine(), bad)
    made.run(20)
    bad.misbehave = lambda out: 1 / 0
    made.run(20)
    whole = np.concatenate(made.heard, axis=1)[0]
    assert np.abs(np.diff(whole)).max() < 2.5 * 2 * np.pi * 997 / 48000 * 0.5  # no steeper than the sound itself


def its_own_buffer(audio, kept):
    """Returns what it was given, having written into it."""
    audio *= 0.5
    return audio


def one_view_for_ever(audio, kept):
    """Returns a view of a buffer that it overwrites with the next call."""
    kept.setdefault("line", torch.zeros(2, 4 * audio.shape[1]))[:, : audio.shape[1]] = audio * 0.5
    return kept["line"][:, : audio.shape[1]]


@pytest.mark.parametrize("model", [its_own_buffer, one_view_for_ever])
def test_a_model_may_do_with_buffers_what_it_likes(hands, stream, model):
    kept, odd = {}, stream()
    made = playing(hands, noise(), odd)
    odd.misbehave = lambda out: model(out, kept)
    np.testing.assert_array_equal(made.run(10), 0.5 * noise()[:, :1280])
    made.graph.obey(Command(Op.BYPASS, 1.0))
    made.run(4)
    np.testing.assert_array_equal(made.run(4), noise()[:, 14 * 128 : 18 * 128])


def test_a_model_that_returns_what_it_was_given_spoils_nothing(hands):
    class Given:
        knobs = 0

        def __call__(self, audio, params):
            audio.mul_(0.5)
            return audio

        prepare = reset = lambda self, *_: None
        latency = lambda self: 0  # noqa: E731 - a stream in five lines

    made = playing(hands, noise(), Given())
    np.testing.assert_array_equal(made.run(10), 0.5 * noise()[:, :1280])
    np.testing.assert_array_equal(made.graph.dry, noise()[:, 9 * 128 : 1280])


@pytest.mark.parametrize(
    "kind", [torch.float64, torch.int32, torch.complex64, torch.bfloat16, torch.bool], ids=lambda kind: str(kind)[6:]
)
def test_a_model_that_changes_its_type_is_left_out(hands, stream, kind):
    bad = stream()
    made = playing(hands, noise(), bad)
    made.run(4)
    bad.misbehave = lambda out: out.to(kind)
    np.testing.assert_array_equal(made.run(8)[:, 480:], noise()[:, 4 * 128 + 480 : 12 * 128])
    assert str(kind) in str(made.graph.fault)


@pytest.mark.parametrize("answer", [None, (), "sound", [1.0]])
def test_a_model_that_gives_no_tensor_is_left_out(hands, stream, answer):
    bad = stream()
    made = playing(hands, noise(), bad)
    made.run(4)
    bad.misbehave = lambda out: answer
    np.testing.assert_array_equal(made.run(8)[:, 480:], noise()[:, 4 * 128 + 480 : 12 * 128])
    assert made.graph.fault is not None


@pytest.mark.parametrize("evil", [np.nan, np.inf, 1e6])
def test_a_burst_is_muted_in_front_of_the_limiter(hands, stream, evil):
    bad = stream()
    made = playing(hands, noise() * 0.5, bad)
    made.graph.obey(Command(Op.LIMIT, -6.0))
    made.run(5)
    bad.misbehave = lambda out: out * evil
    muted = made.run(10)
    bad.misbehave = lambda out: out
    made.run(10)
    assert np.abs(muted).max() <= 0.25 and not muted[:, 400:].any() and made.graph.guard.muted == 10
    np.testing.assert_array_equal(made.run(2), 0.5 * noise()[:, 25 * 128 - 72 : 27 * 128 - 72])


@pytest.mark.parametrize("wet", [0.0, 0.5])
def test_what_is_not_heard_of_a_burst_does_no_harm(hands, stream, wet):
    bad = stream()
    made = playing(hands, noise(), bad)
    made.levels.wet = wet
    made.run(2)
    bad.misbehave = lambda out: out * np.inf
    heard = made.run(4)
    if wet == 0.0:
        np.testing.assert_array_equal(heard, noise()[:, 256:768])
    assert np.isfinite(heard).all() and (made.graph.guard.muted > 0) == (wet > 0)
