"""Decoded sound in a plain file that window and engine map into memory: neither ever waits for a decoder."""

from __future__ import annotations

import math
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import soxr

from studio.audio.reader import AudioReader, Samples
from studio.errors import Cancelled, FileError
from studio.storage import unwritable

CHANNELS = 2
MAX_FRAMES = 1 << 31  # twelve hours at 48 kHz
Report = Callable[[float | None, str], None]


@dataclass(frozen=True)
class RawAudio:
    """Planar float32 samples in a file: all of the left channel, then all of the right one.

    Attributes:
        path: of the samples, not of the sound file they came from.
        frames: samples of one channel, at least 1.
        sample_rate: in Hz.
        name: of the sound file, as shown.
        note: what the listener should know: channels left out, damage; empty where all is well.
    """

    path: Path
    frames: int
    channels: int
    sample_rate: int
    name: str
    note: str = ""

    def samples(self) -> Samples:
        """The sound `[channels, frames]`, mapped read-only."""
        return np.memmap(self.path, np.float32, "r", shape=(self.channels, self.frames))


def decode(
    path: Path,
    sample_rate: int | None,
    folder: Path,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> RawAudio:
    """Decode a sound file to stereo at `sample_rate` Hz (None: its own) into a new file in `folder`.

    Mono is doubled; of more than two channels the first two are taken, and `note` says so.

    Raises: FileError where it is no sound or `folder` cannot take it; Cancelled.
    """
    with AudioReader(path) as reader:
        rate = sample_rate or reader.sample_rate
        target, frames = _fill(folder, _told(_converted(reader, rate), reader, rate, report, cancel))
        return RawAudio(target, frames, CHANNELS, rate, path.name, _note(reader))


def store(audio: Samples, sample_rate: int, folder: Path, name: str) -> RawAudio:
    """Put sound that is in memory `[1 or 2 channels, frames]` where window and engine can map it.

    Raises: FileError where `folder` cannot take it.
    """
    target, frames = _fill(folder, iter([np.broadcast_to(audio, (CHANNELS, audio.shape[1]))]))
    return RawAudio(target, frames, CHANNELS, sample_rate, name)


def _converted(reader: AudioReader, rate: int) -> Iterator[Samples]:
    """Stereo blocks at `rate`, `round(frames * rate / own rate)` samples in all."""
    if rate == reader.sample_rate:
        yield from (_stereo(block) for block in reader.blocks())
        return
    stream = soxr.ResampleStream(reader.sample_rate, rate, CHANNELS, dtype="float32", quality="VHQ")
    read = made = 0
    for block in reader.blocks():
        read += block.shape[1]
        out = stream.resample_chunk(np.ascontiguousarray(_stereo(block).T))
        made += len(out)
        yield out.T
    rest = stream.resample_chunk(np.zeros((0, CHANNELS), np.float32), last=True)
    wanted = max(1, round(read * rate / reader.sample_rate)) - made
    yield np.pad(rest[:wanted], ((0, max(0, wanted - len(rest))), (0, 0))).T


def _stereo(block: Samples) -> Samples:
    return block[:CHANNELS] if len(block) >= CHANNELS else np.repeat(block, CHANNELS, axis=0)


def _told(
    blocks: Iterator[Samples], reader: AudioReader, rate: int, report: Report | None, cancel: threading.Event | None
) -> Iterator[Samples]:
    """The same blocks, with progress told and cancelling heard between them."""
    whole = reader.promised * rate / reader.sample_rate if reader.is_plausible else math.inf
    done = 0
    for block in blocks:
        if cancel is not None and cancel.is_set():
            raise Cancelled(f"Opening {reader.path.name} was stopped.")
        done += block.shape[1]
        if done > MAX_FRAMES:
            raise FileError(f"{reader.path.name} is too long.", "Cut it into parts.", about=reader.path.name)
        if report is not None:
            report(min(1.0, done / whole) if math.isfinite(whole) else None, f"Reading {reader.path.name}")
        yield block


def _fill(folder: Path, blocks: Iterator[Samples]) -> tuple[Path, int]:
    """Write a new file and say how many frames: the right channel waits aside, as the length is known last."""
    frames, target = 0, None
    try:
        left = tempfile.NamedTemporaryFile(prefix="sound-", suffix=".f32", dir=folder, delete=False)  # noqa: SIM115
        target = Path(left.name)
        with left, tempfile.TemporaryFile(dir=folder) as right:
            for block in blocks:
                _write(left, block[0])
                _write(right, block[1])
                frames += block.shape[1]
            right.seek(0)
            shutil.copyfileobj(right, left, 1 << 22)
        return target, frames
    except BaseException as error:
        if target is not None:
            target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(folder, error) from error
        raise


def _write(file: IO[bytes], samples: Samples) -> None:
    file.write(np.ascontiguousarray(samples, np.float32).data)


def _note(reader: AudioReader) -> str:
    if reader.channels <= CHANNELS:
        return reader.note
    return f"{reader.path.name} has {reader.channels} channels; the first two are heard. {reader.note}".rstrip()
