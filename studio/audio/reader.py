"""Sound files read block by block: what a header says about length is never believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import soundfile

from studio.errors import FileError
from studio.storage import require_file

Samples = npt.NDArray[np.float32]

BLOCK_SAMPLES = 1 << 18  # of all channels together: one block stays below 1 MB
MOST_CHANNELS = 256
SLOWEST_HZ, FASTEST_HZ = 100, 3_072_000
KINDS = "wav, flac, mp3, ogg or aiff"
PLAUSIBLE_FRAMES_PER_BYTE = 8192  # digital silence in FLAC reaches about 5000


@dataclass(frozen=True)
class AudioInfo:
    """What a sound file is.

    Attributes:
        frames: samples of one channel; counted, not believed, where the header is implausible.
        sample_rate: in Hz.
        seconds: its length.
        format: short name of container and coding, for example "WAV FLOAT".
    """

    path: Path
    frames: int
    channels: int
    sample_rate: int
    seconds: float
    format: str


class AudioReader:
    """An open sound file. Use it in a `with` block.

    Args:
        path: any file; what it is, is decided by its content and not by its name.

    Attributes:
        note: a sentence about what is wrong with a file that can still be heard; whole after `blocks()` ended.

    Raises: FileError where it is no sound, is empty, or is not a regular file.
    """

    def __init__(self, path: Path) -> None:
        require_file(path)
        self.path, self.note = path, ""
        if path.stat().st_size == 0:
            raise FileError(f"{path.name} is empty.", "Choose another sound file.", about=path.name)
        try:
            self._file = soundfile.SoundFile(path)
        except (soundfile.SoundFileError, OSError) as error:
            raise _not_audio(path, error) from error
        self.channels, self.sample_rate = int(self._file.channels), int(self._file.samplerate)
        if self.channels > MOST_CHANNELS or not SLOWEST_HZ <= self.sample_rate <= FASTEST_HZ:
            self._file.close()
            said = f"{path.name} claims {self.channels} channels at {self.sample_rate} Hz."
            raise FileError(said, "Choose another sound file.", about=path.name)
        self.format = f"{self._file.format} {self._file.subtype}"
        self.promised = int(self._file.frames)
        self._missing = _missing_bytes(self._file.extra_info)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    @property
    def is_plausible(self) -> bool:
        """Whether a file of this size can hold the frames its header promises."""
        return 0 < self.promised <= self.path.stat().st_size * PLAUSIBLE_FRAMES_PER_BYTE

    def blocks(self) -> Iterator[Samples]:
        """Yield `[channels, n]` float32 until the sound ends; values that are not numbers come as silence.

        Raises: FileError where not one sample can be read.
        """
        size = max(1, BLOCK_SAMPLES // self.channels)
        frames, strange, broken = 0, 0, False
        while not broken:
            block, broken = self._next(size)
            if not block.shape[1]:
                break
            frames += block.shape[1]
            strange += _silence_strange(block)
            yield block
        if not frames:
            raise FileError(f"{self.path.name} holds no sound.", "Choose another sound file.", about=self.path.name)
        self.note = self._say(frames, strange, broken)

    def _next(self, size: int) -> tuple[Samples, bool]:
        """The next block, and whether the file broke off in it."""
        block = np.full((size, self.channels), np.nan, np.float32)  # a read that fails does not say how far it came
        try:
            block, broken = self._file.read(out=block), False
        except soundfile.SoundFileError:
            filled = np.flatnonzero(~np.isnan(block[:, 0]))
            block, broken = block[: filled[-1] + 1 if len(filled) else 0], True
        return np.ascontiguousarray(block.T), broken

    def _say(self, frames: int, strange: int, broken: bool) -> str:
        said = []
        if broken or self._missing or (self.is_plausible and frames < self.promised):
            said.append(f"{self.path.name} is cut short or damaged: {frames / self.sample_rate:.1f} s could be read.")
        if strange:
            said.append(f"{self.path.name} holds {strange} samples that are not numbers; they are silent here.")
        return " ".join(said)


def _silence_strange(block: Samples) -> int:
    finite = np.isfinite(block)
    if finite.all():
        return 0
    block[~finite] = 0.0
    return int(finite.size - np.count_nonzero(finite))


def _missing_bytes(log: str) -> bool:
    """Whether a RIFF or AIFF file was cut: libsndfile mends the length in silence, but its log tells."""
    return any(int(said) > int(real) for said, real in re.findall(r"(?:data|SSND)\s*: (\d+) \(should be (\d+)\)", log))


def _not_audio(path: Path, error: Exception) -> FileError:
    if isinstance(error, OSError):
        return FileError(f"{path.name} cannot be read: {error.strerror}.", "Check its permissions.", about=path.name)
    return FileError(f"{path.name} is not a sound file that can be read here.", f"Open {KINDS}.", about=path.name)
