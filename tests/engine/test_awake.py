"""While sound flows the processors are kept awake, where this user may ask for that; otherwise nothing is asked."""

import contextlib
import struct
from pathlib import Path

import cards
import numpy as np
import pytest

from studio.link import awake
from studio.link.awake import Awake

LIMITS = (0, 10)  # in microseconds: within a virtual machine, and on a machine of one's own


def held():
    """How many wishes this process has."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            found += each.readlink() == awake.DEVICE
    return found


def in_force():
    """What the kernel says that it obeys, in microseconds."""
    with awake.DEVICE.open("rb", buffering=0) as device:
        return struct.unpack("i", device.read(4))[0]


def test_the_kernel_obeys_it_and_then_no_longer():
    keeper = Awake()
    keeper.keep(True)
    keeper.keep(True)
    assert held() == int(awake.is_granted())
    if awake.is_granted():
        assert in_force() in LIMITS
    keeper.keep(False)
    assert held() == 0
    keeper.keep(True)
    keeper.let_go()
    assert held() == 0


def test_where_it_is_refused_nothing_happens(monkeypatch, tmp_path):
    monkeypatch.setattr(awake, "DEVICE", tmp_path)  # there, and cannot be opened for writing
    keeper = Awake()
    keeper.keep(True)
    keeper.keep(False)
    assert awake.is_known() and held() == 0


@pytest.mark.audio
def test_it_lasts_as_long_as_sound_flows(studio, fake_card, sound):
    studio.start()
    studio.open_device(None, 48000, 256)
    studio.load_audio([sound(np.full((2, 480000), 0.5))])
    studio.wait("audio")
    assert held() == 0
    studio.play()
    cards.wait_for(lambda: held() == int(awake.is_granted()) and studio.status().playing, 10, "the wish")
    studio.pause()
    cards.wait_for(lambda: held() == 0, 10, "the end of the wish")
    studio.play()
    cards.wait_for(lambda: held() == int(awake.is_granted()) and studio.status().playing, 10, "the wish")
    studio.close()
    assert held() == 0
