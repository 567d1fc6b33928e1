"""Sound files as arrays `[channels, frames]`, and back."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from studio.audio.reader import AudioInfo, AudioReader, Samples
from studio.audio.wav import write_wav
from studio.errors import FileError
from studio.storage import replacing

MAX_SAMPLES = 1 << 30  # of all channels together: 4 GB in memory
WRITE_FRAMES = 1 << 15  # libsndfile's Vorbis encoder overflows its stack on long writes
FORMATS = {
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
    ".aif": ("AIFF", "FLOAT"),
    ".aiff": ("AIFF", "FLOAT"),
}
NOT_WRITTEN = (".m4a", ".aac", ".mp4", ".wma", ".opus")


def probe_audio(path: Path) -> AudioInfo:
    """Say what a sound file is without keeping its sound.

    Raises: FileError where it is none.
    """
    with AudioReader(path) as reader:
        frames = reader.promised if reader.is_plausible else sum(block.shape[1] for block in reader.blocks())
        seconds = frames / reader.sample_rate
        return AudioInfo(path, frames, reader.channels, reader.sample_rate, seconds, reader.format)


def read_audio(path: Path) -> tuple[Samples, int]:
    """Read a whole file as float32 `[channels, frames]` and its rate in Hz; see `read_noted`."""
    return read_noted(path)[:2]


def read_noted(path: Path) -> tuple[Samples, int, str]:
    """Read a whole file as float32 `[channels, frames]`, its rate in Hz, and a sentence about what is wrong with it.

    Samples that are not numbers come as silence. A damaged file gives what can be read of it.

    Raises: FileError where it holds no sound, or more than fits into memory.
    """
    blocks: list[Samples] = []
    with AudioReader(path) as reader:
        read = 0
        for block in reader.blocks():
            read += block.size
            if read > MAX_SAMPLES:
                raise FileError(f"{path.name} is too long to be read at once.", "Cut it into parts.", about=path.name)
            blocks.append(block)
        return np.concatenate(blocks, axis=1), reader.sample_rate, reader.note


def write_audio(path: Path, audio: Samples, rate: int) -> None:
    """Write `[channels, frames]` float32, whole or not at all; the name's ending decides the format.

    Float WAV unless it is .flac (24 bit), .ogg, .mp3 or .aiff.

    Raises: FileError where the format cannot hold it or the place cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix in NOT_WRITTEN:
        raise FileError(f"{suffix} files cannot be written.", "Save as .wav, .flac, .ogg or .mp3.", about=path.name)
    with replacing(path) as stream:
        if suffix in FORMATS:
            _encode(stream, path, audio, rate)
        else:
            write_wav(stream, audio, rate)


def convert_rate(audio: Samples, rate: int, wanted: int) -> Samples:
    """Resample `[channels, frames]` from `rate` to `wanted` Hz: exactly `round(frames * wanted / rate)` frames."""
    if rate == wanted:
        return audio
    frames = round(audio.shape[1] * wanted / rate)
    out = np.zeros((audio.shape[0], frames), np.float32)
    if audio.shape[1]:
        made = soxr.resample(np.ascontiguousarray(audio.T), rate, wanted, quality="VHQ")[:frames]
        out[:, : len(made)] = made.T
    return out


def _encode(stream: BinaryIO, path: Path, audio: Samples, rate: int) -> None:
    kind, subtype = FORMATS[path.suffix.lower()]
    target = _Target(stream)
    try:
        with soundfile.SoundFile(target, "w", rate, audio.shape[0], subtype, format=kind) as file:
            for start in range(0, audio.shape[1], WRITE_FRAMES):
                file.write(np.ascontiguousarray(audio[:, start : start + WRITE_FRAMES].T))
    except (soundfile.SoundFileError, AssertionError) as error:
        if target.error is None:
            raise _does_not_fit(path, audio.shape[0], rate) from error
    if target.error is not None:
        raise target.error


class _Target:
    """A stream for soundfile that remembers why a write failed: its own callback would lose a full disk."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.error: OSError | None = None
        self.tell, self.seek, self.read = stream.tell, stream.seek, stream.read

    def write(self, data: bytes) -> int:
        try:
            return self._stream.write(data)
        except OSError as error:
            self.error = error
            return 0


def _does_not_fit(path: Path, channels: int, rate: int) -> FileError:
    sentence = f"A {path.suffix} file cannot hold {channels} channels at {rate} Hz."
    return FileError(sentence, "Save as .wav, which holds anything.", about=path.name)
