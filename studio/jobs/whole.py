"""Render a sound through a model that makes its sound as a whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from studio.audio.files import convert_rate, write_audio
from studio.audio.reader import Samples
from studio.checks.whole import play_whole
from studio.engine.voice import computing
from studio.errors import ModelError
from studio.wrappers.archive import first_line
from studio.wrappers.captured import Captured

Outputs = Callable[[Samples], list[tuple[Path, Samples]]]


def render_whole(
    captured: Captured, audio: Samples, rate: int, knobs: Mapping[str, float], outputs: Outputs
) -> dict[str, Any]:
    """Give the sound to every input track, and write what comes out at the model's own rate.

    Args:
        captured: a model that is called offline; text and tokens are at their defaults.
        audio: `[channels, frames]`.
        rate: of the sound in Hz.
        knobs: positions 0…1 by name.
        outputs: says into which file which rows go.
    """
    rates = captured.call.sample_rates
    own = rate if not rates or rate in rates else min(rates, key=lambda each: abs(each - rate))
    sound = torch.from_numpy(np.ascontiguousarray(_tracks(captured, convert_rate(audio, rate, own))))
    positions = [knobs.get(each.name, each.default_position) for each in captured.numeric]
    started = time.perf_counter()
    try:
        with computing():
            made: Samples = play_whole(captured, sound, own, positions).numpy()
    except RuntimeError as error:
        raise ModelError(f"The model failed: {first_line(error)}", "Try another sound.") from error
    seconds = time.perf_counter() - started
    if not np.isfinite(made).all():
        raise ModelError("The model gives NaN or infinity.", "Run the checks of the model.")
    written = outputs(made)
    for path, rows in written:
        write_audio(path, rows, own)
    frames = made.shape[1]
    return {
        "output": str(written[0][0]),
        "outputs": [str(path) for path, _ in written],
        "frames": frames,
        "sample_rate": own,
        "latency": 0,
        "seconds": seconds,
        "realtime_factor": frames / own / max(seconds, 1e-9),
    }


def _tracks(captured: Captured, audio: Samples) -> Samples:
    """The sound in every input track, folded to the channels of each, one after the other."""
    into = list(getattr(captured.module, "into", [captured.call.channels_in]))
    if not sum(into):
        return np.zeros((0, audio.shape[1]), np.float32)
    stereo = audio[[0, -1]] if audio.shape[0] != 1 else np.repeat(audio, 2, axis=0)
    parts = [audio.mean(axis=0, keepdims=True) if count == 1 else stereo for count in into]
    return np.concatenate(parts).astype(np.float32)
