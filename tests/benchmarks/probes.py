"""Figures of `engine.py` that the bench does not measure; each prints one JSON line.

    python tests/benchmarks/probes.py NAME LOAD BLOCK DEPTH SECONDS

overhead: blocks of our callback, calls of the bare model, and a callback that does nothing but call it (the usual
    design) take turns of fifty, in one process, on one thread of the card, so all meet the same caches, the same
    priority and the same busy neighbour. Of callbacks the card takes the time, from the call to the return; of the bare
    model only the call itself counts. A sound is played; live input has the feedback guard besides (`overhead_live`).
    `too_long`: of ten thousand of each, ours, usual and bare, those that took longer than a block: what a machine that
    slows down does to the model alone.
exact: what the card was given, sample by sample, beside an offline render.
unplugged: from the moment the card is pulled out to the first loud sample on the other one; the worst of three.
killed, crashed, killed without a spare: from the end of the engine to the first loud sample, while a Qt event loop
    with a 5 ms timer runs in this process; `blocked_ms` is the longest time that the timer was kept waiting.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "engine"))

import cards  # noqa: E402 - these lie beside the tests
from rt_adapter import _capture  # noqa: E402

from studio.audio.raw import store  # noqa: E402
from studio.link.awake import Awake  # noqa: E402
from studio.link.player import Player  # noqa: E402
from studio.link.wanted import parts_message  # noqa: E402

RATE = 48000
TURN = 50  # callbacks
OURS, BARE, USUAL = range(3)  # whose turn it is
TICK_MS = 5
LOUD = 0.05
GONE_NS = 50_000_000  # after which nothing that is heard can come from the engine that went


class Environment:
    """Of this process: what is set here children inherit."""

    def setenv(self, name, value):
        os.environ[name] = value


class Session:
    """A player with a sine, a model of known cost and a card with a memory."""

    def __init__(self, folder: Path, block: int, depth: int, **player) -> None:
        self.card = cards.FakeCard(cards.build_fake_card(folder), folder, Environment())
        self.folder, self.block, self.depth = folder, block, depth
        self.events: queue.SimpleQueue = queue.SimpleQueue()
        self.player = Player(self.events.put, **player, folders=[folder])

    def model(self) -> str:
        plain, archive = self.folder / "plain.pt", self.folder / "model.pt"
        cards.bench.make_model(str(plain), 0.3 * self.block / RATE * 1e6)
        _capture(str(plain), 2, archive)
        return str(archive)

    def play(self, archive: str, audio, key="bench") -> None:
        player = self.player
        player.start()
        player.load_model(archive, key, quiet=False)
        player.load_audio([store(audio, RATE, self.folder, "probe")])
        self.wait("loaded")
        player.open_device(None, RATE, self.block, depth=self.depth)
        self.wait("device")
        player.play()

    def wait(self, *events, seconds=60.0):
        while (message := self.events.get(timeout=seconds))["event"] not in events:
            assert message["event"] != "failed", message
        return message

    def first_loud_ns(self, after_ns: int) -> int | None:
        """When the first loud block after this moment was written."""
        evidence = self.card.evidence
        calls = int(evidence["calls"])
        times = evidence["t_in"][:calls]
        for call in np.flatnonzero(times > after_ns):
            at = int(evidence["at"][call])
            if np.abs(evidence["played"][at : at + self.block]).max() > LOUD:
                return int(evidence["t_out"][call])
        return None

    def wait_until_loud(self, seconds=20.0) -> None:
        now = time.monotonic_ns()
        cards.wait_for(lambda: self.first_loud_ns(now), seconds, "sound")


def sine(seconds):
    at = np.arange(round(RATE * seconds))
    return np.tile(0.5 * np.sin(2 * np.pi * 997 * at / RATE), (2, 1)).astype(np.float32)


def overhead_live(folder: Path, load: str, block: int, depth: int, seconds: int) -> dict:
    return overhead(folder, load, block, depth, seconds, live=True)


def overhead(folder: Path, load: str, block: int, depth: int, seconds: int, live: bool = False) -> dict:
    """This process is the window; the engine's Control lives in a child, and its callback takes turns there."""
    card = cards.FakeCard(cards.build_fake_card(folder), folder, Environment())
    inside = ["overhead_inside", str(folder), str(block), "live" if live else "file"]
    command = [sys.executable, str(Path(__file__).resolve()), *inside]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdout.readline()
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
        awake = Awake()
        awake.keep(True)  # as the window's process does
        cards.bench.Gui(load).run(seconds)
        awake.let_go()
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        told, _ = child.communicate("\n", timeout=30)
    bare = np.array(json.loads(told)) * 1e6
    calls = min(int(card.evidence["calls"]), cards.bench.MAXCB)
    took = (card.evidence["t_out"][:calls] - card.evidence["t_in"][:calls]) / 1e3
    turns = np.arange(calls) // TURN
    ours, naive = (took[(turns % 3 == turn) & (turns >= 6)] for turn in (OURS, USUAL))
    bare = bare[2 * TURN :]
    model = float(np.median(bare))
    over = {"over_us": float(np.median(ours)) - model, "usual_over_us": float(np.median(naive)) - model}
    return {**over, "ratio": float(np.median(ours)) / model, "bare_us": model,
            "too_long": [too_long(each, block) for each in (ours, naive, bare)]}  # fmt: skip


