"""Sounds that the tests of the graph play."""

import numpy as np

from studio.link.shared import Command, Op

RATE, HERTZ = 48000, 997.0


def sine(seconds=1.0, level=0.5):
    at = np.arange(round(seconds * RATE))
    return np.tile(level * np.sin(2 * np.pi * HERTZ * at / RATE), (2, 1)).astype(np.float32)


def noise(frames=9600, seed=3):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (2, frames)).astype(np.float32)


def playing(hands, audio, *args, **named):
    made = hands(*args, **named)
    made.graph.use_samples(audio)
    made.graph.obey(Command(Op.PLAY))
    return made
