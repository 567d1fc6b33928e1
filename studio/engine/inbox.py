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
        self._posted: deque[tuple[int, Command]] = deque()

    def post(self, command: Command) -> None:
        """Leave a command for the next block, behind all that is in the pipe; for the control thread."""
        self._posted.append((self._board.commands, command))

    def take(self, obey: Callable[[Command], None]) -> None:
        """Obey all that has come, in the order in which it was sent."""
        written = self._board.commands  # before the look at what is posted: what is written after that comes behind it
        while self._posted:
            sent, command = self._posted.popleft()
            self._read(sent, obey)
            obey(command)
        self._read(written, obey)

    def _read(self, sent: int, obey: Callable[[Command], None]) -> None:
        """Obey the pipe's records up to this one; an empty pipe is never read, which would wait."""
        while self._taken < sent:
            records = os.read(self._pipe, RECORD.size * (sent - self._taken))
            self._taken += len(records) // RECORD.size
            for command in unpacked(records):
                obey(command)
