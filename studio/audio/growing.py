"""A WAV file that can be played at any moment while it grows, whatever becomes of the program that writes it."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path

import numpy as np

from studio.audio.reader import Samples

INTEGER, FLOAT = 1, 3  # WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT
LARGEST = 0xFFFFFFFF  # of a plain WAV; beyond, the sizes stand in the chunk that was kept free for them (RF64)
FULL_SCALE = 1 << 23


class GrowingWav:
    """A new file. Its header is brought up to date by `settle`.

    Args:
        path: must not exist yet.
        channels: of the sound.
        sample_rate: in Hz.
        bits: 24, or 32 for float.

    Attributes:
        frames: whole ones that are in the file.

    Raises: OSError, from all methods.
    """

    def __init__(self, path: Path, channels: int, sample_rate: int, bits: int) -> None:
        self.path, self.sample_rate = path, sample_rate
        self._channels, self._bits = channels, bits
        self._bytes = 0
        self._file = path.open("xb+", buffering=0)
        self.settle()

    @property
    def frames(self) -> int:
        return self._bytes // (self._channels * self._bits // 8)

    @property
    def is_gone(self) -> bool:
        """Somebody deleted the file; what is in it can still be rescued."""
        return os.fstat(self._file.fileno()).st_nlink == 0

    def write(self, samples: Samples) -> None:
        """Append `[channels, frames]` float32."""
        rest = memoryview(_encoded(samples, self._bits))
        self._file.seek(0, os.SEEK_END)
        while rest:
            written = self._file.write(rest)
            self._bytes += written
            rest = rest[written:]

    def settle(self) -> None:
        """Let the header say how long the file is."""
        self._file.seek(0)
        self._file.write(growing_header(self._channels, self.frames, self.sample_rate, self._bits))

    def rescue(self) -> None:
        """Write a file that was deleted once more where it was."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file.seek(0)
        with self.path.open("xb+", buffering=0) as again:
            shutil.copyfileobj(self._file, again)

    def close(self) -> None:
        with self._file:
            self.settle()
            self._file.truncate(HEADER_BYTES[self._bits] + self.frames * self._channels * self._bits // 8)
            os.fsync(self._file.fileno())


def growing_header(channels: int, frames: int, rate: int, bits: int) -> bytes:
    """What stands in front of the samples; as long for any number of frames."""
    width = channels * bits // 8
    data = frames * width
    kind = FLOAT if bits == 32 else INTEGER
    layout = _chunk(b"fmt ", struct.pack("<HHIIHH", kind, channels, rate, rate * width, width, bits))
    if kind == FLOAT:
        layout += _chunk(b"fact", struct.pack("<I", min(frames, LARGEST)))
    whole = 4 + 36 + len(layout) + 8 + data
    if whole <= LARGEST:
        front = b"RIFF" + struct.pack("<I", whole) + b"WAVE" + _chunk(b"JUNK", bytes(28))
        return front + layout + b"data" + struct.pack("<I", data)
    sizes = _chunk(b"ds64", struct.pack("<QQQI", whole, data, frames, 0))
    return b"RF64" + struct.pack("<I", LARGEST) + b"WAVE" + sizes + layout + b"data" + struct.pack("<I", LARGEST)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


HEADER_BYTES = {bits: len(growing_header(2, 0, 48000, bits)) for bits in (24, 32)}


def _encoded(samples: Samples, bits: int) -> bytes:
    """Interleaved, little-endian; 24-bit full scale is 2^23, as libsndfile reads it."""
    if bits == 32:
        return np.ascontiguousarray(samples.T, "<f4").tobytes()
    whole = np.clip(np.rint(samples.T * np.float32(FULL_SCALE)), -FULL_SCALE, FULL_SCALE - 1).astype("<i4")
    return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
