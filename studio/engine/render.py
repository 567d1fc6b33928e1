"""The same Graph without a clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from studio.engine.graph import Graph
from studio.engine.ramp import Floats
from studio.engine.source import Samples
from studio.engine.voice import Voice, computing, open_voice
from studio.errors import ModelError
from studio.link.shared import KNOBS, Command, Op
from studio.wrappers.captured import Captured

Tell = Callable[[float], None]


def render(
    model: Captured | Voice,
    audio: Samples,
    sample_rate: int,
    block: int,
    knobs: Sequence[float] = (),
    *,
    tell: Tell | None = None,
) -> Floats:
    """Play a whole sound through a model, in time with the input.

    Args:
        model: captured, or a voice opened under this rate, block and channel count.
        audio: `[1 or 2 channels, frames]`.
        sample_rate: in Hz, of sound and simulated host.
        block: samples of each call.
        knobs: positions 0…1 of the numeric parameters.
        tell: called now and then with the share that is done.

    Returns: `[channels, frames]`, or for several outputs the rows of all `[rows, frames]`.
    Raises: ModelError where the model fails on the way.
    """
    channels, frames = audio.shape
    with computing():
        voice = model if isinstance(model, Voice) else open_voice(model, channels, sample_rate, block)
        graph = Graph(sample_rate, block, channels)
        graph.use_voice(voice)
        graph.use_samples(audio)
        graph.obey(Command(Op.PLAY))
        positions = np.zeros(KNOBS)
        positions[: len(knobs)] = knobs
        made = np.zeros((len(voice.rows), frames), np.float32)
        for start in range(0, frames + voice.latency, block):
            heard = graph.process(positions)
            _keep(made, voice.rows if voice.has_stems else heard, start - voice.latency)
            _check(graph)
            if tell is not None and start % (64 * block) == 0:
                tell(start / (frames + voice.latency))
    return made


def _keep(made: Floats, rows: Floats, at: int) -> None:
    """Copy a block to place `at`, which may lie partly before the start or behind the end."""
    first, last = max(0, at), min(made.shape[1], at + rows.shape[1])
    if first < last:
        made[:, first:last] = rows[:, first - at : last - at]


def _check(graph: Graph) -> None:
    if graph.fault is not None:
        raise ModelError(f"The model stopped in the middle: {graph.fault}", "Try another block size.")
    if graph.guard.muted:
        raise ModelError("The model gives NaN, infinity or a wild burst.", "It would be muted while playing.")
