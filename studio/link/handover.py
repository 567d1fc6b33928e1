"""From one engine to the next while sound plays: the new one gets ready, the old one fades, the new one goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from studio.errors import JobError
from studio.link.engine import Engine
from studio.link.shared import KNOBS, Command, Op, State
from studio.link.wanted import QUIET_DB, Message, Wanted, copy_hands, prepare

LOADING = 60.0  # s for the new engine to get ready
FADING = 0.06  # s for the old one to fall silent, and three blocks
OPENING = 5.0  # s to close a device here and open it there
LOOK = 0.005  # s
CLOSE_LOOK = 0.001
MOVES = (Op.SEEK, Op.STOP, Op.SCRUB)
TOO_SLOW = "The model took too long to load and was stopped."


class Handover:
    """Its thread runs from the start until the new engine plays, or it is clear that it will not.

    Args:
        lock: of whoever keeps engines; held while anything here or in `wanted` changes.
        wanted: what the new engine should be doing, kept up to date while this runs.
        old: plays.
        new: has started and waits.
        place: the open device: name and rate.
        done: called with the lock held when it is over; whether the new engine plays. Not called once cancelled.
        tell: takes what there is to say then.

    Attributes:
        news: of the new engine about its models, for the window, once it plays.
        is_switching: the old engine fades or is still; what it says of the transport is no longer what is wanted.
    """

    def __init__(
        self,
        lock: threading.RLock,
        wanted: Wanted,
        old: Engine,
        new: Engine,
        place: tuple[str, int],
        done: Callable[[bool], list[Message]],
        tell: Callable[[Message], None],
    ) -> None:
        self._lock, self._wanted, self._old, self._new, self._done = lock, wanted, old, new, done
        self._place, self._tell = place, tell
        self._is_cancelled = self._is_refused = self._is_unfit = False
        self.is_switching = False
        self._missed: list[Command] = []
        self.news: list[Message] = []

    def start(self) -> None:
        """Tell the new engine all it has to load, and go on from there."""
        old, new = self._old.board, self._new.board
        copy_hands(old, new)
        self._new.send(prepare(old.sample_rate, old.block))
        for message in self._wanted.contents():
            self._new.send(message)
        self._new.send(self._device())
        threading.Thread(target=self._run, name="engine hand-over", daemon=True).start()

    def cancel(self) -> None:
        """Go no further: one of the engines is gone, or what they play is to change altogether."""
        self._is_cancelled = True

    def turn_back(self) -> None:
        """The same, and the old engine goes on as if nothing had been."""
        self._is_cancelled = True
        if self.is_switching:
            self._old.take_tape()
            self._old.send({"do": "reopen"})
            for command in self._resumed():
                self._old.command(command)

    def command(self, command: Command) -> None:
        """The old engine obeys, as long as it is heard; then it is left to the new one."""
        if self.is_switching:
            self._missed.append(command)
        else:
            self._old.command(command)

    def move(self, position: int) -> None:
        """The sound is another."""
        if self.is_switching:
            self._missed.append(Command(Op.SEEK, position))

    def hear(self, message: Message) -> None:
        """What the new engine says, before it is heard."""
        if message["event"] in ("loaded", "overload") or message.get("about") == "live":
            older = [each for each in self.news if (each["event"], each["key"]) != (message["event"], message["key"])]
            self.news = [*older, message]  # a slow model is tried twice: with the rate and block, and with the device
        elif message["event"] == "failed":
            self._is_refused |= message["about"] == "device"
            self._is_unfit |= message["about"] == "audio"

    def _device(self) -> Message:
        assert self._wanted.device is not None
        return {**self._wanted.device.message(), "exactly": list(self._place)}

    def _run(self) -> None:
        while self._wait(lambda: not self._are_busy, LOADING, LOOK):
            with self._lock:
                if self._is_cancelled:
                    return
                if self._are_busy:  # more has come meanwhile
                    continue
                fits = not self._is_unfit and self._new.held == self._wanted.keys
                if fits:
                    if self._old.has_obeyed:  # sound may have come to its end by itself
                        self._wanted.stand(self._old.board)
                    self._old.command(Command(Op.PAUSE))
                    self.is_switching = True
            if fits:
                self._let_fade()
            self._end(fits)
            return
        with self._lock:  # its end is heard of elsewhere
            if not (self._is_cancelled or self._new.is_gone):
                self._new.kill(JobError(TOO_SLOW))

    @property
    def _are_busy(self) -> bool:
        return self._new.is_busy or self._old.is_busy

    def _let_fade(self) -> None:
        """Wait until the old engine has nothing more to say, and the new one a device to say it to.

        One that was still before has yet to go where it was sent last.
        """
        old = self._old.board
        most = FADING + 3 * old.block / max(1, old.sample_rate)
        self._wait(lambda: bool(old.still) and self._old.has_obeyed, most, CLOSE_LOOK)
        if self._is_refused:
            self._is_refused = not self._exchange_device()

    def _resumed(self) -> list[Command]:
        return [*([Command(Op.PLAY)] if self._wanted.playing else []), *self._missed]

    def _exchange_device(self) -> bool:
        """Where only one process may have the device: the old one lets go of it first."""
        self._old.send({"do": "release"})
        self._wait(lambda: not self._old.is_busy, OPENING, CLOSE_LOOK)
        self._new.send(self._device())
        self._wait(lambda: not self._new.is_busy, OPENING, CLOSE_LOOK)
        if self._new.board.state >= State.RUNNING:
            return True
        self._old.send({"do": "reopen"})
        return False

    def _bring_hands(self) -> None:
        """Levels as they stand now; those of a model that is new are its own."""
        new, fresh = self._new.board, self._wanted.unloaded
        copy_hands(self._old.board, new)
        for model in fresh:
            for index, position in enumerate(model.knobs[:KNOBS]):
                new.knobs[model.slot * KNOBS + index] = position
        if any(model.quiet for model in fresh):
            new.gain_db = min(new.gain_db, QUIET_DB)

    def _end(self, fits: bool) -> None:
        with self._lock:
            if self._is_cancelled:
                return
            goes_on = fits and not self._is_refused
            if fits:
                self._go_on(goes_on)
            said = self._done(goes_on)
        for message in said:
            self._tell(message)

    def _go_on(self, with_new: bool) -> None:
        """Where the old engine has stopped, unless the play head was sent elsewhere.

        One that stands still has perhaps not gone there yet, and its place says nothing.
        """
        if self._old.has_obeyed and not any(command.op in MOVES for command in self._missed):
            self._wanted.position = self._old.board.position
        heard = self._new if with_new else self._old
        if with_new:
            self._bring_hands()
        heard.take_tape()
        for command in (*self._wanted.commands(), *self._missed) if with_new else self._resumed():
            heard.command(command)
        heard.arrive(goes_on=True)

    def _wait(self, condition: Callable[[], bool], seconds: float, look: float) -> bool:
        """Whether it came about in time; not if the new engine is gone or nobody wants it any more."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self._is_cancelled or self._new.is_gone or time.monotonic() > deadline:
                return False
            time.sleep(look)
        return True
