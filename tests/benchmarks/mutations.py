"""Damage to bytes, text, JSON and pickles, in small ways that a seed repeats."""

from __future__ import annotations

import contextlib
import io
import json
import pickletools
import random
import re
import struct
from collections.abc import Callable
from typing import Any

Damaged = tuple[bytes, str]
Mutator = Callable[[bytes, random.Random], Damaged]

EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32, (1 << 63) - 1, 1 << 63)
NUMBERS = (
    b"0",
    b"-1",
    b"1e999",
    b"4294967296",
    b"9223372036854775807",
    b"18446744073709551616",
    b"9" * 26,
    b"9" * 5000,
)
WORDS = ("", "\0", "../../x", "\N{RIGHT-TO-LEFT OVERRIDE}txt.ts", "a" * 70000, "line\nbreak", "\ud800", "__class__")
STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1,
    1 << 40,
    1e308,
    float("nan"),
    float("inf"),
    "",
    [],
    {},
    [[]],
    {"a": {}},
)
HEAD = 512
OPCODES = b"c(}]lt)0h.\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94RbQijJKMN2qrsua"
SOURCE = (
    "(", ")", ":", "\n", "\t", '"""', "'", "\\", "lambda", "async ", "f'{", "0x", "\N{SNOWMAN}", "\0",
    "# -*- coding: utf-7 -*-", "class A(A):", "import " + "a." * 3000, "(" * 300, "-" * 3000 + "1", "match x:\n",
    "del ", "9" * 5000,
)  # fmt: skip


def flip_bits(data: bytes, rng: random.Random) -> Damaged:
    out = bytearray(data)
    places = [rng.randrange(len(out)) for _ in range(rng.choice([1, 1, 1, 4, 32]))]
    for place in places:
        out[place] ^= 1 << rng.randrange(8)
    return bytes(out), f"flipped a bit in each of {len(places)} bytes, first at {places[0]}"


def truncate(data: bytes, rng: random.Random) -> Damaged:
    keep = rng.choice([0, rng.randrange(len(data)), max(0, len(data) - rng.randint(1, 64))])
    return data[:keep], f"kept the first {keep} of {len(data)} bytes"


def extend(data: bytes, rng: random.Random) -> Damaged:
    extra = rng.randbytes(rng.choice([1, 16, 4096]))
    return data + extra, f"added {len(extra)} bytes at the end"


def zero_block(data: bytes, rng: random.Random) -> Damaged:
    start, size = rng.randrange(len(data)), rng.choice([8, 64, 4096])
    out = bytearray(data)
    out[start : start + size] = bytes(len(out[start : start + size]))
    return bytes(out), f"zeroed {size} bytes at {start}"


def cut_block(data: bytes, rng: random.Random) -> Damaged:
    start, size = rng.randrange(len(data)), rng.choice([1, 8, 512])
    return data[:start] + data[start + size :], f"cut {size} bytes out at {start}"


def repeat_block(data: bytes, rng: random.Random) -> Damaged:
    start, size, times = rng.randrange(len(data)), rng.choice([1, 8, 512]), rng.choice([2, 64])
    return data[:start] + data[start : start + size] * times + data[start + size :], f"repeated {size} bytes at {start}"


def header_lie(data: bytes, rng: random.Random) -> Damaged:
    """Overwrite one integer of the header, wherever and however wide it may be."""
    size, order = rng.choice([1, 2, 4, 8]), rng.choice("<>")
    if len(data) < size:
        return extend(data, rng)
    place = rng.randrange(min(len(data), HEAD) - size + 1)
    value = rng.choice(EDGES) & ((1 << 8 * size) - 1)
    packed = struct.pack(order + {1: "B", 2: "H", 4: "I", 8: "Q"}[size], value)
    return data[:place] + packed + data[place + size :], f"wrote {value:#x} ({size} bytes, {order}) at {place}"


def number_lie(data: bytes, rng: random.Random) -> Damaged:
    """Replace a decimal number in text by an absurd one."""
    found = list(re.finditer(rb"(?<=[\s\[,:(=])-?\d+(?=[\s\],:)}])", data[: 1 << 20]))
    if not found:
        return header_lie(data, rng)
    hit, value = rng.choice(found), rng.choice(NUMBERS)
    return data[: hit.start()] + value + data[hit.end() :], f"number at {hit.start()} became {value[:24].decode()}"


