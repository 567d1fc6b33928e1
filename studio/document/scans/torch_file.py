"""Files of `torch.save`, old and new: what their pickles would run, and whether every tensor finds all its bytes.

TorchScript checks neither length: a storage that is four bytes short loads, and reads what lies behind it in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from studio.document.opcodes import Unread
from studio.document.pickles import STREAMS, PickleContent, read_pickles
from studio.document.scans.archive import Archive
from studio.document.scans.names import judge_name, words_for_name
from studio.document.scans.result import Finding

MAX_STORAGES = 1 << 20
SEEN = ("data.pkl", "constants.pkl", "attributes.pkl")  # that `scan_torch_archive` looks at


def scan_pickles(stream: BinaryIO, size: int, where: str) -> Iterator[Finding]:
    """Pickles laid end to end, as torch wrote until 1.5, and the numbers behind them."""
    try:
        content = read_pickles(stream)
    except Unread as error:
        yield Finding("runs", f"cannot be followed: {error}", where)
        return
    except ValueError as error:
        yield Finding("damaged", f"{where} is {error}", where)
        return
    yield from pickled(content)
    if content.storages:
        yield from _storages_behind(stream, size, content, where)


def scan_torch_archive(archive: Archive, *, script: bool = False) -> Iterator[Finding]:
    """The pickles of an archive and the storages they refer to.

    Args:
        script: it is TorchScript, whose own classes may be named.
    """
    for name in archive.members:
        top, _, rest = name.partition("/")
        if rest.lower() in SEEN:  # torch finds it whatever its case
            yield from _member(archive, name, f"{top}/{rest[:-4]}/", script=script)


def pickled(content: PickleContent, *, script: bool = False) -> Iterator[Finding]:
    """What the names of a pickle mean."""
    calls = {call.name: call.arguments for call in content.calls if call.arguments}
    for name in dict.fromkeys(content.names):
        judgement = judge_name(name)
        if judgement == "foreign" or (judgement == "script" and not script):
            said = words_for_name(name)
            yield Finding("runs", f"{said}({calls[name]})" if name in calls else said, name)
    for key in content.misfits:
        yield Finding("damaged", f"a tensor reaches beyond its numbers (storage {key})", key)


def _member(archive: Archive, name: str, folder: str, *, script: bool) -> Iterator[Finding]:
    try:
        content = read_pickles(archive.open(name), streams=1)
    except Unread as error:
        yield Finding("runs", f"cannot be followed: {error}", name)
        return
    except ValueError as error:
        yield Finding("damaged", f"{name} is {error}", name)
        return
    yield from pickled(content, script=script)
    if content.end < archive.size(name):
        yield Finding("damaged", f"{name} goes on after its end", name)
    for key, storage in content.storages.items():
        member = archive.members.get(folder + key)
        if member is None:
            yield Finding("damaged", f"the numbers of storage {key} are missing", folder + key)
        elif member.file_size < storage.size_bytes:
            said = f"storage {key} claims {storage.size_bytes} bytes, the file holds {member.file_size}"
            yield Finding("damaged", said, folder + key)


def _storages_behind(stream: BinaryIO, size: int, content: PickleContent, where: str) -> Iterator[Finding]:
    """After the fifth pickle, for each key: how many numbers, then the numbers."""
    if content.pickles < STREAMS:
        yield Finding("damaged", "the list of its numbers is cut short or damaged", where)
        return
    at = content.end
    for key in content.last_texts[:MAX_STORAGES]:
        storage = content.storages.get(key)
        if storage is None:
            continue
        if storage.count < 0 or at + 8 > size:
            yield Finding("damaged", f"the numbers of storage {key} are cut short or damaged", where)
            return
        stream.seek(at)
        head = stream.read(8)
        count = struct.unpack("<q", head)[0] if len(head) == 8 else -1
        if count < storage.count or at + 8 + storage.size_bytes > size:
            yield Finding("damaged", f"the numbers of storage {key} are cut short or damaged", where)
            return
        at += 8 + storage.size_bytes * count // max(1, storage.count)
