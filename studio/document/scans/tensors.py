"""The header of a safetensors file: what it claims must fit the file without holes, overlaps or doubled names.

The library takes the last of two tensors with one name, and believes any number of empty ones.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from studio.document.scans.result import Finding

MAX_HEADER = 100 << 20
MANY = 20_000
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64, "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "C128": 128,
}  # fmt: skip


def scan_tensors(path: Path) -> Iterator[Finding]:
    """Judge the header. Raises: OSError."""
    try:
        header, held = read_header(path)
    except ValueError as error:
        yield Finding("damaged", str(error))
        return
    spans = []
    for name, entry in header.items():
        trouble = _trouble(entry)
        if trouble:
            yield Finding("damaged", f"tensor {name[:80]} {trouble}", name)
            return
        spans.append((*entry["data_offsets"], name))
    spans.sort()
    for (_, end, _), (start, _, name) in pairwise([(0, 0, ""), *spans]):
        if start != end:
            yield Finding(
                "damaged", f"{'a hole lies before' if start > end else 'others overlap'} tensor {name[:80]}", name
            )
            return
    if (end := spans[-1][1] if spans else 0) != held:
        yield Finding("damaged", f"its tensors take {end} bytes, the file holds {held}")
    if len(header) > MANY or any(".." in name or "/" in name or "\\" in name for name in header):
        yield Finding("note", f"its {len(header)} tensors are oddly many or oddly named")


def read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Tensors by name, and how many bytes lie behind the header.

    Raises: ValueError with what is wrong, OSError.
    """
    with path.open("rb") as stream:
        head, size = stream.read(8), path.stat().st_size
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
        if not 2 <= length <= min(MAX_HEADER, size - 8):
            raise ValueError(f"its header claims {length} bytes")
        text = stream.read(length)
    try:
        header = json.loads(text)
        if not _says_each_once(text, header):
            header = json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("its header is nested too deep") from error
    except _TwiceError:
        raise
    except ValueError as error:
        raise ValueError("its header cannot be read") from error
    if not isinstance(header, dict):
        raise ValueError("its header lists no tensors")
    header.pop("__metadata__", None)
    return header, size - 8 - length


def _says_each_once(text: bytes, header: Any) -> bool:
    """Whether plainly no name occurs twice; a slower look decides where this one cannot tell."""
    if not isinstance(header, dict) or b"\\u00" in text:
        return False
    count = len(header) - ("__metadata__" in header)
    return all(text.count(word) == count for word in (b'"dtype"', b'"shape"', b'"data_offsets"'))


class _TwiceError(ValueError):
    """A name occurs twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError("a name occurs twice in its header")
    return found


def _trouble(entry: Any) -> str:
    if not isinstance(entry, dict) or str(entry.get("dtype")) not in BITS:
        return "is of an unknown type"
    shape, offsets = entry.get("shape", ()), entry.get("data_offsets", ())
    if not _whole(shape) or not _whole(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        return "claims a place that cannot be"
    bits = math.prod(shape) * BITS[str(entry["dtype"])]
    return "" if bits == 8 * (offsets[1] - offsets[0]) else "claims another size than it takes"


def _whole(values: Any) -> bool:
    """Whether it is a list of whole numbers from 0 to 2⁶³."""
    return isinstance(values, list) and all(type(each) is int and 0 <= each < 1 << 63 for each in values)
