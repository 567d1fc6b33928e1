"""Float WAV written by ourselves: libsndfile adds the time of day to it, and two equal renders would differ."""

from __future__ import annotations

import struct
from typing import BinaryIO

import numpy as np

from studio.audio.reader import Samples

FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT
UNKNOWN = 0xFFFFFFFF  # in RF64 the real sizes stand in the ds64 chunk
CHUNK_FRAMES = 1 << 16


def write_wav(stream: BinaryIO, audio: Samples, rate: int) -> None:
    """Write `[channels, frames]` as 32-bit float; RF64 where it passes the 4 GB of a plain WAV."""
    stream.write(wav_header(audio.shape[0], audio.shape[1], rate))
    for start in range(0, audio.shape[1], CHUNK_FRAMES):
        stream.write(np.ascontiguousarray(audio[:, start : start + CHUNK_FRAMES].T, "<f4").data)


def wav_header(channels: int, frames: int, rate: int) -> bytes:
    """Everything in front of the samples."""
    data = frames * channels * 4
    layout = struct.pack("<HHIIHHH", FLOAT, channels, rate, rate * channels * 4, channels * 4, 32, 0)
    inner = _chunk(b"fmt ", layout) + _chunk(b"fact", struct.pack("<I", min(frames, UNKNOWN)))
    if data + len(inner) + 20 <= UNKNOWN:
        return b"RIFF" + struct.pack("<I", data + len(inner) + 12) + b"WAVE" + inner + b"data" + struct.pack("<I", data)
    sizes = _chunk(b"ds64", struct.pack("<QQQI", data + len(inner) + 48, data, frames, 0))
    return b"RF64" + struct.pack("<I", UNKNOWN) + b"WAVE" + sizes + inner + b"data" + struct.pack("<I", UNKNOWN)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content
