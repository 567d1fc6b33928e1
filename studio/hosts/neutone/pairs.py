"""Sounds as Neutone's SDK hands them about: a tensor with its sample rate, and pairs of before and after."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import soundfile
import torch
from torch import Tensor

from studio.audio.files import read_audio
from studio.hosts.neutone.samples import as_text, encode_mp3
from studio.storage import resources


@dataclass
class AudioSample:
    """A sound `[1 or 2 channels, frames]` at `sr` Hz."""

    audio: Tensor
    sr: int

    def __post_init__(self) -> None:
        if self.audio.ndim != 2 or self.audio.size(0) not in (1, 2):
            raise ValueError(f"a sample is [1 or 2 channels, frames], not {list(self.audio.shape)}")

    def is_mono(self) -> bool:
        return self.audio.size(0) == 1

    def to_mp3_bytes(self) -> bytes:
        return encode_mp3(self.audio.detach().float().numpy(), self.sr)

    def to_mp3_b64(self) -> str:
        return as_text(self.to_mp3_bytes())

    @classmethod
    def from_bytes(cls, bytes_: bytes) -> Self:
        frames, rate = soundfile.read(io.BytesIO(bytes_), dtype="float32", always_2d=True)
        return cls(torch.from_numpy(np.ascontiguousarray(frames.T)), int(rate))

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        audio, rate = read_audio(Path(path))
        return cls(torch.from_numpy(audio), rate)

    @classmethod
    def from_b64(cls, b64_sample: str) -> Self:
        return cls.from_bytes(base64.b64decode(b64_sample))


@dataclass
class AudioSamplePair:
    """What went in and what came out."""

    input: AudioSample
    output: AudioSample

    def to_metadata_format(self) -> dict[str, str]:
        return {"in": self.input.to_mp3_b64(), "out": self.output.to_mp3_b64()}


def get_default_audio_samples() -> list[AudioSample]:
    """The recordings that come with the app."""
    return [AudioSample.from_file(path) for path in sorted((resources() / "audio").glob("*.flac"))]
