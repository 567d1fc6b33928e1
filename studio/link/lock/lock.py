"""Shut this process in, before it opens a foreign file. There is no way back out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from studio.link.lock import kernel, landlock, mac, places, seccomp, windows
from studio.link.lock.limits import limit_use


class LockError(Exception):
    """A lock that this system has did not close: nothing foreign may be opened."""


def lock_down(
    read: Iterable[Path], write: Iterable[Path], *, processor_seconds: int = 0, file_bytes: int = 0
) -> tuple[str, ...]:
    """Leave this process its own files and threads.

    From now on it reads the paths named and the libraries of Python, writes below the folders named, and opens no
    connection, starts no process or program, signals nobody, and changes no owner or mode of a file. Pipes and files
    that are open stay so. Import what is heavy first, on one thread; more threads may be started afterwards.

    Args:
        read: files, and folders with all they hold.
        write: likewise, to be written as well.
        processor_seconds: of computing until it is ended, 0 for no limit.
        file_bytes: how large a file may become, 0 for no limit.

    Raises: LockError where a layer that this system has does not take hold.

    Returns: the layers that hold; on a system without any, the limits alone.
    """
    limit_use(processor_seconds, file_bytes)
    try:
        layers = _layers(list(read), list(write))
    except OSError as error:
        raise LockError(f"The process could not lock itself in: {error.strerror or error}.") from error
    return ("limits", *layers)


def _layers(read: list[Path], write: list[Path]) -> list[str]:
    if sys.platform == "win32":
        return windows.restrict(write)
    if sys.platform == "darwin":
        return mac.layers()
    layers = ["no new privileges"]
    kernel.no_new_privileges()
    if landlock.abi():
        known = landlock.restrict([*read, *places.readable()], write, devices=places.SINKS)
        layers.append(f"landlock {known}")
    if seccomp.is_there():
        kernel.drop_capabilities()
        seccomp.forbid()
        layers.append("seccomp")
    return layers
