"""The same Graph without a clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from studio.engine.automation import Automation
from studio.engine.graph import Graph
from studio.engine.ramp import Floats
from studio.engine.source import Samples
from studio.engine.voice import Voice, computing, open_voice
from studio.errors import ModelError
from studio.link.shared import KNOBS, VOICES, Command, Levels, Op, StillLevels
from studio.wrappers.captured import Captured

Tell = Callable[[float], None]
STILL = StillLevels()


@dataclass(frozen=True)
class Rendered:
    """A whole sound, in time with the input.

    Attributes:
        heard: `[channels, frames]`, what the card would have received.
        outputs: `[rows of all outputs, frames]` as the model gave them, or None where it has only one.
        latency: samples of delay that were taken out.
    """

    heard: Floats
    outputs: Floats | None
    latency: int

    @property
    def sounds(self) -> Floats:
        """The outputs of a model that has several, else what is heard."""
        return self.heard if self.outputs is None else self.outputs


def render(
    model: Captured | Voice,
    audio: Samples,
    sample_rate: int,
    block: int,
    knobs: Sequence[float] = (),
    *,
    levels: Levels = STILL,
    ceiling_db: float | None = None,
    automation: Automation | None = None,
    tell: Tell | None = None,
) -> Rendered:
    """Play a whole sound through a model, in time with the input.

    Args:
        model: captured, or a voice opened under this rate, block and channel count.
        audio: `[1 or 2 channels, frames]`.
        sample_rate: in Hz, of sound and simulated host.
        block: samples of each call.
        knobs: positions 0…1 of the numeric parameters.
        levels: around the model.
        ceiling_db: of the limiter; None: no limiter.
        automation: moves knobs over the sound.
        tell: called now and then with the share that is done.

    Raises: ModelError where the model fails on the way.
    """
    channels, frames = audio.shape
    with computing():
        voice = model if isinstance(model, Voice) else open_voice(model, channels, sample_rate, block)
        graph = _graph(voice, audio, sample_rate, block, ceiling_db)
        graph.automation = automation
        positions = np.zeros(KNOBS * VOICES)
        positions[: len(knobs)] = knobs
        heard = np.zeros((channels, frames), np.float32)
        outputs = np.zeros((len(voice.rows), frames), np.float32) if voice.has_stems else None
        for start in range(0, frames + graph.latency, block):
            _keep(heard, graph.process(positions, levels), start - graph.latency)
            if outputs is not None:
                _keep(outputs, voice.rows, start - voice.latency)
            _check(graph)
            if tell is not None and start % (64 * block) == 0:
                tell(start / (frames + graph.latency))
    return Rendered(heard, outputs, graph.latency)


def _graph(voice: Voice, audio: Samples, sample_rate: int, block: int, ceiling_db: float | None) -> Graph:
    """Ready to give the first block."""
    graph = Graph(sample_rate, block, audio.shape[0])
    graph.use_voice(voice)
    graph.use_samples(audio)
    if ceiling_db is not None:
        graph.obey(Command(Op.LIMIT, ceiling_db))
    graph.obey(Command(Op.PLAY))
    return graph


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
