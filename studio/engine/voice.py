"""A stream made ready to be called block by block."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.engine.delay import Delay
from studio.engine.knobs import Knobs
from studio.engine.ramp import Floats
from studio.errors import ModelError
from studio.wrappers.captured import Captured, load_captured
from studio.wrappers.stream import open_stream

WARM_UPS = 30  # calls until TorchScript has optimised itself and its times are steady


class Playable(Protocol):
    """What of a Stream the engine uses."""

    def __call__(self, audio: Tensor, params: Tensor) -> Tensor: ...
    def prepare(self, host_rate: int, host_block: int) -> None: ...
    def reset(self) -> None: ...
    def latency(self) -> int: ...


class Voice:
    """A stream under one rate and block size, with its buffers, its knobs and the dry sound's delay.

    Args:
        stream: prepared and warmed up here; the caller holds `computing()` open.
        knobs: numeric parameters.
        outputs: channels of each output.
        channels: of the host.

    Attributes:
        rows: `[rows, block]`, what the model gave for the last block.
        latency: samples by which `rows` lag behind.

    Raises: ModelError where the model fails or gives another shape.
    """

    def __init__(
        self, stream: Playable, knobs: int, outputs: tuple[int, ...], *, channels: int, sample_rate: int, block: int
    ) -> None:
        self._stream, self._block = stream, block
        self._outputs, self._channels = outputs, channels
        self.knobs = Knobs(knobs, sample_rate, block)
        self._audio = torch.zeros(channels, block)
        self._params = torch.from_numpy(self.knobs.rows)
        self._audio_view: Floats = self._audio.numpy()
        count = channels if len(outputs) == 1 else sum(outputs)
        self.rows: Floats = np.zeros((count, block), np.float32)
        self._stems = _stem_mix(outputs, channels)
        self.latency, self.dry = 0, Delay(channels, block, 0)
        self._warm_up(sample_rate)

    @property
    def has_stems(self) -> bool:
        """Several outputs: `rows` are theirs one after the other, not the host's channels."""
        return self._stems is not None

    def at(self, sample_rate: int, block: int) -> Voice:
        """The same stream made ready for another rate or block; this one is of no use afterwards."""
        shape = {"channels": self._channels, "sample_rate": sample_rate, "block": block}
        return Voice(self._stream, len(self.knobs.rows), self._outputs, **shape)

    def reset(self) -> None:
        """Forget everything that was heard."""
        self._stream.reset()
        self.knobs.reset()
        self.dry.reset()

    def process(self, audio: Floats, positions: NDArray[np.float64], out: Floats) -> None:
        """Run one block `[channels, block]` through the model into `out`, its outputs mixed together.

        Raises: whatever the model raises; ModelError where it gives another shape.
        """
        self.knobs.follow(positions)
        self._audio_view[:] = audio
        # clones: a model may keep what it was given, or write into it
        made = self._stream(self._audio.clone(), self._params.clone())
        if made.shape != self.rows.shape:
            raise ModelError(f"The model gave {list(made.shape)} instead of {list(self.rows.shape)}.")
        self.rows[:] = made.numpy()
        if self._stems is None:
            out[:] = self.rows
        else:
            np.matmul(self._stems, self.rows, out=out)

    def _warm_up(self, sample_rate: int) -> None:
        try:
            self._stream.prepare(sample_rate, self._block)
            self.latency = int(self._stream.latency())
            self.dry = Delay(self._channels, self._block, self.latency)
            out = np.zeros_like(self._audio_view)
            for _ in range(WARM_UPS):
                self.process(out, np.zeros(len(self.knobs.rows)), np.zeros_like(out))
            self.reset()
        except RuntimeError as error:
            raise ModelError(
                f"The model fails at {sample_rate} Hz and {self._block} samples: {_last_line(error)}",
                "Choose another block size.",
            ) from error


def open_voice(captured: Captured, channels: int, sample_rate: int, block: int) -> Voice:
    """A captured model, ready to play. Raises: ModelError."""
    if captured.call.labels:
        raise ModelError("The model labels sound; it makes none to be heard.", "Its labels are shown instead.")
    if captured.call.offline:
        raise ModelError("The model makes its sound as a whole and cannot be played.", "Render a sound with it.")
    outputs = tuple(output.channels for output in captured.call.outputs)
    shape = {"channels": channels, "sample_rate": sample_rate, "block": block}
    return Voice(open_stream(captured), len(captured.numeric), outputs, **shape)


def load_voice(path: Path, channels: int, sample_rate: int, block: int) -> Voice:
    """The same from its archive. Raises: ModelError."""
    return open_voice(load_captured(path), channels, sample_rate, block)


@contextlib.contextmanager
def computing() -> Iterator[None]:
    """Settings of a thread that runs models, the same live and offline: one core, no denormals, no gradients."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    with torch.inference_mode():
        yield


def _stem_mix(outputs: tuple[int, ...], channels: int) -> Floats | None:
    """How stems add up `[channels, rows]`: each at full level, so that those of a separator give the whole again."""
    if len(outputs) == 1:
        return None
    columns = []
    for count in outputs:
        share = np.zeros((channels, count), np.float32)
        for channel in range(channels):
            share[channel, channel % count] = 1.0
        if channels == 1:
            share[:] = 1.0 / count
        columns.append(share)
    return np.concatenate(columns, axis=1)


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__
