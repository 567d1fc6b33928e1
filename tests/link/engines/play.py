"""A stand-in for the engine that needs no torch and no card: it starts at once and misbehaves where it is told to.

A "model" is a word: it loads at once, or `slowly`; it `fails`, `crashes` or `hangs` while it is loaded; what `lurks`
crashes when a play head reaches frame 5000. "exits" ends the process with exit().
"""

import os
import signal
import threading
import time

from studio.link.handles import take
from studio.link.shared import RECORD, Op, State, open_board, unpacked

BLOCK, RATE = 64, 48000


def converse(request, line):
    Stand(open_board(take(request["board"])), take(request["commands"]), line).serve()


class Stand:
    def __init__(self, board, pipe, line):
        self.board, self.pipe, self.line, self.taken = board, pipe, line, 0
        self.models, self.end = {}, 0
        board.state = State.NO_DEVICE
        board.still = 1

    def serve(self):
        self.line.send({"event": "ready"})
        while (message := self.line.receive()) is not None and message["do"] != "quit":
            getattr(self, f"do_{message['do']}", lambda _: None)(message)
            self.board.heard += 1

    def do_device(self, message):
        if self.board.state < State.RUNNING:
            self.board.state, self.board.sample_rate, self.board.block = State.RUNNING, RATE, BLOCK
            threading.Thread(target=self.run, daemon=True).start()
        self.line.send(
            {"event": "device", "name": "stand", "sample_rate": RATE, "block": BLOCK, "live": False, "note": ""}
        )

    def do_audio(self, message):
        self.end = sum(part["frames"] for part in message["parts"])
        self.board.position = message["position"]

    def do_more_audio(self, message):
        self.end += message["part"]["frames"]

    def do_model(self, message):
        path, said = message["path"], {"key": message["key"], "slot": message["slot"]}
        if "slowly" in path:
            time.sleep(0.3)
        if "crashes" in path:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "exits" in path:
            raise SystemExit(0)
        while "hangs" in path:
            time.sleep(1)
        if "fails" in path:
            self.line.send(
                {"event": "failed", "about": "model", "is_loading": True, "message": "No.", "hint": "Go.", **said}
            )
            return
        self.models[message["slot"]] = path
        for index, position in enumerate(message["knobs"]):
            self.board.knobs[message["slot"] * 64 + index] = position
        self.line.send({"event": "loaded", "latency": 0, "rows": 2, "gain_db": self.board.gain_db, **said})

    def do_no_model(self, message):
        self.models.pop(message["slot"], None)
        self.line.send({"event": "unloaded", "slot": message["slot"]})

    def do_transport(self, message):
        self.board.voice = message["voice"]
        self.obey(Op.PLAY if message["playing"] else Op.PAUSE, 0)

    def do_command(self, message):
        self.obey(message["op"], message["a"])

    def run(self):
        while True:
            time.sleep(BLOCK / RATE)
            if self.board.commands != self.taken:
                records = os.read(self.pipe, RECORD.size * (self.board.commands - self.taken))
                self.taken += len(records) // RECORD.size
                for command in unpacked(records):
                    self.obey(command.op, command.a)
            if self.board.playing:
                self.board.position = min(self.board.position + BLOCK, self.end)
                self.board.playing = int(self.board.position < self.end)
                if self.board.position > 5000 and "lurks" in self.models.get(0, ""):
                    os.kill(os.getpid(), signal.SIGSEGV)
            self.board.still = int(not self.board.playing)
            self.board.beat += 1

    def obey(self, op, a):
        if op == Op.PLAY:
            self.board.playing = 1
        elif op in (Op.PAUSE, Op.STOP):
            self.board.playing = 0
        elif op == Op.VOICE:
            self.board.voice = int(a)
        if op in (Op.SEEK, Op.STOP):
            self.board.position = int(a)