def json_lie(data: bytes, rng: random.Random) -> Damaged:
    """Change one value of a JSON text: another type, gone, doubled, nested without end."""
    try:
        whole = json.loads(data)
    except ValueError:
        return number_lie(data, rng)
    places = [each for each in _places(whole) if each[0] is not None]
    if not places:
        return number_lie(data, rng)
    holder, key = rng.choice(places)
    act = rng.choice(["replace", "replace", "remove", "word", "nest", "double", "swap"])
    if act == "remove":
        del holder[key]
    elif act == "nest":
        deep = rng.choice([10, 500, 5000])
        text = json.dumps(whole).replace(json.dumps(holder[key]), "[" * deep + "]" * deep, 1)
        return text.encode(), f"nested {deep} deep at {key!r}"
    elif act == "double" and isinstance(holder, list):
        holder[key:key] = [holder[key]] * rng.choice([1, 1000])
    elif act == "swap":
        other, elsewhere = rng.choice(places)
        holder[key], other[elsewhere] = other[elsewhere], holder[key]
    else:
        holder[key] = rng.choice(WORDS) if act == "word" else rng.choice(STRANGE)
    return _text_of(whole), f"{act} at {str(key)[:40]!r}"


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value as (what holds it, its key)."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting and len(found) < 4000:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            waiting.append(holder[key])
    return found


def _text_of(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except (ValueError, RecursionError):  # swapped into itself
        return b"{}"


def splice_pickle(data: bytes, rng: random.Random) -> Damaged:
    """Insert, drop, double, exchange or corrupt whole opcodes of a pickle."""
    spans = _opcodes(data)
    if len(spans) < 3:
        return flip_bits(data, rng)
    (start, end), (other, other_end) = rng.choice(spans), rng.choice(spans)
    act = rng.choice(["drop", "double", "exchange", "insert", "number", "number", "stop", "memo"])
    if act == "drop":
        out = data[:start] + data[end:]
    elif act == "double":
        out = data[:end] + data[start:end] * rng.choice([1, 500]) + data[end:]
    elif act == "exchange":
        out = data[:start] + data[other:other_end] + data[end:]
    elif act == "insert":
        out = data[:start] + bytes(rng.choices(OPCODES, k=rng.choice([1, 3]))) + data[start:]
    elif act == "stop":
        out = data[:start] + b"." + data[start:]
    elif act == "memo":
        out = data[:start] + b"r" + struct.pack("<I", rng.choice(EDGES) & 0xFFFFFFFF) + data[start:]
    else:
        numbers = [each for each in spans if data[each[0] : each[0] + 1] in (b"K", b"M", b"J", b"\x8a")]
        start, end = rng.choice(numbers or spans)
        number = rng.choice(EDGES)
        out = data[:start] + b"\x8a\x09" + number.to_bytes(9, "little", signed=True) + data[end:]
    return out, f"pickle: {act} at {start}"


def _opcodes(data: bytes) -> list[tuple[int, int]]:
    starts: list[int] = []
    stream = io.BytesIO(data)
    with contextlib.suppress(ValueError):
        starts.extend(at for _, _, at in pickletools.genops(stream) if at is not None)
    return list(zip(starts, [*starts[1:], stream.tell()], strict=True))


def source_lie(data: bytes, rng: random.Random) -> Damaged:
    """Change a program's text; it is never run."""
    lines = data.decode("utf-8", "replace").splitlines(keepends=True)
    at = rng.randrange(len(lines))
    act = rng.choice(["insert", "insert", "drop", "indent", "double", "cut"])
    if act == "insert":
        place, word = rng.randrange(len(lines[at]) + 1), rng.choice(SOURCE)
        lines[at] = lines[at][:place] + word + lines[at][place:]
    elif act == "drop":
        del lines[at]
    elif act == "indent":
        lines[at] = " " * rng.choice([1, 3, 400]) + lines[at]
    elif act == "double":
        lines[at] = lines[at] * rng.choice([2, 2000])
    else:
        lines = lines[:at]
    return "".join(lines).encode("utf-8", "surrogatepass"), f"source: {act} at line {at + 1}"


PLAIN: tuple[Mutator, ...] = (
    flip_bits, flip_bits, truncate, extend, zero_block, cut_block, repeat_block, header_lie, header_lie, number_lie,
)  # fmt: skip
