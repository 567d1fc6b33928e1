"""A window with real widgets, a real document and real sounds; flows and engine answer at once."""

import gc
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from studio.app.controller.controller import Controller
from studio.app.controller.services import Services
from studio.app.midi.controllers import Controllers
from studio.app.real import load_sound
from studio.app.state import Answer
from studio.app.theme.theme import Theme
from studio.app.window import Window
from studio.app.wiring import Wiring
from studio.audio.files import write_audio
from studio.audio.tones import is_tone, make_tone
from studio.document.call import Argument, Call, corrected
from studio.document.card import ModelCard
from studio.document.opened import OpenedModel
from studio.document.parameter import Parameter
from studio.errors import StudioError
from studio.flows.publishing import FileToSend, Plan, Published
from studio.flows.recording import Recorded
from studio.link.shared import Priority, State
from studio.link.tape import OwnTape
from studio.settings import Settings
from studio.storage import resources

KNOBS = (
    Parameter("drive", "How hard", default=6.0, min=0.0, max=24.0, unit="dB", drives="argument:drive"),
    Parameter("shape", kind="choice", choices=("soft", "hard", "fold"), default="soft", drives="argument:shape"),
)


PLAN = Plan(
    package="p",
    host="audacity",
    repo="a/b",
    files=(
        FileToSend(path="model.pt", size=2_500_000, sha256="", blob="", state="new"),
        FileToSend(path="README.md", size=900, sha256="", blob="", state="same"),
    ),
    user="anna",
    facts=("anna/tape will be made, for everybody to see.",),
)


class Engine:
    """Answers as the player does, and writes down what it was told."""

    def __init__(self, tell):
        self.tell, self.said, self.tape = tell, [], OwnTape()
        self.now = SimpleNamespace(
            playing=False, position=0, peaks=(0.5, 0.4, 0.3, 0.2), gain_db=0.0, sample_rate=48000, block=256,
            load=0.1, worst_us=400.0, xruns=0, muted_blocks=0, latency=64,
            state=State.RUNNING, depth=0, device_latency=240, ready=0, priority=Priority.REAL_TIME, voice=0, howls=0,
            reduction_db=0.0, heard_knobs=(0.0,) * 64, beat=0,
        )  # fmt: skip

    def __getattr__(self, name):
        return lambda *told: self.said.append((name, *told))

    def open_device(self, name, sample_rate, block, live=False, depth=None, route=None):
        said = {"name": "Test card", "sample_rate": 48000, "block": block, "live": live}
        self.said.append(("open_device", name, sample_rate, block, live, depth, route))
        self.tell({"event": "device", **said})

    def load_model(self, captured, key, quiet, knobs=(), slot=0):
        self.said.append(("load_model", captured, quiet) if slot == 0 else ("load_second", captured, tuple(knobs)))
        self.tell({"event": "loaded", "key": key, "latency": 0, "rows": 2, "gain_db": 0.0})

    def play(self):
        self.now.playing = True

    def pause(self):
        self.now.playing = False

    def status(self):
        return self.now

    def told(self, name):
        return [each[1:] for each in self.said if each[0] == name]


class Faders:
    """A MIDI device in a test's hands: `send` takes bytes."""

    def __init__(self, moved, changed):
        self.moved, self.changed, self.controllers = moved, changed, Controllers()
        self.said, self.looks, self.is_available = "MIDI: Faders", None, True

    def start(self):
        pass

    def look(self, on):
        self.looks = on

    def close(self):
        self.looks = None

    def send(self, message):
        move = self.controllers.read(message.bytes())
        if move is not None:
            self.moved(move)


class Trust:
    def __init__(self):
        self.remembered, self.heard, self.folders = [], [], []

    def remember(self, digest, name, path=None, kind=""):
        self.remembered.append((digest, name))

    def remember_folder(self, folder):
        self.folders.append(folder)

    def is_in_trusted_folder(self, path):
        return path.parent in self.folders

    def ours(self, digest):
        return False

    def remember_heard(self, digest, name):
        self.heard.append(name)

    def was_heard(self, digest):
        return False


