"""What a process may use up, said by the process itself."""

from __future__ import annotations

import sys

SPARE_SECONDS = 5  # between the signal that names the limit and the one that nothing survives
OPEN_FILES = 1024


def limit_memory(address_space: int) -> None:
    """Let this process reserve so many bytes of addresses; 0 for no limit. macOS ignores it, Windows has none."""
    if address_space and sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))


def limit_use(processor_seconds: int = 0, file_bytes: int = 0) -> None:
    """Let this process compute so long, and write files so large; 0 for no limit. It leaves no image of itself.

    These stand behind the parent's clock: they hold where the parent is gone or asleep.
    """
    if sys.platform == "win32":
        return
    import resource

    lower(resource.RLIMIT_CORE, 0, 0)
    lower(resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)
    if processor_seconds:
        lower(resource.RLIMIT_CPU, processor_seconds, processor_seconds + SPARE_SECONDS)
    if file_bytes:
        lower(resource.RLIMIT_FSIZE, file_bytes, file_bytes)


def lower(which: int, soft: int, hard: int) -> None:
    """Set a limit, but never above the one that holds already."""
    if sys.platform == "win32":
        return
    import resource

    known = resource.getrlimit(which)[1]
    top = hard if known == resource.RLIM_INFINITY else min(hard, known)
    resource.setrlimit(which, (min(soft, top), top))
