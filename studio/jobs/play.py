"""The engine process: plays until the window ends the line."""

from __future__ import annotations

import os
from typing import Any

from studio.engine.control import Control
from studio.link.handles import take
from studio.link.line import Line
from studio.link.shared import open_board


def converse(request: dict[str, Any], line: Line) -> None:
    """Obey the lines that come in.

    Args:
        request: `board` and `commands`, inherited files by number (see `link.handles`).
        line: to the window. This thread sleeps in it: nothing else may run while sound plays.
    """
    descriptor = take(request["board"])
    board = open_board(descriptor)
    os.close(descriptor)
    control = Control(board, take(request["commands"]), line.send)
    line.send({"event": "ready"})
    while (message := line.receive()) is not None and message["do"] != "quit":
        control.handle(message)
    control.close()
