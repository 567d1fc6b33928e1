"""Small commands on their way to the graph: those in the pipe, and those that the control thread left."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable

from studio.link.shared import RECORD, Board, Command, unpacked


class Inbox:
    """Read by one thread, the one that runs the graph or answers for it.

    Args:
        board: says how many records were written to the pipe.
        pipe: file descriptor.
    """

    def __init__(self, board: Board, pipe: int) -> None:
        self._board, self._pipe, self._taken = board, pipe, 0
        self._posted: deque[Command] = deque()

    def post(self, command: Command) -> None:
        """Leave a command for the next block; for the control thread."""
        self._posted.append(command)

    def take(self, obey: Callable[[Command], None]) -> None:
        """Obey all that has come, in order."""
        while self._posted:
            obey(self._posted.popleft())
        sent = self._board.commands
        if sent != self._taken:  # so that nobody reads an empty pipe, which would wait
            records = os.read(self._pipe, RECORD.size * (sent - self._taken))
            self._taken += len(records) // RECORD.size
            for command in unpacked(records):
                obey(command)
