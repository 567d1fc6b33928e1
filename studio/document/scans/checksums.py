"""The checksums of an archive's members, which torch never looks at: one flipped bit in a weight loads silently."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

from studio.document.scans.archive import BROKEN, Archive, UnsoundError, open_archive
from studio.document.scans.result import Finding, Scan

CHUNK = 1 << 18


def check_checksums(path: Path, is_stopped: Callable[[], bool] = lambda: False) -> Scan:
    """Read a zip-based file once and compare every member with its checksum; other files have none to compare.

    Args:
        is_stopped: asked between chunks; a check that was stopped finds nothing.

    Raises: OSError where the file cannot be read.
    """
    with path.open("rb") as head:
        if head.read(2) != b"PK":
            return Scan()
    try:
        stream, archive = open_archive(path)
    except UnsoundError as error:
        return Scan((Finding("damaged", str(error), path.name),))
    with stream:
        if has_no_checksums(archive):
            return Scan((Finding("note", "was saved without checksums", path.name),))
        buffer = bytearray(CHUNK)
        wrong = [name for name in archive.members if not _is_right(archive, name, buffer, is_stopped)]
    return Scan(tuple(Finding("damaged", f"the checksum of {name} is wrong", name) for name in wrong))


def has_no_checksums(archive: Archive) -> bool:
    """Whether the writer left them out, as torch does when told to: all are zero then."""
    return not any(info.CRC for info in archive.members.values() if info.file_size)


def _is_right(archive: Archive, name: str, buffer: bytearray, is_stopped: Callable[[], bool]) -> bool:
    found, length = 0, 0
    try:
        if not archive.agrees(name):
            return False
        if archive.is_stored(name):
            for chunk in archive.chunks(name, buffer):
                found, length = zlib.crc32(chunk, found), length + len(chunk)
                if is_stopped():
                    return True
            return length == archive.size(name) and found == archive.members[name].CRC
        member = archive.open(name)
        while member.readinto(buffer):  # type: ignore[attr-defined]
            if is_stopped():
                return True
    except (UnsoundError, *BROKEN):  # what is squeezed is compared by zipfile itself
        return False
    return True
