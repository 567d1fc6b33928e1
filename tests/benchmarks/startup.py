"""How fast the window is there, and how smooth it stays until the bundled model plays.

    python tests/benchmarks/startup.py [--runs 5] [--json]      needs a display, or xvfb-run

Prints medians over warm runs: seconds from process start to the first frame and to a model that is ready, and the
largest gap of the event loop on the way; beside them the same window with torch imported first in its own process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

VARIANTS = ("ours", "torch imported in the window")
KEYS = ("first_frame_s", "model_ready_s", "ready_after_frame_s", "largest_gap_ms")
SUBJECT = """
import os, sys, time
T0 = float(os.environ["T0"])
if os.environ["VARIANT"] != "ours":
    import torch
import json
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
import studio.app.main as main

marks, gaps = {}, [0.0]


class Window(main.Window):
    def paintEvent(self, event):
        super().paintEvent(event)
        if "first_frame_s" not in marks:
            marks["first_frame_s"] = time.time() - T0
            QTimer.singleShot(0, watch.start)


class Start(main.Start):
    def _open(self):
        self.wiring.controller.opened_changed.connect(lambda opened: self._ready())
        super()._open()

    def _ready(self):
        marks["model_ready_s"] = time.time() - T0
        QTimer.singleShot(1500, self._leave)

    def _leave(self):
        watch.timer.stop()  # what closing takes is nobody's wait
        self._window.close()


class Watch(QObject):
    def start(self):
        self.last = time.perf_counter()
        self.timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=5)
        self.timer.timeout.connect(self.tick)
        self.timer.start()

    def tick(self):
        now = time.perf_counter()
        gaps.append(now - self.last)
        self.last = now


watch = Watch()
main.Window, main.Start = Window, Start
main.run([])
marks["ready_after_frame_s"] = marks["model_ready_s"] - marks["first_frame_s"]
marks["largest_gap_ms"] = 1000 * max(gaps)
print("MARKS" + json.dumps(marks), flush=True)
os._exit(0)
"""


def measure(variant: str) -> dict[str, float]:
    """One start of the window, in a process of its own."""
    environment = dict(os.environ, T0=str(time.time()), VARIANT=variant)
    done = subprocess.run(
        [sys.executable, "-c", SUBJECT], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("MARKS")]
    if not lines:
        sys.exit(done.stderr[-2000:])
    return json.loads(lines[0].removeprefix("MARKS"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    found = {}
    for variant in VARIANTS:
        runs = [measure(variant) for _ in range(wanted.runs + 1)][1:]  # the first one warms the disk
        found[variant] = {key: round(statistics.median(run[key] for run in runs), 3) for key in KEYS}
    if wanted.json:
        print(json.dumps(found))
        return
    for key in KEYS:
        print(f"{key:22s}" + "".join(f"{variant}: {found[variant][key]:<10}" for variant in VARIANTS))


if __name__ == "__main__":
    main()
