"""Keeps one engine process alive: starts it, listens to it, and puts another in its place when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
from collections import Counter
from collections.abc import Callable

from studio.errors import JobError, StudioError
from studio.link.ending import ended
from studio.link.handles import give
from studio.link.process import Limits, Process
from studio.link.shared import RECORD, Command, State, create_board
from studio.link.wanted import Message, Wanted

ENGINE = Limits(seconds=None, address_space=0)  # an engine out of memory must not take the sound with it
CHANCES = 2  # deaths with one model before it is put aside
TRIES = 3  # deaths without any model before giving up


class Keeper:
    """Runs the engine on a thread of its own, which on Linux has to live as long as the engine.

    Args:
        tell: called on that thread with every message of the engine, and with `gone` and `failed` of our own.
    """

    def __init__(self, tell: Callable[[Message], None]) -> None:
        self._tell = tell
        self._file, self.board = create_board()
        self.wanted = Wanted()
        self.lock = threading.RLock()  # of `wanted` and of all below
        self._process: Process | None = None
        self._outbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._lines = 0
        self._pipe = -1
        self._closing = threading.Event()
        self._reason: StudioError | None = None
        self._deaths: Counter[str] = Counter()
        self._quarantined: set[str] = set()
        self._thread = threading.Thread(target=self._keep, name="engine keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the engine, within a second: it is asked first, since some sound systems miss a client that is killed."""
        self._closing.set()
        self.send({"do": "quit"})
        for _ in range(2):
            if self._thread.is_alive():
                self._thread.join(0.4)
            self.kill(None)
        self._file.close()

    def kill(self, reason: StudioError | None) -> None:
        """End this engine; unless we are closing another takes its place, and `reason` is what is said of it."""
        with self.lock:
            if self._process is not None:
                self._reason = reason
                self._process.signal_kill()

    def is_quarantined(self, key: str) -> bool:
        return key in self._quarantined

    def send(self, message: Message) -> None:
        """Ask for something heavy. Without an engine nothing is sent: the next one learns of it from `wanted`."""
        with self.lock:
            if self._process is not None:
                self._lines += 1
                self._outbox.put(message)

    def command(self, command: Command) -> None:
        """Ask for something small: through the pipe, or behind the heavy requests that are still unanswered."""
        with self.lock:
            if self._process is None:
                return
            if self.board.state >= State.RUNNING and self._lines == self.board.heard and self._write(command):
                self.board.commands += 1
            else:
                self.send({"do": "command", "op": int(command.op), "a": command.a, "b": command.b})

    def _write(self, command: Command) -> bool:
        try:
            return os.write(self._pipe, command.packed()) == RECORD.size
        except OSError:  # full: the callback stands still, and the watch will see to it
            return False

    def _keep(self) -> None:
        while not self._closing.is_set():
            read_end, self._pipe = os.pipe()
            try:
                self._live_through(read_end)
            finally:
                os.close(self._pipe)
                os.close(read_end)

    def _live_through(self, read_end: int) -> None:
        """One engine from start to end."""
        if sys.platform != "win32":
            os.set_blocking(self._pipe, False)
        handles = give(read_end), give(self._file.fileno())
        self.board.commands = self.board.heard = self.board.beat = self.board.busy = 0
        self.board.state = State.STARTING
        process = Process("play", ENGINE, inherit=handles)
        writer = threading.Thread(target=self._post, args=(process, self._outbox), name="engine post", daemon=True)
        with self.lock:
            self._process, self._lines = process, 0
            self._outbox.put({"commands": handles[0], "board": handles[1]})
            for message in self.wanted.messages():
                self.send(message)
        if self._closing.is_set():
            process.signal_kill()
        writer.start()
        with contextlib.suppress(OSError), process.stdout as lines:
            for line in lines:
                self._hear(line)
        with self.lock:
            self._process = None
            self._outbox.put(None)
            self._outbox = queue.SimpleQueue()
        code = process.exit_code(1.0)
        process.kill()
        if not self._closing.is_set():
            self._bury(self._reason or ended(code if code is not None else 0, process.output()))

    def _post(self, process: Process, outbox: queue.SimpleQueue[Message | None]) -> None:
        """On a thread: a busy engine lets its line fill up, and nobody else should wait for that."""
        with contextlib.suppress(OSError, ValueError):
            while (message := outbox.get()) is not None:
                process.stdin.write(json.dumps(message).encode() + b"\n")
                process.stdin.flush()

    def _hear(self, line: bytes) -> None:
        with contextlib.suppress(ValueError):
            message = json.loads(line)
            if "error" in message:  # the job itself broke: what it says is better than its exit code
                self._reason = JobError(message["error"]["message"], message["error"]["hint"])
                return
            self._follow(message)
            self._tell(message)

    def _follow(self, message: Message) -> None:
        """A model counts as the one to come back to when it has been loaded."""
        with self.lock:
            if self.wanted.model is None or self.wanted.model.key != message.get("key"):
                return
            if message["event"] == "loaded":
                self.wanted.loaded = self.wanted.model
            elif message["event"] == "failed":
                self.wanted.model = self.wanted.loaded

    def _bury(self, error: StudioError) -> None:
        """Decide with what to go on, and say what happened."""
        with self.lock:
            self._reason = None
            key = self.wanted.model.key if self.wanted.model else ""
            if self.board.beat:
                self.wanted.position, self.wanted.playing = self.board.position, bool(self.board.playing)
            self.board.state, self.board.playing = State.STARTING, 0
            self._deaths[key] += 1
            said = self._verdict(key, error)
        self._tell(said)

    def _verdict(self, key: str, error: StudioError) -> Message:
        if key and self._deaths[key] >= CHANCES:
            self._quarantined.add(key)
            self.wanted.model = self.wanted.loaded = None
            self.wanted.playing = False
            return _failed("model", key, error, "It is put aside until the program is started again.")
        if not key and self._deaths[key] >= TRIES:
            self._closing.set()
            return _failed("engine", key, error, "Start the program again.")
        return {"event": "gone", "key": key, "message": error.sentence, "hint": "It starts again by itself."}


def _failed(about: str, key: str, error: StudioError, hint: str) -> Message:
    return {"event": "failed", "about": about, "key": key, "message": error.sentence, "hint": hint}
