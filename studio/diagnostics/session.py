"""From the start of a window or a command to its end: its log, its mark, and what nobody caught."""

from __future__ import annotations

import logging
import platform
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from studio.diagnostics.log import OURS, LogHandler, log_file
from studio.diagnostics.marks import WINDOW, Mark, collect_crashes, take_news

PROGRAM = "neural-audio-studio"
log = logging.getLogger(__name__)


@contextmanager
def diagnosed(kind: str) -> Iterator[bool]:
    """Keep a log and a mark while the block runs; yields whether the user is to be told of a crash before it.

    A block that ends by an exception has crashed: its mark stays, and the next window says so.

    Args:
        kind: window or command.
    """
    handler, ours = LogHandler(log_file(), kind, behind=kind == WINDOW), logging.getLogger(OURS)
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    crashes, mark = collect_crashes(), Mark(kind)
    for each in crashes:
        log.error("A %s that began %s ended unexpectedly.\n%s", each.kind, each.head, each.trace)
    try:
        with _uncaught():
            try:
                yield kind == WINDOW and take_news()
            except Exception:
                log.exception("The %s ends by an exception.", kind)
                raise
    except (SystemExit, KeyboardInterrupt):
        _end(mark)
        raise
    else:
        _end(mark)
    finally:
        ours.removeHandler(handler)
        handler.close()


def _end(mark: Mark) -> None:
    log.info("Ended.")
    mark.clear()


def announce() -> None:
    """Write down what runs, and on what."""
    from importlib.metadata import version  # costs a window's first frame more than the rest of this module

    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    log.info("%s %s, Python %s, %s", PROGRAM, version(PROGRAM), platform.python_version(), system)


@contextmanager
def _uncaught() -> Iterator[None]:
    """Write down every exception that nobody caught, then let it be reported as before."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook

    def on_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            log.error("Nobody caught this:", exc_info=(kind, error, trace))
        before[0](kind, error, trace)

    def on_thread(args: Any) -> None:
        if args.exc_value is not None:
            name = args.thread.name if args.thread else "a thread"
            log.error("Nobody caught this in %s:", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
        before[1](args)

    def unraisable(args: Any) -> None:
        if args.exc_value is not None:
            log.error("This could not be raised:", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
        before[2](args)

    sys.excepthook, threading.excepthook, sys.unraisablehook = on_main, on_thread, unraisable
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before
