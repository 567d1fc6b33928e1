"""The engine process: plays until the window ends the line."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from studio.errors import JobError
from studio.link.handles import take
from studio.link.line import Line
from studio.link.lock.lock import LockError
from studio.link.lock.player import lock_player
from studio.link.shared import open_board
from studio.link.tape import Tape

CONTROL = "studio.engine.control"
FAULT = 70  # as exit code
BACK = 10  # by which the import of a spare engine steps back behind one that plays


def converse(request: dict[str, Any], line: Line) -> None:
    """Obey the lines that come in; a spare engine waits for its first one, with everything imported.

    Args:
        request: `board`, `commands` and `tape`, inherited files by number (see `link.handles`), this engine's own
            `number`, the folders it reads `from`, and whether it is a `spare` one, which is in no hurry.
        line: to the window. This thread sleeps in it: nothing else may run while sound plays.
    """
    threading.excepthook = _end
    if request["spare"]:
        with ThreadPoolExecutor(1, initializer=_step_back) as in_background:
            in_background.submit(importlib.import_module, CONTROL).result()
    from studio.engine.control import Control
    from studio.engine.device import locate
    from studio.engine.live import settle

    locate()
    _lock_in([Path(each) for each in request["from"]])  # while there is one thread: the others inherit the lock
    descriptors = take(request["board"]), take(request["tape"])
    board, tape = open_board(descriptors[0]), Tape(descriptors[1], request["number"])
    for descriptor in descriptors:
        os.close(descriptor)
    control = Control(board, take(request["commands"]), line.send, tape)
    settle()
    line.send({"event": "ready"})
    while (message := line.receive()) is not None and message["do"] != "quit":
        control.handle(message)
    control.close()


def _lock_in(folders: list[Path]) -> None:
    try:
        lock_player(folders)
    except LockError as error:
        raise JobError(str(error), "Nothing is played. Run studio doctor and report what it says.") from error


def _end(failed: threading.ExceptHookArgs) -> None:
    """A thread that makes sound has ended: better no engine, which is replaced, than one that is silent for ever."""
    traceback.print_exception(failed.exc_value)
    sys.stderr.flush()
    os._exit(FAULT)


def _step_back() -> None:
    """Be less urgent on this thread alone: one that makes sound later could not be made more urgent again."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACK)
