"""Commands are obeyed in the order in which they were given, whichever way they took."""

import os
from collections import deque

import numpy as np
import pytest

from studio.engine.inbox import Inbox
from studio.link.shared import Command, Op, create_board


@pytest.fixture
def ways():
    """An inbox, and its two ways in: through the pipe, and by the control thread."""
    file, board = create_board()
    read_end, write_end = os.pipe()
    inbox = Inbox(board, read_end)

    def through_pipe(command):
        os.write(write_end, command.packed())
        board.commands += 1

    yield inbox, through_pipe, inbox.post
    os.close(read_end)
    os.close(write_end)
    file.close()


def frames_of(inbox):
    taken = []
    inbox.take(taken.append)
    return [command.a for command in taken]


def test_the_two_ways_are_one_queue(ways):
    inbox, *both = ways
    turns = np.random.default_rng(1).integers(2, size=500)
    for number, turn in enumerate(turns):
        both[turn](Command(Op.SEEK, number))
    assert frames_of(inbox) == list(range(500))


def test_what_comes_while_the_inbox_is_looked_through_stays_in_order(ways):
    inbox, through_pipe, post = ways

    class Interrupted(deque):
        """The reader looked, and lost its turn before it went on."""

        def __bool__(self):
            looked = len(self) > 0
            if not sent:
                post(Command(Op.SEEK, 1))
                through_pipe(Command(Op.SEEK, 2))
                sent.append(True)
            return looked

    sent = []
    inbox._posted = Interrupted()
    assert frames_of(inbox) + frames_of(inbox) == [1, 2]


def test_nothing_is_waited_for(ways):
    inbox, through_pipe, post = ways
    assert frames_of(inbox) == []
    post(Command(Op.SEEK, 1))
    assert frames_of(inbox) == [1]
    through_pipe(Command(Op.SEEK, 2))
    assert frames_of(inbox) == [2]
    assert frames_of(inbox) == []


@pytest.mark.audio
def test_the_last_word_counts_even_when_blocks_are_long(studio, fake_card, sound):
    """A block of 8192 is 170 ms: all three commands come between two of them."""
    studio.start()
    studio.open_device(None, 48000, 8192)
    studio.load_audio([sound(np.full((2, 480000), 0.5))])
    studio.play()
    studio.wait("audio")
    fake_card.wait_for_level(0.5, 8192)
    for _ in range(3):
        fake_card.wait_for_frames(2)
        studio.limit(-60.0)
        studio.automate({})  # takes the other way, and what follows goes behind it
        studio.limit(None)
        fake_card.wait_for_frames(2 * 8192)
        assert studio.status().reduction_db == 0.0
        assert fake_card.played[-4096:].min() == 0.5
