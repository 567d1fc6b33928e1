"""What window and engine see of each other without a word: numbers in shared memory, and commands in a pipe.

Each field has one writer and is at most eight bytes, aligned, so that no reader ever sees half a value.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import IO, Protocol

KNOBS = 64  # of one model
VOICES = 2  # models that are resident at once, to be compared
STEMS = 16
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
    AHEAD = 6  # the model is slower than real time: what it has rendered is played as far as it goes


class Priority(IntEnum):
    """What the system gave the threads that make sound."""

    UNKNOWN = 0
    ORDINARY = 1  # any busy program can make the sound stutter
    RAISED = 2
    REAL_TIME = 3


class Op(IntEnum):
    """Small commands, read by the callback itself."""

    PLAY = 1
    PAUSE = 2
    STOP = 3
    SEEK = 4
    LOOP = 5
    NO_LOOP = 6
    BYPASS = 7
    SCRUB = 8  # a: frame; sound around it, for as long as a hand holds the play head
    SCRUB_END = 9
    VOICE = 10  # a: which of the resident models is heard
    LIMIT = 11  # a: ceiling in dB of true peak; above 0: no limiter


class Levels(Protocol):
    """The numbers that the graph reads anew for every block; a Board has them, and so has `StillLevels`."""

    input_db: float
    gain_db: float
    wet: float

    @property
    def stem_db(self) -> Iterable[float]: ...


@dataclass
class StillLevels:
    """Levels that no hand moves."""

    input_db: float = 0.0
    gain_db: float = 0.0
    wet: float = 1.0
    stem_db: Sequence[float] = (0.0,) * STEMS


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
        input_db: gain of the source.
        gain_db: of the output; the engine writes it too when it starts an unknown model quietly.
        wet: share of the model's sound, 0…1; the rest is dry.
        stem_db: gains of the model's outputs, where it has several.
        knobs: positions 0…1 of the model's numeric parameters, in order; the second model's stand behind.

    The engine writes:
        beat: callbacks so far; stands still when the card or the engine does.
        heard: lines of the control channel dealt with so far.
        busy: it loads something, and may be late for a moment.
        state: a State.
        playing: 1 while the play head moves.
        still: 1 while nothing flows, not even the end of a fade.
        voice: which of the resident models is heard.
        position: of the play head, in frames of the sound, or of all sounds in a row.
        ready: frames rendered ahead of the play head, where the state is AHEAD.
        sample_rate, block: of the open device.
        depth: blocks rendered ahead.
        latency: samples from source to device: model and depth.
        device_latency: samples from device to ear, as far as the system knows.
        load: computing time over block time, averaged over about fifty blocks.
        worst_us: longest time that a block of the last seconds took.
        xruns: blocks that came too late for the card.
        muted_blocks: blocks that were not fit to be heard.
        howls: how often the output was lowered because microphone and loudspeaker fed each other.
        reduction_db: by which the limiter lowers the sound now, at most 0.
        priority: a Priority.
        peaks: left and right, before and after the model; they fall slowly.
        heard_knobs: positions that the model heard in the last block: where automation moves a knob, its own.
    """

    _fields_ = (
        ("commands", ctypes.c_int64),
        ("input_db", ctypes.c_double),
        ("gain_db", ctypes.c_double),
        ("wet", ctypes.c_double),
        ("stem_db", ctypes.c_double * STEMS),
        ("knobs", ctypes.c_double * (KNOBS * VOICES)),
        ("beat", ctypes.c_int64),
        ("heard", ctypes.c_int64),
        ("busy", ctypes.c_int64),
        ("state", ctypes.c_int64),
        ("playing", ctypes.c_int64),
        ("still", ctypes.c_int64),
        ("voice", ctypes.c_int64),
        ("position", ctypes.c_int64),
        ("ready", ctypes.c_int64),
        ("sample_rate", ctypes.c_int64),
        ("block", ctypes.c_int64),
        ("depth", ctypes.c_int64),
        ("latency", ctypes.c_int64),
        ("device_latency", ctypes.c_int64),
        ("load", ctypes.c_double),
        ("worst_us", ctypes.c_double),
        ("xruns", ctypes.c_int64),
        ("muted_blocks", ctypes.c_int64),
        ("howls", ctypes.c_int64),
        ("reduction_db", ctypes.c_double),
        ("priority", ctypes.c_int64),
        ("peaks", ctypes.c_double * 4),
        ("heard_knobs", ctypes.c_double * KNOBS),
    )
    commands: int
    input_db: float
    gain_db: float
    wet: float
    stem_db: ctypes.Array[ctypes.c_double]
    knobs: ctypes.Array[ctypes.c_double]
    beat: int
    heard: int
    busy: int
    state: int
    playing: int
    still: int
    voice: int
    position: int
    ready: int
    sample_rate: int
    block: int
    depth: int
    latency: int
    device_latency: int
    load: float
    worst_us: float
    xruns: int
    muted_blocks: int
    howls: int
    reduction_db: float
    priority: int
    peaks: ctypes.Array[ctypes.c_double]
    heard_knobs: ctypes.Array[ctypes.c_double]


@dataclass(frozen=True)
class Status:
    """One look at the board; see there for the meaning of each."""

    state: State
    playing: bool
    voice: int
    position: int
    ready: int
    sample_rate: int
    block: int
    depth: int
    latency: int
    device_latency: int
    load: float
    worst_us: float
    xruns: int
    muted_blocks: int
    howls: int
    reduction_db: float
    priority: Priority
    peaks: tuple[float, float, float, float]
    heard_knobs: tuple[float, ...]
    gain_db: float
    beat: int


def memory_file(size: int) -> IO[bytes]:
    """A file without a name, in memory where the system has such a place; it goes with its last user."""
    memory = Path("/dev/shm")
    file = tempfile.TemporaryFile(dir=memory if os.access(memory, os.W_OK) else None)  # noqa: SIM115 - the caller's
    file.truncate(size)
    return file


def create_board() -> tuple[IO[bytes], Board]:
    """A board, and the file that it lies in."""
    file = memory_file(ctypes.sizeof(Board))
    board = open_board(file.fileno())
    board.wet = 1.0
    return file, board


def open_board(descriptor: int) -> Board:
    """The board in an open file."""
    return Board.from_buffer(mmap.mmap(descriptor, ctypes.sizeof(Board)))


def read(board: Board) -> Status:
    left_in, right_in, left_out, right_out = board.peaks
    return Status(
        state=State(board.state),
        playing=bool(board.playing),
        voice=board.voice,
        position=board.position,
        ready=board.ready,
        sample_rate=board.sample_rate,
        block=board.block,
        depth=board.depth,
        latency=board.latency,
        device_latency=board.device_latency,
        load=board.load,
        worst_us=board.worst_us,
        xruns=board.xruns,
        muted_blocks=board.muted_blocks,
        howls=board.howls,
        reduction_db=board.reduction_db,
        priority=Priority(board.priority),
        peaks=(left_in, right_in, left_out, right_out),
        heard_knobs=tuple(board.heard_knobs),
        gain_db=board.gain_db,
        beat=board.beat,
    )