def too_long(took_us: np.ndarray, block: int) -> float:
    """Of ten thousand, those that took longer than a block lasts."""
    return float(np.mean(took_us > block / RATE * 1e6)) * 1e4


def overhead_inside(folder: Path, block: int, source: str) -> None:
    import torch

    from studio.engine import control as module
    from studio.link.shared import create_board

    plain, archive = folder / "plain.pt", folder / "model.pt"
    cards.bench.make_model(str(plain), 0.3 * block / RATE * 1e6)
    _capture(str(plain), 2, archive)
    bare, still = torch.jit.load(str(plain)).eval(), torch.zeros(1, 2, block)
    taken, calls, opened = [], [0], module.open_device
    sound = sine(600)

    def usual(outgoing):
        still[0] = torch.from_numpy(sound[:, :block])
        outgoing[:] = bare(still)[0].numpy().T

    def alternating(callback):
        def call(incoming, outgoing, was_late):
            turn, calls[0] = calls[0] // TURN % 3, calls[0] + 1
            if turn == OURS:
                callback(incoming, outgoing, was_late)
            elif turn == USUAL:
                usual(outgoing)
            else:
                began = time.perf_counter()
                bare(still)
                taken.append(time.perf_counter() - began)
                outgoing.fill(0.0)

        return call

    module.open_device = lambda name, rate, block, callback, **rest: opened(
        name, rate, block, alternating(callback), **rest
    )
    read_end, write_end = os.pipe()
    file, board = create_board()
    control = module.Control(board, read_end, lambda message: print(message, file=sys.stderr))
    control.handle(
        {"do": "device", "name": None, "sample_rate": RATE, "block": block, "live": source == "live", "depth": 0}
    )
    control.handle({"do": "model", "path": str(archive), "key": "bench", "quiet": False, "knobs": [], "slot": 0})
    if source == "file":
        control.handle(parts_message([store(sound, RATE, folder, "sound")], 0))
    transport = {"playing": True, "loop": None, "bypassed": False, "voice": 0, "ceiling_db": None}
    control.handle({"do": "transport", **transport})
    print("plays", flush=True)
    sys.stdin.readline()
    control.close()
    print(json.dumps(taken), flush=True)
    os.close(write_end)
    file.close()


