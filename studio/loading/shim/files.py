"""Sound files under torchaudio's names."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from studio.audio.files import probe_audio, read_audio, write_audio
from studio.loading.opening import is_held_back

VERSION = "2.0"  # a plausible one, for files that ask


class AudioMetaData(NamedTuple):
    """What `info` tells."""

    sample_rate: int
    num_frames: int
    num_channels: int


def load(uri: str | Path, frame_offset: int = 0, num_frames: int = -1) -> tuple[Tensor, int]:
    """A sound `[channels, frames]` and its rate in Hz."""
    audio, rate = read_audio(Path(uri))
    end = None if num_frames < 0 else frame_offset + num_frames
    return torch.from_numpy(np.ascontiguousarray(audio[:, frame_offset:end])), rate


def save(uri: str | Path, src: Tensor, sample_rate: int) -> None:
    """Write a sound `[channels, frames]`; nothing while a file is being opened."""
    if not is_held_back("torchaudio.save"):
        write_audio(Path(uri), src.detach().float().numpy(), sample_rate)


def info(uri: str | Path) -> AudioMetaData:
    found = probe_audio(Path(uri))
    return AudioMetaData(found.sample_rate, found.frames, found.channels)