class Answers:
    """A user who has made up his mind."""

    def __init__(self):
        self.trusts, self.answer_with, self.asked = True, None, []
        self.way, self.recovers = "", (Answer.LATER, 0)

    def choose(self, question, said, ways):
        self.asked.append(("choose", question, list(ways)))
        if self.way in ways:
            ways[self.way]()

    def recover(self, rows, then):
        self.asked.append(("recover", list(rows)))
        then(*self.recovers)

    def consent(self, error, path, then):
        self.asked.append(("consent", path.name))
        then(self.trusts)

    def answer(self, error, source, then):
        self.asked.append(("answer", error.fields))
        then(self.answer_with(source) if self.answer_with else None)


NOTHING_RECORDED = Recorded((), (), 0.1, 0.0, 0)


@dataclass
class Studio:
    """What a test holds in its hands."""

    window: Window
    controller: Controller
    wiring: Wiring
    engine: Engine
    answers: Answers
    trust: Trust
    faders: Faders
    folder: Path
    opened: list = field(default_factory=list)
    rendered: list = field(default_factory=list)
    exported: list = field(default_factory=list)
    checked: list = field(default_factory=list)
    checks: list = field(default_factory=list)
    package_checks: dict = field(default_factory=dict)
    kept: set = field(default_factory=set)
    planned: list = field(default_factory=list)
    plan: Plan = PLAN
    cards: list = field(default_factory=list)
    recorded: list = field(default_factory=list)
    recording: Recorded = NOTHING_RECORDED
    how: str = "trace"
    labels: bool = False
    refuse: dict[str, StudioError] = field(default_factory=dict)

    @property
    def project(self):
        return self.controller.project

    @property
    def page(self):
        return self.window.model

    def sound(self, name="noise.wav", seconds=0.5):
        path = self.folder / name
        write_audio(path, np.random.default_rng(1).uniform(-0.5, 0.5, (2, int(48000 * seconds))).astype("f4"), 48000)
        return path

    def model(self, name="net.py"):
        path = self.folder / name
        path.write_text("import torch\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        return x\n")
        return path


@pytest.fixture
def theme(qapp, tmp_path):
    qapp.setStyle("Fusion")
    theme = Theme(resources(), tmp_path)
    theme.use("dark")
    theme.style()
    yield theme
    qapp.setStyleSheet("")


