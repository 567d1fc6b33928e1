"""Rendered ahead in the background: what is changed is heard soon, however much lies ahead."""

import threading
import time

import numpy as np
import pytest

from studio.engine.automation import Automation
from studio.engine.background import Background
from studio.link.shared import Command, Op

BLOCK, RATE = 128, 48000


class Ear:
    """Takes one block after the other, as a card does."""

    def __init__(self, hands):
        self.graph, self.hands = hands.graph, hands
        self.background = Background(hands.graph, hands.positions, hands.levels, lambda: None)
        self.out, self.dry = np.zeros((2, BLOCK), np.float32), np.zeros((2, BLOCK), np.float32)

    def take(self):
        self.background.take(self.out, self.dry)
        threading.Event().wait(0.0005)  # faster than a card, but the thread that renders gets its turn
        return self.out

    def hear(self, level, seconds=15.0):
        """Until a whole block is at this level; where the play head is then."""
        deadline = time.monotonic() + seconds
        while not np.allclose(self.take(), level, atol=1e-4):
            assert time.monotonic() < deadline, f"{level} was not heard, but {self.out[0, -1]}"
        return self.background.now.position

    def wait_until_all_is_rendered(self):
        ready = -1
        while ready != self.background.ready:
            ready = self.background.ready
            threading.Event().wait(0.2)


@pytest.fixture
def ear(hands, stream):
    """Ten seconds at 0.5, a model with one knob at 1, rendered to the end of the sound."""
    made = hands(stream(knobs=1), BLOCK)
    made.graph.use_samples(np.full((2, 10 * RATE), 0.5, np.float32))
    made.graph.obey(Command(Op.PLAY))
    ear = Ear(made)
    ear.hear(0.5)
    ear.wait_until_all_is_rendered()
    yield ear
    ear.background.close()


def test_a_knob_is_heard_at_the_play_head(ear):
    ear.hands.positions[0] = 0.5
    assert ear.hear(0.25) < RATE
    assert ear.background.now.knobs[0] == 0.5


def test_other_automation_is_heard_at_the_play_head(ear):
    ear.graph.automation = Automation({0: ([0.0, 10.0 * RATE], [0.25, 0.25])})
    assert ear.hear(0.125) < RATE
    assert ear.background.now.knobs[0] == 0.25
    ear.graph.automation = None
    assert ear.hear(0.5) < RATE


def test_a_sound_that_was_added_behind_the_last_is_heard(ear):
    ear.graph.source.append(np.full((2, RATE), 0.75, np.float32))
    assert ear.hear(0.75) > 10 * RATE


def test_a_hand_that_is_nowhere_changes_nothing(ear):
    ear.hands.positions[0] = np.nan
    heard = [ear.take()[0, -1] for _ in range(400)]
    assert np.allclose(heard[-200:], 0.5)
