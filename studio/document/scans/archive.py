"""Zip archives read in place: names, sizes and order are judged before any member is looked at; nothing is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

MAX_MEMBERS = 20_000
MAX_RATIO = 200
SMALL = 16 << 20  # what unpacks to less cannot hurt, however much it was squeezed
MAX_DIRECTORY = 64 << 20
MAX_TAIL = 22 + 65_535 + 76  # the end record with its comment, and the two records of large archives before it
END, END64, LOCATOR = b"PK\5\6", b"PK\6\6", b"PK\6\7"
LATER, UTF8 = 1 << 3, 1 << 11  # flags: checksum and sizes follow the member; its name is UTF-8
UNTOLD = 0xFFFFFFFF  # in place of a size of four bytes: it stands elsewhere
BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    EOFError,
    RuntimeError,
    ValueError,
    OSError,
    struct.error,
    zlib.error,
)


class UnsoundError(ValueError):
    """The archive must not be opened; says why, to follow its name: `is …` or `holds …`."""


class Archive:
    """Members of a zip file by name.

    Raises: UnsoundError where two readers could see different members, or one member could do harm.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        try:
            count = _count_in_one_directory(stream, size)
            self._zip = zipfile.ZipFile(stream)
        except UnsoundError:
            raise
        except BROKEN as error:
            raise UnsoundError("is a damaged or cut archive") from error
        self.members = {info.filename: info for info in self._zip.infolist()}
        if len(self._zip.infolist()) != count:  # a length in the list that is wrong hides what follows
            raise UnsoundError("is a damaged archive: its list of members is not whole")
        _require_sound(self._zip.infolist(), size)

    def size(self, name: str) -> int:
        return self.members[name].file_size

    def head(self, name: str, length: int = 64) -> bytes:
        return self.open(name).read(length)

    def read(self, name: str, most: int) -> bytes:
        """A member's bytes. Raises: UnsoundError for more than `most`, or where they cannot be unpacked."""
        if self.size(name) > most:
            raise UnsoundError(f"holds more in {name} than can be looked through")
        try:
            return self.open(name).read()
        except BROKEN as error:
            raise UnsoundError(f"is damaged: {name} cannot be unpacked") from error

    def open(self, name: str) -> BinaryIO:
        """A member as a stream; one that is stored as it is can be sought in at no cost."""
        info = self.members[name]
        if not self.is_stored(name):
            return cast(BinaryIO, self._zip.open(info))
        window = _Window(self._stream, self._start(info), info.file_size)
        return cast(BinaryIO, io.BufferedReader(window, 1 << 16))

    def is_stored(self, name: str) -> bool:
        """Whether a member lies in the archive as it is."""
        return self.members[name].compress_type == zipfile.ZIP_STORED

    def agrees(self, name: str) -> bool:
        """Whether the member's own header says the same of it as the archive's list, which alone is believed."""
        info = self.members[name]
        self._stream.seek(info.header_offset)
        head = self._stream.read(30)
        if len(head) < 30:
            return False
        mark, flags, method, checksum, packed, size, length = struct.unpack("<4s2xHH4xIIIH2x", head)
        own = self._stream.read(length).decode("utf-8" if info.flag_bits & UTF8 else "cp437", "replace")
        if mark != b"PK\3\4" or own != info.orig_filename or method != info.compress_type:
            return False
        if flags & LATER:
            return True
        pairs = ((checksum, info.CRC), (packed, info.compress_size), (size, info.file_size))
        return all(said in (listed, 0, UNTOLD) for said, listed in pairs)

    def chunks(self, name: str, buffer: bytearray) -> Iterator[memoryview]:
        """The bytes of a stored member, a bufferful at a time; each is gone when the next is asked for."""
        left, view = self.size(name), memoryview(buffer)
        self._stream.seek(self._start(self.members[name]))
        while left and (read := self._stream.readinto(view[: min(left, len(view))])):  # type: ignore[attr-defined]
            left -= read
            yield view[:read]

    def _start(self, info: zipfile.ZipInfo) -> int:
        self._stream.seek(info.header_offset)
        header = self._stream.read(30)
        if len(header) < 30 or header[:4] != b"PK\3\4":
            raise UnsoundError(f"is a damaged archive: {info.filename} does not begin where it should")
        return info.header_offset + 30 + int(sum(struct.unpack("<HH", header[26:30])))


class _Window(io.RawIOBase):
    """A stretch of another stream."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        self._stream, self._start, self._length, self._at = stream, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        wanted = min(len(view), max(0, self._length - self._at))
        self._stream.seek(self._start + self._at)
        found = self._stream.read(wanted)
        view[: len(found)] = found
        self._at += len(found)
        return len(found)


def open_archive(path: Path) -> tuple[BinaryIO, Archive]:
    """The file, to be closed, and the archive in it. Raises: UnsoundError, OSError."""
    stream = path.open("rb")
    try:
        return stream, Archive(stream, path.stat().st_size)
    except BaseException:
        stream.close()
        raise


def _count_in_one_directory(stream: BinaryIO, size: int) -> int:
    """How many members are listed. The list must stand right before the end record: else readers disagree on it."""
    stream.seek(max(0, size - MAX_TAIL))
    tail = stream.read(MAX_TAIL)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise UnsoundError("is a damaged or cut archive")
    count, length, offset = struct.unpack("<HII", tail[at + 10 : at + 20])
    end = size - len(tail) + at
    if at >= 20 and tail[at - 20 : at - 16] == LOCATOR:
        end -= 76  # of the record and the locator that large archives have before it
        record = tail[at - 76 : at - 20] if at >= 76 else b""
        if record[:4] != END64 or struct.unpack("<Q", tail[at - 12 : at - 4])[0] != end:
            raise UnsoundError("is a damaged or cut archive")
        count, length, offset = struct.unpack("<QQQ", record[32:56])
    if count > MAX_MEMBERS or length > MAX_DIRECTORY:
        raise UnsoundError(f"is an archive of {count} files, not a model")
    if offset + length != end:
        raise UnsoundError("is a damaged archive: its list of members is not where it should be")
    return int(count)


def _require_sound(infos: list[zipfile.ZipInfo], size: int) -> None:
    names = [info.filename.lower() for info in infos]  # torch looks members up without regard to case
    if len(set(names)) != len(names):
        raise UnsoundError("is a damaged archive: two members share a name")
    for info in infos:
        if trouble := _trouble(info):
            raise UnsoundError(trouble)
    spans = sorted((info.header_offset, info.compress_size) for info in infos)
    ends = [*(offset for offset, _ in spans[1:]), size]
    if any(offset + 30 + length > end for (offset, length), end in zip(spans, ends, strict=True)):
        raise UnsoundError("is a damaged archive: its members overlap")


def _trouble(info: zipfile.ZipInfo) -> str:
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or info.external_attr >> 28 == 0xA:
        return "holds a member that points outside the archive; it was made to do harm"
    if info.flag_bits & 1:
        return "is locked with a password"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is an archive that was squeezed in an unusual way"
    if "\0" in info.orig_filename or (
        info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size
    ):
        return "is a damaged archive: a member's name or size cannot be"
    if info.file_size > max(MAX_RATIO * max(info.compress_size, 1000), SMALL):
        return f"unpacks to far more than it holds ({info.file_size >> 20} MB from {info.compress_size >> 10} kB)"
    return ""