@pytest.fixture
def studio(qtbot, theme, tmp_path, monkeypatch):
    """The whole window, coupled; nothing is open."""
    monkeypatch.setenv("STUDIO_STATE_DIR", str(tmp_path / "state"))
    held = {}

    def open_model(source, folder, *, trust, report, cancel):
        error = studio.refuse.pop(Path(source.path).name, None)
        if error is not None:
            raise error
        studio.opened.append(source)
        call = corrected(Call(arguments=(Argument(name="drive"), Argument(name="shape"))), source.call)
        call = call.model_copy(update={"labels": studio.labels})
        card = source.card or ModelCard(name=Path(source.path).stem)
        card = card.model_copy(update={"parameters": card.parameters or KNOBS})
        captured = folder / "captured.ts"
        captured.write_bytes(b"")
        return OpenedModel(
            name="Net",
            kind="python",
            digest="d",
            source=source,
            call=call,
            card=card,
            captured=str(captured),
            how=studio.how,
        )

    def render_file(opened, source, target, *, knobs, sample_rate, block, report, cancel, mixer=None, lanes=None):
        studio.rendered.append((knobs, target))
        if opened.call.labels:
            target.write_text("0.1\t0.2\tkick\n0.25\t0.4\tsnare\n")
        else:
            made = make_tone(str(source), sample_rate) if is_tone(str(source)) else None
            target.write_bytes(Path(source).read_bytes()) if made is None else write_audio(target, made, sample_rate)
        return {"output": str(target), "latency": 0}

    def export_model(opened, card, knobs, hosts, target, *, sounds, anyway, trust, report, cancel):
        studio.exported.append((card, hosts, target))
        error = studio.refuse.pop("export", None)
        if error is not None and not anyway:
            raise error
        checks = {host: studio.package_checks.get(host, ()) for host in hosts}
        return [
            SimpleNamespace(
                host=host,
                path="" if checks[host] else str(target / host),
                verified=not checks[host],
                checks=checks[host],
                kept=host in studio.kept,
            )
            for host in hosts
        ]

    def check_model(opened, *, report, cancel):
        report(0.5, "Checking latency")
        error = studio.refuse.pop("checks", None)
        if error is not None:
            raise error
        studio.checked.append(opened)
        return list(studio.checks)

    def plan_publish(package, target, *, private, report, cancel):
        studio.planned.append((package, target, private))
        if "publish" in studio.refuse:
            raise studio.refuse.pop("publish")
        return studio.plan.model_copy(update={"repo": target.removeprefix("hf:"), "private": private})

    def publish(plan, *, report, cancel):
        report(0.5, "Sending model.pt")
        return Published(url=f"https://huggingface.co/{plan.repo}", commit="c", sent=("model.pt",))

    def write_card(path, card, *, trust, report, cancel):
        if "card" in studio.refuse:
            raise studio.refuse.pop("card")
        studio.cards.append((path, card))

    def record(tape, take, target, *, bits, dry, report, cancel):
        while tape.take == take.number and not cancel.wait(0.005):
            pass
        if "record" in studio.refuse:
            raise studio.refuse.pop("record")
        target.parent.mkdir(exist_ok=True)
        write_audio(target, np.zeros((2, 4800), np.float32), 48000)
        studio.recorded.append((target, bits, dry))
        return replace(studio.recording, files=(target,))

    def midi(moved, changed):
        held["faders"] = Faders(moved, changed)
        return held["faders"]

    def player(tell):
        held["engine"] = Engine(tell)
        return held["engine"]

    answers, trust = Answers(), Trust()
    settings = Settings(tmp_path / "settings.json")
    services = Services(
        open_model=open_model,
        render_file=render_file,
        export_model=export_model,
        check_model=check_model,
        plan_publish=plan_publish,
        publish=publish,
        write_card=write_card,
        load_sound=load_sound,
        record=record,
        player=player,
        midi=midi,
        settings=settings,
        trust=trust,
        resources=resources(),
        session=tmp_path,
    )
    window = Window(theme, settings, resources())
    controller = Controller(services, answers)
    wiring = Wiring(window, controller)
    controller.playing.start()
    studio = Studio(window, controller, wiring, held["engine"], answers, trust, held["faders"], tmp_path)
    window.show()
    qtbot.waitUntil(lambda: controller.playing.device.name == "Test card")
    yield studio
    controller.close()
    held["engine"].tape.close()
    window.may_close = lambda: True
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()


@pytest.fixture
def opened(studio, qtbot):
    """A model and a sound are open."""
    studio.wiring.commands.open_paths([studio.model(), studio.sound()])
    qtbot.waitUntil(lambda: studio.controller.opening.now is not None and studio.controller.listening.now is not None)
    return studio


class LoopWatchdog:
    """How long the window did not answer at worst, and where it was then."""

    def __init__(self, limit):
        self.limit, self.worst, self.stacks = limit, 0.0, []

    def __enter__(self):
        self.beat, self.over = time.perf_counter(), threading.Event()
        self.timer = QTimer(interval=2, timerType=Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.tick)
        self.timer.start()
        self.main = threading.get_ident()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def tick(self):
        now = time.perf_counter()
        self.worst, self.beat = max(self.worst, now - self.beat), now

    def watch(self):
        while not self.over.wait(self.limit / 4):
            if time.perf_counter() - self.beat > self.limit:
                self.stacks.append("".join(traceback.format_stack(sys._current_frames()[self.main])[-4:]))

    def __exit__(self, *_):
        self.tick()
        self.over.set()
        self.thread.join()
        self.timer.stop()
