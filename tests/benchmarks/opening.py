"""How long opening takes: looking at a file of each kind, and from the drop of a small model to its first sound.

    python tests/benchmarks/opening.py [--megabytes 500] [--drops 10] [--part files|sound] [--json]

Files: see scans.py. Sound: the real window and engine on a fake card; small TorchScript models are dropped one after
the other while a sound plays, each when all is calm; from the drop to the first sample that the new model gave to the
card.
Promised: ≤ 2.5 s (median, warm). Beside it: the same without the job kept ready, and what that job holds in memory.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import scans

HERE = Path(__file__).resolve().parent
CALM_SECONDS = 8.0  # between two drops: the next job is made ready in the meantime
MAKE = """
import sys, warnings
warnings.simplefilter("ignore")
import torch
from torch import nn

class Level(nn.Module):
    def __init__(self, level: float):
        super().__init__()
        self.conv, self.level = nn.Conv1d(1, 16, 9, padding=4), level

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 0.0 * self.conv(x).mean(1, keepdim=True) + self.level

for number in range(int(sys.argv[2])):
    torch.jit.script(Level(0.2 + 0.02 * number).eval()).save(f"{sys.argv[1]}/level-{number}.ts")
"""
SUBJECT = """
import json, os, sys, time
from pathlib import Path
sys.path[:0] = [f"{sys.argv[1]}/../stories", f"{sys.argv[1]}/../engine"]
import numpy as np
from PySide6.QtWidgets import QApplication
from PySide6.QtTest import QTest
import cards, desk
from studio.audio.files import write_audio
home, drops, calm, ready = Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5] == "ready"

class Environment:
    setenv = staticmethod(os.environ.__setitem__)

app = QApplication([])
app.setStyle("Fusion")
(home / "card").mkdir()
card = cards.FakeCard(cards.build_fake_card(home / "card"), home / "card", Environment)
if not ready:
    import studio.link.ready as link_ready
    link_ready.Ready.start = lambda self: None
here = desk.Desk(home, card)
desk.until(lambda: here.start.wiring is not None)
here.wait_model("clipper.py")
here.wait_sound("eight-bars.flac")
write_audio(home / "long.flac", np.random.default_rng(0).normal(0, 0.1, (1, 48000 * 300)).astype(np.float32), 48000)
here.drop(home / "long.flac")
here.wait_sound("long.flac")
here.play()

def heard():
    last = cards.last_samples(card.evidence, "played", int(card.evidence["recn"]) - 64)
    steady = len(last) == 64 and float(np.ptp(last)) < 1e-6 and abs(float(last[0])) > 1e-3
    return round(float(last[0]), 5) if steady else None

times, before = [], None
for number in range(drops):
    QTest.qWait(round(1000 * calm))
    begun = time.perf_counter()
    here.drop(home / f"level-{number}.ts")
    def new():
        if here.dialog_open:
            here.click(here.dialog_open.yes)
        return heard() not in (None, before)
    desk.until(new, 120, lambda: f"the sound of model {number}; {here.problem}")
    times.append(time.perf_counter() - begun)
    here.wait_model(f"level-{number}.ts")
    QTest.qWait(300)
    before = heard()
memory = 0
if ready:
    QTest.qWait(round(1000 * calm))
    pid = here.controller.services.ready.pid
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    memory = {line.split(":")[0]: int(line.split()[1]) >> 10 for line in lines[1:]}
print("MARKS" + json.dumps({"times": times, "memory": memory}), flush=True)
os._exit(0)
"""


def drop_to_sound(drops: int, *, ready: bool) -> dict[str, object]:
    """Seconds of each drop, and the memory of the job kept ready in MB."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "make.py"  # torch compiles from source that lies in a file
        program.write_text(MAKE)
        subprocess.run([sys.executable, str(program), folder, str(drops)], check=True)
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", STUDIO_STATE_DIR=f"{folder}/state",
                           STUDIO_CONFIG_DIR=f"{folder}/config")  # fmt: skip
        words = [
            sys.executable,
            "-c",
            SUBJECT,
            str(HERE),
            folder,
            str(drops),
            str(CALM_SECONDS),
            "ready" if ready else "",
        ]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=900)
    lines = [line for line in done.stdout.splitlines() if line.startswith("MARKS")]
    if not lines:
        sys.exit(done.stdout[-1000:] + done.stderr[-3000:])
    found: dict[str, object] = json.loads(lines[0].removeprefix("MARKS"))
    return found


def said(found: dict[str, object], title: str) -> str:
    times = sorted(found["times"])
    middle = statistics.median(times)
    return f"{title:28} median {middle:5.2f} s, from {times[0]:.2f} to {times[-1]:.2f} ({len(times)} drops)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--drops", type=int, default=10)
    parser.add_argument("--part", choices=("files", "sound", "both"), default="both")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows, sound = [], {}
    if asked.part != "sound":
        with tempfile.TemporaryDirectory() as folder:
            rows = scans.measure(Path(folder), asked.megabytes)
    if asked.part != "files":
        sound = {
            title: drop_to_sound(asked.drops, ready=ready)
            for title, ready in (("with a job kept ready", True), ("without", False))
        }
    if asked.json:
        print(json.dumps({"files": rows, "sound": sound}))
        return
    for row in rows:
        print(scans.line(row))
    if sound:
        print("from the drop of a small TorchScript model to its first sound:")
        for title, found in sound.items():
            print(said(found, title))
        memory = sound["with a job kept ready"]["memory"]
        print(f"the job kept ready holds {memory['Rss']} MB, {memory['Pss']} MB when what is shared is divided")


if __name__ == "__main__":
    main()
