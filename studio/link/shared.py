"""What window and engine see of each other without a word: numbers in shared memory, and commands in a pipe.

Each field has one writer and is at most eight bytes, aligned, so that no reader ever sees half a value.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import IO

KNOBS = 64
SILENT_DB = -90.0  # a gain at or below is silence
RECORD = struct.Struct("<qdd")


class State(IntEnum):
    """How the engine is. From RUNNING on, the card calls it."""

    STARTING = 0
    NO_DEVICE = 1
    LOST = 2  # the device went away while it was open
    RUNNING = 3
    OVERLOAD = 4  # the model is slower than real time: dry sound
    FAILING = 5  # the model raises or returns something else: dry sound


class Op(IntEnum):
    """Small commands, read by the callback itself."""

    PLAY = 1
    PAUSE = 2
    STOP = 3
    SEEK = 4
    LOOP = 5
    NO_LOOP = 6
    BYPASS = 7


@dataclass(frozen=True)
class Command:
    op: Op
    a: float = 0.0
    b: float = 0.0

    def packed(self) -> bytes:
        return RECORD.pack(self.op, self.a, self.b)


def unpacked(records: bytes) -> Iterator[Command]:
    """The commands in a string of whole records."""
    for op, a, b in RECORD.iter_unpack(records):
        yield Command(Op(op), a, b)


class Board(ctypes.Structure):
    """The numbers.

    The window writes:
        commands: records written to the pipe so far.
        gain_db: of the output; the engine writes it too when it starts an unknown model quietly.
        knobs: positions 0…1 of the model's numeric parameters, in order.

    The engine writes:
        beat: callbacks so far; stands still when the card or the engine does.
        heard: lines of the control channel dealt with so far.
        busy: it loads something, and may be late for a moment.
        state: a State.
        playing: 1 while the play head moves.
        position: of the play head, in frames of the sound.
        sample_rate, block: of the open device.
        depth: blocks rendered ahead.
        latency: samples from source to device: model and depth.
        device_latency: samples from device to ear, as far as the system knows.
        load: computing time over block time, averaged over about fifty blocks.
        worst_us: longest callback of the last seconds.
        xruns: blocks that came too late for the card.
        muted_blocks: blocks that were not fit to be heard.
        peaks: left and right, before and after the model; they fall slowly.
    """

    _fields_ = (
        ("commands", ctypes.c_int64),
        ("gain_db", ctypes.c_double),
        ("knobs", ctypes.c_double * KNOBS),
        ("beat", ctypes.c_int64),
        ("heard", ctypes.c_int64),
        ("busy", ctypes.c_int64),
        ("state", ctypes.c_int64),
        ("playing", ctypes.c_int64),
        ("position", ctypes.c_int64),
        ("sample_rate", ctypes.c_int64),
        ("block", ctypes.c_int64),
        ("depth", ctypes.c_int64),
        ("latency", ctypes.c_int64),
        ("device_latency", ctypes.c_int64),
        ("load", ctypes.c_double),
        ("worst_us", ctypes.c_double),
        ("xruns", ctypes.c_int64),
        ("muted_blocks", ctypes.c_int64),
        ("peaks", ctypes.c_double * 4),
    )
    commands: int
    gain_db: float
    knobs: ctypes.Array[ctypes.c_double]
    beat: int
    heard: int
    busy: int
    state: int
    playing: int
    position: int
    sample_rate: int
    block: int
    depth: int
    latency: int
    device_latency: int
    load: float
    worst_us: float
    xruns: int
    muted_blocks: int
    peaks: ctypes.Array[ctypes.c_double]


@dataclass(frozen=True)
class Status:
    """One look at the board; see there for the meaning of each."""

    state: State
    playing: bool
    position: int
    sample_rate: int
    block: int
    depth: int
    latency: int
    device_latency: int
    load: float
    worst_us: float
    xruns: int
    muted_blocks: int
    peaks: tuple[float, float, float, float]
    gain_db: float
    beat: int


def create_board() -> tuple[IO[bytes], Board]:
    """A board in a file without a name, in memory where the system has such a place; it goes with its last user."""
    memory = Path("/dev/shm")
    file = tempfile.TemporaryFile(dir=memory if os.access(memory, os.W_OK) else None)  # noqa: SIM115 - the caller's
    file.truncate(ctypes.sizeof(Board))
    return file, open_board(file.fileno())


def open_board(descriptor: int) -> Board:
    """The board in an open file."""
    return Board.from_buffer(mmap.mmap(descriptor, ctypes.sizeof(Board)))


def read(board: Board) -> Status:
    left_in, right_in, left_out, right_out = board.peaks
    return Status(
        State(board.state),
        bool(board.playing),
        board.position,
        board.sample_rate,
        board.block,
        board.depth,
        board.latency,
        board.device_latency,
        board.load,
        board.worst_us,
        board.xruns,
        board.muted_blocks,
        (left_in, right_in, left_out, right_out),
        board.gain_db,
        board.beat,
    )
