"""The callback without a card: in the callback itself, some blocks ahead, in the background."""

import os
import threading
import time

import cards
import numpy as np
import pytest

from studio.engine.graph import Graph
from studio.engine.live import Live
from studio.engine.voice import Voice
from studio.link.shared import Command, Op, State, create_board

BLOCK = 128


class Card:
    """Calls back by hand, and keeps what it got."""

    def __init__(self, samples, stream=None, depth=0, adapts=False):
        self.file, self.board = create_board()
        self.pipes = os.pipe()
        self.live = Live(self.board, self.pipes[0])
        self.graph = Graph(48000, BLOCK)
        if stream is not None:
            shape = {"channels": 2, "sample_rate": 48000, "block": BLOCK}
            self.graph.use_voice(Voice(stream, stream.knobs, (2,), **shape))
        self.graph.use_samples(samples)
        self.live.use_graph(self.graph)
        self.live.use_depth(depth, adapts=adapts)

    def run(self, blocks, incoming=None):
        made = []
        for index in range(blocks):
            out = np.zeros((BLOCK, 2), np.float32)
            given = None if incoming is None else incoming[:, index * BLOCK : (index + 1) * BLOCK].T
            self.live.callback(given, out, False)
            made.append(out.T)
            cards.wait_for(lambda: not self.live._ahead.is_working, 5, "the block ahead")
        return np.concatenate(made, axis=1)

    def obey(self, op, a=0.0, b=0.0):
        self.live.post(Command(op, a, b))

    def wait_ready(self, frames):
        def look():
            self.run(1)
            return self.board.ready >= frames

        cards.wait_for(look, 20, f"{frames} frames ahead")


@pytest.fixture
def card():
    made = []

    def make(*args, **kwargs):
        made.append(Card(*args, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.live.close()
        for end in each.pipes:
            os.close(end)
        each.file.close()


def ramp(frames):
    return np.linspace(0.1, 0.9, frames, dtype=np.float32)[np.newaxis].repeat(2, axis=0)


@pytest.mark.parametrize("depth", [0, 1, 2, 7])
def test_the_sound_comes_exactly_as_many_blocks_later_as_are_rendered_ahead(card, depth):
    samples = ramp(100 * BLOCK)
    played = card(samples, depth=depth)
    played.obey(Op.PLAY)
    made = played.run(50)
    late = depth * BLOCK
    assert played.board.latency == late and played.board.depth == depth and played.board.xruns == 0
    np.testing.assert_array_equal(made[:, late:], samples[:, : made.shape[1] - late])
    assert not made[:, :late].any()


def test_live_input_comes_out_in_order(card, stream):
    played = card(None, stream(latency=10, gain=0.5), depth=3)
    played.graph.is_live = True
    played.obey(Op.PLAY)
    spoken = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 60 * BLOCK)).astype(np.float32)
    made = played.run(60, spoken)
    late = 3 * BLOCK + 10
    np.testing.assert_array_equal(made[:, late:], spoken[:, : made.shape[1] - late] * 0.5)


def test_a_block_that_is_not_ready_fades_and_comes_back_without_a_step(card, stream):
    hold, model = threading.Event(), stream()
    hold.set()
    steady = np.full((2, 400 * BLOCK), 0.5, np.float32)
    played = card(steady, model, depth=2)
    played.obey(Op.PLAY)
    before = played.run(40)
    model.misbehave = lambda made: hold.wait(5) and made
    hold.clear()
    late = np.zeros((BLOCK, 2), np.float32)
    missed = []
    for _ in range(8):
        played.live.callback(None, late, False)
        missed.append(late.T.copy())
    hold.set()
    after = played.run(40)
    heard = np.concatenate([before[:, -BLOCK:], *missed, after], axis=1)
    assert played.board.xruns >= 5
    assert np.abs(np.diff(heard)).max() < 0.01  # a step would be 0.5
    assert not missed[-1].any() and after[0, -1] == 0.5
    assert played.board.latency == 2 * BLOCK


def test_repeated_drop_outs_render_one_more_block_ahead_and_never_less(card, stream):
    model = stream()
    played = card(ramp(4000 * BLOCK), model, depth=0, adapts=True)
    played.obey(Op.PLAY)
    played.run(4)
    model.misbehave = lambda made: time.sleep(1.5 * BLOCK / 48000) or made
    played.run(3)
    model.misbehave = lambda made: made
    assert played.live.depth == 1 and played.graph.calls_model
    played.run(200)
    assert played.board.depth == 1 and played.board.latency == BLOCK


def test_a_depth_that_was_asked_for_stays(card, stream):
    model = stream()
    played = card(ramp(4000 * BLOCK), model, depth=0, adapts=False)
    played.obey(Op.PLAY)
    model.misbehave = lambda made: time.sleep(1.5 * BLOCK / 48000) or made
    played.run(6)
    assert played.live.depth == 0


def test_in_the_background_all_of_the_sound_is_heard(card, stream):
    samples = ramp(300 * BLOCK)
    played = card(samples, stream(gain=0.5), depth=None)
    played.obey(Op.PLAY)
    heard = [played.run(1)]
    cards.wait_for(lambda: heard.append(played.run(1)) or not played.board.playing, 20, "the end of the sound")
    made = np.concatenate(heard, axis=1)
    first = int(np.flatnonzero(made[0])[0])
    fade = 480
    np.testing.assert_allclose(
        made[:, first + fade : first + 290 * BLOCK], samples[:, fade : 290 * BLOCK] * 0.5, atol=2e-3
    )
    assert played.board.state == State.AHEAD and not played.board.playing
    assert played.board.position == samples.shape[1]


