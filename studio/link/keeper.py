"""Keeps an engine alive, and another one ready to take its place."""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from studio.diagnostics.noting import told
from studio.errors import StudioError
from studio.link.engine import PATIENCE, Engine
from studio.link.handover import Handover
from studio.link.quarantine import Quarantine
from studio.link.shared import Board, Command, State
from studio.link.tape import OwnTape
from studio.link.wanted import Message, Wanted, WantedModel, copy_hands

log = logging.getLogger(__name__)
SPARE_AFTER = 3.0  # s of calm before a spare engine is started
SPARES = 3  # that may die while they wait
AT_ONCE = "It starts again by itself."
PLAYS_ON = "The one before it plays on."
PUT_ASIDE = "It is put aside until the program is started again."


class Keeper:
    """One engine is active: it is the one that is heard. A spare waits; while it takes over, it is `coming`.

    Args:
        tell: called on threads of ours with every message of the active engine, and with `gone` and `failed` of our
            own.
        has_spare: keep a second engine ready.
        folders: of captured models and decoded sounds, all that an engine may read.

    Attributes:
        lock: of all that is here, and of `wanted`; never held for longer than a moment.
        active: the engine that is heard, or will be.
        place: name and rate of the open device, once one is open.
        tape: on which the active engine writes what is heard.
    """

    def __init__(self, tell: Callable[[Message], None], has_spare: bool, folders: Sequence[Path]) -> None:
        self._tell, self._has_spare, self._folders = tell, has_spare, folders
        self.lock = threading.RLock()
        self.wanted = Wanted()
        self.tape, self._numbers = OwnTape(), itertools.count(1)
        self.active = self._engine()
        self.place: tuple[str, int] | None = None
        self._spare: Engine | None = None
        self._coming: Engine | None = None
        self._handover: Handover | None = None
        self._leaving: set[Engine] = set()
        self._dead_spares = 0
        self._calm_since = time.monotonic()
        self._quarantine = Quarantine()
        self._closing = False

    @property
    def board(self) -> Board:
        """Of the active engine."""
        return self.active.board

    @property
    def spare_is_ready(self) -> bool:
        return self._spare is not None and self._spare.is_ready

    @property
    def is_switching(self) -> bool:
        """For a moment nothing is heard, since another engine goes on."""
        return self._handover is not None and self._handover.is_switching

    def start(self) -> None:
        with self.lock:
            self.active.take_tape()
            self._brief(self.active, None)

    def close(self) -> None:
        """End all engines, within a second."""
        with self.lock:
            self._closing = True
            if self._handover is not None:
                self._handover.cancel()
            engines = [each for each in (self.active, self._spare, self._coming, *self._leaving) if each is not None]
        for engine in engines:
            engine.send({"do": "quit"})
        deadline = time.monotonic() + PATIENCE
        for engine in engines:
            engine.join(max(0.0, deadline - time.monotonic()))
            engine.kill()
        for engine in engines:
            engine.join(PATIENCE)
        self.tape.close()

    def is_quarantined(self, key: str) -> bool:
        return self._quarantine.holds(key)

    @contextlib.contextmanager
    def changing(self) -> Iterator[Wanted]:
        """What is wanted, up to date, to be changed; nobody else does meanwhile."""
        with self.lock:
            self._catch_up()
            yield self.wanted

    def send(self, message: Message) -> None:
        """Ask for something heavy. An engine that is not there learns of it from `wanted`."""
        with self.lock:
            self.active.send(message)
            if self._coming is not None and self._handover is not None:
                self._coming.send(message)
                if message["do"] == "audio":  # where the old engine is then says nothing
                    self._handover.move(message["position"])

    def command(self, command: Command) -> None:
        """Ask for something small."""
        with self.lock:
            if self._handover is not None:
                self._handover.command(command)
            else:
                self.active.command(command)

    def load(self, model: WantedModel) -> None:
        """Let this model be heard instead of the one in its slot: without a gap where a second engine may load it."""
        with self.lock:
            if self._coming is not None:
                self._coming.send(model.message())
            elif self._can_hand_over():
                self._hand_over()
            else:
                self.active.send(model.message())

    def stay(self) -> None:
        """Give up a hand-over: the active engine stays, and loads what is wanted itself."""
        with self.lock:
            if self._handover is not None:
                self._handover.turn_back()
                self._over(False)

    def tend(self) -> None:
        """Start a spare engine when all has been calm for a while; called every now and then."""
        with self.lock:
            active, now = self.active, time.monotonic()
            if active.board.state < State.RUNNING or active.is_busy or self._handover is not None:
                self._calm_since = now
            if self._may_have_spare and self._spare is None and now - self._calm_since > SPARE_AFTER:
                self._spare = self._started_spare()

    @property
    def _may_have_spare(self) -> bool:
        return self._has_spare and not self._closing and self._dead_spares < SPARES

    def _started_spare(self) -> Engine:
        engine = self._engine()
        engine.start(is_spare=True)
        return engine

    def _engine(self) -> Engine:
        return Engine(self.lock, self._hear, self._bury, self.tape, next(self._numbers), self._folders)

    def _catch_up(self) -> None:
        """Where the play head is, unless it has been sent elsewhere."""
        if self.active.has_obeyed and not self.active.is_arriving and not self.is_switching:
            self.wanted.stand(self.board)

    def _brief(self, engine: Engine, at: tuple[int, int] | None) -> None:
        """Start it where that has not been done, and tell it all it has to do."""
        if not engine.is_started:
            engine.start()
        for message in self.wanted.messages(at):
            engine.send(message)
        engine.arrive()

    def _can_hand_over(self) -> bool:
        board = self.active.board
        plays = board.state >= State.RUNNING and not board.still and not self.active.is_busy
        return plays and self._may_have_spare and self.place is not None and self.wanted.device is not None

    def _hand_over(self) -> None:
        assert self.place is not None
        self._coming, self._spare = self._spare or self._started_spare(), None
        self._handover = Handover(self.lock, self.wanted, self.active, self._coming, self.place, self._over, self._tell)
        self._handover.start()

    def _over(self, plays: bool) -> list[Message]:
        """A hand-over has come to its end; `plays`: the new engine is the one that is heard. Returns its news."""
        assert self._coming is not None and self._handover is not None
        coming, handover = self._coming, self._handover
        self._coming = self._handover = None
        if not plays:
            self._retire(coming)
            for model in self.wanted.unloaded:
                self.active.send(model.message())
            return []
        old, self.active = self.active, coming
        self._retire(old)
        return self._settled(handover.news)

    def _settled(self, news: list[Message]) -> list[Message]:
        """What is to be said of the models that are new, now that they are heard."""
        fresh = {model.key for model in self.wanted.unloaded}
        said = []
        for message in news:
            if message["key"] not in fresh:
                continue
            if message["event"] != "loaded":
                said.append(message)
            elif self.wanted.settle(message["slot"], message["key"]):
                said.append({**message, "gain_db": self.board.gain_db})
        return said

    def _retire(self, engine: Engine) -> None:
        self._leaving.add(engine)
        threading.Thread(target=engine.quit, name="engine retiring", daemon=True).start()

    def _hear(self, engine: Engine, message: Message) -> None:
        with self.lock:
            if engine is self.active:
                self._follow(message)
            elif engine is self._coming and self._handover is not None:
                self._handover.hear(message)
                if message["event"] != "failed" or message["about"] != "model":
                    return
                self.wanted.fall_back(message["slot"], message["key"])
            else:
                return
        self._tell(message)

    def _follow(self, message: Message) -> None:
        """A model counts as the one to come back to when it has been loaded."""
        event = message["event"]
        if event == "loaded":
            self.wanted.settle(message["slot"], message["key"])
        elif message.get("is_loading", False):
            self.wanted.fall_back(message["slot"], message["key"])
        elif event == "device":
            place = message["name"], message["sample_rate"]
            if place != self.place:  # whoever is getting ready does so for the other one
                self.stay()
            self.place = place

    def _bury(self, engine: Engine, error: StudioError) -> None:
        """Decide with what to go on, and say what happened."""
        with self.lock:
            expected = self._closing or engine in self._leaving
            self._leaving.discard(engine)
            if not expected:
                log.warning("Engine %d ended: %s", engine.number, told(error))
            if self._closing:
                return
            said: list[Message] = []
            if engine is self._spare:
                self._spare, self._dead_spares = None, self._dead_spares + 1
                self._calm_since = time.monotonic()
            elif engine is self._coming:
                said = self._miss(engine, error)
            elif engine is self.active:
                said = self._replace(engine, error)
        for message in said:
            self._tell(message)

    def _miss(self, engine: Engine, error: StudioError) -> list[Message]:
        """The engine that was to take over is dead; the other one plays on."""
        assert self._handover is not None
        said = []
        if engine.pending:
            slot, key = engine.pending[0]
            self._quarantine.note(key)
            self.wanted.fall_back(slot, key)
            hint = PUT_ASIDE if self._quarantine.holds(key) else PLAYS_ON
            said = [_failed("model", key, error, hint, slot)]
        self._handover.turn_back()
        self._over(False)
        return said

    def _replace(self, engine: Engine, error: StudioError) -> list[Message]:
        """The active engine is dead: another one takes over."""
        self._catch_up()
        slot, key = engine.pending[0] if engine.pending else self._heard_on(engine)
        self._quarantine.note(key)
        said = [self._verdict(slot, key, error)]
        if not key and self._quarantine.is_hopeless:
            self._closing = True
            return said
        coming, handover = self._coming, self._handover
        self._coming = self._handover = None
        at = (engine.board.sample_rate, engine.board.block) if self.place is not None else None
        self.active = coming or self._spare or self._engine()
        self._spare = None if self.active is self._spare else self._spare
        copy_hands(engine.board, self.active.board)
        self.active.take_tape()
        if coming is None or handover is None:
            self._brief(self.active, at)
        else:
            handover.cancel()
            self._promote(coming)
            said += self._settled(handover.news)
        return said

    def _heard_on(self, engine: Engine) -> tuple[int, str]:
        slot = engine.board.voice
        return slot, engine.held.get(slot, "")

    def _promote(self, engine: Engine) -> None:
        """It was getting ready anyway: with what it has been told it can go on as soon as it is."""
        for slot in set(engine.held) - set(self.wanted.keys):
            engine.send({"do": "no_model", "slot": slot})
        engine.send({"do": "reopen"})
        for command in self.wanted.commands():
            engine.command(command)
        engine.arrive()

    def _verdict(self, slot: int, key: str, error: StudioError) -> Message:
        if self._quarantine.holds(key):
            wanted = self.wanted
            wanted.fall_back(slot, key)
            wanted.playing = False
            return _failed("model", key, error, PUT_ASIDE, slot)
        if not key and self._quarantine.is_hopeless:
            return _failed("engine", key, error, "Start the program again.", slot)
        return {"event": "gone", "key": key, "message": error.sentence, "hint": AT_ONCE}


def _failed(about: str, key: str, error: StudioError, hint: str, slot: int) -> dict[str, Any]:
    return {"event": "failed", "about": about, "key": key, "slot": slot, "message": error.sentence, "hint": hint}
