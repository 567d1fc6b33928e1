"""Damage to sound files: claims of their headers that cannot be, and numbers that are none."""

from __future__ import annotations

import random
import struct

import numpy as np
from mutations import EDGES, PLAIN, Damaged, flip_bits, header_lie

CHANNELS = (0, 1, 3, 64, 255, 256, 1024, 65535)
RATES = (0, 1, 99, 8000, 3_072_001, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
CODINGS = (0, 1, 2, 3, 6, 7, 17, 20, 34, 49, 80, 85, 0xFFFE, 0xFFFF)
BITS = (0, 1, 4, 7, 8, 16, 24, 32, 33, 64, 255, 65535)
CHUNKS = (
    b"fmt ",
    b"data",
    b"RIFF",
    b"RF64",
    b"ds64",
    b"FORM",
    b"COMM",
    b"SSND",
    b"desc",
    b"pakt",
    b"fact",
    b"caff",
    b"riff",
)
NOT_NUMBERS = (float("nan"), float("inf"), -float("inf"), 1e38, 1e-45)


def damage_sound(data: bytes, rng: random.Random) -> Damaged:
    """One of: a claim of its header, a chunk's length, numbers that are none, any bytes."""
    return rng.choice((claim, claim, chunk_length, payload, *(rng.choice(PLAIN),) * 3))(data, rng)


def claim(data: bytes, rng: random.Random) -> Damaged:
    """Channels, rate, coding or bits of a header that we know the place of."""
    at, order, fields = _header(data)
    if at < 0:
        return header_lie(data, rng)
    name, (offset, form, values) = rng.choice(list(fields.items()))
    size = struct.calcsize(form)
    value = rng.choice(values)
    packed = struct.pack(order + form, value if form == "d" else int(value) & ((1 << 8 * size) - 1))
    place = at + offset
    return data[:place] + packed + data[place + size :], f"claims {value} {name}"


def _header(data: bytes) -> tuple[int, str, dict[str, tuple[int, str, tuple[float, ...]]]]:
    """Where the header's numbers stand: of WAV and its kin, AIFF, CAF, FLAC, AU, Ogg Vorbis."""
    if (at := data.find(b"fmt ", 0, HEAD)) >= 0:
        at += 24 if data.startswith(b"riff") else 8
        return at, "<", {"as coding": (0, "H", CODINGS), "channels": (2, "H", CHANNELS), "Hz": (4, "I", RATES),
                         "bytes a frame": (12, "H", BITS), "bits": (14, "H", BITS)}  # fmt: skip
    if (at := data.find(b"COMM", 0, HEAD)) >= 0:
        return at + 8, ">", {"channels": (0, "H", CHANNELS), "frames": (2, "I", EDGES), "bits": (6, "H", BITS),
                             "as exponent of the rate": (8, "H", CHANNELS + RATES)}  # fmt: skip
    if (at := data.find(b"desc", 0, HEAD)) >= 0:
        return at + 12, ">", {"Hz": (0, "d", (*RATES, *NOT_NUMBERS)), "bytes a packet": (16, "I", EDGES),
                              "frames a packet": (20, "I", EDGES), "channels": (24, "I", CHANNELS),
                              "bits": (28, "I", BITS)}  # fmt: skip
    if data.startswith(b"fLaC"):
        return (
            8,
            ">",
            {"as block": (0, "H", EDGES), "as rate and channels": (10, "I", EDGES), "frames": (14, "I", EDGES)},
        )
    if data.startswith(b".snd"):
        return 4, ">", {"as offset": (0, "I", EDGES), "bytes": (4, "I", EDGES), "as coding": (8, "I", CODINGS),
                        "Hz": (12, "I", RATES), "channels": (16, "I", CHANNELS)}  # fmt: skip
    if (at := data.find(b"\x01vorbis", 0, HEAD)) >= 0:
        return at + 11, "<", {"channels": (0, "B", CHANNELS), "Hz": (1, "I", RATES), "as bit rate": (9, "I", EDGES)}
    return -1, "<", {}


HEAD = 4096


def chunk_length(data: bytes, rng: random.Random) -> Damaged:
    """Let one chunk claim another length."""
    places = [at for mark in CHUNKS if 0 <= (at := data.find(mark)) <= len(data) - 16]
    if not places:
        return flip_bits(data, rng)
    at, order = rng.choice(places), rng.choice("<>")
    form = rng.choice("IQ")
    value = rng.choice([*EDGES, len(data), len(data) * 3, rng.randrange(len(data))]) & (
        (1 << (32 if form == "I" else 64)) - 1
    )
    packed = struct.pack(order + form, value)
    return data[: at + 4] + packed + data[at + 4 + len(packed) :], f"chunk {data[at : at + 4]!r} claims {value} bytes"


def payload(data: bytes, rng: random.Random) -> Damaged:
    """Write floats that are no numbers, or noise, into the sound itself."""
    start = rng.randrange(min(len(data) - 1, 64), len(data)) & ~3
    count = min(rng.choice([1, 100, 10000]), (len(data) - start) // 4)
    if count <= 0:
        return flip_bits(data, rng)
    value = rng.choice(NOT_NUMBERS)
    put = np.full(count, value, rng.choice(["<f4", ">f4"])).tobytes()
    return data[:start] + put + data[start + len(put) :], f"wrote {count} times {value} at {start}"
