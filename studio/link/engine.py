"""One engine process as the window sees it: its numbers, its pipe and its line."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from studio.errors import JobError, StudioError
from studio.link.ending import ended
from studio.link.handles import give
from studio.link.process import Limits, Process
from studio.link.shared import RECORD, Command, State, create_board
from studio.link.tape import OwnTape
from studio.link.wanted import Message

ENGINE = Limits(seconds=None, address_space=0)  # an engine out of memory must not take the sound with it
PATIENCE = 0.4  # s for an engine that was asked to end
OBEYED = 2  # blocks after which a command has shown on the board


class Engine:
    """An engine from before its start to after its end.

    It runs on a thread of its own, which on Linux has to live as long as the process. No method waits for it.

    Args:
        lock: of whoever keeps engines; held while anything here changes.
        hear: called on that thread with this engine and each message it sends.
        bury: called there with this engine, and why it ended.
        tape: on which it writes what is heard.
        number: by which the tape knows it, above 0.
        folders: of captured models and decoded sounds, all that it may read.

    Attributes:
        board: there from the beginning, so that it can be written before there is an engine to read it.
        is_ready: everything is imported.
        is_gone: it has ended, or could not be started.
        goes_on: where another one plays until now.
        held: keys of the models that it has loaded, by slot.
        pending: slots and keys of the models that it was told to load and has not answered for, in order.
    """

    def __init__(
        self,
        lock: threading.RLock,
        hear: Callable[[Engine, Message], None],
        bury: Callable[[Engine, StudioError], None],
        tape: OwnTape,
        number: int,
        folders: Sequence[Path],
    ) -> None:
        self._lock, self._hear, self._bury = lock, hear, bury
        self._tape, self.number, self._folders = tape, number, folders
        self._file, self.board = create_board()
        self._pipe = -1
        self._outbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._lines, self._beat, self._arrival = 0, 0, (0, 0)
        self._process: Process | None = None
        self._thread: threading.Thread | None = None
        self._reason: StudioError | None = None
        self._doomed = False
        self.is_ready = self.is_gone = self.goes_on = False
        self.held: dict[int, str] = {}
        self.pending: deque[tuple[int, str]] = deque()

    @property
    def pid(self) -> int | None:
        """Of the process, once there is one."""
        return self._process.pid if self._process else None

    @property
    def is_started(self) -> bool:
        return self._thread is not None

    @property
    def is_busy(self) -> bool:
        """It has not answered all that it was sent."""
        return self._lines != self.board.heard

    @property
    def is_arriving(self) -> bool:
        """It has not yet come to where it was to begin."""
        lines, beat = self._arrival
        return self.board.heard < lines or self.board.beat < beat

    @property
    def has_obeyed(self) -> bool:
        """The board shows what all commands have brought about."""
        runs = self.board.state >= State.RUNNING
        return self.is_started and not self.is_busy and (not runs or self.board.beat >= self._beat + OBEYED)

    def start(self, *, is_spare: bool = False) -> None:
        """Begin to start the process, a spare one without hurry; what is sent meanwhile waits for it."""
        read_end, self._pipe = os.pipe()
        if sys.platform != "win32":
            os.set_blocking(self._pipe, False)
        handles = give(read_end), give(self._file.fileno()), self._tape.handle
        asked = {"commands": handles[0], "board": handles[1], "tape": handles[2], "number": self.number}
        self._outbox.put({**asked, "spare": is_spare, "from": [str(each) for each in self._folders]})
        self._thread = threading.Thread(target=self._live, args=(read_end, handles), name="engine", daemon=True)
        self._thread.start()

    def send(self, message: Message) -> None:
        """Ask for something heavy; whoever has not begun or has ended hears nothing."""
        with self._lock:
            if not self.is_started or self.is_gone:
                return
            if message["do"] == "model":
                self.pending.append((message["slot"], message["key"]))
            self._lines += 1
            self._outbox.put(message)

    def take_tape(self) -> None:
        """It is the one that is heard: what it plays is what is recorded."""
        self._tape.listen_to(self.number)

    def arrive(self, *, goes_on: bool = False) -> None:
        """All that it was told until now is what a new engine needs to stand where it should.

        `goes_on`: it needs no more than a block or two, and nobody should see a pause.
        """
        self._arrival = self._lines, self.board.beat + OBEYED if goes_on else 0
        self.goes_on = goes_on

    def command(self, command: Command) -> None:
        """Ask for something small: through the pipe, or behind the heavy requests that are still unanswered."""
        with self._lock:
            if self.board.state >= State.RUNNING and not self.is_busy and self._write(command):
                self.board.commands += 1
            else:
                self.send({"do": "command", "op": int(command.op), "a": command.a, "b": command.b})
            self._beat = self.board.beat

    def kill(self, reason: StudioError | None = None) -> None:
        """End it at once; `reason` is what is said of it."""
        with self._lock:
            self._reason, self._doomed = reason or self._reason, True
            if self._process is not None:
                self._process.signal_kill()
            elif not self.is_started:
                self._file.close()

    def quit(self) -> None:
        """Let it close its device itself, since some sound systems miss a client that is killed; then end it."""
        self.send({"do": "quit"})
        self.join(PATIENCE)
        self.kill()

    def join(self, seconds: float) -> None:
        """Wait for its end, at most so long."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _write(self, command: Command) -> bool:
        try:
            return os.write(self._pipe, command.packed()) == RECORD.size
        except OSError:  # full: the callback stands still, and the watch will see to it
            return False

    def _live(self, read_end: int, handles: tuple[int, ...]) -> None:
        """From start to end."""
        try:
            process = Process("play", ENGINE, inherit=handles)
        except OSError as error:
            self._end([read_end])
            self._bury(self, JobError(f"The engine cannot be started: {error}.", "Close other programs."))
            return
        with self._lock:
            self._process = process
            if self._doomed:
                process.signal_kill()
        threading.Thread(target=self._post, args=(process,), name="engine post", daemon=True).start()
        with contextlib.suppress(OSError), process.stdout as lines:
            for line in lines:
                self._receive(line)
        self._end([read_end])
        code = process.exit_code(1.0)
        process.kill()
        self._bury(self, self._reason or ended(code if code is not None else 0, process.output()))

    def _end(self, descriptors: list[int]) -> None:
        with self._lock:
            self.is_gone = True
            for descriptor in (*descriptors, self._pipe):
                os.close(descriptor)
            self._pipe = -1
            self._outbox.put(None)
            self._file.close()

    def _post(self, process: Process) -> None:
        """On a thread: a busy engine lets its line fill up, and nobody else should wait for that."""
        with contextlib.suppress(OSError, ValueError):
            while (message := self._outbox.get()) is not None:
                process.stdin.write(json.dumps(message).encode() + b"\n")
                process.stdin.flush()

    def _receive(self, line: bytes) -> None:
        with contextlib.suppress(ValueError):
            message = json.loads(line)
            if "error" in message:  # the job itself broke: what it says is better than its exit code
                self._reason = JobError(message["error"]["message"], message["error"]["hint"])
                return
            with self._lock:
                self._note(message)
            self._hear(self, message)

    def _note(self, message: Message) -> None:
        """Keep in mind what it has."""
        event = message["event"]
        if event == "ready":
            self.is_ready = True
        elif event == "loaded":
            self.held[message["slot"]] = message["key"]
        elif event == "unloaded":
            self.held.pop(message["slot"], None)
        answers = event == "loaded" or message.get("is_loading", False)
        if answers and self.pending and self.pending[0][1] == message["key"]:
            self.pending.popleft()
