"""Landlock: which files a process may reach, said by the process itself (Linux 5.13 and later).

Rights that are not granted here are gone for this thread and for all that it starts, for ever. Kernels know more rights
the younger they are (`abi()`); a right that a kernel does not know stays as it was.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from studio.link.lock import kernel

CREATE, ADD, RESTRICT = 444, 445, 446  # the same number on every processor
ASK_VERSION = 1
ALL_THREADS = 1 << 3  # flag of RESTRICT, from ABI 8
WRITE, READ, LIST = 1 << 1, 1 << 2, 1 << 3
REMOVE_FOLDER, REMOVE_FILE, MAKE_FOLDER, MAKE_FILE, MAKE_SOCKET = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 9
MOVE, TRUNCATE, CONTROL_DEVICE = 1 << 13, 1 << 14, 1 << 15
ON_FILES = WRITE | READ | TRUNCATE | CONTROL_DEVICE  # the others make sense for folders only
READING = READ | LIST
# neither links, whose goal the parent would follow, nor devices, pipes and sockets; and nothing may be executed
WRITING = READING | WRITE | TRUNCATE | REMOVE_FOLDER | REMOVE_FILE | MAKE_FOLDER | MAKE_FILE | MOVE
DEVICES = READING | WRITE | CONTROL_DEVICE
MEETING = READING | WRITE | REMOVE_FILE | MAKE_SOCKET  # no new file, and none that becomes longer or shorter
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many the kernel knows; from ABI 5: 16
TCP, TCP_ABI = 0b11, 4  # bind and connect
ABSTRACT_SOCKETS, SIGNALS, SCOPE_ABI = 1, 2, 6
TSYNC_ABI = 8


def abi() -> int:
    """Which version of Landlock this kernel has, 0 for none."""
    if sys.platform != "linux":
        return 0
    try:
        return kernel.call(CREATE, None, 0, ASK_VERSION)
    except OSError:
        return 0


def restrict(
    read: Iterable[Path],
    write: Iterable[Path],
    *,
    devices: Iterable[Path] = (),
    meeting: Iterable[Path] = (),
    keep_sockets: bool = False,
) -> int:
    """Take every right to files away from this process, but for those below the paths named.

    Paths that do not exist are passed over. Call `kernel.no_new_privileges` first.

    Args:
        read: files, and folders with all they hold.
        write: likewise, to be written, made and removed as well.
        devices: device files, or folders of them, to be opened and controlled.
        meeting: folders where programs share memory that lies there already, and make sockets of their own.
        keep_sockets: let TCP and sockets without a path be, as sound servers may need them.

    Raises: OSError where the kernel has no Landlock, or where a second thread runs that it would leave out.

    Returns: the version that took hold.
    """
    known = abi()
    if not known:
        raise OSError(38, "this kernel has no Landlock")
    if known < TSYNC_ABI and (others := kernel.other_threads()):
        raise OSError(16, f"{others + 1} threads are running, and only one of them would be restricted")
    everything = (1 << FILE_RIGHTS.get(known, 16)) - 1
    rules = _rules(known, everything, keep_sockets=keep_sockets)
    try:
        for paths, rights in ((read, READING), (write, WRITING), (devices, DEVICES), (meeting, MEETING)):
            for path in dict.fromkeys(map(Path, paths)):
                _allow(rules, path, rights & everything)
        kernel.call(RESTRICT, rules, ALL_THREADS if known >= TSYNC_ABI else 0)
    finally:
        os.close(rules)
    return known


def _rules(known: int, everything: int, *, keep_sockets: bool) -> int:
    """A set of rules that forbids everything, as an open file."""
    tcp = TCP if known >= TCP_ABI and not keep_sockets else 0
    scope = SIGNALS | (0 if keep_sockets else ABSTRACT_SOCKETS) if known >= SCOPE_ABI else 0
    fields = [everything, *([tcp] if known >= TCP_ABI else []), *([scope] if known >= SCOPE_ABI else [])]
    packed = struct.pack(f"={len(fields)}Q", *fields)
    return kernel.call(CREATE, packed, len(packed), 0)


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    try:
        wanted = rights if stat.S_ISDIR(os.fstat(handle).st_mode) else rights & ON_FILES
        kernel.call(ADD, rules, 1, struct.pack("=Qi", wanted, handle), 0)
    finally:
        os.close(handle)
