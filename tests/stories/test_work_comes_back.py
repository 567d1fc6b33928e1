"""The app was ended in the middle of work; it is started again, and the work is there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from desk import until
from PySide6.QtWidgets import QPushButton

from studio.document.project import load_project

pytestmark = [pytest.mark.gui, pytest.mark.audio, pytest.mark.slow]
SESSION = Path(__file__).parents[1] / "benchmarks" / "killed_app.py"


@pytest.fixture(scope="module")
def last(home):
    """Somebody works in a window of another process, which is killed. Returns: the number of his last edit."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        [sys.executable, SESSION, "session", home], stdout=subprocess.PIPE, text=True, env=env
    ) as run:
        deadline = time.monotonic() + 120
        for line in run.stdout:
            assert time.monotonic() < deadline
            if line.startswith('["edit"') and int(line.strip("]\n").split(",")[1]) >= 35:
                break
        run.send_signal(signal.SIGKILL)
        rest = [each for each in run.stdout if each.startswith('["edit"') and each.endswith("]\n")]
    return int((rest or [line])[-1].strip("]\n").split(",")[1])


def test_it_is_asked_for_and_put_off(last, sit_down, home):
    with sit_down(card=None) as desk:
        dialog = desk.wait_dialog("song.studio has unsaved changes")
        assert {each.text() for each in dialog.findChildren(QPushButton)} >= {"Restore", "Keep both", "Not now"}
        desk.answer(dialog, yes=False)
        desk.wait_model("clipper.py")


def test_restored_it_is_where_it_was_with_its_undo_steps(last, sit_down, home):
    before = (home / "song.studio").read_bytes()
    with sit_down(home / "song.studio", card=None) as desk:
        desk.answer(desk.wait_dialog("song.studio has unsaved changes"))
        desk.wait_model("clipper.py")
        until(lambda: desk.controller.projects.file, what="the project")
        number = int(desk.project.card.name[1:])
        assert last - 1 <= number <= last and (home / "song.studio").read_bytes() == before
        desk.do("edit.undo")
        assert desk.project.card.name == f"n{number - 1}" and desk.window.isWindowModified()
        desk.do("edit.redo")
        desk.do("file.save")
        until(lambda: not desk.window.isWindowModified(), what="the project to be saved")
    assert load_project(home / "song.studio").card.name == f"n{number}"
    with sit_down(card=None) as desk:
        desk.wait_model("clipper.py")
        assert desk.dialog_open is None
