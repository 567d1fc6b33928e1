"""What a pickle would import and call, and the tensors it claims, read from its opcodes; nothing is unpickled."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from studio.document.opcode_steps import STEPS
from studio.document.opcodes import Call, Storage, Unread, Walk
from studio.document.scans.names import COMPUTED, judge_name

Verdict = Literal["tensors", "settings", "foreign"]
STREAMS = 5  # an old torch file is five pickles, then raw numbers
DEEPEST = 4
BROKEN = (ValueError, IndexError, KeyError, OverflowError, MemoryError, EOFError, TypeError, struct.error)


@dataclass
class PickleContent:
    """What a pickle is made of.

    Attributes:
        names: every global it asks for, as `module.name`; `?` stands for a name that it computes.
        texts: its strings, among them the names of weights.
        storages: the numbers it refers to, by key.
        calls: of names that nobody vouches for, with their arguments where these are plain.
        misfits: tensors that reach beyond their storage.
        last_texts: strings of the last pickle alone; in an old torch file the keys of its storages, in order.
        pickles: how many were read.
        end: where the last of them ends, counted from the stream's place.
    """

    names: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    storages: dict[str, Storage] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    misfits: list[str] = field(default_factory=list)
    last_texts: list[str] = field(default_factory=list)
    pickles: int = 0
    end: int = 0

    @property
    def tensors(self) -> int:
        """Number of storages it refers to."""
        return len(self.storages)

    @property
    def verdict(self) -> Verdict:
        """`tensors` and `settings` open without running anything foreign."""
        found = {judge_name(name) for name in self.names}
        return "foreign" if found & {"foreign", "script"} else "settings" if "settings" in found else "tensors"

    @property
    def foreign(self) -> list[str]:
        """The names that nobody vouches for."""
        return sorted({name for name in self.names if judge_name(name) in ("foreign", "script")})


def looks_pickled(head: bytes) -> bool:
    """Whether a file that starts like this may be a binary pickle."""
    return len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5


def read_pickles(stream: BinaryIO, streams: int = STREAMS, depth: int = 0) -> PickleContent:
    """Walk the pickles at the stream's place, laid end to end.

    Raises: ValueError where the first is not readable to its end, Unread where it is too large to follow.
    """
    content = PickleContent()
    start = stream.tell()
    for number in range(streams):
        stream.seek(start + content.end)
        if number and not looks_pickled(stream.read(3)):
            break
        stream.seek(start + content.end)
        walk = Walk(stream)
        try:
            walk.run(STEPS)
        except Unread:
            raise
        except BROKEN as error:
            if number == 0:
                raise ValueError(f"not a readable pickle: {error}") from error
            break
        _add(content, walk, depth)
    return content


def _add(content: PickleContent, walk: Walk, depth: int) -> None:
    content.names += walk.names
    content.texts += walk.texts
    content.calls += walk.calls
    content.storages.update(walk.storages)
    content.misfits += walk.misfits
    content.last_texts = walk.texts
    content.pickles += 1
    content.end += walk.read
    if COMPUTED in walk.names or content.foreign:
        content.names += [name for hidden in walk.hidden for name in _inside(hidden, depth)]


def _inside(hidden: bytes, depth: int) -> Iterator[str]:
    """Names in a pickle that lies in the bytes of another: only to say what a foreign name would unpickle."""
    if depth >= DEEPEST:
        return
    try:
        yield from read_pickles(io.BytesIO(hidden), depth=depth + 1).foreign
    except ValueError:
        return
