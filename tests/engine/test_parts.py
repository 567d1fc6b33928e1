"""A sound is in memory before it is played."""

import os
import resource

import numpy as np

from studio.audio.raw import store
from studio.engine.parts import Parts
from studio.link.wanted import part_said

FRAMES = 48000 * 120


def faults(samples):
    """Page faults of reading a block at a thousand places."""
    places = np.random.default_rng(1).integers(0, FRAMES - 64, 1000).tolist()
    before = resource.getrusage(resource.RUSAGE_THREAD)
    for place in places:
        samples[:, place : place + 64].copy()
    after = resource.getrusage(resource.RUSAGE_THREAD)
    return after.ru_minflt - before.ru_minflt, after.ru_majflt - before.ru_majflt


def test_no_jump_of_the_play_head_waits_for_the_disk(tmp_path):
    raw = store(np.zeros((2, FRAMES), np.float32), 48000, tmp_path, "long")
    file = os.open(raw.path, os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)  # as a system short of memory does by itself
    os.close(file)
    small, large = faults(Parts([part_said(raw)]).samples[0])
    assert large == 0 and small < 100
