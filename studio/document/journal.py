"""An append-only file of records: whatever happens to it, what can be read is a true beginning of what was written.

    head | length, number, checksum | payload | length, number, checksum | payload | …

A checksum covers number, length and payload, and the checksum before it, so that no record can be moved, doubled or
left over from another life of the file. Reading stops at the first that does not fit.

A journal that begins again does so in a second file, whose numbers begin higher; the first is removed once the second
is on the disk. So beginning again waits for no disk, and at no moment is there less than one whole journal.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

from studio.storage import sync_file, sync_folder

MAGIC = b"STUDIOJOURNAL\0\0\x01"
HEAD = struct.Struct("<IQ16s")  # bytes of payload, number, checksum
LARGEST = 256 << 20  # no single edit is larger: a torn length must not ask for terabytes
LIFE = 1 << 32  # the first number of a life is a multiple of it
FIRST, SECOND = ".journal", ".journal-2"
BINARY = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Written:
    """What could be read of a journal.

    Attributes:
        records: payloads in order.
        life: how often it had begun again.
    """

    records: tuple[bytes, ...] = ()
    life: int = -1


NOTHING = Written()


def read_journal(data: bytes) -> Written:
    """The longest true beginning of one file."""
    if data[: len(MAGIC)] != MAGIC:
        return Written()
    records: list[bytes] = []
    at, last, life = len(MAGIC), MAGIC, -1
    while at + HEAD.size <= len(data):
        size, number, said = HEAD.unpack_from(data, at)
        payload = data[at + HEAD.size : at + HEAD.size + size]
        life = life if records else number // LIFE
        fits = size <= LARGEST and len(payload) == size and number == life * LIFE + len(records)
        if not fits or said != _sum(last, number, payload):
            break
        records.append(payload)
        at, last = at + HEAD.size + size, said
    return Written(tuple(records), life) if records else Written()


def read_files(path: Path) -> Written:
    """What a journal holds, in whichever of its two files its last life is. Raises: OSError."""
    return max(
        (read_journal(each.read_bytes()) for each in files_of(path) if each.exists()), key=_life, default=NOTHING
    )


def files_of(path: Path) -> tuple[Path, Path]:
    """The two places of a journal of this name, whatever ending it is given with."""
    return path.with_suffix(FIRST), path.with_suffix(SECOND)


class Journal:
    """A journal that is being written, with no buffer of its own: what was appended outlives this process.

    One thread appends and begins again; another may call `sync` meanwhile.

    Args:
        path: its name; a journal that is there is followed by this one.
        first: its first record.

    Attributes:
        size: of the present file, in bytes.
        count: how many records that holds.

    Raises: OSError where it cannot be written.
    """

    def __init__(self, path: Path, first: bytes) -> None:
        self._files = files_of(path)
        found = [read_journal(each.read_bytes()).life if each.exists() else -1 for each in self._files]
        self._turn = 0 if found[0] > found[1] else 1  # the one that is not written next
        self._life, self._is_synced = max(found), True
        self._stream, self._last, self.count, self.size = -1, MAGIC, 0, 0
        self._switching = threading.Lock()
        self.restart(first)

    def append(self, *payloads: bytes) -> None:
        """Add records; `sync` brings them to the disk. Raises: OSError, and then none of them was added."""
        sealed = bytearray()
        count, last = self.count, self._last
        for payload in payloads:
            record = _seal(last, self._life * LIFE + count, payload)
            sealed += record
            last, count = record[HEAD.size - 16 : HEAD.size], count + 1
        try:
            _write(self._stream, sealed)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._stream, self.size)  # a full disk may have taken half a record
            raise
        self._last, self.count, self.size = last, count, self.size + len(sealed)

    def sync(self) -> None:
        """Return when all records are on the disk, and remove the life before. Raises: OSError."""
        with self._switching:
            if self._stream < 0:
                return
            life, handle = self._life, os.dup(self._stream)
        try:
            sync_file(handle)
        finally:
            os.close(handle)
        with self._switching:
            if life == self._life and not self._is_synced:
                sync_folder(self._files[0].parent)
                self._files[1 - self._turn].unlink(missing_ok=True)
                self._is_synced = True

    def restart(self, first: bytes) -> None:
        """Begin again with one record. Raises: OSError, and then the old life goes on."""
        if not self._is_synced:
            self.sync()  # else the only life that is on the disk would be written over
        record = _seal(MAGIC, (self._life + 1) * LIFE, first)
        place = self._files[1 - self._turn]
        with self._switching:
            stream = _whole_file(place, MAGIC + record)
            self._shut()
            self._stream, self._turn, self._life, self._is_synced = stream, 1 - self._turn, self._life + 1, False
            self._last, self.count, self.size = record[HEAD.size - 16 : HEAD.size], 1, len(MAGIC) + len(record)

    def close(self) -> None:
        """Write no more."""
        with self._switching:
            self._shut()

    def _shut(self) -> None:
        if self._stream >= 0:
            os.close(self._stream)
        self._stream = -1


def _whole_file(place: Path, data: bytes) -> int:
    """A new file, whole when it gets its name though not on the disk yet, to be appended to."""
    part = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")  # as `storage.sweep` knows them
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
        try:
            _write(handle, data)
        finally:
            os.close(handle)
        part.replace(place)
        return os.open(place, os.O_WRONLY | os.O_APPEND | BINARY)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _life(found: Written) -> int:
    return found.life


def _write(stream: int, data: bytes | bytearray) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(stream, rest) :]


def _sum(before: bytes, number: int, payload: bytes) -> bytes:
    return hashlib.blake2b(struct.pack("<QQ", number, len(payload)) + before + payload, digest_size=16).digest()


def _seal(before: bytes, number: int, payload: bytes) -> bytes:
    return HEAD.pack(len(payload), number, _sum(before, number, payload)) + payload
