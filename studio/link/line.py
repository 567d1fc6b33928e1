"""The two ends of a child's JSON lines, kept away from whatever foreign code prints or reads."""

from __future__ import annotations

import json
import os
import threading
from typing import Any, Self, TextIO


class Line:
    """JSON objects, one a line, over a pair of streams. `send` may be called from several threads."""

    def __init__(self, incoming: TextIO, outgoing: TextIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._sending = threading.Lock()

    @classmethod
    def take_standard_streams(cls) -> Self:
        """Claim standard input and output; prints go to standard error from now on, reads find nothing."""
        incoming = os.fdopen(os.dup(0), encoding="utf-8", newline="\n")
        outgoing = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        return cls(incoming, outgoing)

    def receive(self) -> dict[str, Any] | None:
        """The next object; None when the other side is gone. Raises: ValueError for a line that is none."""
        text = self._incoming.readline()
        if not text:
            return None
        found = json.loads(text)
        if not isinstance(found, dict):
            raise ValueError("a message is one JSON object")
        return found

    def send(self, message: dict[str, Any]) -> None:
        """Write one object. Raises: OSError when the other side is gone."""
        text = json.dumps(message) + "\n"
        with self._sending:
            self._outgoing.write(text)
            self._outgoing.flush()
