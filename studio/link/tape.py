"""The last seconds of what went to the card, in shared memory: the engine writes, a job that records reads."""

from __future__ import annotations

import ctypes
import mmap
import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.errors import AudioError
from studio.link.handles import give
from studio.link.shared import memory_file

ROWS = 4  # heard left and right, dry left and right
LENGTH = 1 << 21  # frames kept: 43 s at 48 kHz, 11 s at 192 kHz
SLACK = 1 << 15  # of them the oldest may be half overwritten: more than a block has
EPOCHS = 16
OFFSET = mmap.PAGESIZE
SIZE = OFFSET + ROWS * LENGTH * 4

Floats = NDArray[np.float32]


class Header(ctypes.Structure):
    """The numbers in front of the samples, each with one writer.

    The window writes:
        take: number of the recording that is wanted; 0 while none is.
        takes: recordings so far.
        writer: number of the engine that is heard; another one that is open as well does not write.

    The engine that sounds writes:
        frames: written so far; last of all, so that whoever sees it finds them written.
        epoch: how often another engine, device or rate began.
        starts, rates: first frame and sample rate of the last epochs, at `epoch % EPOCHS`.
    """

    _fields_ = (
        ("take", ctypes.c_int64),
        ("takes", ctypes.c_int64),
        ("writer", ctypes.c_int64),
        ("frames", ctypes.c_int64),
        ("epoch", ctypes.c_int64),
        ("starts", ctypes.c_int64 * EPOCHS),
        ("rates", ctypes.c_int64 * EPOCHS),
    )
    take: int
    takes: int
    writer: int
    frames: int
    epoch: int
    starts: ctypes.Array[ctypes.c_int64]
    rates: ctypes.Array[ctypes.c_int64]


@dataclass(frozen=True)
class Epoch:
    """Where on the tape another engine, device or rate began."""

    number: int
    start: int
    sample_rate: int


@dataclass(frozen=True)
class Take:
    """A recording that was begun: its number, and the first frame that belongs to it."""

    number: int
    start: int


class Tape:
    """A ring of samples that several processes see. At any time one engine writes.

    Args:
        descriptor: of the file; it may be closed afterwards.
        number: of the engine that this is for.

    Attributes:
        samples: `[4, LENGTH]`: heard left and right, dry left and right.
    """

    def __init__(self, descriptor: int, number: int = 0) -> None:
        memory = mmap.mmap(descriptor, SIZE)
        self._header = Header.from_buffer(memory)
        self.samples: Floats = np.frombuffer(memory, np.float32, ROWS * LENGTH, OFFSET).reshape(ROWS, LENGTH)
        self._heard, self._dry = self.samples[:2], self.samples[2:]
        self._number, self._rate, self._epoch = number, 0, -1

    @property
    def take(self) -> int:
        """Number of the recording that is wanted; 0 while none is."""
        return self._header.take

    @property
    def frames(self) -> int:
        """Written so far."""
        return self._header.frames

    def epochs(self) -> list[Epoch]:
        """The last ones, oldest first."""
        header = self._header
        last = header.epoch
        numbers = range(max(1, last - EPOCHS + 2), last + 1)  # the oldest place may be given away just now
        return [Epoch(each, header.starts[each % EPOCHS], header.rates[each % EPOCHS]) for each in numbers]

    def use_rate(self, sample_rate: int) -> None:
        """What this process writes from now on comes from another device, or at another rate in Hz."""
        self._rate, self._epoch = sample_rate, -1

    def write(self, heard: Floats, dry: Floats) -> None:
        """Keep one block, if somebody records and this engine is heard; for the callback: no lock, no system call.

        Args:
            heard: what goes to the card `[2, frames]`.
            dry: the sound without the model, in time with it `[2, frames]`.
        """
        header = self._header
        if not header.take or header.writer != self._number:
            return
        if header.epoch != self._epoch:  # not this engine wrote the last block, or not at this rate
            self._begin_epoch()
        frames = header.frames
        start = frames % LENGTH
        end = start + heard.shape[1]
        if end <= LENGTH:
            self._heard[:, start:end] = heard
            self._dry[:, start:end] = dry
        else:
            self._wrap(start, heard, dry)
        header.frames = frames + heard.shape[1]

    def _wrap(self, start: int, heard: Floats, dry: Floats) -> None:
        first = LENGTH - start
        for rows, block in ((self._heard, heard), (self._dry, dry)):
            rows[:, start:] = block[:, :first]
            rows[:, : block.shape[1] - first] = block[:, first:]

    def _begin_epoch(self) -> None:
        header = self._header
        self._epoch = header.epoch + 1
        header.starts[self._epoch % EPOCHS] = header.frames
        header.rates[self._epoch % EPOCHS] = self._rate
        header.epoch = self._epoch


class OwnTape(Tape):
    """The tape as the window has it: made here, handed to engines and jobs. Memory is taken when it is first used."""

    def __init__(self) -> None:
        self._file = memory_file(SIZE)
        super().__init__(self._file.fileno())

    @property
    def handle(self) -> int:
        """The number by which a child that inherits it finds the file."""
        return give(self._file.fileno())

    def begin(self) -> Take:
        """Let the engine write from its next block on.

        Raises: AudioError where there is no memory for it.
        """
        header = self._header
        if not header.takes:
            self._take_memory()
        header.takes += 1
        taken = Take(header.takes, header.frames)
        header.take = taken.number
        return taken

    def listen_to(self, number: int) -> None:
        """From now on this engine writes. The one before it is silent already, or gone."""
        self._header.writer = number

    def end(self) -> None:
        """Let the engine stop writing; the block it is at may still come."""
        self._header.take = 0

    def close(self) -> None:
        self.end()
        self._file.close()

    def _take_memory(self) -> None:
        """An engine that wrote where there is no memory left would be killed by the system."""
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self._file.fileno(), 0, SIZE)
            else:  # nothing has been written there yet
                self._file.seek(OFFSET)
                self._file.write(bytes(SIZE - OFFSET))
                self._file.flush()
        except OSError as error:
            said = f"There is no memory for a recording: {error.strerror}."
            raise AudioError(said, f"It needs {SIZE >> 20} MB. Close other programs.") from error