def test_in_the_background_the_play_head_waits_for_the_model(card, stream):
    model = stream()
    model.misbehave = lambda made: time.sleep(0.02) or made  # eight times slower than the sound
    played = card(ramp(3000 * BLOCK), model, depth=None)
    played.obey(Op.PLAY)
    made = played.run(100)
    assert not made.any() and played.board.playing and played.board.position == 0


def test_in_the_background_a_moved_knob_throws_away_what_lies_ahead(card, stream):
    played = card(np.full((2, 4000 * BLOCK), 0.5, np.float32), stream(knobs=1), depth=None)
    played.board.knobs[0] = 1.0
    played.obey(Op.PLAY)
    played.wait_ready(1000 * BLOCK)
    assert played.run(40)[0, -1] == 0.5
    position = played.board.position
    played.board.knobs[0] = 0.5
    cards.wait_for(lambda: played.run(1)[0, -1] == 0.25, 10, "the new position of the knob")
    assert played.board.position < position + 400 * BLOCK


def test_in_the_background_seek_and_pause_are_heard_at_once(card):
    played = card(ramp(6000 * BLOCK), depth=None)
    played.obey(Op.PLAY)
    played.wait_ready(1000 * BLOCK)
    played.obey(Op.SEEK, 5000 * BLOCK)
    cards.wait_for(lambda: played.run(1)[0, -1] > 0.7, 10, "what lies behind the seek")
    played.obey(Op.PAUSE)
    silent = played.run(20)
    assert not silent[:, 10 * BLOCK :].any() and not played.board.playing
    assert np.abs(np.diff(silent)).max() < 0.01


def test_in_the_background_the_play_head_goes_where_a_hand_lets_go_of_it(card):
    played = card(ramp(6000 * BLOCK), depth=None)
    played.obey(Op.PLAY)
    played.wait_ready(1000 * BLOCK)
    for frame in (1000, 3000, 5000):
        played.obey(Op.SCRUB, frame * BLOCK)
        played.run(3)
    assert played.board.position < 1000 * BLOCK
    played.obey(Op.SCRUB_END)
    cards.wait_for(lambda: played.run(1)[0, -1] > 0.7, 10, "what lies behind the hand")
    assert 5000 * BLOCK <= played.board.position < 5400 * BLOCK


def exchanged(played, exchange):
    """What the control thread does: under a hush, in silence. Returns where the play head was."""
    played.graph.hush()
    cards.wait_for(lambda: played.run(1) is not None and played.live.is_still, 10, "stillness")
    position = played.board.position
    exchange()
    played.graph.unhush()
    return position


def test_after_the_background_the_ear_goes_on_where_it_was(card):
    samples = ramp(6000 * BLOCK)
    played = card(samples, depth=None)
    played.obey(Op.PLAY)
    played.wait_ready(3000 * BLOCK)
    played.run(40)
    position = exchanged(played, lambda: played.live.use_depth(0, adapts=False))
    heard = played.run(20)
    assert played.board.playing and played.board.position == position + 20 * BLOCK
    np.testing.assert_array_equal(heard[:, 10 * BLOCK :], samples[:, position + 10 * BLOCK : position + 20 * BLOCK])


def test_an_exchange_in_the_background_loses_no_place_and_no_order(card):
    samples = np.full((2, 6000 * BLOCK), 0.5, np.float32)
    played = card(samples, depth=None)
    played.obey(Op.PLAY)
    played.wait_ready(3000 * BLOCK)
    played.run(40)
    played.obey(Op.SEEK, 4000 * BLOCK)
    played.obey(Op.LIMIT, -20.0)
    played.run(1)  # taken, but nobody has rendered anything with it
    position = exchanged(played, lambda: played.graph.use_samples(samples, played.graph.source.head))
    cards.wait_for(lambda: 0.05 < played.run(1)[0, -1] < 0.11, 10, "what lies behind the seek, under the ceiling")
    assert 4000 * BLOCK <= played.board.position < 4100 * BLOCK and position <= played.board.position


def test_a_model_is_not_exchanged_while_it_is_called(card, stream):
    model, calls = stream(), []
    played = card(ramp(3000 * BLOCK), model, depth=None)

    def linger(made):
        calls.append("in")
        time.sleep(0.1)
        calls.append("out")
        return made

    model.misbehave = linger
    played.obey(Op.PLAY)
    cards.wait_for(lambda: played.run(1) is not None and len(calls) > 2, 10, "the model to be called")
    seen = []
    exchanged(played, lambda: seen.append(calls[-1]))
    assert seen == ["out"]


def test_paused_in_the_background_stays_paused_on_another_device(card):
    played = card(ramp(6000 * BLOCK), depth=None)
    played.obey(Op.PLAY)
    played.wait_ready(1000 * BLOCK)
    played.run(40)
    played.obey(Op.PAUSE)
    played.run(20)
    position = played.board.position
    played.live.leave_background()
    assert not played.graph.playing and played.graph.source.head == position
