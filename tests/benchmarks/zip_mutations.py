"""Damage to zip archives: to their bytes, to their lists, and inside members that are sealed again."""

from __future__ import annotations

import io
import random
import struct
import warnings
import zipfile
import zlib

from mutations import (
    EDGES,
    PLAIN,
    Damaged,
    cut_block,
    flip_bits,
    header_lie,
    json_lie,
    number_lie,
    repeat_block,
    splice_pickle,
    truncate,
    zero_block,
)

Member = list[object]
NAMES = ("../../../", "/", "C:\\", "")
INSIDE = (flip_bits, truncate, zero_block, cut_block, repeat_block, header_lie, number_lie)
FIELDS = {4: "H", 6: "H", 8: "H", 10: "H", 16: "I", 20: "I", 24: "I", 28: "H", 30: "H", 32: "H", 38: "I", 42: "I"}


def damage_zip(data: bytes, rng: random.Random) -> Damaged:
    """One of: flipped bits, any bytes, a lie in the list of members, a member changed under a right checksum."""
    act = rng.choice(["flip", "flip", "bytes", "list", "sealed", "sealed", "sealed"])
    if act == "flip":
        return flip_bits(data, rng)
    if act == "bytes":
        return rng.choice(PLAIN)(data, rng)
    return directory_lie(data, rng) if act == "list" else sealed(data, rng)


def directory_lie(data: bytes, rng: random.Random) -> Damaged:
    """Write an edge value into a field of a member's header or of the end record."""
    marks = [at for mark in (b"PK\1\2", b"PK\1\2", b"PK\3\4", b"PK\5\6") for at in _all(data, mark)]
    if not marks:
        return flip_bits(data, rng)
    at, (offset, form) = rng.choice(marks), rng.choice(list(FIELDS.items()))
    size = struct.calcsize(form)
    value = rng.choice(EDGES) & ((1 << 8 * size) - 1)
    place = min(at + offset, len(data) - size)
    return data[:place] + struct.pack("<" + form, value) + data[place + size :], f"list: {value:#x} at {place}"


def sealed(data: bytes, rng: random.Random) -> Damaged:
    """Damage what an archive holds and give it right checksums: this gets past the container."""
    members = members_of(data)
    if not members:
        return header_lie(data, rng)
    act, chosen = rng.choice(["swap", "drop", "double", "rename", "squeeze", *["inside"] * 5]), rng.choice(members)
    if act == "swap":
        other = rng.choice(members)
        chosen[1], other[1] = other[1], chosen[1]
    elif act == "drop":
        members.remove(chosen)
    elif act == "double":
        members.append([chosen[0] if rng.random() < 0.5 else chosen[0] + "_", members[0][1], chosen[2]])
    elif act == "rename":
        name = chosen[0]
        chosen[0] = rng.choice([*(each + name for each in NAMES), name.upper(), name + "\x01x", "a" * 300, name[:-1]])
    elif act == "squeeze":
        chosen[2] = rng.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    else:
        text = [each for each in members if each[0].endswith((".py", ".pkl", ".json"))]
        chosen = rng.choice(text) if text and rng.random() < 0.8 else chosen
        act = _inside(chosen, rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # doubled names are meant
        return written(members), f"member {chosen[0][:60]!r}: {act}"


def _inside(chosen: list, rng: random.Random) -> str:
    if not chosen[1]:
        return "empty as it was"
    tools = list(INSIDE)
    if chosen[0].endswith(".pkl"):
        tools += [splice_pickle] * 8
    elif chosen[0].endswith(".json"):
        tools += [json_lie] * 6
    chosen[1], said = rng.choice(tools)(chosen[1], rng)
    return said


def members_of(data: bytes) -> list[list]:
    """Members as [name, bytes, compression]; empty where it is no archive or one of them is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [[each.filename, archive.read(each), each.compress_type] for each in archive.infolist()]
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        EOFError,
        struct.error,
    ):
        return []


def written(members: list[list]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, payload, compression in members:
            archive.writestr(zipfile.ZipInfo(name), payload, compression)
    return buffer.getvalue()


def _all(data: bytes, mark: bytes) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found
