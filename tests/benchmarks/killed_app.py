"""The real window, with somebody's hands in it, killed at any moment: what is lost, how soon it is back.

The session is a process of its own (`python killed_app.py session HOME`), which says each edit after it was made.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from studio.document.project import load_project
from studio.document.recovery import find_work
from studio.errors import FileError

EVERY_MS = 25  # between two edits: faster than hands
SAVE_EVERY = 30
RECOVERY_S = 1.0


def session(home):
    """Edit without end: knobs, the card, undo and redo, now and then a save."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from studio.app.state import Answer

    sys.path.insert(0, str(Path(__file__).parents[1] / "stories"))
    app = QApplication([])
    app.setStyle("Fusion")
    from desk import Desk, until

    desk = Desk(home, None)
    until(lambda: desk.start.wiring is not None, what="the window")
    control, rng, number = desk.controller, random.Random(1), 0
    control._questions = control.recovery._questions = _Yes(Answer.RESTORE)
    desk.wait_model("clipper.py")
    until(lambda: desk.project.audio and not control.tasks._tasks, what="the sound")
    say("ready", control.project.card.name, control.editing.history.undo_text)

    def edit():
        nonlocal number
        number += 1
        kind = rng.choice(["card", "card", "knob", "undo"])
        if kind == "undo" and control.editing.history.undo_text:
            control.editing.undo()
            control.editing.redo()
        control.editing.change(f"Edit {number}", card=control.project.card.model_copy(update={"name": f"n{number}"}))
        if number % SAVE_EVERY == 0:
            control.projects.save(home / "song.studio")
        say("edit", number)

    timer = QTimer(interval=EVERY_MS)
    timer.timeout.connect(edit)
    timer.start()
    app.exec()


def say(*words):
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


class _Yes:
    """Answers whatever is asked about unsaved work."""

    def __init__(self, answer):
        self._answer = answer

    def recover(self, rows, then):
        then(self._answer, 0)


class Session:
    """A running session, listened to."""

    def __init__(self, home):
        self.last = 0
        self.ready = None
        env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}
        env |= {f"STUDIO_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "STATE")}
        command = [sys.executable, __file__, "session", str(home)]
        with (home / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, env=env, start_new_session=True
            )

    def listen(self, until):
        """Read what it says until the condition holds. Raises: AssertionError where it ends by itself."""
        rest = b""
        while not until():
            if select.select([self.process.stdout], [], [], 0.002)[0]:
                heard = os.read(self.process.stdout.fileno(), 65536)
                assert heard, "the session ended by itself: see log.txt"
                *lines, rest = (rest + heard).split(b"\n")
                for line in lines:
                    what, *said = json.loads(line)
                    self.last = said[0] if what == "edit" else self.last
                    self.ready = said if what == "ready" else self.ready

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        for line in self.process.stdout.read().splitlines():
            if line.startswith(b'["edit"') and line.endswith(b"]"):
                self.last = json.loads(line)[1]
        self.process.wait()
        self.process.stdout.close()


def one_kill(home, seed):
    """Work, kill at a random moment, look, start again. Returns: what was found, as a row of figures."""
    home.mkdir(parents=True)
    rng = random.Random(seed)
    running = Session(home)
    deadline = time.monotonic() + 120
    running.listen(lambda: running.last >= 1 or time.monotonic() > deadline)
    end = time.monotonic() + rng.uniform(0.0, 3.0)
    running.listen(lambda: time.monotonic() > end)
    running.kill()
    row = _left(home, running.last)
    again = Session(home)
    deadline = time.monotonic() + 120
    again.listen(lambda: again.ready is not None or time.monotonic() > deadline)
    again.kill()
    row["restored"] = (again.ready or [""])[0]
    row["clean"] = bool(again.ready) and (row["found"] == 0 or row["restored"] == f"n{row['number']}")
    return row


def _left(home, last):
    """The saved project, and what recovery finds."""
    row = {"last": last, "torn": 0, "found": 0, "number": 0}
    path, saved = home / "song.studio", 0
    if path.exists():
        try:
            saved = int(load_project(path).card.name[1:])
        except (FileError, ValueError):
            row["torn"] = 1
    row["missing"] = int(last >= SAVE_EVERY * 2 and not path.exists())
    started = time.process_time()  # of the processor: other work on the machine does not count
    search = find_work(home / "state" / "journals", mend=False)
    row["seconds"] = round(time.process_time() - started, 4)
    search.release()
    row["found"], row["torn"] = len(search.found), row["torn"] + len(search.notes)
    names = [each.work.history.state.card.name for each in search.found]
    row["number"] = max([int(name[1:]) for name in names if name[1:].isdigit()] + [saved])
    row["lost"] = max(0, last - row["number"])
    return row


def run_app(kills, seed, results):
    """All kills, going on where an earlier run was stopped. Returns: 1 where a promise was broken."""
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    rows = [row[3] for row in rows if row[:3] == ["app", kills, seed]]
    for number in range(len(rows), kills):
        with tempfile.TemporaryDirectory(prefix="studio-kill-") as folder, results.open("a") as file:
            rows.append(one_kill(Path(folder) / "home", seed * 1000 + number))
            file.write(json.dumps(["app", kills, seed, rows[-1]]) + "\n")
        print(rows[-1], flush=True)
    worst = {name: max(row[name] for row in rows) for name in ("torn", "missing", "lost", "seconds")}
    clean = sum(row["clean"] for row in rows)
    print(f"{len(rows)} kills of the app: {worst}, {clean} clean second starts", flush=True)
    return int(
        bool(worst["torn"] or worst["missing"] or worst["lost"] > 1 or clean < len(rows)) or worst["seconds"] > 1
    )


if __name__ == "__main__":
    session(Path(sys.argv[2]))