def exact(folder: Path, load: str, block: int, depth: int, seconds: int) -> dict:
    from studio.engine.render import render
    from studio.engine.voice import load_voice

    session = Session(folder, block, depth)
    archive = session.model()
    audio = np.random.default_rng(1).uniform(-0.5, 0.5, (2, RATE)).astype(np.float32)
    rendered = render(load_voice(Path(archive), 2, RATE, block), audio, RATE, block).sounds[0]
    session.play(archive, audio)
    same, where = 0, []
    for _ in range(4):  # where a block was not rendered in time, another try
        cards.wait_for(lambda: is_over(session.player.status()), 30, "the end")
        session.card.wait_for_frames(RATE // 4)
        received = session.card.received  # a block that came late is another figure
        heard = received[starts(received, RATE // 8)[-1] :][: len(rendered)]
        differs = np.flatnonzero(heard != rendered[: len(heard)])
        same = max(same, len(heard) - len(differs))
        where.append([int(each) for each in (*differs[:1], *differs[-1:])])
        if same == len(rendered):
            break
        session.player.stop()
        session.player.play()
        session.wait_until_loud()
    session.player.close()
    return {"exact": same == len(rendered), "same": same, "of": len(rendered), "differs_from_to": where}


def is_over(status) -> bool:
    return status.position == RATE and not status.playing


def starts(sound: np.ndarray, pause: int) -> np.ndarray:
    """Where something begins after at least so many samples of silence."""
    loud = np.flatnonzero(sound)
    return loud[np.diff(loud, prepend=-pause - 1) > pause]


def unplugged(folder: Path, load: str, block: int, depth: int, seconds: int) -> dict:
    session, found = Session(folder, block, depth), []
    session.play(session.model(), sine(120))
    for _ in range(3):
        session.wait_until_loud()
        time.sleep(1.5)  # the watch looks for a device at most once a second
        pulled = time.monotonic_ns()
        session.card.pull_out()
        session.wait("device", seconds=10)
        session.wait_until_loud()
        found.append((session.first_loud_ns(pulled + 2_000_000) - pulled) / 1e6)
        session.card.pull_out(False)
        session.player.open_device(None, RATE, block, depth=depth)
        session.wait("device", seconds=10)
    session.player.close()
    return {"worst_ms": max(found), "all_ms": [round(each) for each in found]}


def ended(folder: Path, block: int, depth: int, how: str, has_spare: bool) -> dict:
    """The engine goes; this process is a window meanwhile."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QCoreApplication, Qt, QTimer

    loop, ticks = QCoreApplication([]), []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.monotonic_ns()))
    session = Session(folder, block, depth, spare=has_spare)
    session.play(_evil(folder) if how == "crashed" else session.model(), sine(120))
    session.wait_until_loud()
    if has_spare:
        cards.wait_for(lambda: session.player._keeper.spare_is_ready, 60, "the spare engine")
        time.sleep(1.0)
    spare_mb = sum(own_mb(pid) for pid in engines() if pid != session.player._keeper.active.pid)
    timer.start(TICK_MS)
    _run(loop, 1.0)
    went = time.monotonic_ns()
    if how == "crashed":
        session.player.set_knob(0, 1.0)
    else:
        os.kill(session.player._keeper.active.pid, signal.SIGKILL)
    deadline, back = time.monotonic() + 30, None
    while back is None and time.monotonic() < deadline:
        _run(loop, 0.05)
        session.player.set_knob(0, 0.0)  # whoever turned it up lets go of it
        back = session.first_loud_ns(went + GONE_NS)
    session.player.close()
    seen = np.array([tick for tick in ticks if tick <= (back or 1 << 62)])
    blocked = float(np.diff(seen).max()) / 1e6 - TICK_MS
    return {"seconds": (back - went) / 1e9 if back else 99.0, "blocked_ms": blocked, "spare_mb": spare_mb}


def killed(folder: Path, load: str, block: int, depth: int, seconds: int) -> dict:
    return ended(folder, block, depth, "killed", True)


def killed_without_a_spare(folder: Path, load: str, block: int, depth: int, seconds: int) -> dict:
    return ended(folder, block, depth, "killed", False)


def crashed(folder: Path, load: str, block: int, depth: int, seconds: int) -> dict:
    return ended(folder, block, depth, "crashed", True)


def _run(loop, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        loop.processEvents()
        time.sleep(0.0005)


def _evil(folder: Path) -> str:
    script = f"import sys; sys.path.insert(0, {str(HERE.parent / 'engine')!r})\nfrom pathlib import Path\n"
    script += f"import evil_models\nprint(evil_models.save_evil('crash', Path({str(folder)!r})))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def engines() -> list[int]:
    """Process ids of engines that this process started."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (each / "cmdline").read_bytes().split(b"\0")
            parent = int((each / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"studio.link.child" in command and b"play" in command:
                found.append(int(each.name))
    return found


def own_mb(pid: int, kind: str = "Pss") -> float:
    """Proportional set size: what would be free without this process; `Pss_Anon` leaves out files that it maps."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{kind}:"))


PROBES = {
    "overhead": overhead, "overhead_live": overhead_live, "exact": exact, "unplugged": unplugged,
    "killed": killed, "crashed": crashed, "killed without a spare": killed_without_a_spare,
}  # fmt: skip

if __name__ == "__main__":
    if sys.argv[1] == "overhead_inside":
        overhead_inside(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        name, load, block, depth, seconds = sys.argv[1:]
        with tempfile.TemporaryDirectory(prefix="probe-") as folder:
            print(json.dumps(PROBES[name](Path(folder), load, int(block), int(depth), int(seconds))))
