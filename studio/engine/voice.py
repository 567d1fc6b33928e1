"""A stream made ready to be called block by block."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.engine.cost import Cost, measure_cost
from studio.engine.delay import Delay
from studio.engine.knobs import Knobs
from studio.engine.mixer import StemMixer
from studio.engine.ramp import Floats
from studio.errors import ModelError, StudioError
from studio.link.shared import Levels, StillLevels
from studio.wrappers.captured import Captured, load_captured
from studio.wrappers.stream import open_stream
from studio.wrappers.torchscript import detached

__all__ = ["Cost", "Playable", "Voice", "computing", "load_voice", "open_voice"]
WARM_UPS = 30  # calls until TorchScript has optimised itself and its times are steady
MODEL_WARM_UPS = 5  # of a model that collects several blocks for each of its own
WARM_UP_SECONDS = 0.3  # for these
SLOW_WARM_UPS, LONGEST_WARM_UP = 3, 1.0  # of one that nobody would wait for
STILL = StillLevels()


class Playable(Protocol):
    """What of a Stream the engine uses; one that collects blocks also says `block` and `model_rate`."""

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
        rows: `[rows, block]`, what the model gave for the last block; of one output, what became of it since.
        latency: samples by which `rows` lag behind.
        model_block: samples that the model itself wants at once, at the host's rate; 0 for any.
        cost: of one call, measured while it was warmed up.

    Raises: ModelError where the model fails or gives another shape.
    """

    def __init__(
        self, stream: Playable, knobs: int, outputs: tuple[int, ...], *, channels: int, sample_rate: int, block: int
    ) -> None:
        self._stream, self._block = stream, block
        self._outputs, self._channels = outputs, channels
        self.knobs = Knobs(knobs, sample_rate, block)
        self._params, self._has_params = torch.from_numpy(self.knobs.rows), knobs > 0
        self._given: Floats = np.zeros((channels, block), np.float32)
        self._audio = torch.from_numpy(self._given)
        count = channels if len(outputs) == 1 else sum(outputs)
        self.rows: Floats = np.zeros((count, block), np.float32)
        self._shape, self._dtype = torch.Size(self.rows.shape), torch.float32
        self._mixer = StemMixer(outputs, channels, sample_rate, block) if len(outputs) > 1 else None
        self.latency, self.model_block = 0, 0
        self._line, self._dry = Delay(channels, block, 0), np.zeros((channels, block), np.float32)
        self._warm_up(sample_rate)

    @property
    def has_stems(self) -> bool:
        """Several outputs: `rows` are theirs one after the other, not the host's channels."""
        return self._mixer is not None

    def at(self, sample_rate: int, block: int) -> Voice:
        """The same stream made ready for another rate or block; this one is of no use afterwards."""
        shape = {"channels": self._channels, "sample_rate": sample_rate, "block": block}
        return Voice(self._stream, len(self.knobs.rows), self._outputs, **shape)

    def reset(self) -> None:
        """Forget everything that was heard."""
        self._stream.reset()
        self.knobs.reset()
        self._line.reset()
        if self._mixer is not None:
            self._mixer.reset()

    def dry_of(self, audio: Floats) -> Floats:
        """The sound as late as the model: `audio` itself, or a block overwritten by the next call."""
        if not self.latency:
            return audio
        self._line.process(audio, self._dry)
        return self._dry

    def process(self, audio: Floats, positions: NDArray[np.float64], levels: Levels = STILL) -> Floats:
        """Run one block `[channels, block]` through the model; its outputs are mixed together.

        Returns: a block that the caller may change, overwritten by the next call.
        Raises: whatever the model raises; ModelError where it gives something else than it used to.
        """
        self.knobs.follow(positions)
        if audio is not self._given:
            self._given, self._audio = audio, torch.from_numpy(audio)
        # clones: a model may keep what it was given, or write into it
        made = self._stream(self._audio.clone(), self._params.clone() if self._has_params else self._params)
        if made.shape != self._shape:
            raise ModelError(f"The model gave {list(made.shape)} instead of {list(self._shape)}.")
        if made.dtype is not self._dtype:
            raise ModelError(f"The model gave {made.dtype} instead of {self._dtype}.")
        self.rows[:] = made.numpy()
        return self.rows if self._mixer is None else self._mixer.process(self.rows, levels.stem_db)

    def _warm_up(self, sample_rate: int) -> None:
        try:
            self._stream.prepare(sample_rate, self._block)
            self.latency = int(self._stream.latency())
            self._line = Delay(self._channels, self._block, self.latency)
            self.model_block = _model_block(self._stream, sample_rate)
            self._learn_type()
            self._call_often(max(1, -(-self.model_block // self._block)))
            self.reset()
        except StudioError:
            raise
        except Exception as error:  # the model is foreign, and torch raises what it likes
            raise ModelError(
                f"The model fails at {sample_rate} Hz and {self._block} samples: {_last_line(error)}",
                "Choose another block size.",
            ) from error

    def _learn_type(self) -> None:
        self._dtype = self._stream(self._audio.clone(), self._params.clone()).dtype
        if not self._dtype.is_floating_point:
            raise ModelError(f"The model gives {self._dtype}, which is no sound.", "Let it give float32.")

    def _call_often(self, period: int) -> None:
        """Until its times are steady, and then to see what they are."""
        positions = np.zeros(len(self.knobs.rows))
        began = time.perf_counter()
        for index in range(max(WARM_UPS, MODEL_WARM_UPS * period)):
            self.process(self._given, positions)
            enough = LONGEST_WARM_UP if index < WARM_UPS else WARM_UP_SECONDS
            if index >= SLOW_WARM_UPS and time.perf_counter() - began > enough:
                break
        noise = np.random.default_rng(1).uniform(-0.1, 0.1, self._given.shape).astype(np.float32)
        self.cost = measure_cost(lambda: self.process(noise, positions), self.reset, period)


def open_voice(captured: Captured, channels: int, sample_rate: int, block: int, *, one_of_many: bool = False) -> Voice:
    """A captured model, ready to play.

    Args:
        one_of_many: this process will play others after it; its memory has to be given back.

    Raises: ModelError.
    """
    if captured.call.labels:
        raise ModelError("The model labels sound; it makes none to be heard.", "Its labels are shown instead.")
    if captured.call.offline:
        raise ModelError("The model makes its sound as a whole and cannot be played.", "Render a sound with it.")
    outputs = tuple(output.channels for output in captured.call.outputs)
    shape = {"channels": channels, "sample_rate": sample_rate, "block": block}
    stream = open_stream(captured)
    return Voice(detached(stream) if one_of_many else stream, len(captured.numeric), outputs, **shape)


def load_voice(path: Path, channels: int, sample_rate: int, block: int) -> Voice:
    """The same from its archive, in a process that plays one model after the other. Raises: ModelError."""
    return open_voice(load_captured(path), channels, sample_rate, block, one_of_many=True)


@contextlib.contextmanager
def computing() -> Iterator[None]:
    """Settings of a thread that runs models, the same live and offline: one core, no denormals, no gradients.

    Numbers that overflow on the way are not warned of: the guard hears them.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    before = np.seterr(over="ignore", invalid="ignore")  # np.errstate may not be left on another thread
    try:
        with torch.inference_mode():
            yield
    finally:
        np.seterr(**before)


def _model_block(stream: Playable, sample_rate: int) -> int:
    """Samples at the host's rate, rounded up."""
    block, rate = int(getattr(stream, "block", 0)), int(getattr(stream, "model_rate", 0))
    return -(-block * sample_rate // rate) if rate > 0 else block


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__
